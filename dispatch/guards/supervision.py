"""Conditions of supervision: an order that waits, the unit that it was sent to (DOMAIN §1.5); the second person that
an exclusion from the score needs (§4).

Named in the lifecycle table (`transitions`); a guard reads, it never changes anything.
"""

from sqlalchemy import select

from dispatch import exclusions
from dispatch.access import own_parts
from dispatch.guards.base import Refused
from dispatch.models_supervision import DocumentKind, OrderState, SupervisionOrder
from dispatch.moves import Move
from hotline.core.errors import Invalid


class NotSupervised(Refused):
    code, text = "case.not_supervised", "此工单没有进行中的督办单"


def is_supervised(move: Move) -> None:
    if not move.case.is_supervised:
        raise NotSupervised()


class NoOrderWaits(Refused):
    code, text = "case.no_order_waits", "本单位没有待回复的督办单"


def order_waits(move: Move) -> None:
    units = move.uow.session.scalars(
        select(SupervisionOrder.unit_id).where(
            SupervisionOrder.case_id == move.case.id, SupervisionOrder.state == OrderState.ISSUED
        )
    )
    if not any(unit_id in move.uow.actor.unit_ids for unit_id in units):
        raise NoOrderWaits()


class NotYourOrder(Refused):
    code, status, text = "case.not_your_order", 403, "此督办单不是发给本单位的"


def own_order(move: Move) -> None:
    order = move.uow.session.get(SupervisionOrder, move.form.order_id)
    if order is None or order.case_id != move.case.id or order.unit_id not in move.uow.actor.unit_ids:
        raise NotYourOrder()


class ProofOfStoppingMissing(Invalid):
    code, text = "case.proof_of_stopping_missing", "责令停止通知书须附已停止的证明材料"


def stopping_proven(move: Move) -> None:
    """§1.5: an order to stop is answered with proof of compliance."""
    order = move.uow.session.get_one(SupervisionOrder, move.form.order_id)
    if order.kind is DocumentKind.STOP_ORDER and move.form.attachment_id is None:
        raise ProofOfStoppingMissing(fields=[{"field": "attachment_id", "reason": "必附"}])


class NoPartInCase(Refused):
    code, status, text = "case.no_part", 403, "本单位未承办此工单"


def takes_part(move: Move) -> None:
    if move.by_unit() and not own_parts(move.uow.actor, move.case):
        raise NoPartInCase()


class NotScored(Refused):
    code, text = "case.not_scored", "此工单已不计考核"


class ExclusionPending(Refused):
    code, text = "case.exclusion_pending", "已有待审批的不计考核申请"


def still_scored(move: Move) -> None:
    if move.case.excluded_from_score:
        raise NotScored()
    if exclusions.pending(move.uow.session, move.case.id) is not None:
        raise ExclusionPending()


class ExclusionNotAsked(Refused):
    code, text = "case.exclusion_not_asked", "没有待审批的不计考核申请"


class SamePerson(Refused):
    code, status, text = "case.same_person", 403, "不计考核须由申请人以外的人审批"


def another_person_asked(move: Move) -> None:
    """§4: whoever decides about the score is not who asked."""
    request = exclusions.pending(move.uow.session, move.case.id)
    if request is None:
        raise ExclusionNotAsked()
    if request.asked_by_id == move.uow.actor.user_id:
        raise SamePerson()


class NoOwner(Refused):
    code, text = "case.no_owner", "此工单当前没有主办单位"


def has_owner(move: Move) -> None:
    if move.case.lead() is None:
        raise NoOwner()
