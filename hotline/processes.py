"""The command line of each long-running process: what `hotline up` starts and what a systemd unit names.

`hotline run web|worker|beat|sip` replaces itself by the command, so that signals reach the right process.
"""

import sys
from pathlib import Path

from hotline.core.settings import Settings
from telephony.edge import kamailio

PYTHON = (sys.executable, "-m")


def web(settings: Settings) -> list[str]:
    """Threads, because each open console holds one for its WebSocket and the rest answer requests."""
    command = [
        *PYTHON, "gunicorn", "web.app:wsgi()",
        "--config", "python:web.before_fork",
        "--bind", settings.http_bind,
        "--worker-class", "gthread",
        "--workers", str(settings.web_processes),
        "--threads", str(settings.web_threads),
        "--worker-tmp-dir", "/dev/shm",  # noqa: S108 - a heartbeat file that must not wait for a disk
        "--graceful-timeout", "3",
        "--keep-alive", "15",
        "--no-control-socket",
        "--log-level", "warning",
    ]  # fmt: skip
    if settings.tls_cert and settings.tls_key:
        command += ["--certfile", str(settings.tls_cert), "--keyfile", str(settings.tls_key)]
    return command


def worker(settings: Settings) -> list[str]:
    quiet = ["--without-gossip", "--without-mingle", "--without-heartbeat"]
    return [*PYTHON, "celery", "--quiet", "-A", "hotline.celery_app", "worker", *quiet]


def beat(settings: Settings) -> list[str]:
    return [*PYTHON, "celery", "--quiet", "-A", "hotline.beat", "beat", "--pidfile="]


def edge(settings: Settings) -> list[str]:
    """Kamailio, which spreads calls over several workers; its files are written anew at each start."""
    return kamailio.command(settings, edge_folder(settings))


def edge_folder(settings: Settings) -> Path:
    return settings.data_dir / "edge"


def sip(settings: Settings, index: int | None = None) -> list[str]:
    """One worker, or all of them."""
    if index is None and settings.sip_workers > 1:
        return [*PYTHON, "telephony.herd"]
    return [*PYTHON, "telephony.worker_main", "--index", str(index or 0)]
