"""What must hold before anything is started: a data directory to write to, free ports, no second instance.

Each check raises `Trouble` with the remedy; `hotline doctor` shows the same sentences.
"""

import errno
import fcntl
import shutil
import socket
from pathlib import Path
from typing import IO, Literal

from hotline.trouble import Trouble

MIN_FREE_MB = 200
Protocol = Literal["tcp", "udp"]


def usable_dir(path: Path) -> None:
    """Makes the directory if needed; it must be writable and have room."""
    try:
        path.mkdir(parents=True, exist_ok=True)
        probe = path / ".write-test"
        probe.write_bytes(b"x")
        probe.unlink()
    except OSError as error:
        raise Trouble(
            f"无法写入数据目录 {path}({error.strerror}):请更改其属主,或用 HOTLINE_DATA_DIR 指定其他目录。",
            f"Cannot write to {path} ({error.strerror}): change its owner or set HOTLINE_DATA_DIR.",
        ) from None
    free_mb = shutil.disk_usage(path).free // 2**20
    if free_mb < MIN_FREE_MB:
        raise Trouble(
            f"目录 {path} 所在磁盘只剩 {free_mb} MB,至少需要 {MIN_FREE_MB} MB:请清理磁盘后重试。",
            f"Only {free_mb} MB free for {path}, {MIN_FREE_MB} MB are needed: free some space and try again.",
        )


def address(bind: str, setting: str) -> tuple[str, int]:
    """Host and port of a `host:port` setting."""
    host, _, port = bind.rpartition(":")
    if not host or not port.isdecimal() or not 0 < int(port) < 65536:
        raise Trouble(
            f"{setting}={bind} 不是“地址:端口”,例如 127.0.0.1:8012。",
            f"{setting}={bind} is not host:port, for example 127.0.0.1:8012.",
        )
    return host.strip("[]"), int(port)


def free_port(bind: str, setting: str, protocol: Protocol) -> None:
    """The port can be listened on by us."""
    host, port = address(bind, setting)
    kind = socket.SOCK_STREAM if protocol == "tcp" else socket.SOCK_DGRAM
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, kind) as probe:
        if protocol == "tcp":
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise _port_trouble(bind, setting, protocol, error) from None


def _port_trouble(bind: str, setting: str, protocol: str, error: OSError) -> Trouble:
    name = f"{bind}/{protocol}"
    if error.errno == errno.EADDRINUSE:
        return Trouble(
            f"端口 {name} 已被占用:请关闭占用它的程序(ss -lnp 可查),或用 {setting} 换一个端口。",
            f"Port {name} is in use: stop the program that holds it (see `ss -lnp`) or set {setting}.",
        )
    if error.errno == errno.EACCES:
        return Trouble(
            f"没有权限监听 {name}:1024 以下的端口需要 root,请用 {setting} 换一个端口。",
            f"No permission to listen on {name}: ports below 1024 need root; set {setting}.",
        )
    return Trouble(
        f"无法监听 {name}({error.strerror}):本机没有这个地址,请检查 {setting}。",
        f"Cannot listen on {name} ({error.strerror}): not an address of this machine? Check {setting}.",
    )


def only_instance(data_dir: Path) -> IO[str]:
    """A lock held as long as the answered file is open: one house per data directory."""
    lock = (data_dir / "up.lock").open("w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.close()
        raise Trouble(
            f"数据目录 {data_dir} 已有一个正在运行的热线系统:请先停止它,或用 HOTLINE_DATA_DIR 指定其他目录。",
            f"Another `hotline up` runs on {data_dir}: stop it first, or set HOTLINE_DATA_DIR.",
        ) from None
    return lock
