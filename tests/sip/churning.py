"""Browsers and prompts that come and go on one engine as fast as the bridge turns; ends well or dies of it."""

import sys
from pathlib import Path

from telephony.recording_files import write_wav
from telephony.sip.endpoint import PjsuaEndpoint, SipConfig
from telephony.sip.port import SILENCE, PcmStream
from tests.sip.line import tone

TURNS = 150


def main(folder: Path) -> None:
    sip = PjsuaEndpoint(SipConfig(host="127.0.0.1", port=0, rtp_port=41_000, calls=1))
    words = [write_wav(folder / f"{name}.wav", tone(440.0, 0.04), 8_000) for name in ("one", "two")]
    for turn in range(TURNS):
        browsers = [sip.open_stream(PcmStream()) for _ in range(3)]
        for one, other in ((0, 1), (1, 2), (2, 0)):
            sip.connect((browsers[one], browsers[other]))
        prompt, tape = sip.play(words), sip.record(folder / "tape.wav")
        sip.connect((prompt, browsers[0]))
        sip.connect((SILENCE, tape))
        sip.poll(turn % 10)
        for node in (*browsers, prompt, tape):
            sip.close(node)
    sip.shut_down()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
