"""What a person does on the console, in the words of the office; used by the browser tests and the screenshots."""

import re
from dataclasses import dataclass, field

from playwright.sync_api import ConsoleMessage, Locator, Page, expect

PASSWORD = "Demo-12345"
WITHIN_MS = 10_000


@dataclass
class Person:
    """Somebody at a browser; `complaints` are errors and refused policies that the browser logged."""

    page: Page
    username: str
    complaints: list[str] = field(default_factory=list)
    is_seated: bool = False

    def __post_init__(self) -> None:
        self.page.set_default_timeout(WITHIN_MS)
        self.page.on("console", self._note)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def _note(self, message: ConsoleMessage) -> None:
        # A refused request is told to the person and logged by the browser on its own.
        if message.type == "error" and "Failed to load resource" not in message.text:
            self.complaints.append(message.text)

    def sign_in(self) -> "Person":
        self.page.goto("/console/")
        self.page.get_by_label("账号", exact=True).fill(self.username)
        self.page.get_by_label("密码", exact=True).fill(PASSWORD)
        self.page.get_by_role("button", name="登录", exact=True).click()
        expect(self.page.get_by_role("navigation", name="主菜单")).to_be_visible(timeout=WITHIN_MS)
        return self

    def take_seat(self) -> None:
        sign_in = self.page.get_by_test_id("sign-in")
        expect(sign_in.or_(self.page.get_by_test_id("seat-state"))).to_be_visible()
        if sign_in.is_visible():
            sign_in.click()
        self.is_seated = True
        self.seat_is("空闲")

    def leave_seat(self) -> None:
        """So that callers of other tests do not ring here."""
        csrf = self.page.request.get("/api/v1/auth/me").json()["csrf_token"]
        self.page.request.post("/api/v1/seat/sign_out", headers={"X-CSRF-Token": csrf})

    def seat_is(self, label: str, within_ms: int = WITHIN_MS) -> None:
        expect(self.page.get_by_test_id("seat-state")).to_have_text(label, timeout=within_ms)

    def hears(self) -> dict[str, float]:
        return self.page.evaluate("window.pitch ? window.pitch() : { hertz: 0, decibel: -200 }")

    def field(self, label: str) -> Locator:
        return self.page.get_by_role("textbox", name=label, exact=True)

    def choose(self, label: str, typed: str, hit: str) -> None:
        """Type into a searching list and take the entry that holds `hit`."""
        box = self.page.get_by_label(label, exact=True).first
        box.click()
        box.press_sequentially(typed)
        self.page.locator(".el-cascader__suggestion-item:visible, .el-select-dropdown__item:visible").filter(
            has_text=hit
        ).first.click()

    def saved(self) -> None:
        expect(self.page.get_by_test_id("save-state")).to_contain_text("已自动保存", timeout=WITHIN_MS)

    def open_list(self, label: str) -> None:
        self.page.get_by_role("navigation", name="主菜单").get_by_role(
            "link", name=re.compile(f"^{label}")
        ).click()

    def open_case(self, title: str) -> None:
        self.page.get_by_role("link", name=title).first.click()
        expect(self.page.get_by_role("heading", level=1)).to_have_text(title)

    def act(self, label: str) -> Locator:
        """Press an action; the answer is its form, if it has one."""
        self.page.get_by_role("toolbar", name="可做的操作").get_by_role(
            "button", name=label, exact=True
        ).click()
        return self.page.get_by_role("dialog")

    def confirm(self) -> None:
        self.page.get_by_test_id("action-confirm").click()
        expect(self.page.get_by_role("dialog")).to_have_count(0, timeout=WITHIN_MS)
