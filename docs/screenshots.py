"""Takes the pictures of the README from a running demo house: `python docs/screenshots.py [http://127.0.0.1:8012]`.

Needs Playwright and chromium. The case on the pictures is registered by the script itself, through the console.
"""

import shutil
import sys
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

sys.path.insert(0, str(Path(__file__).parents[1]))
from tests.browser.screens import Person

IMAGES = Path(__file__).parent / "images"
SCREEN = {"width": 1366, "height": 768}
TITLE = "盛世华庭小区东侧工地夜间施工扰民"
FACTS = "盛世华庭小区东侧工地连续三晚施工到凌晨两点，打桩机噪声很大，家里有老人和孩子，无法休息。"


def person(browser: Browser, house: str, username: str) -> Person:
    context = browser.new_context(base_url=house, viewport=SCREEN, locale="zh-CN", timezone_id="Asia/Shanghai")
    return Person(context.new_page(), username).sign_in()


def shoot(someone: Person, name: str) -> None:
    someone.page.wait_for_load_state("networkidle")
    someone.page.wait_for_timeout(800)
    someone.page.screenshot(path=IMAGES / f"{name}.png")


def desk(agent: Person) -> None:
    agent.take_seat()
    agent.page.get_by_role("button", name="新建工单").first.click()
    agent.field("标题").fill(TITLE)
    agent.field("事实经过").fill(FACTS)
    agent.field("诉求目的").fill("要求夜间停止施工，并告知处理结果。")
    agent.saved()
    shoot(agent, "desk")


def main(house: str) -> None:
    IMAGES.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"),
            args=["--no-sandbox", "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"],
        )
        desk(person(browser, house, "agent1"))
        reviewer = person(browser, house, "reviewer1")
        shoot(reviewer, "review")
        shoot(person(browser, house, "leader1"), "board")
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8012")
