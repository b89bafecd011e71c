"""The case form: nothing typed is lost, suggestions are taken by key, two screens never overwrite each other."""

from playwright.sync_api import expect

from tests.browser.screens import Person

FACTS = "金沙中路盛世华庭小区东侧工地连续三晚施工到凌晨两点，打桩机噪声很大，老人孩子无法休息。"


def new_case(agent: Person) -> None:
    agent.page.get_by_role("button", name="新建工单").first.click()
    expect(agent.field("标题")).to_be_visible()


def test_form_when_the_page_is_reloaded_before_it_was_saved_is_all_there(as_person) -> None:
    agent = as_person("agent2")
    new_case(agent)
    agent.field("标题").fill("先保存的标题")
    agent.saved()
    agent.page.route(
        "**/api/v1/cases/*",
        lambda route: route.abort() if route.request.method == "PATCH" else route.continue_(),
    )
    agent.field("事实经过").fill(FACTS)
    expect(agent.page.get_by_test_id("save-state")).to_contain_text("本机")
    agent.page.unroute_all()
    agent.page.reload()
    expect(agent.field("事实经过")).to_have_value(FACTS)
    expect(agent.field("标题")).to_have_value("先保存的标题")
    agent.saved()
    agent.page.evaluate("localStorage.clear()")
    agent.page.reload()
    expect(agent.field("事实经过")).to_have_value(FACTS)


def test_form_when_the_session_has_ended_keeps_what_is_typed_and_goes_on_after_sign_in(as_person) -> None:
    agent = as_person("agent2")
    new_case(agent)
    agent.page.context.clear_cookies()
    agent.field("标题").fill("登录过期时填写")
    dialog = agent.page.get_by_role("dialog", name="登录已过期，请重新登录")
    expect(dialog).to_be_visible()
    dialog.get_by_label("密码", exact=True).fill("Demo-12345")
    dialog.get_by_role("button", name="登录", exact=True).click()
    expect(dialog).to_have_count(0)
    expect(agent.field("标题")).to_have_value("登录过期时填写")
    agent.saved()


def test_form_when_the_person_signs_out_leaves_nothing_in_the_browser(as_person) -> None:
    agent = as_person("agent4")
    new_case(agent)
    agent.page.route(
        "**/api/v1/cases/*",
        lambda route: route.abort() if route.request.method == "PATCH" else route.continue_(),
    )
    agent.field("联系电话").fill("13800138000")
    expect(agent.page.get_by_test_id("save-state")).to_contain_text("本机")
    assert "13800138000" in agent.page.evaluate("JSON.stringify(localStorage)")
    agent.page.get_by_role("button", name="退出登录").click()
    expect(agent.page.get_by_role("button", name="登录", exact=True)).to_be_visible()
    assert "13800138000" not in agent.page.evaluate("JSON.stringify(localStorage)")


def test_form_when_another_screen_changed_the_same_field_shows_both_and_asks(as_person) -> None:
    first = as_person("agent3")
    new_case(first)
    first.field("标题").fill("第一块屏幕")
    first.saved()
    second = as_person("agent3")
    second.page.goto(first.page.url)
    expect(second.field("标题")).to_have_value("第一块屏幕")
    first.field("标题").fill("第一块屏幕改过")
    first.saved()
    second.field("标题").fill("第二块屏幕改过")
    dialog = second.page.get_by_role("dialog", name="这张草稿在别处被改过")
    expect(dialog).to_contain_text("第一块屏幕改过")
    expect(dialog).to_contain_text("第二块屏幕改过")
    dialog.get_by_role("button", name="保留我填写的").click()
    second.saved()
    expect(second.field("标题")).to_have_value("第二块屏幕改过")


def test_suggestion_when_its_key_is_pressed_fills_the_field(as_person) -> None:
    agent = as_person("agent4")
    new_case(agent)
    agent.field("事实经过").fill(FACTS)
    assistance = agent.page.get_by_role("region", name="智能建议")
    expect(assistance.get_by_role("listitem").filter(has_text="把握").first).to_be_visible()
    agent.page.keyboard.press("Alt+1")
    expect(assistance.get_by_role("button", name="采用 投诉")).to_be_disabled()
    expect(agent.page.get_by_role("radio", name="投诉")).to_be_checked()
    agent.saved()


def test_desk_at_1366_by_768_needs_no_scrolling_of_the_page(as_person) -> None:
    agent = as_person("agent4")
    new_case(agent)
    sizes = agent.page.evaluate(
        "[document.documentElement.scrollHeight, document.querySelector('#content').scrollHeight"
        " - document.querySelector('#content').clientHeight]"
    )
    assert sizes == [768, 0]
    assert agent.complaints == []
