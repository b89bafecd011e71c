"""Conditions of a unit's work: contact, extension, suspension, result (DOMAIN §1.3, §1.6).

Named in the lifecycle table (`transitions`); a guard reads, it never changes anything.
"""

from datetime import timedelta

from sqlalchemy import select

from dispatch import deadlines
from dispatch.deadlines import book_of
from dispatch.guards.base import EVIDENCE_KINDS, Refused
from dispatch.limits import parse
from dispatch.models_case import Attachment, ContactRecord
from dispatch.models_moves import Decision, Extension, Suspension
from dispatch.moves import Move
from dispatch.status import AssignmentStatus, CaseType, ClockName, Secrecy, Solved, UnitRole
from hotline.accounts.units import with_units_below
from hotline.core.clock import local
from hotline.core.errors import Invalid
from hotline.core.identity import Role


class ExtensionNotAsked(Refused):
    code, text = "case.extension_not_asked", "承办单位没有待审批的延期申请"


class ExtensionPending(Refused):
    code, text = "case.extension_pending", "已有待审批的延期申请"


def open_extension(move: Move) -> Extension | None:
    return move.uow.session.scalar(
        select(Extension).where(
            Extension.assignment_id == move.the_part.id, Extension.decision == Decision.OPEN
        )
    )


def extension_asked(move: Move) -> None:
    if open_extension(move) is None:
        raise ExtensionNotAsked()


def no_extension_pending(move: Move) -> None:
    if open_extension(move) is not None:
        raise ExtensionPending()


class AlreadyDue(Refused):
    code, text = "case.already_due", "办理时限已到，不能再延期"


def before_due(move: Move) -> None:
    deadline = deadlines.find_open(move.uow.session, move.case.id, ClockName.HANDLE, move.the_part.id)
    if deadline is None or deadline.due_at is None or move.at >= deadline.due_at:
        raise AlreadyDue()


class NoExtensionsLeft(Refused):
    code, text = "case.no_extensions_left", "延期次数已用完（共 {allowed} 次）"


def times_left(move: Move) -> None:
    part = move.the_part
    if part.extension_count >= part.extensions_allowed:
        raise NoExtensionsLeft(allowed=part.extensions_allowed)


class HeadDecidesExtension(Refused):
    code, status, text = "case.head_decides_extension", 403, "再次延期须由中心主任批准"


def second_by_centre_head(move: Move) -> None:
    """§1.3: the hotline grants the first extension, the centre head every further one."""
    if move.the_part.extension_count and move.role is not Role.CENTRE_HEAD:
        raise HeadDecidesExtension()


class ExtensionTooLong(Invalid):
    code, text = "case.extension_too_long", "延期最长 {limit}"


def extension_within_limit(move: Move) -> None:
    """§1.3: at most the limit of the rule (an absent one means as long as the original)."""
    part = move.the_part
    longest = parse(part.extension_limit or part.handle_limit)
    given = move.form.limit
    if given is None:
        return
    book = book_of(move.uow.session)
    if book.due(parse(given), move.at) > book.due(longest, move.at):
        raise ExtensionTooLong(fields=[{"field": "limit", "reason": "过长"}], limit=longest.label)


class BeyondTheUnitAbove(Invalid):
    code, text = "case.beyond_the_unit_above", "下级单位的期限不得晚于交办单位的期限（{due}）"


def within_the_unit_above(move: Move) -> None:
    """§3: who got the work from another unit stays inside that unit's time, which has to be extended first."""
    part, session = move.the_part, move.uow.session
    if part.parent_id is None:
        return
    mine = deadlines.find_open(session, move.case.id, ClockName.HANDLE, part.id)
    above = deadlines.find_open(session, move.case.id, ClockName.HANDLE, part.parent_id)
    asked = open_extension(move)
    limit = move.form.limit or (asked.limit_text if asked else None)
    if mine is None or above is None or above.due_at is None or limit is None:
        return
    due = deadlines.extended(session, mine, parse(limit))
    if due is not None and due > above.due_at:
        raise BeyondTheUnitAbove(
            fields=[{"field": "limit", "reason": "过长"}], due=f"{local(above.due_at):%Y-%m-%d %H:%M}"
        )


class CallerNotTold(Invalid):
    code, text = "case.caller_not_told", "申请延期须先告知诉求人"


def caller_told(move: Move) -> None:
    """§1.3: nobody to be told where the case is anonymous."""
    if not move.form.caller_told and not move.case.anonymous:
        raise CallerNotTold(fields=[{"field": "caller_told", "reason": "须告知"}])


class PlanNotApproved(Refused):
    code, text = "case.plan_missing", "主办单位没有待审批的挂起计划"


def open_suspension(move: Move) -> Suspension | None:
    return move.uow.session.scalar(
        select(Suspension).where(Suspension.case_id == move.case.id, Suspension.decision == Decision.OPEN)
    )


def plan_asked(move: Move) -> None:
    if open_suspension(move) is None:
        raise PlanNotApproved()


class PlanPending(Refused):
    code, text = "case.plan_pending", "已有待审批的挂起计划"


def no_plan_pending(move: Move) -> None:
    if open_suspension(move) is not None:
        raise PlanPending()


