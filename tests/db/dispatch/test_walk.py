"""Cases walked at random by many people and by time itself; what must hold holds after every step.

The walkers use only what `allowed_actions` offers them, so the machine also proves that an offered move with a sane
form is either made or refused for a reason of its guards, never by an error of the program.
"""

from contextlib import suppress
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from dispatch.models import Case
from dispatch.transitions import ROWS
from dispatch.workflow import allowed_actions, move_case, perform
from hotline.core import audit
from hotline.core.errors import DomainError
from hotline.core.identity import Role

from .conftest import CLOSE, REWORK, City, contact_form, result_form, return_form
from .promises import all_hold

PEOPLE = [
    (Role.AGENT, None), (Role.REVIEWER, None), (Role.DISPATCHER, None), (Role.COORDINATOR, None),
    (Role.AUDITOR, None), (Role.FOLLOW_UP, None), (Role.QA, None), (Role.CENTRE_HEAD, None), (Role.CITIZEN, None), (Role.ASSESSOR, None),
    *((role, unit) for role in (Role.UNIT_CLERK, Role.UNIT_HEAD) for unit in ("zhujian", "chengguan", "shijian")),
]  # fmt: skip
RARE = {
    "transfer_out",
    "cancel",
    "merge",
    "final_reply",
    "refuse",
    "close_direct",
    "urge",
    "append",
    "ask_withdraw",
    "instruct",
    "supervise",
    "give_card",
    "withdraw_card",
    "ask_exclusion",
    "exclude_from_score",
    "rate",
    "split",
    "note_progress",
    "send_back",
}


def payload(city: City, case_id: int, action: str, pick: int) -> dict[str, Any]:
    """A sane form for an action; `pick` varies what it can."""
    units = [city.units[code] for code in ("zhujian", "chengguan", "shijian")]
    unit, other = units[pick % 3], units[(pick + 1) % 3]
    attachment = city.attach(case_id) if action in WITH_FILE else 0
    text = "情况属实，理由充分"
    forms: dict[str, dict[str, Any]] = {
        "close_direct": {"answer": text, "solved_on_call": True},
        "refuse": {"refusal_code": "in_procedure", "reason": text, "route_told": True},
        "merge": {"lead_case_id": case_id, "reason": text},
        "split": {"parts": ["第一项诉求", "第二项诉求"], "reason": text},
        "dispatch": {"lead_unit_id": unit, "co_unit_ids": [other] * (pick % 2), "reason": text},
        "record_contact": contact_form(city.clock),
        "ask_return": return_form(city, "duchashi") | {"official_letter_id": attachment or None},
        "give_opinion": {"opinion": text},
        "designate": {"lead_unit_id": unit, "minutes": text, "minutes_attachment_id": attachment},
        "add_unit": {"unit_id": other},
        "ask_extension": {"limit": "1wd", "reason": text, "plan": text, "caller_told": True},
        "ask_suspension": {"reason": text, "plan": text, "until": "2027-06-30T00:00:00+08:00"},
        "report_progress": {"text": text, "citizen_may_see": True},
        "note_progress": {"text": text},
        "submit_result": result_form(attachment),
        "close": CLOSE,
        "rework": REWORK,
        "claim_unreasonable": {"reason": text, "attachment_ids": [attachment]},
        "grant_unreasonable": {"reason": text, "expires_on": "2027-06-30T00:00:00+08:00"},
        "final_reply": {
            "reason": text, "public_reply": text, "head_signed": True, "attachment_ids": [attachment],
        },
        "reopen": {"new_fact": text},
        "transfer_out": {"to": "110", "receipt": "JJ1", "reason": text},
        "cancel": {"citizen_asked": True, "reason": text},
        "append": {"text": text},
        "urge": {},
        "rate": {"satisfaction": "satisfied"},
        "instruct": {"text": text},
        "supervise": {"unit_id": unit, "cause": text, "demand": text},
        "give_card": {"colour": "yellow", "reason": text},
        "withdraw_card": {"card_id": 1, "reason": text},
        "ask_exclusion": {"reason": text, "attachment_ids": [attachment]},
    }  # fmt: skip
    if action in ("answer_order", "ask_order_return", "accept_order", "reject_order", "withdraw_order"):
        said = "answer" if action == "answer_order" else "reason"
        return {"order_id": 1 + pick % 3, said: text}
    return forms.get(action, {"reason": text} if "reason" in ROWS[action].form.model_fields else {})


WITH_FILE = {
    "designate", "submit_result", "claim_unreasonable", "final_reply", "ask_exclusion", "ask_return",
}  # fmt: skip


STAGES = [
    "submitted",
    "accepted",
    "dispatched",
    "signed",
    "returned",
    "disputed",
    "replied",
    "followed_up",
    "closed",
]


class Walk(RuleBasedStateMachine):
    """One case, its people, a clock."""

    city: City

    @initialize(
        stage=st.sampled_from(STAGES),
        urgency=st.sampled_from(["normal", "normal", "urgent", "critical"]),
        anonymous=st.booleans(),
    )
    def open(self, stage: str, urgency: str, anonymous: bool) -> None:
        self.case_id = getattr(self.city, stage)(urgency=urgency, anonymous=anonymous)

    def offers_of(self, role: Role, unit: str | None, pick: int) -> list[dict[str, Any]]:
        """Moves that end a case early are offered seldom, so that walks go far; side notes as well."""
        with self.city.uow(role, unit) as uow:
            case = uow.session.get_one(Case, self.case_id)
            offers = allowed_actions(uow, case)
        return [offer for offer in offers if offer["name"] not in RARE or pick % 10 == 0]

    @rule(pick=st.randoms(use_true_random=False).map(lambda source: source.randrange(1_000_000)))
    def somebody_acts(self, pick: int) -> None:
        for turn in range(6):
            role, unit = PEOPLE[(pick + turn) % len(PEOPLE)]
            offers = self.offers_of(role, unit, pick)
            if offers:
                self.act(role, unit, offers[pick // len(PEOPLE) % len(offers)], pick)
                return

    def act(self, role: Role, unit: str | None, offer: dict[str, Any], pick: int) -> None:
        form = payload(self.city, self.case_id, offer["name"], pick)
        with suppress(DomainError), self.city.uow(role, unit) as uow:
            if role is Role.CITIZEN:
                move_case(uow, uow.session.get_one(Case, self.case_id), offer["name"], form)
            else:
                perform(uow, self.case_id, offer["name"], form, offer["assignment_id"])

    @rule(person=st.sampled_from(PEOPLE), action=st.sampled_from(sorted(ROWS)), pick=st.integers(0, 1000))
    def somebody_tries_anything(self, person: tuple[Role, str | None], action: str, pick: int) -> None:
        role, unit = person
        form = payload(self.city, self.case_id, action, pick)
        try:
            with self.city.uow(role, unit) as uow:
                perform(uow, self.case_id, action, form)
        except DomainError:
            return
        assert role in ROWS[action].who

    @rule(hours=st.sampled_from([1, 4, 20, 24, 72, 240]))
    def time_passes(self, hours: int) -> None:
        self.city.clock.move(hours=hours)
        self.city.tick()

    @invariant()
    def all_holds(self) -> None:
        if hasattr(self, "case_id"):
            all_hold(self.city, self.case_id)

    def teardown(self) -> None:
        with self.city.uow() as uow:
            assert list(audit.verify(uow.session, uow.vault)) == []


def test_random_walks_keep_every_promise(city: City) -> None:
    Walk.city = city
    run_state_machine_as_test(
        Walk,
        settings=settings(
            max_examples=8,
            stateful_step_count=20,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            database=None,
        ),
    )
