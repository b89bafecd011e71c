"""The roads beside the straight one, each by whose it is: sent back by the auditor, reworked by follow-up, supervised by
the coordinator, passed on and climbed; and the citizen's whole way on a telephone without scripts."""

from pathlib import Path
from secrets import token_hex

from PIL import Image
from playwright.sync_api import Browser, expect

from tests.browser.behind import COMPLAINT, UNIT, Behind
from tests.browser.screens import Person
from tests.whole_house import Running

PHONE = {"width": 390, "height": 844}


def at_case(person: Person, case_id: int) -> Person:
    person.page.goto(f"/console/cases/{case_id}")
    expect(person.page.get_by_role("toolbar", name="可做的操作")).to_be_visible()
    return person


def stands(person: Person, status: str) -> None:
    expect(person.page.get_by_text(status, exact=True).first).to_be_visible()


def test_result_that_does_not_do_goes_back_and_the_unit_is_supervised(
    as_person, behind: Behind, tmp_path: Path
) -> None:
    case_id = behind.replied(f"电梯停运三天 {token_hex(2)}")

    auditor = at_case(as_person("auditor1"), case_id)
    sheet = auditor.page.get_by_test_id("audit-sheet")
    expect(sheet).to_contain_text(COMPLAINT["demand"])
    expect(sheet).to_contain_text("更换电梯主板后已于当日16时修好电梯")
    expect(sheet).to_contain_text("联系证据")
    auditor.act("打回").get_by_label("理由").fill("没有说明维保单位和后续检查安排")
    auditor.confirm()
    stands(auditor, "办理中")

    behind.reply(case_id)
    behind.act("auditor1", case_id, "pass_audit")
    follow_up = at_case(as_person("followup1"), case_id)
    answers = follow_up.act("重办")
    answers.get_by_role("radiogroup", name="回访方式").get_by_text("短信", exact=True).click()
    answers.get_by_role("radiogroup", name="是否解决").get_by_text("未解决", exact=True).click()
    answers.get_by_role("radiogroup", name="是否满意").get_by_text("不满意", exact=True).click()
    answers.get_by_role("radiogroup", name="诉求合理").get_by_text("是", exact=True).click()
    answers.get_by_label("重办理由").fill("电梯又停了")
    follow_up.confirm()
    stands(follow_up, "重办中")

    coordinator = at_case(as_person("coordinator1"), case_id)
    order = coordinator.act("发督办文书")
    coordinator.choose("被督办单位", "住建", "住房和城乡建设局")
    order.get_by_label("督办事由").fill("回访不满意，重办未见行动")
    order.get_by_label("督办要求").fill("三个工作日内办结并书面报告")
    coordinator.confirm()
    coordinator.open_list("督办管理")
    row = coordinator.page.get_by_role("row").filter(has_text="回访不满意，重办未见行动")
    with coordinator.page.expect_download() as printed:
        row.get_by_role("link", name="PDF").click()
    printed.value.save_as(tmp_path / "order.pdf")
    assert (tmp_path / "order.pdf").read_bytes().startswith(b"%PDF-")
    for person in (auditor, follow_up, coordinator):
        assert person.complaints == [], person.username


