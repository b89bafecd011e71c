"""The polling thread of a SIP worker: makes line and sound follow each call's `Scene`, tells the writer what happens.

Owns the SIP engine and every leg; knows no database. Orders come from the writer's queue, news go to it.
"""

import logging
import uuid
from collections.abc import Callable
from pathlib import Path

from hotline.core.clock import Clock
from telephony import news
from telephony.bridge import PROMPT, Scene
from telephony.line_watch import LOOK_EVERY_S, grade, mos
from telephony.live import Asking, Headsets, LiveCall
from telephony.models import CallState, EndedBy, Outcome
from telephony.prompts.book import PromptBook
from telephony.sip.port import (
    DigitPressed,
    InviteArrived,
    LegAnswered,
    LegEnded,
    Node,
    PlaybackEnded,
    SipEvent,
    SipPort,
)
from telephony.stage import Stage

log = logging.getLogger(__name__)

POLL_MS = 20  # how exact times are kept; the network and orders from the house wake us at once
IDLE_POLL_MS = 100
FIRST_ANNOUNCEMENT_S = 1.5
FAREWELLS: dict[str, str] = {
    Outcome.UNSTAFFED: "unstaffed",
    Outcome.QUEUE_FULL: "queue_full",
    Outcome.CALL_BACK_ASKED: "call_back_asked",
    Outcome.ANSWERED: "thanks",
    Outcome.SELF_SERVED: "thanks",
    Outcome.VOICEMAIL: "voicemail_thanks",
}
RATING_WAIT_S = 8
ENOUGH_PACKETS = 250  # five seconds, before a line is judged
UNCONFIRMED_S = 8  # four times has the answer been repeated by then
CALL_BACK_KEY = "1"
BUSY_HERE = 486


