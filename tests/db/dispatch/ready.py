"""For each row of the lifecycle table a case on which it can be taken now, by whom and with which form.

Rows that only a citizen takes are here with the citizen's role; the citizen's edge locks the case and brings no version.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from dispatch.models import Card, SupervisionOrder
from hotline.core.identity import Role

from .conftest import CLOSE, REWORK, City, contact_form, result_form, return_form

TEXT = "情况属实，理由充分"
Make = Callable[[City], int]
Form = Callable[[City, int], dict[str, Any]]


@dataclass(frozen=True)
class Ready:
    make: Make
    role: Role
    form: Form
    unit: str | None = None


def nothing(city: City, case_id: int) -> dict[str, Any]:
    return {}


def reason(city: City, case_id: int) -> dict[str, Any]:
    return {"reason": TEXT}


def said(**fields: Any) -> Form:
    return lambda city, case_id: fields


def evidence(**fields: Any) -> Form:
    return lambda city, case_id: {"reason": TEXT, "attachment_ids": [city.attach(case_id)]} | fields


def order(**fields: Any) -> Form:
    def form(city: City, case_id: int) -> dict[str, Any]:
        with city.house.sessions() as session:
            return {
                "order_id": session.query(SupervisionOrder.id).filter_by(case_id=case_id).scalar()
            } | fields

    return form


def card(city: City, case_id: int) -> dict[str, Any]:
    with city.house.sessions() as session:
        return {"card_id": session.query(Card.id).filter_by(case_id=case_id).scalar(), "reason": TEXT}


def after(make: Make, *actions: str) -> Make:
    """A case on which these rows were taken one after the other."""

    def made(city: City) -> int:
        case_id = make(city)
        for action in actions:
            take(city, case_id, action)
        return case_id

    return made


def take(city: City, case_id: int, action: str) -> None:
    row = READY[action]
    city.do(case_id, action, row.role, row.form(city, case_id), unit=row.unit)


def in_contact(city: City) -> int:
    case_id = city.signed()
    city.contact(case_id)
    return case_id


def heard(city: City) -> int:
    """A dispute in which the offices that must be heard have spoken."""
    case_id = city.disputed()
    city.do(case_id, "give_opinion", Role.COORDINATOR, {"opinion": TEXT, "slot": "competence"})
    return case_id


def repeat(city: City) -> int:
    after(City.signed, "final_reply")(city)
    return city.submitted()


def a_month_later(city: City) -> int:
    case_id = city.closed()
    city.clock.move(days=31)
    return case_id


def another_case(city: City, case_id: int) -> dict[str, Any]:
    return {"lead_case_id": city.submitted(), "reason": TEXT}


def to_unit(city: City, case_id: int) -> dict[str, Any]:
    return {"lead_unit_id": city.units["zhujian"], "reason": TEXT}


def designation(city: City, case_id: int) -> dict[str, Any]:
    minutes = city.attach(case_id, "minutes")
    return {"lead_unit_id": city.units["zhujian"], "minutes": TEXT, "minutes_attachment_id": minutes}


CLERK, HEAD, CENTRE = Role.UNIT_CLERK, Role.UNIT_HEAD, Role.CENTRE_HEAD
IN_TURN = {"via": "sms"}
READY: dict[str, Ready] = {
    "close_direct": Ready(lambda c: c.open(case_type="consultation"), Role.AGENT, said(answer=TEXT)),
    "submit": Ready(City.open, Role.AGENT, nothing),
    "send_back": Ready(City.submitted, Role.REVIEWER, reason),
    "refuse": Ready(
        City.submitted, Role.REVIEWER, said(refusal_code="in_procedure", reason=TEXT, route_told=True)
    ),
    "object_refusal": Ready(after(City.submitted, "refuse"), Role.CITIZEN, reason),
    "accept": Ready(City.submitted, Role.REVIEWER, nothing),
    "merge": Ready(City.submitted, Role.REVIEWER, another_case),
    "unmerge": Ready(after(City.submitted, "merge"), Role.REVIEWER, reason),
    "split": Ready(City.submitted, Role.REVIEWER, said(parts=["第一项诉求", "第二项诉求"], reason=TEXT)),
    "explain_repeat": Ready(repeat, Role.REVIEWER, nothing),
    "qa_reopen": Ready(after(lambda c: c.open(case_type="consultation"), "close_direct"), Role.QA, reason),
    "dispatch": Ready(City.accepted, Role.DISPATCHER, to_unit),
    "sign": Ready(City.dispatched, CLERK, nothing, "zhujian"),
    "record_contact": Ready(City.signed, CLERK, lambda c, i: contact_form(c.clock), "zhujian"),
    "ask_return": Ready(City.dispatched, HEAD, lambda c, i: return_form(c), "zhujian"),
    "uphold_return": Ready(City.returned, Role.DISPATCHER, reason),
    "refuse_return": Ready(City.returned, Role.DISPATCHER, reason),
    "raise_dispute": Ready(City.returned, Role.DISPATCHER, reason),
    "give_opinion": Ready(City.disputed, Role.COORDINATOR, said(opinion=TEXT, slot="competence")),
    "escalate_dispute": Ready(City.disputed, Role.COORDINATOR, reason),
    "designate": Ready(heard, Role.COORDINATOR, designation),
    "add_unit": Ready(City.signed, Role.DISPATCHER, lambda c, i: {"unit_id": c.units["chengguan"]}),
    "ask_extension": Ready(
        City.signed, HEAD, said(limit="1wd", reason=TEXT, plan=TEXT, caller_told=True), "zhujian"
    ),
    "extend": Ready(after(City.signed, "ask_extension"), Role.DISPATCHER, nothing),
    "refuse_extension": Ready(after(City.signed, "ask_extension"), Role.DISPATCHER, reason),
    "ask_suspension": Ready(
        City.signed, HEAD, said(reason=TEXT, plan=TEXT, until="2027-06-30T00:00:00+08:00"), "zhujian"
    ),
    "suspend": Ready(after(City.signed, "ask_suspension"), CENTRE, nothing),
    "refuse_suspension": Ready(after(City.signed, "ask_suspension"), CENTRE, reason),
    "report_progress": Ready(after(City.signed, "ask_suspension", "suspend"), CLERK, said(text=TEXT), "zhujian"),
    "resume": Ready(after(City.signed, "ask_suspension", "suspend"), CENTRE, reason),
    "note_progress": Ready(City.signed, CLERK, said(text=TEXT), "zhujian"),
    "submit_result": Ready(in_contact, HEAD, lambda c, i: result_form(c.attach(i)), "zhujian"),
    "reject_audit": Ready(City.replied, Role.AUDITOR, reason),
    "pass_audit": Ready(City.replied, Role.AUDITOR, nothing),
    "try_follow_up": Ready(City.followed_up, Role.FOLLOW_UP, said(**IN_TURN)),
    "close": Ready(City.followed_up, Role.FOLLOW_UP, said(**CLOSE)),
    "rework": Ready(City.followed_up, Role.FOLLOW_UP, said(**REWORK)),
    "claim_unreasonable": Ready(City.followed_up, Role.FOLLOW_UP, evidence()),
    "grant_unreasonable": Ready(
        after(City.followed_up, "claim_unreasonable"), CENTRE,
        said(reason=TEXT, expires_on="2027-06-30T00:00:00+08:00"),
    ),
    "refuse_unreasonable": Ready(after(City.followed_up, "claim_unreasonable"), Role.COORDINATOR, reason),
    "final_reply": Ready(City.signed, CENTRE, evidence(public_reply=TEXT, head_signed=True)),
    "reopen": Ready(City.closed, Role.DISPATCHER, said(new_fact="电梯又坏了")),
    "object_result": Ready(City.followed_up, Role.CITIZEN, reason),
    "transfer_out": Ready(City.submitted, Role.REVIEWER, said(to="110", receipt="JJ1", reason=TEXT)),
    "cancel": Ready(City.signed, Role.REVIEWER, said(citizen_asked=True, reason=TEXT)),
    "archive": Ready(a_month_later, Role.SYSTEM, nothing),
    "append": Ready(City.submitted, Role.AGENT, said(text=TEXT)),
    "urge": Ready(City.signed, Role.COORDINATOR, nothing),
    "ask_withdraw": Ready(City.submitted, Role.AGENT, nothing),
    "rate": Ready(City.closed, Role.CITIZEN, said(satisfaction="satisfied")),
    "instruct": Ready(City.signed, CENTRE, said(text=TEXT)),
    "supervise": Ready(City.signed, Role.COORDINATOR, lambda c, i: {"unit_id": c.units["zhujian"], "cause": TEXT, "demand": TEXT}),
    "answer_order": Ready(after(City.signed, "supervise"), HEAD, order(answer=TEXT), "zhujian"),
    "ask_order_return": Ready(after(City.signed, "supervise"), HEAD, order(reason=TEXT), "zhujian"),
    "accept_order": Ready(
        after(City.signed, "supervise", "answer_order"), Role.COORDINATOR, order(reason=TEXT)
    ),
    "reject_order": Ready(
        after(City.signed, "supervise", "answer_order"), Role.COORDINATOR, order(reason=TEXT)
    ),
    "withdraw_order": Ready(after(City.signed, "supervise"), Role.COORDINATOR, order(reason=TEXT)),
    "give_card": Ready(City.signed, Role.COORDINATOR, said(colour="yellow", reason=TEXT)),
    "withdraw_card": Ready(after(City.signed, "give_card"), CENTRE, card),
    "ask_exclusion": Ready(City.closed, Role.COORDINATOR, evidence()),
    "exclude_from_score": Ready(after(City.closed, "ask_exclusion"), CENTRE, reason),
    "refuse_exclusion": Ready(after(City.closed, "ask_exclusion"), CENTRE, reason),
}  # fmt: skip
