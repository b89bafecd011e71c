"""`hotline up`: the whole house in one terminal, for a county, a trial or a developer.

Checks first, then PostgreSQL, schema, demo data, SIP workers, Celery, web; stopped in the opposite order. Each
process is the one that `deploy/` runs on a real installation.
"""

import os
import ssl
import sys
import urllib.request
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from multiprocessing import get_context
from pathlib import Path
from urllib.error import URLError

from rich.console import Console
from rich.table import Table

import hotline
from hotline import embedded, preflight, processes, tls
from hotline.core.clock import SystemClock
from hotline.core.house import House
from hotline.core.identity import SYSTEM
from hotline.core.settings import Mode, Settings
from hotline.supervise import Supervisor
from hotline.trouble import Trouble
from telephony.addresses import sip_address
from telephony.edge import kamailio

PROJECT = Path(hotline.__file__).parent.parent
READY_TIMEOUT_S = 60
DEMO_ACCOUNTS = (
    ("agent1 … agent4", "话务员 agent"),
    ("leader1", "班长 shift leader"),
    ("reviewer1", "审核员 reviewer"),
    ("dispatcher1", "派单员 dispatcher"),
    ("coordinator1", "协调督办员 coordinator"),
    ("auditor1", "办结审核员 auditor"),
    ("followup1", "回访员 follow-up"),
    ("qa1, knowledge1, head1", "质检员、知识管理员、中心主任 QA, knowledge, head of centre"),
    ("zhujian_clerk, zhujian_head", "承办单位经办人、审核人(每个单位同理) clerk and head of each unit"),
    ("admin, security", "系统管理员、安全审计员 administrator, security auditor"),
)


def up(settings: Settings, *, demo: bool, with_tls: bool) -> None:
    """Runs until a signal; raises `Trouble` if the house cannot start."""
    settings = _absolute(settings)
    if demo and settings.mode is Mode.PRODUCTION:
        raise Trouble(
            "生产模式不能装入演示数据:请去掉 --demo,或将 HOTLINE_MODE 设为 demo。",
            "Demo data is refused in production: drop --demo or set HOTLINE_MODE=demo.",
        )
    _check(settings)
    with ExitStack() as stack:
        stack.enter_context(preflight.only_instance(settings.data_dir))
        if with_tls:
            settings = _with_certificate(settings)
        server = None
        if settings.database_url is None:
            server = embedded.start(settings.data_dir)
            stack.callback(server.stop)
            settings = settings.model_copy(update={"database_url": server.url})
        prepare(settings, demo=demo)
        supervisor = Supervisor(_environment(settings))
        supervisor.catch_signals()
        stack.callback(supervisor.stop)
        _start_parts(supervisor, settings)
        if supervisor.wait_until(lambda: _answers(settings), READY_TIMEOUT_S):
            _print_table(settings, demo)
        supervisor.run(lambda: _tend(server, supervisor))
        supervisor.say("正在停止 / stopping …")


def _absolute(settings: Settings) -> Settings:
    return settings.model_copy(update={"data_dir": settings.data_dir.absolute()})


def _check(settings: Settings) -> None:
    preflight.usable_dir(settings.data_dir)
    preflight.free_port(settings.http_bind, "HOTLINE_HTTP_BIND", "tcp")
    if settings.sip_workers > 1 and not kamailio.installed():
        raise Trouble(
            "多个电话进程需要 Kamailio 分配来电:apt-get install kamailio,或使用 --sip-workers 1",
            "Several SIP workers need Kamailio before them: apt-get install kamailio, or use --sip-workers 1",
        )
    for bind in _sip_binds(settings):
        preflight.free_port(bind, "HOTLINE_SIP_BIND", "udp")


def _sip_binds(settings: Settings) -> list[str]:
    """Every worker's address, and the edge's where there is one."""
    workers = ["{}:{}".format(*sip_address(settings, index)) for index in range(settings.sip_workers)]
    return workers if settings.sip_workers == 1 else [settings.sip_bind, *workers]


def _with_certificate(settings: Settings) -> Settings:
    if settings.tls_cert and settings.tls_key:
        return settings
    cert, key = tls.self_made(settings.data_dir / "tls", SystemClock().now())
    return settings.model_copy(update={"tls_cert": cert, "tls_key": key})


