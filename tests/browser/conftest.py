"""The whole demo house as `hotline up` starts it, and a real Chromium with a microphone that beeps."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError

import pytest
from playwright.sync_api import Browser, BrowserContext, Playwright, sync_playwright

from tests.browser.screens import Person
from tests.sip.line import Telephone, eventually

SignIn = Callable[[str], Person]
PROJECT = Path(__file__).parents[2]
READY_WITHIN_S = 90
CHROMIUM = (
    "--no-sandbox",
    "--disable-dev-shm-usage",
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
    "--allow-loopback-in-peer-connection",
)
# What the browser hears of a call ends in an analyser that a test can ask for the loudest pitch.
LISTEN = """
const Peer = window.RTCPeerConnection
window.RTCPeerConnection = class extends Peer {
  constructor(...given) {
    super(...given)
    this.addEventListener('track', (event) => {
      const context = new AudioContext({ sampleRate: 16000 })
      const analyser = context.createAnalyser()
      analyser.fftSize = 4096
      context.createMediaStreamSource(new MediaStream([event.track])).connect(analyser)
      window.pitch = () => {
        const bins = new Float32Array(analyser.frequencyBinCount)
        analyser.getFloatFrequencyData(bins)
        const at = bins.indexOf(Math.max(...bins))
        return { hertz: (at * 16000) / 4096, decibel: bins[at] }
      }
    })
  }
}
"""


def free_port(kind: socket.SocketKind) -> int:
    with socket.socket(socket.AF_INET, kind) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass(frozen=True)
class Running:
    """A running house: where its pages and its telephone are, and the log of all its processes."""

    url: str
    sip: str
    log: Path


@pytest.fixture(scope="package")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    folder = tmp_path_factory.mktemp("house")
    web, sip = free_port(socket.SOCK_STREAM), free_port(socket.SOCK_DGRAM)
    house = Running(url=f"http://127.0.0.1:{web}", sip=f"127.0.0.1:{sip}", log=folder / "house.log")
    settings = {
        "HOTLINE_DATA_DIR": str(folder / "data"),
        "HOTLINE_HTTP_BIND": f"127.0.0.1:{web}",
        "HOTLINE_SIP_BIND": house.sip,
        "HOTLINE_RTP_PORT": "31000",
        "HOTLINE_WEBRTC_ADDRESSES": "127.0.0.1",
    }
    with house.log.open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "hotline", "up", "--demo"],
            env=os.environ | settings, cwd=PROJECT, stdout=log, stderr=log,
        )  # fmt: skip

    def ready() -> bool:
        assert process.poll() is None, house.log.read_text()[-4000:]
        try:
            with urllib.request.urlopen(house.url + "/readyz", timeout=2) as answer:
                return bool(answer.status == 200)
        except (URLError, OSError):
            return False

    eventually(ready, within_s=READY_WITHIN_S, every_s=0.2)
    yield house
    process.send_signal(signal.SIGINT)
    process.wait(30)


@pytest.fixture(scope="package")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture(scope="package")
def browser(playwright: Playwright) -> Iterator[Browser]:
    path = shutil.which("chromium")
    assert path, "chromium is missing: apt-get install chromium"
    browser = playwright.chromium.launch(executable_path=path, args=list(CHROMIUM))
    yield browser
    browser.close()


@pytest.fixture
def contexts(browser: Browser, running: Running) -> Iterator[list[BrowserContext]]:
    opened: list[BrowserContext] = []
    yield opened
    for context in opened:
        context.close()


@pytest.fixture
def as_person(browser: Browser, running: Running, contexts: list[BrowserContext]) -> Iterator[SignIn]:
    """Sign somebody in, each in a browser profile of their own, at the size of an office screen.

    Whoever took a seat leaves it afterwards, so that callers of other tests do not ring there.
    """
    people: list[Person] = []

    def sign_in(username: str) -> Person:
        context = browser.new_context(
            base_url=running.url,
            viewport={"width": 1366, "height": 768},
            locale="zh-CN",
            timezone_id="Asia/Shanghai",
        )
        context.add_init_script(LISTEN)
        contexts.append(context)
        people.append(Person(context.new_page(), username))
        return people[-1].sign_in()

    yield sign_in
    for person in people:
        if person.is_seated:
            person.leave_seat()


@pytest.fixture
def ring(running: Running, tmp_path: Path) -> Iterator[Callable[..., Telephone]]:
    """A telephone that calls the house and says one tone; hung up at the end if it still talks."""
    telephones: list[Telephone] = []

    def call(number: str, hertz: float) -> Telephone:
        telephones.append(Telephone(running.sip, tmp_path, number=number, hertz=hertz))
        return telephones[-1]

    yield call
    for telephone in telephones:
        telephone.close()
