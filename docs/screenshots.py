"""Takes the pictures of the README from a running demo house.

`python -m docs.screenshots [http://127.0.0.1:8012] [127.0.0.1:5060]` (web, SIP), from the project's root. Needs Playwright and chromium; the
caller on the pictures is the shipped demo call.
"""

import shutil
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from tests.browser.conftest import CHROMIUM
from tests.browser.screens import Person

IMAGES = Path(__file__).parent / "images"
SCREEN = {"width": 1366, "height": 768}
TITLE = "盛世华庭小区东侧工地夜间施工扰民"
FACTS = "盛世华庭小区东侧工地连续三晚施工到凌晨两点，打桩机噪声很大，家里有老人和孩子，无法休息。"


def person(browser: Browser, house: str, username: str) -> Person:
    context = browser.new_context(
        base_url=house, viewport=SCREEN, locale="zh-CN", timezone_id="Asia/Shanghai"
    )
    return Person(context.new_page(), username).sign_in()


def shoot(someone: Person, name: str) -> None:
    someone.page.wait_for_load_state("networkidle")
    someone.page.wait_for_timeout(800)
    someone.page.screenshot(path=IMAGES / f"{name}.png")


def desk(agent: Person, sip: str) -> None:
    """A call in progress, with what the agent has typed and what the classifier makes of it."""
    agent.take_seat()
    caller = subprocess.Popen([sys.executable, "-m", "telephony.demo_call", sip])
    try:
        agent.page.get_by_test_id("answer").wait_for(timeout=30_000)
        agent.page.keyboard.press("F2")
        agent.page.get_by_test_id("audio-ok").wait_for()
        agent.field("标题").fill(TITLE)
        agent.field("事实经过").fill(FACTS)
        agent.field("诉求目的").fill("要求夜间停止施工，并告知处理结果。")
        agent.page.get_by_test_id("secrecy-asked").click()
        agent.saved()
        for key in ("Alt+1", "Alt+2"):
            agent.page.keyboard.press(key)
        shoot(agent, "desk")
        agent.page.keyboard.press("F9")
    finally:
        caller.terminate()
        caller.wait()


def work_list_and_case(dispatcher: Person) -> None:
    dispatcher.open_list("全部工单")
    shoot(dispatcher, "list")
    dispatcher.open_list("待派单")
    dispatcher.page.get_by_role("grid").get_by_role("link").first.click()
    dispatcher.page.get_by_role("toolbar").wait_for()
    shoot(dispatcher, "case")
    dispatcher.act("派单")
    shoot(dispatcher, "dispatch")


def main(house: str, sip: str) -> None:
    IMAGES.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=list(CHROMIUM))
        leader = person(browser, house, "leader1")
        desk(person(browser, house, "agent1"), sip)
        shoot(leader, "board")
        work_list_and_case(person(browser, house, "dispatcher1"))
        browser.close()


if __name__ == "__main__":
    given = sys.argv[1:]
    main(given[0] if given else "http://127.0.0.1:8012", given[1] if len(given) > 1 else "127.0.0.1:5060")
