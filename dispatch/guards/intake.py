"""Conditions of registering, reviewing and merging a case: each passes or raises its one reason.

Named in the lifecycle table (`transitions`); a guard reads, it never changes anything.
"""

from dispatch.guards.base import Refused
from dispatch.models_case import Case
from dispatch.moves import Move
from dispatch.status import DONE, CaseType
from hotline.core.errors import Invalid
from hotline.core.identity import Role


class NotYourDraft(Refused):
    code, status, text = "case.not_your_draft", 403, "只有登记此工单的人可以提交或直接办结"


def own_draft(move: Move) -> None:
    """§3: a draft is its agent's. Citizens and systems come here only with a case of their own."""
    if move.role not in (Role.CITIZEN, Role.INTEGRATION) and move.case.agent_id != move.uow.actor.user_id:
        raise NotYourDraft()


class AnswerMissing(Invalid):
    code, text = "case.answer_missing", "直接办结须记录答复内容或引用的知识条目"


def answer_recorded(move: Move) -> None:
    form, case = move.form, move.case
    if not (form.answer or form.knowledge_id or case.answer or case.knowledge_id):
        raise AnswerMissing(fields=[{"field": "answer", "reason": "必填"}])


class TypeNotForDirectClose(Refused):
    code = "case.type_not_for_direct_close"
    text = "“{case_type}”类诉求须转办；只有咨询、表扬或已三方通话解决的可以直接办结"


def type_allows(move: Move) -> None:
    """§3: consultation, praise or invalid call, or solved in a three-way call."""
    direct = (CaseType.CONSULTATION, CaseType.PRAISE, CaseType.INVALID)
    if move.case.case_type not in direct and not (move.form.solved_on_call or move.case.solved_on_call):
        raise TypeNotForDirectClose(case_type=move.case.case_type.label if move.case.case_type else "未分类")


class FormIncomplete(Invalid):
    code, text = "case.form_incomplete", "工单信息不完整：{missing}"


def form_complete(move: Move) -> None:
    """§3: type, class, place, demand, contact (or anonymous), secrecy asked."""
    case = move.case
    has_contact = case.anonymous or case.contact_no_hash or case.caller_no_hash
    wanted = {
        "case_type": ("诉求类型", case.case_type),
        "category_code": ("诉求分类", case.category_code),
        "title": ("标题", case.title),
        "facts": ("反映内容", case.facts),
        "demand": ("诉求目的", case.demand),
        "area_code": ("事发地", case.area_code or case.address),
        "contact_no": ("联系电话（或选匿名）", has_contact),
    }
    missing = {name: label for name, (label, value) in wanted.items() if not value}
    if missing:
        fields = [{"field": name, "reason": "必填"} for name in missing]
        raise FormIncomplete(fields=fields, missing="、".join(missing.values()))


class SecrecyNotAsked(Invalid):
    code, text = "case.secrecy_not_asked", "请先询问诉求人是否要求保密"


def secrecy_asked(move: Move) -> None:
    if not move.case.secrecy_asked:
        raise SecrecyNotAsked(fields=[{"field": "secrecy_asked", "reason": "须询问"}])


class RouteNotTold(Invalid):
    code, text = "case.route_not_told", "不予受理须向诉求人告知法定途径"


def route_told(move: Move) -> None:
    if not move.form.route_told:
        raise RouteNotTold(fields=[{"field": "route_told", "reason": "须告知"}])


class ObjectedBefore(Refused):
    code, text = "case.objected_before", "对同一次不予受理只能申请复议一次"


def objects_once(move: Move) -> None:
    if move.case.refusal_objected:
        raise ObjectedBefore()


class LeadCaseNotLive(Refused):
    code, text = "case.lead_not_live", "主工单不存在或已结束，不能并入"


def lead_is_live(move: Move) -> None:
    lead = move.uow.session.get(Case, move.form.lead_case_id)
    if lead is None or lead.id == move.case.id or lead.status in DONE or lead.lead_case_id is not None:
        raise LeadCaseNotLive()
