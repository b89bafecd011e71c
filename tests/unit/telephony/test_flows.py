"""The flow as data: the shipped one is sound, every dead end is found, hours mean what they say."""

from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from telephony import flows
from telephony.flows import Hours

SHIPPED = flows.SHIPPED.read_text(encoding="utf-8")


def written(folder: Path, *changes: tuple[str, str]) -> Path:
    """The shipped flow with something changed."""
    text = SHIPPED
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    file = folder / "flow.toml"
    file.write_text(text, encoding="utf-8")
    return file


def test_shipped_flow_is_sound_and_always_open():
    assert flows.faults(flows.SHIPPED) == []
    assert flows.read(flows.SHIPPED).always_open


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ('open = "main"', 'open = "nowhere"', "入口指向不存在的步骤 nowhere"),
        ('"1" = "business"', '"1" = "nowhere"', "步骤 menu 指向不存在的步骤 nowhere"),
        ('"1" = "business"', '"1" = "menu"', "步骤 menu 之后又是菜单 menu：最多一级菜单"),
        ('then = "goodbye"', 'then = "progress"', "步骤 progress 没有出口，来电人走不出去"),
        ('say = ["voicemail_ask"]', 'say = ["unheard"]', "步骤 voicemail 的语音 unheard 不存在"),
        ('workday = "00:00-24:00"', 'workday = "8-22"', "应写作 08:00-22:00"),
        ("wait_s = 120", "wait_s = 9999", "steps.voicemail.voicemail.wait_s"),
        ('kind = "goodbye"', 'kind = "dance"', "steps.goodbye"),
        ('"1" = "business"', '"x" = "business"', "steps.menu.menu.keys"),
        ("[hours]", "[hours", "无法读取"),
    ],
)
def test_flow_when_it_leads_nowhere_then_its_fault_is_named_and_the_shipped_one_is_used(
    tmp_path: Path, old: str, new: str, fault: str
):
    file = written(tmp_path, (old, new))
    assert any(fault in one for one in flows.faults(file))
    assert flows.load(tmp_path) == flows.read(flows.SHIPPED)


def test_flow_of_the_city_when_sound_then_used(tmp_path: Path):
    written(tmp_path, ("ask_rating = false", "ask_rating = true"))
    assert flows.load(tmp_path).ask_rating


@pytest.mark.parametrize(
    ("span", "time", "open_"),
    [
        ("08:00-22:00", "07:59", False),
        ("08:00-22:00", "08:00", True),
        ("08:00-22:00", "21:59", True),
        ("08:00-22:00", "22:00", False),
        ("22:00-06:00", "23:30", True),
        ("22:00-06:00", "05:59", True),
        ("22:00-06:00", "12:00", False),
        ("00:00-24:00", "00:00", True),
        ("00:00-24:00", "23:59", True),
    ],
)
def test_hours_when_asked_then_open_or_not(span: str, time: str, open_: bool):
    now = datetime.fromisoformat(f"2026-09-18T{time}").replace(tzinfo=ZoneInfo("Asia/Shanghai"))
    assert Hours(workday=span, holiday="00:00-00:01").open_at(now, workday=True) is open_


def test_checker_when_run_then_says_what_is_wrong_and_fails(tmp_path: Path, capsys):
    assert flows.main([]) == 0
    assert flows.main([str(written(tmp_path, ('open = "main"', 'open = "nowhere"')))]) == 1
    assert "入口指向不存在的步骤 nowhere" in capsys.readouterr().out
