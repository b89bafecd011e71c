"""The polling thread on a telephone without a network: what callers hear and what the writer is told."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from hotline.core.clock import FixedClock
from telephony import news
from telephony.bridge import Scene, Voice, seat_voice
from telephony.line_watch import grade
from telephony.models import CallState, EndedBy, Outcome
from telephony.prompts.book import PromptBook
from telephony.sip.fake import FakeSip
from telephony.sip.port import LegQuality, Node, PcmStream
from telephony.worker import BUSY_HERE, FIRST_ANNOUNCEMENT_S, Worker


@dataclass
class FakeHeadsets:
    opened: dict[int, tuple[str, Callable[[str | None], None], Callable[[], None]]] = field(
        default_factory=dict
    )
    closed: list[int] = field(default_factory=list)

    def open(self, node: int, sdp: str, stream: PcmStream, *, answered, lost) -> None:
        self.opened[node] = (sdp, answered, lost)

    def close(self, node: int) -> None:
        self.closed.append(node)


class Desk:
    """A worker with everything around it replaced by something a test can look at."""

    def __init__(self, folder: Path, clock: FixedClock, capacity: int = 4) -> None:
        self.sip, self.headsets, self.told, self.time_s = FakeSip(), FakeHeadsets(), [], 0.0
        self.worker = Worker(
            self.sip,
            self.headsets,
            PromptBook(folder),
            spool=folder,
            capacity=capacity,
            clock=clock,
            timer=lambda: self.time_s,
            tell=self.told.append,
            silent_s=30,
        )

    def step(self) -> None:
        self.worker.step()

    def ring(self) -> tuple[Node, str]:
        leg = self.sip.invite()
        self.step()
        return leg, self.told[-1].token if isinstance(self.told[-1], news.Arrived) else ""

    def order(self, order: news.Order) -> None:
        self.worker.orders.put(order)
        self.step()

    def scene(self, token: str, state: CallState, **more: object) -> None:
        self.order(news.SceneIs(token=token, scene=Scene(call_id=1, state=state, **more)))

    def talk(self, token: str, **more: object) -> None:
        self.scene(token, CallState.TALKING, seat_id=1, voices=(Voice(name=seat_voice(1)),), **more)

    def finish_playing(self, leg: Node) -> None:
        self.sip.finish_playing(leg)
        self.step()

    def headset(self, token: str, command_id: int = 1) -> Node:
        self.order(news.OpenHeadset(token=token, command_id=command_id, voice=seat_voice(1), sdp="v=0"))
        return max(self.sip.streams)

    def kinds(self) -> list[str]:
        return [type(item).__name__ for item in self.told]


@pytest.fixture
def desk(tmp_path: Path, clock: FixedClock) -> Desk:
    return Desk(tmp_path, clock)


def test_invite_when_a_line_is_free_then_answered_at_once_with_greeting_and_recording(desk: Desk):
    leg, token = desk.ring()
    assert leg in desk.sip.answered
    assert desk.sip.hears(leg) == ["greeting", "recording_notice"]
    assert {file.name for file in desk.sip.recording.values()} == {f"{token}-left.wav", f"{token}-right.wav"}
    assert desk.kinds() == ["Arrived"]


def test_invite_when_every_line_is_taken_then_busy_here(tmp_path: Path, clock: FixedClock):
    desk = Desk(tmp_path, clock, capacity=1)
    desk.ring()
    leg, _ = desk.ring()
    assert desk.sip.cut == {leg: BUSY_HERE}
    assert desk.kinds() == ["Arrived"]


def test_invite_when_draining_then_busy_here_and_callers_on_the_line_stay(desk: Desk):
    first, _ = desk.ring()
    desk.order(news.Drain())
    second, _ = desk.ring()
    assert desk.sip.cut == {second: BUSY_HERE}
    assert desk.worker.calls == 1
    assert first not in desk.sip.cut


def test_greeting_when_it_ends_then_the_writer_is_told_once(desk: Desk):
    leg, token = desk.ring()
    desk.finish_playing(leg)
    assert desk.told[-1] == news.Greeted(token=token)
    assert desk.sip.hears(leg) == []


def test_waiting_when_the_scene_says_so_then_music(desk: Desk):
    leg, token = desk.ring()
    desk.finish_playing(leg)
    desk.scene(token, CallState.WAITING)
    assert desk.sip.hears(leg) == ["music"]


def test_waiting_when_long_then_the_place_in_the_queue_is_asked_and_spoken(desk: Desk):
    leg, token = desk.ring()
    desk.finish_playing(leg)
    desk.scene(token, CallState.WAITING, announce_every_s=30)
    desk.time_s += FIRST_ANNOUNCEMENT_S + 0.1
    desk.step()
    assert desk.told[-1] == news.AskPosition(token=token)
    desk.order(news.Announce(token=token, position=3, wait_min=12))
    spoken = ["ahead_before", "d2", "ahead_after", "wait_before", "ten", "d2", "wait_after"]
    assert desk.sip.hears(leg) == [*spoken, "call_back_offer"]
    desk.finish_playing(leg)
    assert desk.sip.hears(leg) == ["music"]


def test_announcement_when_the_agent_has_answered_meanwhile_then_it_is_not_spoken(desk: Desk):
    leg, token = desk.ring()
    desk.finish_playing(leg)
    desk.talk(token)
    desk.order(news.Announce(token=token, position=1, wait_min=None))
    assert desk.sip.hears(leg) == []


def test_answer_when_the_headset_is_there_then_both_hear_each_other(desk: Desk):
    leg, token = desk.ring()
    desk.finish_playing(leg)
    desk.scene(token, CallState.OFFERED, seat_id=1)
    stream = desk.headset(token)
    assert not {(leg, stream), (stream, leg)} & desk.sip.edges
    desk.talk(token)
    assert {(leg, stream), (stream, leg)} <= desk.sip.edges


def test_headset_when_it_comes_after_the_answer_then_it_is_connected(desk: Desk):
    leg, token = desk.ring()
    desk.talk(token)
    stream = desk.headset(token)
    assert {(leg, stream), (stream, leg)} <= desk.sip.edges


def test_headset_when_the_browser_reloads_then_the_new_one_replaces_the_old(desk: Desk):
    leg, token = desk.ring()
    desk.talk(token)
    old = desk.headset(token)
    new = desk.headset(token, command_id=2)
    assert desk.headsets.closed == [old]
    assert {(leg, new), (new, leg)} <= desk.sip.edges
    assert not [edge for edge in desk.sip.edges if old in edge]
    assert leg not in desk.sip.cut


def test_headset_when_the_call_is_gone_then_the_browser_is_told(desk: Desk):
    desk.order(news.OpenHeadset(token="gone", command_id=9, voice="seat:1", sdp="v=0"))
    assert desk.told == [news.HeadsetAnswered(command_id=9, sdp=None)]


def test_offer_when_it_moves_to_another_seat_then_the_first_headset_is_closed(desk: Desk):
    _, token = desk.ring()
    desk.scene(token, CallState.OFFERED, seat_id=1)
    stream = desk.headset(token)
    desk.scene(token, CallState.OFFERED, seat_id=2)
    assert desk.headsets.closed == [stream]


def test_hold_when_on_then_music_and_when_off_then_the_agent_again(desk: Desk):
    leg, token = desk.ring()
    desk.finish_playing(leg)
    desk.talk(token)
    stream = desk.headset(token)
    desk.talk(token, held=True)
    assert desk.sip.hears(leg) == ["music"]
    assert (stream, leg) not in desk.sip.edges
    desk.talk(token)
    assert (stream, leg) in desk.sip.edges


@pytest.mark.parametrize(
    ("outcome", "words"),
    [
        (Outcome.UNSTAFFED, "unstaffed"),
        (Outcome.QUEUE_FULL, "queue_full"),
        (Outcome.CALL_BACK_ASKED, "call_back_asked"),
    ],
)
def test_farewell_when_sent_away_then_told_why_and_then_cut(desk: Desk, outcome: Outcome, words: str):
    leg, token = desk.ring()
    desk.finish_playing(leg)
    desk.scene(token, CallState.FAREWELL, outcome=outcome)
    assert desk.sip.hears(leg) == [words]
    assert leg not in desk.sip.cut
    desk.finish_playing(leg)
    desk.step()
    assert leg in desk.sip.cut
    assert desk.told[-1] == news.LegGone(token=token, ended_by=EndedBy.SYSTEM)


def test_agent_when_hanging_up_then_the_line_is_cut_on_his_behalf(desk: Desk):
    leg, token = desk.ring()
    desk.talk(token)
    desk.scene(token, CallState.ENDED)
    desk.step()
    assert leg in desk.sip.cut
    assert desk.told[-1] == news.LegGone(token=token, ended_by=EndedBy.AGENT)


@pytest.mark.parametrize(
    "state", [None, CallState.WAITING, CallState.OFFERED, CallState.TALKING, CallState.FAREWELL]
)
def test_caller_when_hanging_up_at_any_stage_then_everything_is_released(desk: Desk, state: CallState | None):
    leg, token = desk.ring()
    if state is not None:
        desk.scene(token, state, seat_id=1, outcome=Outcome.UNSTAFFED)
        desk.headset(token)
    desk.sip.bye(leg)
    desk.step()
    assert desk.told[-1] == news.LegGone(token=token, ended_by=EndedBy.CALLER)
    assert desk.worker.calls == 0
    assert not desk.sip.edges
    assert not desk.sip.recording
    assert not desk.sip.streams
    assert [names for names in desk.sip.playing.values()] == [["music"]]


def test_digits_when_noise_comes_in_any_state_then_the_call_goes_on(desk: Desk):
    leg, _ = desk.ring()
    for digit in "0123456789*#ABCD":
        desk.sip.press(leg, digit)
    desk.step()
    assert desk.kinds() == ["Arrived"]
    assert desk.sip.hears(leg) == ["greeting", "recording_notice"]
    assert desk.worker.calls == 1


def test_second_call_of_the_same_number_when_it_comes_then_it_is_a_call_of_its_own(desk: Desk):
    first, token = desk.ring()
    second, other = desk.ring()
    assert token != other
    desk.sip.bye(first)
    desk.step()
    assert desk.worker.calls == 1
    assert desk.sip.hears(second) == ["greeting", "recording_notice"]


def test_headset_when_lost_then_the_writer_is_told_and_the_caller_stays(desk: Desk):
    leg, token = desk.ring()
    desk.talk(token)
    stream = desk.headset(token)
    desk.headsets.opened[stream][2]()
    assert desk.told[-1] == news.HeadsetLost(token=token, voice="seat:1")
    assert leg not in desk.sip.cut


def test_stop_when_callers_are_on_the_line_then_each_gets_a_bye(desk: Desk):
    legs = {desk.ring()[0] for _ in range(3)}
    desk.worker.hang_up_all()
    assert set(desk.sip.cut) == legs
    assert desk.kinds().count("LegGone") == 3


def test_key_when_the_call_back_was_offered_then_it_is_wanted_and_before_that_it_is_noise(desk: Desk):
    leg, token = desk.ring()
    desk.finish_playing(leg)
    desk.scene(token, CallState.WAITING, announce_every_s=30)
    desk.sip.press(leg, "1")
    desk.step()
    assert "CallBackWanted" not in desk.kinds()
    desk.order(news.Announce(token=token, position=1, wait_min=None))
    desk.sip.press(leg, "2")
    desk.sip.press(leg, "1")
    desk.step()
    assert [item for item in desk.told if isinstance(item, news.CallBackWanted)] == [
        news.CallBackWanted(token=token)
    ]


def test_dial_when_the_house_calls_then_recorded_without_greeting_and_the_answer_is_told(desk: Desk):
    scene = Scene(call_id=1, state=CallState.DIALLING, seat_id=1, voices=(Voice(name=seat_voice(1)),))
    desk.order(news.Dial(token="t", address="sip:110@192.0.2.1", scene=scene))
    (leg,) = desk.sip.dialled
    assert desk.sip.dialled[leg] == "sip:110@192.0.2.1"
    assert desk.sip.hears(leg) == []
    assert len(desk.sip.recording) == 2
    desk.sip.pick_up(leg)
    desk.step()
    assert desk.told == [news.PickedUp(token="t")]


def test_guest_when_dialled_then_once_and_hung_up_when_he_is_no_longer_wanted(desk: Desk):
    leg, token = desk.ring()
    guest = Voice(name="party:7", address="sip:110@192.0.2.1")
    for _ in range(2):
        desk.scene(token, CallState.TALKING, seat_id=1, voices=(Voice(name=seat_voice(1)), guest), held=True)
    (line,) = desk.sip.dialled
    desk.sip.pick_up(line)
    desk.step()
    assert desk.told[-1] == news.GuestAnswered(token=token, voice="party:7")
    desk.talk(token)
    assert line in desk.sip.cut
    assert leg not in desk.sip.cut
    assert desk.worker.calls == 1


def heard(packets: int, reports: int = 0) -> LegQuality:
    return LegQuality(
        received=packets, reports=reports, lost_percent=0, jitter_ms=0, round_trip_ms=0, codec="PCMA"
    )


def after(desk: Desk, leg: Node, line: LegQuality | None, *, seconds: float) -> None:
    """The line says `line` while the seconds go by."""
    desk.sip.line[leg] = line
    for _ in range(int(seconds)):
        desk.time_s += 1
        desk.step()


def test_line_when_it_falls_silent_for_good_then_the_call_ends_and_the_writer_knows_why(desk: Desk):
    leg, token = desk.ring()
    after(desk, leg, heard(500), seconds=30)
    assert desk.worker.calls == 1
    after(desk, leg, heard(500), seconds=2)
    assert desk.told[-1] == news.LegGone(token=token, ended_by=EndedBy.NETWORK)
    assert desk.worker.calls == 0
    assert leg in desk.sip.cut


@pytest.mark.parametrize(
    "lines",
    [
        pytest.param([heard(500, n) for n in range(8)], id="reports though no sound: silence is suppressed"),
        pytest.param([heard(n) for n in range(8)], id="sound without reports"),
        pytest.param(
            [heard(500), heard(0), heard(400), heard(399)] * 2, id="counters begin anew with a stream"
        ),
        pytest.param([heard(500), None, heard(500), None] * 2, id="on hold by the caller, again and again"),
        pytest.param([heard(0)] * 8, id="nothing was ever sent: a mute caller, not a lost one"),
    ],
)
def test_line_when_it_has_a_reason_to_be_silent_then_the_caller_stays(desk: Desk, lines):
    leg, _ = desk.ring()
    for line in lines:
        after(desk, leg, line, seconds=20)
    assert desk.worker.calls == 1


def test_line_when_we_hold_it_then_its_silence_says_nothing(desk: Desk):
    leg, token = desk.ring()
    desk.talk(token, held=True)
    after(desk, leg, heard(500), seconds=100)
    assert desk.worker.calls == 1
    desk.talk(token)
    after(desk, leg, heard(500), seconds=29)
    assert desk.worker.calls == 1
    after(desk, leg, heard(500), seconds=3)
    assert desk.worker.calls == 0


def test_invite_when_the_answer_is_never_acknowledged_then_no_agent_is_kept_by_it(desk: Desk):
    desk.sip.confirms = False
    leg, token = desk.ring()
    after(desk, leg, None, seconds=7)
    assert desk.worker.calls == 1
    after(desk, leg, None, seconds=2)
    assert desk.told[-1] == news.LegGone(token=token, ended_by=EndedBy.NETWORK)


def ask(token: str, **more: object) -> news.Ask:
    return news.Ask(token=token, **{"say": ("menu_ask",), "digits": 1, "fields": 1, "wait_s": 5, **more})


def menu(desk: Desk, **more: object) -> tuple[Node, str]:
    """A caller who is being asked something."""
    leg, token = desk.ring()
    desk.finish_playing(leg)
    desk.order(ask(token, **more))
    desk.scene(token, CallState.MENU)
    return leg, token


def press(desk: Desk, leg: Node, keys: str) -> None:
    for key in keys:
        desk.sip.press(leg, key)
    desk.step()


def test_question_when_a_key_is_pressed_then_the_words_stop_and_the_writer_is_told(desk: Desk):
    leg, token = menu(desk)
    assert desk.sip.hears(leg) == ["menu_ask"]
    press(desk, leg, "2")
    assert desk.told[-1] == news.Keyed(token=token, keys="2")
    assert desk.sip.hears(leg) == []


def test_question_when_nothing_is_pressed_then_told_so_after_the_words_and_the_wait(desk: Desk):
    leg, token = menu(desk)
    desk.time_s += 60  # still speaking
    desk.step()
    assert desk.kinds()[-1] != "Keyed"
    desk.finish_playing(leg)
    desk.time_s += 5
    desk.step()
    assert desk.told[-1] == news.Keyed(token=token, keys="")


def test_question_when_two_fields_are_wanted_then_two_hashes_end_it(desk: Desk):
    leg, token = menu(desk, digits=40, fields=2)
    press(desk, leg, "2026#12")
    assert desk.kinds()[-1] != "Keyed"
    press(desk, leg, "3456#")
    assert desk.told[-1] == news.Keyed(token=token, keys="2026#123456#")


def test_announcement_when_it_ends_then_told_so_and_keys_mean_nothing(desk: Desk):
    leg, token = menu(desk, digits=0, wait_s=0)
    press(desk, leg, "1#")
    assert desk.kinds()[-1] != "Keyed"
    desk.finish_playing(leg)
    desk.step()
    assert desk.told[-1] == news.Keyed(token=token, keys="")


def test_question_when_the_call_has_moved_on_then_keys_are_noise(desk: Desk):
    leg, token = menu(desk)
    desk.talk(token)
    press(desk, leg, "1")
    assert "Keyed" not in desk.kinds()


def test_talk_when_it_begins_then_the_caller_hears_the_number_of_the_agent_once(desk: Desk):
    leg, token = desk.ring()
    desk.finish_playing(leg)
    desk.talk(token, work_no="1002")
    assert desk.sip.hears(leg) == ["agent_before", "d1", "d0", "d0", "d2", "agent_after"]
    desk.finish_playing(leg)
    desk.talk(token, work_no="1002", held=True)
    desk.talk(token, work_no="1002")
    assert desk.sip.hears(leg) == []


def test_talk_when_the_agent_has_hung_up_and_a_rating_is_wanted_then_the_caller_is_asked_for_one_key(
    desk: Desk,
):
    leg, token = desk.ring()
    desk.finish_playing(leg)
    desk.talk(token)
    desk.scene(token, CallState.MENU, outcome=Outcome.ANSWERED)
    assert desk.sip.hears(leg) == ["rating_ask"]
    press(desk, leg, "1")
    assert desk.told[-1] == news.Keyed(token=token, keys="1")
    desk.scene(token, CallState.FAREWELL, outcome=Outcome.ANSWERED)
    assert desk.sip.hears(leg) == ["thanks"]


def test_tape_when_it_stops_growing_then_told_once_and_the_call_stays(desk: Desk, tmp_path: Path):
    leg, token = desk.ring()
    tape = tmp_path / f"{token}-left.wav"
    for size in range(1, 6):
        tape.write_bytes(bytes(size))
        after(desk, leg, None, seconds=1)
    assert desk.kinds() == ["Arrived"]
    after(desk, leg, None, seconds=10)
    assert desk.kinds() == ["Arrived", "TapeStuck"]
    assert desk.worker.calls == 1


def test_line_when_first_judged_and_when_it_gets_bad_and_good_again_then_told_once_each(desk: Desk):
    leg, _ = desk.ring()
    bad = LegQuality(received=400, reports=1, lost_percent=20, jitter_ms=30, round_trip_ms=200, codec="PCMA")
    for line in (heard(300, 1), bad, bad, heard(900, 2), heard(950, 2)):
        after(desk, leg, line, seconds=2)
    estimates = [item.mos for item in desk.told if isinstance(item, news.QualityIs)]
    assert [grade(estimate) for estimate in estimates] == ["good", "poor", "good"]


def phone_scene(desk: Desk, token: str, state: CallState) -> None:
    voices = (Voice(name=seat_voice(1), address="sip:801@192.0.2.9"),)
    desk.scene(token, state, seat_id=1, voices=voices)


def test_desk_phone_when_offered_then_rung_once_and_cut_when_the_offer_ends_and_rung_anew(desk: Desk):
    leg, token = desk.ring()
    desk.finish_playing(leg)
    phone_scene(desk, token, CallState.OFFERED)
    phone_scene(desk, token, CallState.OFFERED)
    (first,) = desk.sip.dialled
    desk.scene(token, CallState.WAITING)
    assert first in desk.sip.cut
    phone_scene(desk, token, CallState.OFFERED)
    assert len(desk.sip.dialled) == 2


def test_desk_phone_when_lifted_and_put_down_then_the_writer_is_told(desk: Desk):
    leg, token = desk.ring()
    desk.finish_playing(leg)
    phone_scene(desk, token, CallState.OFFERED)
    (phone,) = desk.sip.dialled
    desk.sip.pick_up(phone)
    desk.step()
    assert desk.told[-1] == news.GuestAnswered(token=token, voice="seat:1")
    phone_scene(desk, token, CallState.TALKING)
    assert (leg, phone) in desk.sip.edges
    assert (phone, leg) in desk.sip.edges
    desk.sip.bye(phone)
    desk.step()
    assert desk.told[-1] == news.GuestGone(token=token, voice="seat:1", sip_code=200)


def test_digits_when_sent_then_to_the_guest_otherwise_to_the_caller(desk: Desk):
    leg, token = desk.ring()
    desk.order(news.SendDigits(token=token, digits="12#"))
    assert desk.sip.digits == {leg: "12#"}
    desk.talk(token)
    guest = Voice(name="party:7", address="sip:0731@192.0.2.1")
    desk.scene(token, CallState.TALKING, seat_id=1, voices=(Voice(name=seat_voice(1)), guest))
    (called,) = desk.sip.dialled
    desk.order(news.SendDigits(token=token, digits="3"))
    assert desk.sip.digits == {leg: "12#", called: "3"}
