"""The configuration of Kamailio, which stands before several SIP workers, made from the house's settings.

`write` puts it into a folder, `command` starts it there; used by `hotline up --sip-workers N` and by installations.
`python -m telephony.edge.kamailio FOLDER` writes it for a server that is run by hand.
"""

import hashlib
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

from hotline.core.settings import Settings
from telephony.addresses import sip_address
from telephony.edge import accounts

PROGRAM = "kamailio"
TEMPLATE = Path(__file__).with_name("kamailio.cfg.in")
WORKERS = 1  # the dispatcher set
TRIES = 10  # wrong passwords from one source in five minutes
# Towards a worker sound is plain, it stays in the house; towards a telephone as it asked, or as its signalling comes.
SOUND = """\
    if (!has_body("application/sdp") && !is_method("BYE|CANCEL")) {
        return;
    }
    if (!ds_is_from_list("1")) {
        rtpengine_manage("replace-origin replace-session-connection RTP/AVP");
    } else if (is_request() && is_method("INVITE") && $ru =~ "transport=tls") {
        rtpengine_manage("replace-origin replace-session-connection RTP/SAVP");
    } else {
        rtpengine_manage("replace-origin replace-session-connection");
    }"""


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
        "TLS_LISTEN": f"enable_tls=yes\nlisten=tls:{settings.sip_tls_bind}" if settings.sip_tls_bind else "",
        "TLS": _tls(settings) if settings.sip_tls_bind else "",
        "RELAY": _relay(settings.rtp_relay) if settings.rtp_relay else "",
        "SOUND": SOUND if settings.rtp_relay else "",
        "MASK_KEY": hashlib.sha256(b"topology:" + settings.root_secret).hexdigest()[:32],
        "REALM": accounts.REALM,
        "TRIES": str(TRIES),
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
    """All files, which hold keys; the path of the main one."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    accounts.prepare(folder)
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


def _tls(settings: Settings) -> str:
    """SIP over TLS with the system's OpenSSL; old protocols are refused."""
    return "\n".join([
        'loadmodule "tls.so"',
        'modparam("tls", "tls_method", "TLSv1.2+")',
        f'modparam("tls", "certificate", "{settings.tls_cert}")',
        f'modparam("tls", "private_key", "{settings.tls_key}")',
        'modparam("tls", "verify_certificate", 0)',
    ])  # fmt: skip


def _relay(address: str) -> str:
    return f'loadmodule "rtpengine.so"\nmodparam("rtpengine", "rtpengine_sock", "{address}")'


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
