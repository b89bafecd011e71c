"""Conditions of returns, disputes and designation (DOMAIN §1.4).

Named in the lifecycle table (`transitions`); a guard reads, it never changes anything.
"""

from sqlalchemy import select

from dispatch.guards.base import MAX_HOPS, Refused
from dispatch.limits import parse
from dispatch.models_case import Attachment
from dispatch.models_moves import Decision, Dispute, DisputeKind, Opinion
from dispatch.moves import Move
from dispatch.status import DisputeLevel, Urgency
from hotline.core.errors import Invalid, NotFound

COMPETENCE_OFFICE, JUSTICE_OFFICE = "competence", "justice"


class MostUrgent(Refused):
    code, text = "case.most_urgent", "特急工单不得退单：先行处置，事后再议"


def not_most_urgent(move: Move) -> None:
    if move.case.urgency is Urgency.CRITICAL:
        raise MostUrgent()


class ReturnWindowClosed(Refused):
    code, text = "case.return_window_closed", "退单时限已过（{limit}），本单位为首办责任单位"


def inside_return_window(move: Move) -> None:
    part = move.the_part
    if part.return_until is None or move.at > part.return_until:
        raise ReturnWindowClosed(limit=parse(part.return_window).label if part.return_window else "不可退单")


class NoReturnsLeft(Refused):
    code, text = "case.no_returns_left", "本单位对此工单的退单次数已用完（{allowed} 次）"


def returns_left(move: Move) -> None:
    """§1.4: one return per unit and case, whichever round it came in."""
    part = move.the_part
    if part.returns_allowed == 0 or earlier_returns(move) > part.returns_allowed:
        raise NoReturnsLeft(allowed=part.returns_allowed)


def earlier_returns(move: Move) -> int:
    part = move.the_part
    return sum(other.return_count for other in move.case.assignments if other.unit_id == part.unit_id)


class LetterNeeded(Invalid):
    code, text = "case.official_letter_needed", "第二次提出异议须由单位负责人附正式函件"


def letter_for_second_return(move: Move) -> None:
    """§1.4: beyond the ordinary number only once more, by the head, with an official letter."""
    if earlier_returns(move) >= move.the_part.returns_allowed and move.form.official_letter_id is None:
        raise LetterNeeded(fields=[{"field": "official_letter_id", "reason": "必附"}])


class Designated(Refused):
    code, text = "case.designated", "本单位由协调会指定承办，不得再次退单"


def not_designated(move: Move) -> None:
    if move.the_part.designated:
        raise Designated()


class SuggestsItself(Invalid):
    code, text = "case.suggests_itself", "建议承办单位不能是本单位"


def suggests_another(move: Move) -> None:
    if move.form.suggested_unit_id == move.the_part.unit_id:
        raise SuggestsItself(fields=[{"field": "suggested_unit_id", "reason": "不能是本单位"}])


class HopLimitReached(Refused):
    code, text = "case.hop_limit", "此工单已流转 {hops} 次，不再退回重派，请转争议协调指定"


def hops_left(move: Move) -> None:
    """§1.4: after three dispatches without an owner the hotline designates."""
    if move.case.hop_count >= MAX_HOPS:
        raise HopLimitReached(hops=move.case.hop_count)


class WrongDispute(Refused):
    code, text = "case.wrong_dispute", "此争议属于“{kind}”，不能这样处理"


def open_dispute(move: Move) -> Dispute:
    found = move.uow.session.scalar(
        select(Dispute)
        .where(Dispute.case_id == move.case.id, Dispute.decision == Decision.OPEN)
        .order_by(Dispute.id.desc())
        .limit(1)
    )
    if found is None:
        raise NotFound()
    return found


def about_competence(move: Move) -> None:
    dispute = open_dispute(move)
    if dispute.kind is not DisputeKind.COMPETENCE:
        raise WrongDispute(kind=dispute.kind.label)


def about_unreasonable(move: Move) -> None:
    dispute = open_dispute(move)
    if dispute.kind is not DisputeKind.UNREASONABLE:
        raise WrongDispute(kind=dispute.kind.label)


class TopOfLadder(Refused):
    code, text = "case.top_of_ladder", "已是最高协调层级“{level}”，请指定承办单位"


def level_above(move: Move) -> None:
    level = open_dispute(move).level
    if level.above is None:
        raise TopOfLadder(level=level.label)


class OfficesNotHeard(Refused):
    code, text = "case.offices_not_heard", "提级后指定承办，须先记录机构编制或司法行政部门的意见"


def offices_heard(move: Move) -> None:
    """§1.4: above the meeting of the parties, one of the two offices has defined whose competence it is."""
    dispute = open_dispute(move)
    if dispute.level is DisputeLevel.MEETING:
        return
    heard = move.uow.session.scalar(
        select(Opinion.id)
        .where(
            Opinion.dispute_id == dispute.id,
            Opinion.slot.in_((COMPETENCE_OFFICE, JUSTICE_OFFICE)),
            Opinion.given_at.is_not(None),
        )
        .limit(1)
    )
    if heard is None:
        raise OfficesNotHeard()


class NotAParty(Refused):
    code, status, text = "case.not_a_party", 403, "本单位不是争议当事方"


def party_to_dispute(move: Move) -> None:
    if not move.by_unit():
        return
    slots = move.uow.session.scalars(select(Opinion).where(Opinion.dispute_id == open_dispute(move).id))
    if not any(slot.unit_id in move.uow.actor.unit_ids for slot in slots):
        raise NotAParty()


class AttachmentUnknown(Invalid):
    code, text = "case.attachment_unknown", "附件不存在或不属于本工单"


def attachments_exist(move: Move) -> None:
    """Every attachment that a form names belongs to this case."""
    wanted = set(getattr(move.form, "attachment_ids", ()))
    for name in ("minutes_attachment_id", "official_letter_id", "attachment_id"):
        wanted.add(getattr(move.form, name, None))
    wanted.discard(None)
    if not wanted:
        return
    found = set(
        move.uow.session.scalars(
            select(Attachment.id).where(Attachment.case_id == move.case.id, Attachment.id.in_(wanted))
        )
    )
    if wanted - found:
        raise AttachmentUnknown(fields=[{"field": "attachment_ids", "reason": "不存在"}])
