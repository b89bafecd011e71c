"""The whole demo house as `hotline up` starts it, and a real Chromium with a microphone that beeps."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Playwright, sync_playwright

from tests import whole_house
from tests.browser.behind import Behind
from tests.browser.screens import Person
from tests.sip.line import Telephone
from tests.whole_house import Running

SignIn = Callable[[str], Person]
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


@pytest.fixture(scope="package")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with whole_house.running(tmp_path_factory.mktemp("house")) as house:
        yield house


@pytest.fixture(scope="package")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture(scope="package")
def behind(playwright: Playwright, running: Running) -> Behind:
    return Behind(playwright, running.url)


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