def prepare(settings: Settings, *, demo: bool) -> None:
    """Schema, queue and demo data, each only if missing; in a child, so that its memory goes with it."""
    with ProcessPoolExecutor(max_workers=1, mp_context=get_context("fork")) as child:
        child.submit(_prepare, settings, demo).result()


def _prepare(settings: Settings, demo: bool) -> None:
    from hotline import opening

    with opening.open_house(settings, with_tables=False) as house:
        opening.upgrade(house)
        if demo:
            from hotline.demo import load

            with house.open_uow(SYSTEM) as uow:
                load.seed(uow)
            _teach(house)
        if settings.sip_workers > 1:
            from telephony import phone_accounts
            from telephony.edge import accounts

            with house.open_uow(SYSTEM) as uow:
                accounts.write(processes.edge_folder(settings), phone_accounts.passwords(uow))


def _teach(house: House) -> None:
    """A first model; later ones come from nightly retraining."""
    from classifier import store
    from hotline.desk import brain, training

    if store.current(brain.folder(house.settings)) is None:
        with house.sessions() as session:
            training.retrain(house.settings, session, house.clock.now(), measured=False)


def _environment(settings: Settings) -> dict[str, str]:
    """What the children read their settings from: ours, with what was decided here."""
    decided = {
        "HOTLINE_DATA_DIR": str(settings.data_dir),
        "HOTLINE_DATABASE_URL": settings.database_url or "",
        "HOTLINE_SIP_WORKERS": str(settings.sip_workers),
        "HOTLINE_TLS_CERT": str(settings.tls_cert or ""),
        "HOTLINE_TLS_KEY": str(settings.tls_key or ""),
        "PYTHONPATH": os.pathsep.join([str(PROJECT), *filter(None, [os.environ.get("PYTHONPATH")])]),
        "PYTHONUNBUFFERED": "1",
        # Without it every thread of the web gets a heap of its own.
        "MALLOC_ARENA_MAX": "2",
    }
    return dict(os.environ) | decided


def _start_parts(supervisor: Supervisor, settings: Settings) -> None:
    supervisor.start("sip", processes.sip(settings))
    if settings.sip_workers > 1:
        supervisor.start("edge", processes.edge(settings))
    supervisor.start("worker", processes.worker(settings))
    supervisor.start("beat", processes.beat(settings))
    supervisor.start("web", processes.web(settings))


def _tend(server: embedded.EmbeddedPostgres | None, supervisor: Supervisor) -> None:
    if server is not None and server.restart_if_dead():
        supervisor.say("PostgreSQL 意外退出,已重新启动 / had died, started again")


def _answers(settings: Settings) -> bool:
    context = ssl._create_unverified_context() if settings.tls_cert else None  # noqa: S323 - our own web process
    try:
        with urllib.request.urlopen(settings.base_url + "/healthz", timeout=2, context=context) as reply:  # noqa: S310
            return bool(reply.status == 200)
    except (URLError, OSError):
        return False


def _print_table(settings: Settings, demo: bool) -> None:
    base = settings.base_url
    table = Table(title="12345 热线已启动 / The hotline answers", show_header=False, title_justify="left")
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    table.add_row("工作台 console", f"{base}/console/")
    table.add_row("市民网页 citizens", f"{base}/")
    table.add_row("电话 SIP", f"sip:12345@{settings.sip_bind}  (hotline demo-call)")
    table.add_row("接口 API", f"{base}/openapi/openapi.json")
    table.add_row("数据目录 data", str(settings.data_dir))
    if demo:
        table.add_row("短信 SMS sent", f"{base}/demo/sms")
        table.add_section()
        table.add_row("密码 password", "Demo-12345")
        for names, role in DEMO_ACCOUNTS:
            table.add_row(names, role)
    console = Console(file=sys.stdout, width=None if sys.stdout.isatty() else 100, highlight=False)
    console.print(table)
    console.print("按 Ctrl-C 停止 / Ctrl-C stops everything")
    if not settings.tls_cert:
        console.print("其他电脑的浏览器用麦克风需要 HTTPS / microphones of other machines need HTTPS:")
        console.print("HOTLINE_HTTP_BIND=0.0.0.0:8012 hotline up --tls")
