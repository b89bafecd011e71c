"""SMS to units about cards and supervision documents (DOMAIN §1.5); the texts are data (`unit_notices.toml`).

Durable handlers, idempotent by event and person. Yellow cards go to contact and head, everything worse to the leader
in charge as well.
"""

import tomllib
from pathlib import Path

from dispatch import deadlines
from dispatch.models_case import Case
from dispatch.models_supervision import Card, SupervisionOrder
from dispatch.status import CardColour, ClockName
from hotline.accounts import mobiles
from hotline.adapters import sms
from hotline.core.clock import local
from hotline.core.events import EventRow
from hotline.core.identity import Role
from hotline.core.uow import UnitOfWork

TEXTS: dict[str, str] = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
AT_WORK = (Role.UNIT_CLERK, Role.UNIT_HEAD)
WITH_LEADER = (*AT_WORK, Role.UNIT_LEADER)


def tell_card(uow: UnitOfWork, event: EventRow) -> None:
    card = uow.session.get_one(Card, event.payload["card_id"])
    if card.withdrawn_at is not None:
        return
    roles = AT_WORK if card.colour is CardColour.YELLOW else WITH_LEADER
    case = uow.session.get_one(Case, card.case_id)
    words = {"case_no": case.case_no, "card": card.colour.label, "reason": card.reason}
    _send(uow, event, "card", card.unit_id, roles, words)


def tell_order(uow: UnitOfWork, event: EventRow) -> None:
    """A document that the unit gets; until when it must be answered, where it must."""
    order = uow.session.get_one(SupervisionOrder, event.payload["order_id"])
    if not order.kind.goes_to_unit:
        return
    clock = deadlines.find_open(uow.session, order.case_id, ClockName.SUPERVISION, None, order.id)
    due = f"{local(clock.due_at):%-m月%-d日%H:%M}" if clock is not None and clock.due_at else None
    case = uow.session.get_one(Case, order.case_id)
    words = {"case_no": case.case_no, "kind": order.kind.label, "order_no": order.order_no, "due": due or ""}
    for unit_id in dict.fromkeys((order.unit_id, *order.joint_unit_ids)):
        _send(uow, event, "order_to_answer" if due else "order", unit_id, WITH_LEADER, words)


def _send(
    uow: UnitOfWork,
    event: EventRow,
    template: str,
    unit_id: int,
    roles: tuple[Role, ...],
    words: dict[str, str],
) -> None:
    text = uow.settings.sms_signature + TEXTS[template].format(**words)
    for user_id, number in mobiles.of_unit(uow, unit_id, roles).items():
        sms.send_once(
            uow, event_id=event.id, template=template, subject=f"user:{user_id}", to=number, text=text
        )
