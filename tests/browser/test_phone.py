"""Three on one call, the leader's ear, and an answer from the knowledge base, as people at three desks see them."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import SignIn
from tests.browser.screens import Person
from tests.sip.line import RATE, Telephone, eventually, loudness

CALLER_HERTZ = 620.0


def hears_caller(person: Person) -> bool:
    pitch = person.hears()
    return abs(pitch["hertz"] - CALLER_HERTZ) < 15 and pitch["decibel"] > -60


@pytest.fixture
def agent(as_person: SignIn, ring: Callable[..., Telephone]) -> Iterator[Person]:
    """Somebody in a conversation with a caller who says one tone."""
    agent = as_person("agent3")
    agent.take_seat()
    caller = ring("13900139000", CALLER_HERTZ)
    expect(agent.page.get_by_test_id("answer")).to_be_visible(timeout=30_000)
    agent.page.keyboard.press("F2")
    expect(agent.page.get_by_test_id("audio-ok")).to_be_visible()
    yield agent
    agent.page.keyboard.press("F9")
    caller.ends()
    agent.page.get_by_test_id("end-wrap-up").click()
    agent.seat_is("空闲")


def test_call_when_a_colleague_is_asked_and_joined_has_three_who_hear_each_other(
    agent: Person, as_person: SignIn
) -> None:
    expert = as_person("agent4")
    expert.take_seat()
    agent.page.keyboard.press("F6")
    agent.page.get_by_test_id("parties").wait_for(state="detached")
    agent.page.get_by_role("listitem").filter(has_text="话务员四号").get_by_text("咨询", exact=True).click()
    expect(agent.page.get_by_text("保持中")).to_be_visible()
    expect(expert.page.get_by_test_id("answer-guest")).to_be_visible()
    expert.page.keyboard.press("F2")
    agent.page.get_by_test_id("three-way").click()
    expect(agent.page.get_by_test_id("together")).to_be_visible()
    eventually(lambda: hears_caller(expert))
    eventually(lambda: hears_caller(agent))
    expert.page.keyboard.press("F9")
    expect(agent.page.get_by_test_id("parties")).to_have_count(0)
    assert agent.complaints == expert.complaints == []


def test_leader_when_whispering_is_shown_to_the_agent_and_when_listening_is_not(
    agent: Person, as_person: SignIn
) -> None:
    leader = as_person("leader1")
    leader.open_list("实时看板")
    leader.page.get_by_test_id("acts-1003").click()
    leader.page.get_by_role("menuitem", name="监听", exact=True).click()
    expect(leader.page.get_by_test_id("guest")).to_be_visible()
    eventually(lambda: hears_caller(leader))
    expect(agent.page.get_by_test_id("parties")).to_have_count(0)
    leader.page.get_by_test_id("guest").get_by_text("密语").click()
    expect(agent.page.get_by_test_id("parties")).to_contain_text("密语")
    leader.page.get_by_test_id("guest").get_by_text("强插").click()
    expect(leader.page.get_by_role("dialog")).to_contain_text("都会听到您说话")
    leader.page.get_by_role("dialog").get_by_role("button", name="取消").click()
    expect(agent.page.get_by_test_id("parties")).to_contain_text("密语")
    leader.page.keyboard.press("F9")
    expect(agent.page.get_by_test_id("parties")).to_have_count(0)
    assert leader.complaints == []


def test_consultation_when_answered_from_the_knowledge_base_is_closed_with_the_article(agent: Person) -> None:
    page = agent.page
    agent.field("标题").fill("社保卡丢了怎么补办")
    page.get_by_text("咨询", exact=True).click()
    agent.saved()
    page.keyboard.press("F3")
    expect(page.get_by_test_id("knowledge-search")).to_be_focused()
    expect(page.get_by_text("社会保障卡遗失如何挂失补办")).to_be_visible()
    page.keyboard.press("Enter")
    page.get_by_test_id("knowledge-insert").click()
    expect(page.get_by_test_id("cited")).to_be_visible()
    page.keyboard.press("F3")
    agent.saved()
    page.get_by_test_id("finish-close_direct").click()
    expect(page.get_by_role("dialog")).to_contain_text("社会保障卡遗失如何挂失补办")
    agent.confirm()
    assert agent.complaints == []


WITHOUT_MICROPHONE = """() => {
  navigator.mediaDevices.withMicrophone = navigator.mediaDevices.getUserMedia
  navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('no device', 'NotFoundError'))
}"""
WITH_MICROPHONE = "() => { navigator.mediaDevices.getUserMedia = navigator.mediaDevices.withMicrophone }"


def test_agent_without_a_microphone_is_told_hears_the_caller_and_is_heard_once_it_is_plugged_in(
    as_person: SignIn, ring: Callable[..., Telephone]
) -> None:
    agent = as_person("agent3")
    agent.page.evaluate(WITHOUT_MICROPHONE)
    agent.take_seat()
    warning = agent.page.get_by_role("alert").filter(has_text="没有找到麦克风")
    expect(warning).to_be_visible()
    caller = ring("13900139001", CALLER_HERTZ)
    expect(agent.page.get_by_test_id("answer")).to_be_visible(timeout=30_000)
    agent.page.keyboard.press("F2")
    eventually(lambda: hears_caller(agent))
    agent.page.evaluate(WITH_MICROPHONE)
    expect(warning).to_have_count(0, timeout=15_000)
    eventually(lambda: loudness(caller.heard()[-RATE:]) > 100)
    agent.page.keyboard.press("F9")
    caller.ends()
    assert agent.complaints == []


def test_device_check_when_the_microphone_works_says_so(as_person: SignIn) -> None:
    agent = as_person("agent4")
    agent.page.get_by_test_id("check-open").click()
    expect(agent.page.get_by_text("麦克风正常")).to_be_visible()
    agent.page.get_by_role("button", name="播放测试音").click()
    expect(agent.page.get_by_test_id("echo")).to_be_visible()
    assert agent.complaints == []
