"""Every page of every role opens whole: without errors of the browser, by keyboard, at twice the size."""

import pytest
from playwright.sync_api import expect

from tests.browser.screens import Person

PEOPLE = (
    "agent1",
    "leader1",
    "dispatcher1",
    "coordinator1",
    "followup1",
    "zhujian_head",
    "head1",
    "admin",
    "security",
)


def menu(person: Person) -> list[str]:
    links = person.page.get_by_role("navigation", name="主菜单").get_by_role("link")
    expect(links.first).to_be_visible()
    return [link.inner_text().split("\n")[0] for link in links.all()]


@pytest.mark.parametrize("username", PEOPLE)
def test_each_page_of_the_menu_opens_without_an_error(as_person, username: str) -> None:
    person = as_person(username)
    for label in menu(person):
        person.open_list(label)
        expect(person.page.get_by_role("heading", level=1)).to_have_text(label, timeout=10_000)
        person.page.wait_for_load_state("networkidle")
        expect(person.page.get_by_role("alert")).to_have_count(0)
    assert person.complaints == []


def test_pages_at_twice_the_size_need_no_sideways_scrolling(as_person) -> None:
    person = as_person("reviewer1")
    # 200 % zoom of an office screen is a window of half its size.
    person.page.set_viewport_size({"width": 683, "height": 384})
    for label in menu(person):
        person.open_list(label)
        assert person.page.evaluate("document.documentElement.scrollWidth") <= 683


def test_page_of_another_role_says_who_may_see_it(as_person) -> None:
    person = as_person("zhujian_clerk")
    person.page.goto("/console/board")
    expect(person.page.get_by_role("alert")).to_contain_text("没有")
