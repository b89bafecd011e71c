"""A call on the screen of a real Chromium: from the queue to the caller's card, from the click on 接听 to both voices.

Baselines: queued → screen pop p95 under 300 ms; answer → two-way audio under 1 s. Clocks: the house and the browser
run on one machine; the card counts when the browser has painted it.
"""

import os
import platform
import shutil
import sys
import tempfile
import time
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from bench.running import quantiles
from hotline import opening
from hotline.core.house import House
from hotline.core.identity import SYSTEM
from hotline.core.settings import Settings
from telephony.models import Call
from tests import whole_house
from tests.browser.conftest import CHROMIUM, LISTEN
from tests.browser.screens import Person
from tests.sip.line import Telephone, eventually, loudness

CALLS = 25
POP_P95_MS = 300
AUDIO_S = 1.0
HERTZ = 620.0
RATE = 16_000
WATCH = """
window.popped = 0
new MutationObserver(() => {
  const card = document.querySelector('[data-testid=answer]')
  if (card && !window.popped) requestAnimationFrame(() => { window.popped ||= Date.now() })
  if (!card) window.popped = 0
}).observe(document, { childList: true, subtree: true })
"""


def queued_at_ms(database: House) -> float:
    with database.open_uow(SYSTEM) as uow:
        call = uow.session.query(Call).order_by(Call.id.desc()).first()
        if call is None or call.queued_at is None:
            raise SystemExit("the call never came to the queue")
        return call.queued_at.timestamp() * 1000


def hears_caller(page: Page) -> bool:
    pitch = page.evaluate("window.pitch ? window.pitch() : { hertz: 0, decibel: -200 }")
    return abs(pitch["hertz"] - HERTZ) < 15 and pitch["decibel"] > -60


def one_call(
    person: Person, house: whole_house.Running, database: House, folder: Path
) -> tuple[float, float]:
    """Seconds to the card, seconds to both voices."""
    page = person.page
    telephone = Telephone(house.sip, folder, number="13800138000", hertz=HERTZ)
    popped = float(eventually(lambda: page.evaluate("window.popped"), within_s=30, every_s=0.2))
    pop = popped - queued_at_ms(database)
    page.wait_for_timeout(500)
    clicked = time.monotonic()
    page.keyboard.press("F2")
    eventually(lambda: hears_caller(page) and loudness(telephone.heard()[-RATE // 10 :]) > 30, every_s=0.01)
    audio = time.monotonic() - clicked
    page.keyboard.press("F9")
    telephone.ends()
    page.get_by_test_id("end-wrap-up").click()
    person.seat_is("空闲")
    return pop / 1000, audio


def main() -> int:
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        folder = Path(name)
        with (
            whole_house.running(folder) as house,
            opening.open_house(Settings(data_dir=house.data_dir)) as database,
        ):
            browser = playwright.chromium.launch(
                executable_path=shutil.which("chromium"), args=list(CHROMIUM)
            )
            page = browser.new_page(base_url=house.url, viewport={"width": 1366, "height": 768})
            page.add_init_script(LISTEN + WATCH)
            person = Person(page, "agent1").sign_in()
            person.take_seat()
            load = os.getloadavg()[0]
            figures = [one_call(person, house, database, folder) for _ in range(CALLS)]
            browser.close()
    pop50, pop95 = quantiles([pop for pop, _ in figures])
    audio = [audio for _, audio in figures]
    print(f"{platform.node()}, {os.cpu_count()} cores, load {load:.1f}, {CALLS} calls")
    print(f"queued → screen pop: p50 {pop50:.0f} ms, p95 {pop95:.0f} ms, baseline {POP_P95_MS} ms")
    print(f"answer → two-way audio: worst {max(audio):.2f} s, baseline {AUDIO_S} s")
    return 0 if pop95 < POP_P95_MS and max(audio) < AUDIO_S else 1


if __name__ == "__main__":
    sys.exit(main())
