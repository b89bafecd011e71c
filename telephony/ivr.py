"""A call's way through the flow: what it hears next and what its keys mean. Called by the worker's writer.

Each verb answers what the caller is to be asked now, or None where the call's state says the rest. What only other
packages know (working days, the state of a case) comes by injection as `Answers`.
"""

from dataclasses import dataclass
from datetime import date
from typing import Protocol

from hotline.core.clock import local
from hotline.core.uow import UnitOfWork
from telephony import calls, line_switches, workers
from telephony.flows import (
    Flow,
    GoodbyeStep,
    MenuStep,
    ProgressStep,
    QueueStep,
    VoicemailStep,
)
from telephony.models import Call, CallState, Outcome
from telephony.prompts.book import BEEP

EMERGENCY, PROGRESS, TOLD, VOICEMAIL = "emergency", "progress", "told", "voicemail"
MANY = 40  # more keys than anybody needs


@dataclass(frozen=True, kw_only=True)
class Ask:
    """Words by their prompt names, then keys: until `fields` times `#` or `digits` of them, or `wait_s` of silence."""

    say: tuple[str, ...]
    digits: int = 0
    fields: int = 1
    wait_s: int = 0


class Answers(Protocol):
    def is_workday(self, uow: UnitOfWork, on: date) -> bool: ...
    def progress(
        self, uow: UnitOfWork, digits: str, query_code: str, caller: bytes | None
    ) -> tuple[str, ...] | None:
        """Prompt names that say how a case stands; None where number and code do not belong together. `caller` is
        the keyed hash of the calling number."""
        ...


def begin(uow: UnitOfWork, call_id: int, flow: Flow, answers: Answers) -> Ask | None:
    """The greeting is over."""
    call = calls.locked(uow, call_id)
    if call.state != CallState.GREETING:
        return None
    if line_switches.is_on(uow, line_switches.EMERGENCY):
        return _ask(uow, call, EMERGENCY, Ask(say=("emergency_notice", "emergency_message")))
    return _go(uow, call, flow, _entrance(uow, flow, answers))


def keyed(uow: UnitOfWork, call_id: int, keys: str, flow: Flow, answers: Answers) -> Ask | None:
    """What the caller has pressed, perhaps nothing, after the last words."""
    call = calls.locked(uow, call_id)
    if call.state != CallState.MENU or call.flow_step is None:
        return None
    kind, _, name = call.flow_step.partition(":")
    step = flow.steps.get(name)
    match kind, step:
        case "emergency", _:
            return _go(uow, call, flow, _entrance(uow, flow, answers))
        case "rating", _:
            calls.rated(uow, call, keys[:1])
        case "voicemail", _:
            calls.send_away(uow, call, Outcome.VOICEMAIL)
        case "menu", MenuStep():
            return _go(uow, call, flow, step.keys.get(keys[:1], step.otherwise))
        case "progress" | "again", ProgressStep():
            return _told(uow, call, flow, name, step, kind, keys, answers)
        case "told", ProgressStep():
            return _go(uow, call, flow, step.then)
        case _:  # the flow has been changed meanwhile
            return _go(uow, call, flow, flow.start.open)
    return None


def _entrance(uow: UnitOfWork, flow: Flow, answers: Answers) -> str:
    if flow.always_open:
        return flow.start.open
    now = local(uow.now)
    workday = answers.is_workday(uow, now.date())
    if flow.hours.open_at(now, workday=workday):
        return flow.start.open
    return flow.start.night if workday else flow.start.holiday


def _go(uow: UnitOfWork, call: Call, flow: Flow, name: str) -> Ask | None:
    step = flow.steps[name]
    match step:
        case QueueStep(queue=queue):
            calls.queue_up(uow, call, queue)
        case GoodbyeStep():
            calls.send_away(uow, call, Outcome.SELF_SERVED)
        case MenuStep():
            return _ask(uow, call, f"menu:{name}", Ask(say=step.say, digits=1, wait_s=step.wait_s))
        case ProgressStep():
            return _ask(uow, call, f"{PROGRESS}:{name}", _number_and_code(step))
        case VoicemailStep():
            return _ask(
                uow, call, f"{VOICEMAIL}:{name}", Ask(say=(*step.say, BEEP), digits=MANY, wait_s=step.wait_s)
            )
    return None


def _number_and_code(step: ProgressStep) -> Ask:
    return Ask(say=step.say, digits=MANY, fields=2, wait_s=step.wait_s)


def _told(
    uow: UnitOfWork,
    call: Call,
    flow: Flow,
    name: str,
    step: ProgressStep,
    kind: str,
    keys: str,
    answers: Answers,
) -> Ask | None:
    digits, _, code = keys.partition("#")
    words = answers.progress(uow, digits, code.rstrip("#"), call.number_hash) if digits and code else None
    if words is not None:
        uow.audit(f"call:{call.id}", "tell_progress")
        return _ask(uow, call, f"{TOLD}:{name}", Ask(say=words))
    if kind == PROGRESS:
        again = _number_and_code(step)
        return _ask(uow, call, f"again:{name}", Ask(**{**vars(again), "say": ("progress_wrong", *step.say)}))
    return _go(uow, call, flow, step.otherwise)


def _ask(uow: UnitOfWork, call: Call, step: str, ask: Ask) -> Ask:
    call.state, call.flow_step = CallState.MENU, step
    workers.wake(uow, call)
    return ask
