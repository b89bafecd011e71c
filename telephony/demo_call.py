"""A caller without a telephone: places a real SIP call that speaks, for demonstrations and tests.

Runs in a process of its own (`hotline demo-call`, `python -m telephony.demo_call`), as any other telephone would.
"""

import argparse
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from telephony.prompts import make
from telephony.prompts.book import RATE, SHIPPED, read_sound
from telephony.recording_files import write_wav
from telephony.sip.endpoint import PjsuaEndpoint, SipConfig
from telephony.sip.port import SILENCE, DigitPressed, LegAnswered, LegEnded, Node, PlaybackEnded

DEMO_NUMBER = "13800138000"
SHIPPED_SPEECH = SHIPPED / "demo_caller.wav"
PAUSE_S = 2.0
ESPEAK = "espeak-ng"


class NoSpeech(RuntimeError):
    """`text` cannot be spoken on this machine."""

    def __init__(self) -> None:
        super().__init__(f"没有找到 {ESPEAK}，无法朗读 --text；请安装它，或用 --wav 指定录音文件")


class Unreachable(RuntimeError):
    """The hotline did not take the call."""

    def __init__(self, sip_code: int) -> None:
        reason = {486: "线路全忙", 503: "连不上热线，请确认 hotline up 正在运行", 408: "热线没有应答"}
        super().__init__(f"呼叫失败（{sip_code}）：{reason.get(sip_code, '热线拒绝了呼叫')}")


@dataclass(frozen=True, kw_only=True)
class Caller:
    """`address`: host:port of the hotline. `hang_up_after_s` counts from the answer; None: until the hotline ends it."""

    address: str
    number: str = DEMO_NUMBER
    called: str = "12345"
    speech: Path = SHIPPED_SPEECH
    hang_up_after_s: float | None = None
    record: Path | None = None
    digits: str = ""
    pause_s: float = PAUSE_S


def speech_file(*, wav: Path | None, text: str | None, folder: Path) -> Path:
    """What the caller says: a sound file of any format, a text for espeak-ng, or the shipped recording."""
    if wav is not None:
        return write_wav(folder / "speech.wav", read_sound(wav), RATE)
    if text is not None:
        if shutil.which(ESPEAK) is None:
            raise NoSpeech
        return write_wav(folder / "speech.wav", make.speak(make.ESPEAK, text), RATE)
    return SHIPPED_SPEECH


def place(caller: Caller, say: Callable[[str], None] = print) -> None:
    """Dial, speak again and again with pauses until either side hangs up."""
    host = caller.address.rpartition(":")[0]
    config = SipConfig(host=host, port=0, rtp_port=30_000, calls=1, user=caller.number, log_level=0)
    sip = PjsuaEndpoint(config)
    try:
        _Line(sip, caller, say).run()
    finally:
        sip.shut_down()  # with a BYE, also after Ctrl-C


class _Line:
    def __init__(self, sip: PjsuaEndpoint, caller: Caller, say: Callable[[str], None]) -> None:
        self._sip, self._caller, self._say = sip, caller, say
        self._answered_at: float | None = None
        self._speech: Node | None = None
        self._speak_at = 0.0
        self._digits = caller.digits

    def run(self) -> None:
        target = f"sip:{self._caller.called}@{self._caller.address}"
        self._leg = self._sip.dial(target, caller_id=self._caller.number)
        self._say(f"呼叫 {target} …")
        while True:
            for event in self._sip.poll(10):
                match event:
                    case LegAnswered():
                        self._begin()
                    case LegEnded(sip_code=code):
                        if self._answered_at is None:
                            raise Unreachable(code)
                        self._say("通话结束。")
                        return
                    case PlaybackEnded() if self._speech is not None:
                        self._sip.close(self._speech)
                        self._speech, self._speak_at = None, time.monotonic() + self._caller.pause_s
                    case DigitPressed(digit=digit):
                        self._say(f"热线发来按键 {digit}")
            self._act(time.monotonic())

    def _begin(self) -> None:
        self._answered_at = time.monotonic()
        self._say("热线已应答。")
        if self._caller.record is not None:
            tape = self._sip.record(self._caller.record)
            self._sip.connect((SILENCE, tape))
            self._sip.connect((self._leg, tape))

    def _act(self, now: float) -> None:
        if self._answered_at is None:
            return
        after_s = self._caller.hang_up_after_s
        if after_s is not None and now - self._answered_at >= after_s:
            self._sip.hang_up(self._leg)
        elif self._digits and now - self._answered_at > 1:
            self._sip.send_digits(self._leg, self._digits)
            self._digits = ""
        elif self._speech is None and now >= self._speak_at:
            self._speech = self._sip.play([self._caller.speech])
            self._sip.connect((self._speech, self._leg))


def _interrupt(*_: object) -> None:
    raise KeyboardInterrupt


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Place a real SIP call that speaks.")
    parser.add_argument("address", help="host:port of the hotline")
    parser.add_argument("--number", default=DEMO_NUMBER)
    parser.add_argument("--called", default="12345")
    parser.add_argument("--wav", type=Path)
    parser.add_argument("--text")
    parser.add_argument("--seconds", type=float)
    parser.add_argument("--record", type=Path)
    parser.add_argument("--digits", default="")
    parser.add_argument("--pause", type=float, default=PAUSE_S)
    chosen = parser.parse_args(arguments)
    signal.signal(signal.SIGTERM, _interrupt)
    with tempfile.TemporaryDirectory() as folder:
        caller = Caller(
            address=chosen.address,
            number=chosen.number,
            called=chosen.called,
            speech=speech_file(wav=chosen.wav, text=chosen.text, folder=Path(folder)),
            hang_up_after_s=chosen.seconds,
            record=chosen.record,
            digits=chosen.digits,
            pause_s=chosen.pause,
        )
        try:
            place(caller, lambda line: print(line, flush=True))
        except (NoSpeech, Unreachable) as problem:
            print(problem, file=sys.stderr)
            return 1
        except KeyboardInterrupt:
            print("已挂断。", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