class LeadOnly(Refused):
    code, status, text = "case.lead_only", 403, "只有主办单位可以“{label}”"


def lead_unit_only(move: Move) -> None:
    if move.by_unit() and move.the_part.role is not UnitRole.LEAD:
        raise LeadOnly(label=move.row.label)


class OnlyBelow(Refused):
    code, status = "case.only_below", 403
    text = "协办单位只能下派给本单位的下级单位；加派其他单位由主办单位提出"


def passes_on_rightly(move: Move) -> None:
    """§3: the lead adds whom the case needs; every unit may pass work down to the units below it (下派)."""
    part = move.the_part
    if not move.by_unit() or part.role is UnitRole.LEAD:
        return
    if move.form.unit_id not in with_units_below(move.uow.session, part.unit_id):
        raise OnlyBelow()


class ContactInFuture(Invalid):
    code, text = "case.contact_in_future", "联系时间不能晚于现在"


def contact_is_past(move: Move) -> None:
    if move.form.contacted_at > move.at + timedelta(minutes=1):
        raise ContactInFuture(fields=[{"field": "contacted_at", "reason": "晚于现在"}])


def number_for_phone(move: Move) -> None:
    """§1.6: a phone contact names the number or the call."""
    form = move.form
    if form.how == "phone" and not (form.number or form.call_id):
        raise Invalid(fields=[{"field": "number", "reason": "电话联系须填写号码"}])


class ContactNotProven(Refused):
    code, text = "case.contact_not_proven", "办结前须联系群众并登记（号码、时间、方式）"


def contact_proven(move: Move) -> None:
    """§1.6: the lead unit has reached the citizen in this round; anonymous and strictly secret cases have nobody
    to be called. A co-handler leaves the talk to the lead (首办负责, §1.4)."""
    part, case = move.the_part, move.case
    if part.role is not UnitRole.LEAD or case.anonymous or case.secrecy is Secrecy.STRICT:
        return
    reached = move.uow.session.scalar(
        select(ContactRecord.id)
        .where(
            ContactRecord.assignment_id == part.id,
            ContactRecord.reached,
            ContactRecord.recorded_at >= part.round_started_at,
        )
        .limit(1)
    )
    if reached is None:
        raise ContactNotProven()


class ReplyNotChecked(Invalid):
    code, text = "case.reply_refused", "答复未通过检查：{problems}"


def reply_checked(move: Move) -> None:
    """§1.6, §6: blocking findings of the reply checks stop a reply, warnings must be explained; hints may stand."""
    form = move.form
    findings = [found for found in form.reply_findings if found.get("level") != "hint"]
    blocking = [str(found.get("text", "")) for found in findings if found.get("level") == "block"]
    if blocking:
        raise ReplyNotChecked(
            fields=[{"field": "public_reply", "reason": text} for text in blocking],
            problems="；".join(blocking),
        )
    if findings and not form.findings_explained:
        texts = [str(found.get("text", "")) for found in findings]
        raise ReplyNotChecked(
            fields=[{"field": "findings_explained", "reason": "须逐条说明"}], problems="；".join(texts)
        )
    unanswered = [wish for wish in move.case.demands if wish not in form.demands_answered]
    if unanswered and move.the_part.role is UnitRole.LEAD:
        raise ReplyNotChecked(
            fields=[{"field": "demands_answered", "reason": f"未答复：{wish}"} for wish in unanswered],
            problems="有诉求未逐项答复",
        )
    if form.solved is not Solved.YES and not form.unsolved_reason:
        raise ReplyNotChecked(
            fields=[{"field": "unsolved_reason", "reason": "未完全解决须说明原因"}], problems="缺少未解决原因"
        )


class EvidenceMissing(Invalid):
    code, text = "case.evidence_missing", "填报“已解决”须上传佐证材料"


def evidence_attached(move: Move) -> None:
    """§3: evidence for 已解决; a question answered needs none."""
    form, case = move.form, move.case
    if form.solved is Solved.NO or case.case_type in (
        CaseType.CONSULTATION,
        CaseType.PRAISE,
        CaseType.SUGGESTION,
    ):
        return
    earlier = move.uow.session.scalar(
        select(Attachment.id)
        .where(Attachment.assignment_id == move.the_part.id, Attachment.kind.in_(EVIDENCE_KINDS))
        .limit(1)
    )
    if not form.attachment_ids and earlier is None:
        raise EvidenceMissing(fields=[{"field": "attachment_ids", "reason": "必附"}])


class OthersNotReplied(Refused):
    code, text = "case.others_not_replied", "协办单位尚未全部提交：{units} 个"


def others_replied(move: Move) -> None:
    """§3: the lead submits when all co-handlers and the units below have replied."""
    part = move.the_part
    if part.role is not UnitRole.LEAD:
        waiting = [other for other in move.case.live_assignments() if other.parent_id == part.id]
    else:
        waiting = [other for other in move.case.live_assignments() if other.id != part.id]
    open_parts = [other for other in waiting if other.status is not AssignmentStatus.REPLIED]
    if open_parts:
        raise OthersNotReplied(units=len(open_parts))
