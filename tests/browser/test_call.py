"""A real call on the agent's screen: it pops up, both sides hear each other, and the recording tells them apart."""

from collections.abc import Callable
from pathlib import Path

import av
import numpy as np
from playwright.sync_api import expect

from tests.browser.conftest import SignIn
from tests.browser.screens import Person
from tests.sip.line import Telephone, eventually, loudness, strongest

CALLER_HERTZ = 620.0
RATE = 16_000


def both_sides(ogg: Path) -> tuple[np.ndarray, np.ndarray]:
    """Caller and agent, as samples at `RATE`."""
    resampler = av.AudioResampler(format="s16", layout="stereo", rate=RATE)
    with av.open(str(ogg)) as file:
        frames = [
            out.to_ndarray().reshape(-1, 2)
            for frame in file.decode(audio=0)
            for out in resampler.resample(frame)
        ]
    samples = np.concatenate(frames)
    return samples[:, 0], samples[:, 1]


def hears_caller(agent: Person) -> bool:
    pitch = agent.hears()
    return abs(pitch["hertz"] - CALLER_HERTZ) < 15 and pitch["decibel"] > -60


def test_call_when_answered_carries_sound_both_ways_and_is_recorded_apart(
    as_person: SignIn, ring: Callable[..., Telephone], tmp_path: Path
) -> None:
    agent = as_person("agent1")
    agent.take_seat()
    caller = ring("13800138000", CALLER_HERTZ)
    page = agent.page

    expect(page.get_by_test_id("answer")).to_be_visible(timeout=30_000)
    expect(page.get_by_test_id("caller")).to_have_text("138****8000")
    page.keyboard.press("F2")
    agent.seat_is("通话中")
    expect(page.get_by_test_id("audio-ok")).to_be_visible()
    eventually(lambda: hears_caller(agent))
    eventually(lambda: loudness(caller.heard()[-RATE * 2 :]) > 100)

    # A reload in mid-call brings sound and form back, also what was typed while nothing could be saved.
    agent.field("标题").fill("楼下工地夜间施工")
    agent.saved()
    page.route(
        "**/api/v1/cases/*",
        lambda route: route.abort() if route.request.method == "PATCH" else route.continue_(),
    )
    agent.field("诉求目的").fill("夜里不要施工")
    expect(page.get_by_test_id("save-state")).to_contain_text("本机")
    page.unroute_all()
    page.reload()
    expect(page.get_by_test_id("audio-ok")).to_be_visible()
    expect(agent.field("标题")).to_have_value("楼下工地夜间施工")
    expect(agent.field("诉求目的")).to_have_value("夜里不要施工")
    eventually(lambda: hears_caller(agent))

    page.get_by_test_id("keypad").click()
    page.get_by_test_id("key-5").click()
    expect(page.get_by_test_id("pressed")).to_have_text("5")
    expect(page.get_by_test_id("quality")).to_contain_text("MOS 4")
    page.keyboard.press("Escape")

    page.keyboard.press("F9")
    agent.seat_is("话后处理")
    caller.ends()
    page.get_by_test_id("end-wrap-up").click()
    agent.seat_is("空闲")

    agent.open_list("通话记录")
    page.get_by_role("link", name="138****8000").first.click()
    listen = page.get_by_role("button", name="调听录音")
    eventually(lambda: listen.is_visible() or (page.reload(), False)[1], within_s=30, every_s=1)
    with page.expect_response(
        lambda answer: "/recordings/" in answer.url and answer.url.endswith("/audio")
    ) as played:
        listen.click()
    expect(page.get_by_test_id("wave")).to_be_visible()
    sound = tmp_path / "played.ogg"
    sound.write_bytes(page.request.get(played.value.url).body())
    left, right = both_sides(sound)
    assert strongest(left, CALLER_HERTZ) > 0.8
    assert strongest(right, CALLER_HERTZ) < 0.4  # where a beep of the microphone begins, all pitches sound
    assert loudness(right) > 30, "the microphone's beeps are missing on the agent's side"
    assert agent.complaints == []
