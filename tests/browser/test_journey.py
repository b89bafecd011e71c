"""One complaint from the agent's desk to the closed case, by clicks and keys, each step by the person whose it is."""

import re
from datetime import datetime, timedelta
from pathlib import Path
from secrets import token_hex

from PIL import Image
from playwright.sync_api import expect

from hotline.core.clock import LOCAL
from tests.browser.screens import Person

TITLE = f"盛世华庭小区东侧工地夜间施工扰民 {token_hex(2)}"
FACTS = "盛世华庭小区东侧工地连续三晚施工到凌晨两点，打桩机噪声很大，家里有老人和孩子，无法休息。"


def register(agent: Person) -> int:
    page = agent.page
    page.get_by_role("button", name="新建工单").first.click()
    page.get_by_role("radio", name="投诉").check(force=True)
    agent.choose("诉求分类", "zs", "噪声")
    agent.choose("区域", "jl", "集里")
    agent.field("标题").fill(TITLE)
    agent.field("事实经过").fill(FACTS)
    agent.field("诉求目的").fill("要求夜间停止施工，并告知处理结果。")
    agent.field("姓名").fill("李某某")
    agent.field("联系电话").fill("13800138000")
    page.get_by_test_id("secrecy-asked").click()
    agent.saved()
    with page.expect_response(re.compile("/actions/submit$")) as submitted:
        page.keyboard.press("Control+Enter")
    assert submitted.value.ok, submitted.value.text()
    return int(submitted.value.json()["id"])


def code_of(person: Person, unit_id: int) -> str:
    units = person.page.request.get("/api/v1/lookups/units").json()["items"]
    return next(unit["code"] for unit in units if unit["id"] == unit_id)


def test_complaint_when_everybody_does_their_part_is_closed(as_person, tmp_path: Path) -> None:
    agent = as_person("agent1")
    case_id = register(agent)

    reviewer = as_person("reviewer1")
    reviewer.open_case(TITLE)
    reviewer.act("审核通过")
    reviewer.confirm()

    dispatcher = as_person("dispatcher1")
    dispatcher.open_case(TITLE)
    units = dispatcher.act("派单")
    units.get_by_role("button", name="采用").first.click()
    # One unit alone keeps the journey short; several are the matter of dispatch's own tests.
    for helper in reversed(units.locator(".el-tag__close").all()):
        helper.click()
    with dispatcher.page.expect_response(re.compile("/actions/dispatch$")) as dispatched:
        dispatcher.confirm()
    unit = code_of(dispatcher, dispatched.value.json()["assignments"][0]["unit_id"])

    clerk = as_person(f"{unit}_clerk")
    clerk.open_case(TITLE)
    clerk.act("签收")
    clerk.confirm()
    clerk.open_list("办理中")
    clerk.open_case(TITLE)
    contact = clerk.act("联系群众")
    contact.get_by_text("电话", exact=True).click()
    contact.get_by_label("联系时间").fill(f"{datetime.now(LOCAL) - timedelta(minutes=1):%Y-%m-%d %H:%M:%S}")
    contact.get_by_label("联系时间").press("Enter")
    contact.get_by_label("拨打的号码").fill("13800138000")
    contact.get_by_label("沟通情况").fill("已电话联系来电人，约定今晚现场查看。")
    clerk.confirm()

    head = as_person(f"{unit}_head")
    head.open_list("办理中")
    head.open_case(TITLE)
    result = head.act("提交办结")
    result.get_by_role("radiogroup", name="诉求属实").get_by_text("是", exact=True).click()
    result.get_by_role("radiogroup", name="是否解决").get_by_text("已解决", exact=True).click()
    result.get_by_label("办理情况").fill(
        "已责令施工单位停止夜间施工，并安排人员连续三晚巡查，未再发现夜间施工。"
    )
    result.get_by_label("公开答复内容").fill(
        "11月24日已责令该工地停止夜间施工，并安排专人夜间巡查，目前夜间已停工。"
    )
    photo = tmp_path / "现场.png"
    Image.new("RGB", (64, 48), "grey").save(photo)
    result.locator("input[type=file]").set_input_files(photo)
    expect(result.get_by_text("现场.png")).to_be_visible()
    head.confirm()

    auditor = as_person("auditor1")
    auditor.open_case(TITLE)
    auditor.act("审核办结通过")
    auditor.confirm()

    follow_up = as_person("followup1")
    follow_up.open_case(TITLE)
    answers = follow_up.act("办结")
    answers.get_by_role("radiogroup", name="回访方式").get_by_text("短信", exact=True).click()
    answers.get_by_role("radiogroup", name="承办人员是否联系").get_by_text("是", exact=True).click()
    answers.get_by_role("radiogroup", name="办理情况是否属实").get_by_text("是", exact=True).click()
    answers.get_by_role("radiogroup", name="是否解决").get_by_text("已解决", exact=True).click()
    answers.get_by_role("radiogroup", name="是否满意").get_by_text("满意", exact=True).click()
    follow_up.confirm()

    agent.page.goto(f"/console/cases/{case_id}")
    expect(agent.page.get_by_text("已办结").first).to_be_visible()
    steps = agent.page.get_by_role("region", name="办理过程")
    for label in ("提交", "审核通过", "派单", "签收", "联系群众", "提交办结", "审核办结通过", "办结"):
        expect(steps.get_by_text(label, exact=True).first).to_be_visible()
    for person in (agent, reviewer, dispatcher, clerk, head, auditor, follow_up):
        assert person.complaints == [], person.username
