"""Accounts of desk phones for the registrar at the edge: the file that Kamailio reads every few seconds.

Names, digests and nothing else; written whole, from the database. `python -m telephony.edge.accounts FOLDER` writes it
once for an edge on a machine of its own.
"""

import hashlib
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

REALM = "hotline"
HEAD = "key_name(string) key_type(int) value_type(int) key_value(string) expires(int)"
TEXT = 0  # type of a key's value


def digest(username: str, password: str) -> str:
    """HA1 of RFC 2617 §3.2.2.2, which is what the phones of the world speak."""
    return hashlib.md5(f"{username}:{REALM}:{password}".encode(), usedforsecurity=False).hexdigest()


def prepare(folder: Path) -> None:
    """An empty file, where there is none: the edge does not start without."""
    if not _file(folder).exists():
        write(folder, {})


def write(folder: Path, passwords: Mapping[str, str]) -> None:
    """By name; the file is replaced whole, so that no half of it is ever read."""
    file = _file(folder)
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    rows = [f"{name}:0:{TEXT}:{digest(name, password)}:0" for name, password in sorted(passwords.items())]
    aside = file.with_suffix(f".{os.getpid()}")
    aside.write_text("\n".join([HEAD, *rows]) + "\n", encoding="ascii")
    aside.chmod(0o600)
    aside.replace(file)


def _file(folder: Path) -> Path:
    return folder / "accounts" / "account"


def main(arguments: Sequence[str]) -> int:
    from hotline.core import house
    from hotline.core.identity import SYSTEM
    from hotline.core.settings import Settings
    from telephony import phone_accounts

    if len(arguments) != 1:
        print("usage: python -m telephony.edge.accounts FOLDER", file=sys.stderr)
        return 2
    with house.build(Settings(), routes={}).open_uow(SYSTEM) as uow:
        write(Path(arguments[0]).resolve(), phone_accounts.passwords(uow))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
