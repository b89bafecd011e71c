"""Conditions of follow-up, closing, reopening, urging and rating (DOMAIN §1.6, §3, §4).

Named in the lifecycle table (`transitions`); a guard reads, it never changes anything.
"""

from datetime import timedelta

from sqlalchemy import select

from dispatch import final_answers, followup
from dispatch.deadlines import book_of
from dispatch.guards.base import CLOSE_AFTER_ATTEMPTS, QA_WORKING_DAYS, REOPEN_DAYS, Refused
from dispatch.limits import parse
from dispatch.models_case import Case
from dispatch.models_supervision import FollowUp, Urge
from dispatch.moves import Move
from dispatch.status import CaseStatus, Satisfaction, Solved
from dispatch.workdays import ONE_DAY
from hotline.core.clock import local_date, local_instant
from hotline.core.errors import Invalid
from hotline.core.identity import Role


class AnswersMissing(Invalid):
    code, text = "case.answers_missing", "已联系上的回访须记录：{missing}"


class TooFewAttempts(Refused):
    code, text = "case.too_few_attempts", "未联系上须回访满 {needed} 次（已 {made} 次）才能办结"


def answers_recorded(move: Move) -> None:
    """§1.6, §3: the answers of the citizen, or three attempts that did not reach anybody. The system closes as well
    what the sample leaves out and what the citizen has answered (`followup`)."""
    form, case = move.form, move.case
    if not form.reached:
        if move.role is Role.SYSTEM and followup.plan(move.uow.session, case) is not followup.Plan.CALL:
            return
        if case.follow_up_attempts < CLOSE_AFTER_ATTEMPTS and not case.anonymous:
            raise TooFewAttempts(needed=CLOSE_AFTER_ATTEMPTS, made=case.follow_up_attempts)
        return
    missing = {
        name: label
        for name, label in (("solved", "是否解决"), ("satisfaction", "是否满意"))
        if getattr(form, name) is None
    }
    if form.satisfaction is Satisfaction.DISSATISFIED and not form.explanation:
        missing["explanation"] = "解释说明"
    if missing:
        fields = [{"field": name, "reason": "必填"} for name in missing]
        raise AnswersMissing(fields=fields, missing="、".join(missing.values()))


class RecordingNotLinked(Invalid):
    code, text = "case.recording_not_linked", "电话回访须关联通话录音（call_id）"


def recording_linked(move: Move) -> None:
    form = move.form
    if form.via == "phone" and getattr(form, "reached", True) and form.call_id is None:
        raise RecordingNotLinked(fields=[{"field": "call_id", "reason": "必填"}])


class ReworkNotJustified(Refused):
    code, text = "case.rework_not_justified", "重办须诉求人不满意且诉求合理"


def dissatisfied_and_reasonable(move: Move) -> None:
    form = move.form
    unhappy = form.satisfaction is Satisfaction.DISSATISFIED or form.solved is Solved.NO
    if not (unhappy and form.reasonable):
        raise ReworkNotJustified()


class HeadNotSigned(Invalid):
    code, text = "case.head_not_signed", "最终答复须主要负责人签字盖章"


def head_signed(move: Move) -> None:
    if not move.form.head_signed:
        raise HeadNotSigned(fields=[{"field": "head_signed", "reason": "须签字"}])


class ReopenWindowClosed(Refused):
    code, text = "case.reopen_window_closed", "办结已超过 {days} 天，请重新登记诉求"


def within_reopen_window(move: Move) -> None:
    """§3: citizens within 15 days after closing; the hotline at any time before archiving."""
    closed = move.case.closed_at
    if move.role is Role.CITIZEN and closed is not None and move.at > closed + timedelta(days=REOPEN_DAYS):
        raise ReopenWindowClosed(days=REOPEN_DAYS)


class RoadEnded(Refused):
    code, text = "case.road_ended", "此事项已作最终答复；如有新的事实，请重新登记或拨打 12345"


def road_not_ended(move: Move) -> None:
    """§1.6: what was answered for good is not reopened by asking again; the hotline may, on a new fact."""
    case = move.case
    unreasonable = case.unreasonable_until is not None and case.unreasonable_until > move.at
    if move.role is Role.CITIZEN and (case.final_reply_at is not None or unreasonable):
        raise RoadEnded()


class NoStandingAnswer(Refused):
    code, text = "case.no_standing_answer", "此诉求人没有同一事项的最终答复或无理诉求认定"


def answered_finally(move: Move) -> None:
    if final_answers.standing(move.uow.session, move.case, move.at) is None:
        raise NoStandingAnswer()


class ResultObjectedBefore(Refused):
    code, text = "case.result_objected_before", "已登记过一次异议，热线将与您联系"


def result_objects_once(move: Move) -> None:
    earlier = move.uow.session.scalar(
        select(FollowUp.id).where(FollowUp.case_id == move.case.id, FollowUp.via == "objection").limit(1)
    )
    if earlier is not None:
        raise ResultObjectedBefore()


class QaWindowClosed(Refused):
    code, text = "case.qa_window_closed", "直接办结已超过 {days} 个工作日，不能再由质检重启"


def within_qa_window(move: Move) -> None:
    closed = move.case.closed_at
    book = book_of(move.uow.session)
    if closed is None or move.at > book.due(parse(f"{QA_WORKING_DAYS}wd"), closed):
        raise QaWindowClosed(days=QA_WORKING_DAYS)


class CitizenDidNotAsk(Invalid):
    code, text = "case.citizen_did_not_ask", "撤销须由诉求人提出"


def citizen_asked(move: Move) -> None:
    if not move.form.citizen_asked and move.case.withdraw_asked_at is None:
        raise CitizenDidNotAsk(fields=[{"field": "citizen_asked", "reason": "须由诉求人提出"}])


class UrgedToday(Refused):
    code, text = "case.urged_today", "每个工作日可催办一次，您今天已催办，我们会尽快处理"


def one_urge_per_working_day(move: Move) -> None:
    """§4: citizens may urge once per working day; days off belong to the working day before them."""
    if move.role is not Role.CITIZEN:
        return
    calendar = book_of(move.uow.session).calendar
    today = local_date(move.at)
    while not calendar.is_workday(today):
        today -= ONE_DAY
    urged = move.uow.session.scalar(
        select(Urge.id)
        .where(Urge.case_id == move.case.id, Urge.by_citizen, Urge.at >= local_instant(today))
        .limit(1)
    )
    if urged is not None:
        raise UrgedToday()


class NoResultYet(Refused):
    code, text = "case.no_result_yet", "主工单尚未答复，请在收到答复后评价"


def has_result(move: Move) -> None:
    """§1.7: a merged case is evaluated by its own citizen, once the lead case has an answer."""
    case = move.case
    if case.lead_case_id is None:
        return
    lead = move.uow.session.get_one(Case, case.lead_case_id)
    if lead.status not in (CaseStatus.FOLLOW_UP, CaseStatus.CLOSED, CaseStatus.ARCHIVED):
        raise NoResultYet()


class RatedBefore(Refused):
    code, text = "case.rated_before", "您已评价两次，评价已锁定"


def may_still_rate(move: Move) -> None:
    """§1.6, §9: first and final rating, each locked."""
    if move.case.final_rated_at is not None:
        raise RatedBefore()