def test_case_that_nobody_wants_climbs_and_is_designated(as_person, behind: Behind, tmp_path: Path) -> None:
    case_id = behind.dispatched(f"两家互推的电梯 {token_hex(2)}")
    with behind.person(f"{UNIT}_head") as head:
        wanted = {
            "reason_class": "overlap", "reason": "电梯监管不属于本单位职责", "law_basis": "《特种设备安全法》",
            "suggested_unit_id": head.unit("shijian"),
        }  # fmt: skip
        head.post(f"cases/{case_id}/actions/ask_return", {"payload": wanted})
    behind.act("dispatcher1", case_id, "raise_dispute", {"reason": "职能交叉，两家各执一词"})

    coordinator = at_case(as_person("coordinator1"), case_id)
    coordinator.act("提级协调").get_by_label("理由").fill("协商会未达成一致")
    coordinator.confirm()
    opinion = coordinator.act("提交意见")
    opinion.get_by_role("textbox", name="意见").fill("“三定”规定由住建部门负责")
    opinion.get_by_role("radiogroup", name="意见方").get_by_text("机构编制", exact=True).click()
    coordinator.confirm()
    form = coordinator.act("指定承办")
    coordinator.choose("指定主办单位", "住建", "住房和城乡建设局")
    form.get_by_label("协调纪要").fill("会议议定由住建局承办")
    minutes = tmp_path / "纪要.png"
    Image.new("RGB", (64, 48), "white").save(minutes)
    form.locator("input[type=file]").set_input_files(minutes)
    expect(form.get_by_text("纪要.png")).to_be_visible()
    coordinator.confirm()
    stands(coordinator, "待签收")
    coordinator.page.get_by_role("tab", name="卷宗").click()
    room = coordinator.page.get_by_role("region", name="职责争议")
    expect(room).to_contain_text("机构编制、司法行政部门意见")
    expect(room).to_contain_text("终审，不得再退")
    assert coordinator.complaints == []


def test_citizen_on_a_telephone_without_scripts_goes_the_whole_way(
    browser: Browser, running: Running, behind: Behind, tmp_path: Path
) -> None:
    context = browser.new_context(base_url=running.url, viewport=PHONE, java_script_enabled=False)
    page = context.new_page()
    page.set_default_timeout(10_000)
    page.goto("/")
    page.get_by_role("link", name="我要反映问题").click()
    page.get_by_label("投诉，有人或单位没做好").check()
    page.get_by_label("请说清楚是什么事").fill("金沙小区 3 栋电梯停运三天，老人出行困难。")
    page.get_by_label("您希望怎么解决").fill("尽快修好电梯")
    page.get_by_label("事情发生在哪个镇街").select_option(index=1)
    page.get_by_label("详细地点").fill("金沙小区 3 栋")
    photo = tmp_path / "电梯.jpg"
    Image.new("RGB", (320, 240), "grey").save(photo)
    page.get_by_label("照片或材料").set_input_files(photo)
    page.get_by_label("联系电话").fill("13800138000")
    page.get_by_role("button", name="提交").click()
    case_no, code = page.locator(".number").all_inner_texts()

    with behind.person("reviewer1") as reviewer:
        [row] = reviewer.get(f"cases?list=all&q={case_no}")["items"]
        case_id = int(row["id"])
        reviewer.post(f"cases/{case_id}/actions/accept", {"payload": {}})
    with behind.person("dispatcher1") as dispatcher:
        form = {"lead_unit_id": dispatcher.unit(UNIT), "reason": "按职责派单"}
        dispatcher.post(f"cases/{case_id}/actions/dispatch", {"payload": form})
    behind.act(f"{UNIT}_clerk", case_id, "sign")

    page.goto("/progress")
    page.get_by_label("工单编号").fill(case_no)
    page.get_by_label("查询码").fill(code)
    page.get_by_role("button", name="查询").click()
    expect(page.get_by_text("正在办理").first).to_be_visible()
    expect(page.get_by_text("最晚什么时候答复")).to_be_visible()
    page.get_by_text("催一催", exact=True).first.click()
    page.get_by_role("button", name="催一催").click()
    expect(page.get_by_text("已催办。")).to_be_visible()
    taken = context.request.get(page.get_by_role("link", name="电梯.jpg").get_attribute("href") or "")
    assert taken.headers["content-type"] == "image/jpeg"

    behind.reply(case_id)
    behind.act("auditor1", case_id, "pass_audit")
    page.goto(f"/case?no={case_no}")
    page.get_by_role("radio", name="满意", exact=True).check()
    page.get_by_role("radio", name="已解决", exact=True).check()
    page.get_by_role("button", name="提交评价").click()
    expect(page.get_by_text("谢谢您的评价。")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    context.close()
