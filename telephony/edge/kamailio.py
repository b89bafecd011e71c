"""The configuration of Kamailio, which stands before several SIP workers, made from the house's settings.

`write` puts it into a folder, `command` starts it there; used by `hotline up --sip-workers N` and by installations.
`python -m telephony.edge.kamailio FOLDER` writes it for a server that is run by hand.
"""

import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

from hotline.core.settings import Settings
from telephony.addresses import sip_address

PROGRAM = "kamailio"
TEMPLATE = Path(__file__).with_name("kamailio.cfg.in")
WORKERS = 1  # the dispatcher set


def installed() -> bool:
    return shutil.which(PROGRAM) is not None


def config(settings: Settings, folder: Path) -> str:
    trunk = settings.sip_trunk
    parts = {
        "LISTEN": settings.sip_bind,
        "FOLDER": str(folder),
        "FLOOD": str(settings.sip_flood_limit),
        "TRUNKS": _only_from(settings.sip_sources),
        "OUTSIDE": _to_trunk(trunk) if trunk else _no_trunk(),
    }
    text = TEMPLATE.read_text(encoding="utf-8")
    for name, value in parts.items():
        text = text.replace(f"@{name}@", value)
    return text


def dispatcher_list(settings: Settings) -> str:
    """One line per worker: its address and how many calls it takes."""
    lines = []
    for index in range(settings.sip_workers):
        host, port = sip_address(settings, index)
        lines.append(
            f"{WORKERS} sip:{host}:{port} 0 0 duid=sip-{index + 1};maxload={settings.calls_per_worker}"
        )
    return "\n".join(lines) + "\n"


def write(settings: Settings, folder: Path) -> Path:
    """Both files; the path of the main one."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "dispatcher.list").write_text(dispatcher_list(settings), encoding="utf-8")
    main_file = folder / "kamailio.cfg"
    main_file.write_text(config(settings, folder), encoding="utf-8")
    return main_file


def command(settings: Settings, folder: Path) -> list[str]:
    """In the foreground, with little memory, all its files in `folder`."""
    main_file = write(settings, folder)
    return [
        PROGRAM,
        "-DD",
        "-E",
        "-f",
        str(main_file),
        "-Y",
        str(folder),
        "-w",
        str(folder),
        "-m",
        "32",
        "-M",
        "4",
    ]


def _only_from(sources: Sequence[str]) -> str:
    if not sources:
        return ""
    known = " || ".join(f'$si == "{source}"' for source in sources)
    return f"    if (!({known})) {{\n        exit;\n    }}"


def _to_trunk(trunk: str) -> str:
    return f'    $du = "sip:{trunk}";\n    if (!t_relay()) {{\n        sl_reply_error();\n    }}'


def _no_trunk() -> str:
    return '    sl_send_reply("503", "No Trunk");'


def main(arguments: Sequence[str]) -> int:
    if len(arguments) != 1:
        print("usage: python -m telephony.edge.kamailio FOLDER", file=sys.stderr)
        return 2
    print(write(Settings(), Path(arguments[0]).resolve()))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
