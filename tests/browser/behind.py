"""People who do their part over HTTP, so that a journey in the browser can begin where it is about something."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from PIL import Image
from playwright.sync_api import APIRequestContext, Playwright

from hotline.core.clock import LOCAL
from tests.browser.screens import PASSWORD

UNIT = "zhujian"
COMPLAINT = {
    "case_type": "complaint",
    "facts": "金沙小区 3 栋电梯停运三天，老人出行困难。",
    "demand": "尽快修好电梯",
    "address": "金沙小区 3 栋",
    "name": "张某某",
    "contact_no": "13800138000",
    "secrecy_asked": True,
}
RESULT = {
    "facts_true": True,
    "solved": "yes",
    "result": "维保单位已更换主板",
    "findings_explained": "同一电梯的多件诉求，处理结果相同",
    "public_reply": "11月20日上午我局到金沙小区3栋核查，更换电梯主板后已于当日16时修好电梯，恢复运行。",
}


class Behind:
    def __init__(self, playwright: Playwright, url: str) -> None:
        self.playwright, self.url = playwright, url

    @contextmanager
    def person(self, username: str) -> Iterator["Hands"]:
        request = self.playwright.request.new_context(base_url=self.url)
        answer = request.post("/api/v1/auth/login", data={"username": username, "password": PASSWORD})
        assert answer.ok, answer.text()
        yield Hands(request, answer.json()["csrf_token"])
        request.dispose()

    def act(
        self, who: str, case_id: int, action: str, payload: dict[str, Any] | None = None
    ) -> dict[str, Any]:
        with self.person(who) as hands:
            return hands.post(f"cases/{case_id}/actions/{action}", {"payload": payload or {}})

    # -- a case on its way

    def registered(self, title: str) -> int:
        with self.person("agent1") as agent:
            where = {"category_code": agent.leaf("categories"), "area_code": agent.leaf("areas")}
            case = agent.post("cases", COMPLAINT | where | {"title": title})
            agent.post(f"cases/{case['id']}/actions/submit", {"payload": {}})
            return int(case["id"])

    def dispatched(self, title: str, unit: str = UNIT) -> int:
        case_id = self.registered(title)
        self.act("reviewer1", case_id, "accept")
        with self.person("dispatcher1") as dispatcher:
            form = {
                "lead_unit_id": dispatcher.unit(unit),
                "reason": "按职责派单",
                "township_reason": "先行处置",
            }
            dispatcher.post(f"cases/{case_id}/actions/dispatch", {"payload": form})
        return case_id

    def replied(self, title: str) -> int:
        case_id = self.dispatched(title)
        self.act(f"{UNIT}_clerk", case_id, "sign")
        self.reply(case_id)
        return case_id

    def reply(self, case_id: int) -> None:
        now = datetime.now(LOCAL) - timedelta(minutes=1)
        contact = {
            "how": "phone",
            "contacted_at": now.isoformat(),
            "number": "13800138000",
            "note": "已与来电人沟通",
        }
        self.act(f"{UNIT}_clerk", case_id, "record_contact", contact)
        with self.person(f"{UNIT}_head") as head:
            form = RESULT | {"attachment_ids": [head.attach(case_id)]}
            head.post(f"cases/{case_id}/actions/submit_result", {"payload": form})


class Hands:
    """One signed-in person without a screen."""

    def __init__(self, request: APIRequestContext, csrf: str) -> None:
        self.request, self.headers = request, {"X-CSRF-Token": csrf}

    def get(self, path: str) -> dict[str, Any]:
        answer = self.request.get(f"/api/v1/{path}")
        assert answer.ok, answer.text()
        return dict(answer.json())

    def post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        answer = self.request.post(f"/api/v1/{path}", data=body, headers=self.headers)
        assert answer.ok, answer.text()
        return dict(answer.json())

    def unit(self, code: str) -> int:
        units = self.get("lookups/units")["items"]
        return next(int(unit["id"]) for unit in units if unit["code"] == code)

    def leaf(self, tree: str) -> str:
        """Code of the first entry of a tree that has nothing below it."""
        items = self.get(f"lookups/{tree}")["items"]
        above = {item["parent_code"] for item in items}
        return next(str(item["code"]) for item in items if item["code"] not in above)

    def attach(self, case_id: int) -> int:
        picture = io.BytesIO()
        Image.new("RGB", (64, 48), "grey").save(picture, "PNG")
        photo = {"name": "现场.png", "mimeType": "image/png", "buffer": picture.getvalue()}
        answer = self.request.post(
            f"/api/v1/cases/{case_id}/attachments", multipart={"file": photo, "kind": "evidence"},
            headers=self.headers,
        )  # fmt: skip
        assert answer.ok, answer.text()
        return int(answer.json()["id"])
