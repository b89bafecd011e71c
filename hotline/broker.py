"""Celery's configuration and its broker: a queue in the house's own database (pgmq) or `HOTLINE_BROKER_URL`.

The broker is only a wake-up. Every job that matters is a row that a sweep finds: a lost message costs time only.
"""

import logging
import re
from typing import Any, cast

import psycopg
from celery import Celery
from pgmq.install import get_embedded_install_sql
from psycopg.conninfo import make_conninfo
from sqlalchemy import Engine, text
from sqlalchemy.engine import make_url

from hotline.core.settings import Settings
from hotline.tasks.schedule import BEAT
from hotline.trouble import Trouble

QUEUE = "hotline"
# A message taken by a worker that died comes back after this long; longer than any task runs.
VISIBLE_AGAIN_AFTER_S = 900
WORKER_THREADS = 4


def make_app(name: str, settings: Settings, include: tuple[str, ...] = ()) -> Celery:
    """Tasks run in threads: they wait for the database and for gateways, and one house serves them all."""
    app = Celery(name, include=include, set_as_current=bool(include))
    app.conf.update(
        _broker_options(settings),
        accept_content=["json"],
        task_serializer="json",
        task_acks_late=True,
        task_ignore_result=True,
        task_default_queue=QUEUE,
        broker_pool_limit=2,
        broker_connection_retry_on_startup=True,
        broker_connection_max_retries=None,
        worker_pool="threads",
        worker_concurrency=WORKER_THREADS,
        worker_prefetch_multiplier=1,
        worker_enable_remote_control=False,
        worker_hijack_root_logger=False,
        beat_schedule=BEAT,
        beat_schedule_filename=str(settings.data_dir / "beat-schedule"),
        beat_max_loop_interval=1,
        timezone="Asia/Shanghai",
    )
    return app


def _broker_options(settings: Settings) -> dict[str, Any]:
    if settings.broker_url:
        return {
            "broker_url": settings.broker_url,
            "broker_transport_options": {"visibility_timeout": VISIBLE_AGAIN_AFTER_S},
        }
    return {
        "broker_url": "pgmq://localhost",  # the address proper is conn_string, which can name a socket
        "broker_transport_options": {
            "conn_string": _conninfo(settings.database_url or ""),
            "init_extension": False,
            "pool_size": 4,
            "visibility_timeout": VISIBLE_AGAIN_AFTER_S,
            "wait_time_seconds": 0,
            "polling_interval": 1,
            "use_notify": True,
            "notify_throttle_interval_ms": 0,
        },
    }


def _conninfo(database_url: str) -> str:
    """libpq's spelling of a SQLAlchemy address; the queue's client cannot quote, so odd passwords are refused."""
    url = make_url(database_url)
    host = url.query.get("host") or url.host or "localhost"
    parts = {
        "host": host if isinstance(host, str) else host[0],
        "port": str(url.port or 5432),
        "dbname": url.database or "",
        "user": url.username or "",
        "password": str(url.password or "unused"),
    }
    for name, value in parts.items():
        if re.search(r"[\s'\\]", value) or not value:
            raise Trouble(
                f"HOTLINE_DATABASE_URL 的 {name} 为空或含有空格、引号、反斜杠,任务队列无法使用:请更换。",
                f"{name} in HOTLINE_DATABASE_URL is empty or holds blanks, quotes or backslashes: change it.",
            )
    return make_conninfo(**parts)


def prepare(engine: Engine, settings: Settings) -> None:
    """Install the queue's tables and functions, once per database."""
    if settings.broker_url:
        return
    with engine.begin() as connection:
        if connection.scalar(text("select to_regnamespace('pgmq') is null")):
            # Many statements at once: only the driver itself takes them, without looking for parameters.
            driver = cast(psycopg.Connection, connection.connection.driver_connection)
            driver.execute(get_embedded_install_sql().encode())


def quieten() -> None:
    """Celery's line per task and per tick says nothing that the tasks do not say themselves."""
    for name in ("celery.worker.strategy", "celery.app.trace", "celery.beat"):
        logging.getLogger(name).setLevel(logging.WARNING)
