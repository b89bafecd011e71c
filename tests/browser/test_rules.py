"""Pages of rules and supervision on screen: what the server says is shown, asked, decided and shown again."""

import re

from playwright.sync_api import expect

from tests.browser.screens import Person

NOTICE = """国务院办公厅关于2027年部分节假日安排的通知
一、元旦：1月1日（周五）至3日（周日）放假，共3天。
二、国庆节：10月1日（周五）至7日（周四）放假调休，共7天。10月9日（周六）上班。"""


def test_a_notice_is_previewed_before_it_changes_the_calendar(as_person) -> None:
    admin = as_person("admin")
    admin.open_list("工作日历")
    year = admin.page.get_by_role("spinbutton", name="年份")
    year.fill("2027")
    year.press("Enter")
    state = admin.page.get_by_test_id("year-state")
    expect(state).to_contain_text("2027 年尚无国务院办公厅通知")
    admin.page.get_by_test_id("import-notice").click()
    admin.page.get_by_role("textbox", name="导入通知").fill("关于放假的通知")
    admin.page.get_by_test_id("read-notice").click()
    expect(admin.page.get_by_role("dialog").get_by_role("alert")).to_contain_text("没能读懂")
    admin.page.get_by_role("textbox", name="导入通知").fill(NOTICE)
    admin.page.get_by_test_id("read-notice").click()
    expect(admin.page.get_by_test_id("preview")).to_contain_text("10-09 国庆节调休上班")
    admin.page.get_by_test_id("declare").click()
    expect(state).to_contain_text("2027 年已按正式通知安排")
    expect(admin.page.get_by_test_id("moving")).to_contain_text("上次变更共顺延", timeout=30_000)
    assert admin.complaints == []


def test_an_export_is_asked_by_one_person_allowed_by_another_and_taken_by_the_first(as_person) -> None:
    coordinator, head = as_person("coordinator1"), as_person("head1")
    coordinator.open_list("全部工单")
    coordinator.page.get_by_test_id("ask-export").click()
    coordinator.page.get_by_label("导出理由和用途").fill("季度分析用")
    coordinator.page.get_by_role("dialog").get_by_role("button", name="申请导出").click()
    expect(coordinator.page.get_by_role("dialog")).to_have_count(0)
    head.open_list("导出审批")
    head.page.get_by_role("button", name="批准").first.click()
    head.page.get_by_label("审批意见").fill("同意")
    head.page.get_by_role("dialog").get_by_role("button", name="批准").click()
    expect(head.page.get_by_text("同意", exact=True).first).to_be_visible()
    coordinator.open_list("导出申请")
    with coordinator.page.expect_download() as taken:
        coordinator.page.get_by_role("link", name="下载").first.click()
    assert re.fullmatch(r"工单导出-\d+\.xlsx", taken.value.suggested_filename)
    assert coordinator.complaints == head.complaints == []


def test_the_desk_of_a_unit_keeps_its_templates(as_person) -> None:
    head: Person = as_person("zhujian_head")
    tools = head.page.get_by_role("region", name="答复模板")
    tools.get_by_role("button", name="新增模板").click()
    head.page.get_by_label("名称").fill("电梯维修")
    head.page.get_by_role("textbox", name="内容").fill("已派维保单位到场")
    head.page.get_by_role("button", name="保存").click()
    expect(tools.get_by_text("电梯维修")).to_be_visible()
    head.page.reload()
    expect(tools.get_by_text("电梯维修")).to_be_visible()
    tools.get_by_role("button", name="删除").first.click()
    expect(tools.get_by_text("还没有模板")).to_be_visible()
    assert head.complaints == []


def test_a_citizen_proves_a_number_by_the_code_of_the_sms(as_person) -> None:
    page = as_person("security").page
    page.goto("/my")
    page.get_by_label("手机号码").fill("13900001234")
    page.get_by_role("button", name="获取短信验证码").click()
    inbox = page.context.new_page()

    def code() -> str | None:
        inbox.goto("/demo/sms")
        found = re.search(r"验证码(\d{6})", inbox.content())
        return found and found[1]

    while (given := code()) is None:
        inbox.wait_for_timeout(300)
    page.get_by_label("短信验证码").fill(given)
    page.get_by_role("button", name="查看我的工单").click()
    expect(page.get_by_role("heading", name="我的工单")).to_be_visible()
    expect(page.get_by_text("这个手机号码名下没有工单")).to_be_visible()