class Worker:
    """`capacity` callers at most; one more hears busy, so that the edge can try another worker."""

    def __init__(
        self,
        sip: SipPort,
        headsets: Headsets,
        prompts: PromptBook,
        *,
        spool: Path,
        capacity: int,
        clock: Clock,
        timer: Callable[[], float],
        tell: Callable[[news.News], None],
        called: str = "12345",
        silent_s: float = 30,
        say_work_no: bool = True,
    ) -> None:
        self._silent_s, self._look_at, self._say_work_no = silent_s, 0.0, say_work_no
        self._sip, self._prompts, self._capacity = sip, prompts, capacity
        self._clock, self._timer, self._tell = clock, timer, tell
        self._stage = Stage(sip, headsets, music=prompts.files("music"), spool=spool, called=called)
        self._calls: dict[str, LiveCall] = {}
        self.orders = news.Orders(sip.wake)
        self.draining = False

    @property
    def calls(self) -> int:
        return len(self._calls)

    def step(self) -> None:
        """One turn of the polling thread."""
        for event in self._sip.poll(POLL_MS if self._calls else IDLE_POLL_MS):
            self._sip_event(event)
        for order in self.orders.taken():
            self._order(order)
        self._speak_when_due()
        self._look_after_lines()

    def hang_up_all(self, patience_s: float = 2.0) -> None:
        """The end of this worker: every caller gets a BYE, every recording is closed."""
        self.draining = True
        for call in self._calls.values():
            self._cut(call, EndedBy.SYSTEM)
        until = self._timer() + patience_s
        while self._calls and self._timer() < until:
            self.step()

    # -- what the line says -------------------------------------------------------------------------------------

    def _sip_event(self, event: SipEvent) -> None:
        if isinstance(event, InviteArrived):
            self._invited(event)
            return
        call = self._stage.call_of.get(event.node if isinstance(event, PlaybackEnded) else event.leg)
        if call is None:
            return
        match event:
            case LegEnded(leg=leg) if leg == call.leg:
                self._leg_ended(call)
            case LegEnded(leg=leg, sip_code=code):
                self._guest_gone(call, leg, code)
            case LegAnswered(leg=leg) if leg == call.leg:
                call.confirmed = True
                if call.dialled:
                    self._tell(news.PickedUp(token=call.token))
            case LegAnswered(leg=leg):
                self._tell(news.GuestAnswered(token=call.token, voice=call.name_of(leg)))
            case PlaybackEnded(node=node) if node == call.nodes.get(PROMPT):
                self._prompt_ended(call)
            case DigitPressed(leg=leg, digit=digit) if leg == call.leg:
                self._key_pressed(call, digit)

    def _key_pressed(self, call: LiveCall, digit: str) -> None:
        """Only keys that are asked for or have been offered mean something; all else is noise on the line."""
        if call.asking is not None:
            self._answer_key(call, call.asking, digit)
            return
        waiting = call.scene is not None and call.scene.state is CallState.WAITING
        if waiting and call.call_back_offered and digit == CALL_BACK_KEY:
            self._tell(news.CallBackWanted(token=call.token))

    def _answer_key(self, call: LiveCall, asking: Asking, digit: str) -> None:
        if asking.digits and PROMPT in call.nodes:
            self._stage.hush(call)  # who knows the words need not hear them out
            self._stage.connect(call)
        if asking.digits and asking.press(digit, self._timer()):
            self._asked(call, asking)

    def _asked(self, call: LiveCall, asking: Asking) -> None:
        call.asking = None
        self._tell(news.Keyed(token=call.token, keys=asking.keys))

    def _ask(self, call: LiveCall, say: tuple[str, ...], asking: Asking) -> None:
        call.asking = asking
        self._stage.speak(call, self._prompts.files(*say))

    def _invited(self, invite: InviteArrived) -> None:
        if self.draining or len(self._calls) >= self._capacity:
            self._sip.hang_up(invite.leg, BUSY_HERE)
            return
        now = self._clock.now()
        self._sip.answer(invite.leg)
        token = uuid.uuid4().hex
        call = self._open(token, invite.leg)
        self._tell(
            news.Arrived(
                token=token,
                sip_call_id=invite.sip_call_id,
                number=invite.number,
                called=invite.called,
                rang_at=now,
                answered_at=self._clock.now(),
            )
        )
        self._stage.speak(call, self._prompts.files("greeting", "recording_notice"))

    def _open(self, token: str, leg: Node) -> LiveCall:
        call = self._calls[token] = self._stage.open(token, leg, now=self._timer())
        return call

    def _dial(self, order: news.Dial) -> None:
        call = self._open(order.token, self._stage.dial(order.address))
        call.dialled = call.greeted = True
        self._follow(call, order.scene)

    def _leg_ended(self, call: LiveCall) -> None:
        self._stage.close(call)
        del self._calls[call.token]
        self._tell(news.LegGone(token=call.token, ended_by=call.cut or EndedBy.CALLER))

    def _prompt_ended(self, call: LiveCall) -> None:
        self._stage.hush(call)
        if not call.greeted:
            call.greeted = True
            self._tell(news.Greeted(token=call.token))
        if call.scene is not None and call.scene.state is CallState.FAREWELL:
            self._cut(call, EndedBy.SYSTEM)
        if call.asking is not None:
            call.asking.until = self._timer() + call.asking.wait_s
        self._stage.connect(call)

    # -- what the house says ------------------------------------------------------------------------------------

    def _order(self, order: news.Order) -> None:
        if isinstance(order, news.Drain):
            self.draining = True
            return
        if isinstance(order, news.Dial):
            self._dial(order)
            return
        call = self._calls.get(order.token)
        if call is None:
            if isinstance(order, news.OpenHeadset):
                self._tell(news.HeadsetAnswered(command_id=order.command_id, sdp=None))
            return
        match order:
            case news.SceneIs(scene=scene):
                self._follow(call, scene)
            case news.Ask(say=say, digits=digits, fields=fields, wait_s=wait_s):
                self._ask(call, say, Asking(digits=digits, fields=fields, wait_s=wait_s))
            case news.SendDigits(digits=digits):
                self._stage.send_digits(call, digits)
            case news.OpenHeadset():
                self._open_headset(call, order)
            case news.Announce(position=position, wait_min=wait_min):
                if call.scene is not None and call.scene.state in (CallState.WAITING, CallState.OFFERED):
                    offer = self._prompts.files("call_back_offer")
                    self._stage.speak(call, self._prompts.position(position, wait_min) + offer)
                    call.call_back_offered = True
            case news.Cut():
                self._cut(call, EndedBy.SYSTEM)

    def _follow(self, call: LiveCall, scene: Scene) -> None:
        before, call.scene = call.scene, scene
        changed = before is None or before.state is not scene.state
        if scene.state is CallState.ENDED:
            self._cut(call, EndedBy.AGENT)
            return
        if changed and scene.state is CallState.FAREWELL:
            self._stage.speak(call, self._prompts.files(FAREWELLS.get(scene.outcome or "", "technical")))
        if changed and scene.state is CallState.TALKING:
            self._stage.hush(call)
        self._say_before_and_after(call, scene, changed=changed)
        waiting = scene.state in (CallState.WAITING, CallState.OFFERED)
        if waiting and call.announce_at is None:
            call.announce_at = self._timer() + FIRST_ANNOUNCEMENT_S
        elif not waiting:
            call.announce_at = None
        self._stage.follow(call, scene)

    def _say_before_and_after(self, call: LiveCall, scene: Scene, *, changed: bool) -> None:
        """The agent's number to the caller as the talk begins, the question for a rating when it is over."""
        if scene.state is not CallState.MENU:
            call.asking = None
        elif changed and scene.outcome == Outcome.ANSWERED:
            self._ask(call, ("rating_ask",), Asking(digits=1, fields=1, wait_s=RATING_WAIT_S))
        if scene.work_no is not None and scene.work_no != call.work_no_said:
            call.work_no_said = scene.work_no
            if self._say_work_no and (words := self._prompts.work_no(scene.work_no)):
                self._stage.speak(call, words)

    def _guest_gone(self, call: LiveCall, leg: Node, sip_code: int) -> None:
        name = call.name_of(leg)
        self._stage.forget(call, name)
        self._tell(news.GuestGone(token=call.token, voice=name, sip_code=sip_code))

    def _open_headset(self, call: LiveCall, order: news.OpenHeadset) -> None:
        self._stage.open_headset(
            call,
            order.voice,
            order.sdp,
            answered=lambda sdp: self._tell(news.HeadsetAnswered(command_id=order.command_id, sdp=sdp)),
            lost=lambda: self._tell(news.HeadsetLost(token=call.token, voice=order.voice)),
        )

    def _look_after_lines(self) -> None:
        """Callers whose network has vanished get no answer to a BYE: their calls end without it."""
        now = self._timer()
        if now < self._look_at:
            return
        self._look_at = now + LOOK_EVERY_S
        for call in list(self._calls.values()):
            line = self._stage.line(call)
            never_there = not call.confirmed and not call.dialled and now - call.opened_at >= UNCONFIRMED_S
            if never_there or call.pulse.stopped(line, now, silent_s=self._silent_s):
                log.info("nobody on the line: %s", call.token)
                self._cut(call, EndedBy.NETWORK)
                self._leg_ended(call)
                continue
            if line is not None and line.received >= ENOUGH_PACKETS:
                self._listen_to(call, mos(line))
            if call.tape.stuck(self._stage.tape_bytes(call), now):
                self._tell(news.TapeStuck(token=call.token))

    def _listen_to(self, call: LiveCall, estimate: float) -> None:
        before, call.grade = call.grade, grade(estimate)
        if call.grade != before:
            self._tell(news.QualityIs(token=call.token, mos=estimate))

    def _speak_when_due(self) -> None:
        now = self._timer()
        for call in self._calls.values():
            if call.asking is not None and call.asking.until is not None and call.asking.until <= now:
                self._asked(call, call.asking)
            if call.announce_at is None or call.announce_at > now or call.scene is None:
                continue
            every_s = call.scene.announce_every_s
            call.announce_at = now + every_s if every_s > 0 else float("inf")
            if every_s > 0 and PROMPT not in call.nodes:
                self._tell(news.AskPosition(token=call.token))

    def _cut(self, call: LiveCall, ended_by: EndedBy) -> None:
        if call.cut is None:
            call.cut = ended_by
            self._sip.hang_up(call.leg)
