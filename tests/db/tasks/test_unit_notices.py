"""What units are told by SMS of cards and documents: whom, what, and once."""

import pytest

from dispatch.models_supervision import DocumentKind
from hotline.accounts.models import User
from hotline.adapters import sms
from hotline.core.events import EventRow
from hotline.core.identity import Role
from hotline.tasks import unit_notices
from tests.db.dispatch.conftest import City, populate

CLERK, HEAD, LEADER, OTHER = "+8613000010001", "+8613000010002", "+8613000010003", "+8613000010004"


@pytest.fixture
def city(quiet_house, clock) -> City:
    city = City(quiet_house, clock)
    populate(city)
    people = (
        (CLERK, Role.UNIT_CLERK, "zhujian"), (HEAD, Role.UNIT_HEAD, "zhujian"), (LEADER, Role.UNIT_LEADER, "zhujian"),
        (OTHER, Role.UNIT_HEAD, "shijian"), (None, Role.UNIT_CLERK, "zhujian"),
    )  # fmt: skip
    with city.uow() as uow:
        for number, (mobile, role, unit) in enumerate(people):
            uow.session.add(
                User(
                    username=f"u{number}", name="某人", password_hash="x", roles=[role.value], unit_id=city.units[unit],
                    mobile=mobile and uow.vault.encrypt(mobile), created_at=uow.now,
                )
            )  # fmt: skip
    return city


def told(city: City, name: str, times: int = 1) -> dict[str, str]:
    """Deliver the events of a name; answers number → text."""
    handler = {"card.issued": unit_notices.tell_card, "supervision.issued": unit_notices.tell_order}[name]
    with city.uow() as uow:
        for event in uow.session.query(EventRow).filter_by(name=name).all():
            for _ in range(times):
                handler(uow, event)
        messages = sms.latest(uow)
    assert len(messages) == len({message.to for message in messages})
    return {message.to: message.text for message in messages}


@pytest.mark.parametrize(("colour", "whom"), [("yellow", {CLERK, HEAD}), ("red", {CLERK, HEAD, LEADER})])
def test_card_when_issued_then_contact_and_head_hear_and_the_leader_of_red_ones(city: City, colour, whom):
    case_id = city.signed()
    city.do(case_id, "give_card", Role.COORDINATOR, {"colour": colour, "reason": "催办无果"})
    messages = told(city, "card.issued", times=2)
    assert set(messages) == whom
    assert city.get(case_id).case_no in messages[HEAD]
    assert "电梯" not in messages[HEAD]


def test_order_when_issued_then_joint_units_hear_and_until_when(city: City):
    order = {
        "unit_id": city.units["zhujian"], "joint_unit_ids": [city.units["shijian"]], "cause": "催办无果", "demand": "限期",
    }  # fmt: skip
    city.do(city.signed(), "supervise", Role.COORDINATOR, order)
    messages = told(city, "supervision.issued")
    assert set(messages) == {CLERK, HEAD, LEADER, OTHER}
    assert "督办单（DB202609180001），请于9月22日17:30前书面回复" in messages[OTHER]


def test_letter_to_the_discipline_office_is_not_told_to_the_unit(city: City):
    letter = {"kind": "accountability", "unit_id": city.units["zhujian"], "cause": "推诿", "demand": "请核实"}
    city.do(city.signed(), "supervise", Role.COORDINATOR, letter)
    assert told(city, "supervision.issued") == {}


def test_card_when_withdrawn_before_the_message_went_out_then_nobody_hears(city: City):
    case_id = city.signed()
    city.do(case_id, "give_card", Role.COORDINATOR, {"colour": "red", "reason": "误发"})
    with city.uow() as uow:
        (event,) = uow.session.query(EventRow).filter_by(name="card.issued")
        card_id = event.payload["card_id"]
    city.do(case_id, "withdraw_card", Role.CENTRE_HEAD, {"card_id": card_id, "reason": "误发"})
    assert told(city, "card.issued") == {}


def test_every_kind_that_goes_to_units_has_its_text():
    kinds = [kind for kind in DocumentKind if kind.goes_to_unit]
    assert len(kinds) == len(DocumentKind) - 1
    assert {"card", "order", "order_to_answer"} == set(unit_notices.TEXTS)
