"""Conditions of dispatching: catalogue or reason, what townships may be given, never to the accused, secrecy.

Named in the lifecycle table (`transitions`); a guard reads, it never changes anything.
"""

import json

from sqlalchemy import select

from dispatch import final_answers
from dispatch.guards.base import CONFIDENT, Refused
from dispatch.models_catalogue import RoutingRow
from dispatch.moves import Move
from dispatch.routing import routes_for, township_may_handle
from dispatch.status import Secrecy
from hotline.accounts.models import Unit
from hotline.accounts.units import with_units_below
from hotline.core.clock import local_date
from hotline.core.errors import Invalid
from hotline.core.identity import Role

SUPERVISION_OFFICE = "office"


def _unit_ids(move: Move) -> list[int]:
    form = move.form
    lead = getattr(form, "lead_unit_id", None) or getattr(form, "unit_id", None)
    return [lead, *getattr(form, "co_unit_ids", ())] if lead else list(getattr(form, "co_unit_ids", ()))


class UnitNotAvailable(Invalid):
    code, text = "case.unit_not_available", "承办单位不存在、已撤销或重复"


def units_available(move: Move) -> None:
    wanted = _unit_ids(move)
    found = move.uow.session.scalars(
        select(Unit.id).where(Unit.id.in_(wanted), Unit.closed_on.is_(None), Unit.kind != "centre")
    ).all()
    if len(set(wanted)) != len(wanted) or set(wanted) - set(found):
        raise UnitNotAvailable(fields=[{"field": "lead_unit_id", "reason": "不可派"}])


class AlreadyThere(Refused):
    code, text = "case.already_there", "“{unit}”已在办理此工单"


def not_already_there(move: Move) -> None:
    there = {part.unit_id for part in move.case.live_assignments()}
    for unit_id in _unit_ids(move):
        if unit_id in there:
            raise AlreadyThere(unit=move.uow.session.get_one(Unit, unit_id).short_name)


class NotRouted(Invalid):
    code, text = "case.not_routed", "请选择派单目录条目，或写明未按目录派单的理由"


def routed_or_reason(move: Move) -> None:
    """§3: a row of the catalogue that names the lead unit for this category and place, or a written reason."""
    form = move.form
    if form.reason:
        return
    fitting = [
        route
        for route in routes_for(move.uow.session, move.case, local_date(move.at))
        if route.row.id == form.routing_row_id and route.lead.id == form.lead_unit_id
    ]
    if not fitting:
        raise NotRouted(fields=[{"field": "routing_row_id", "reason": "目录条目与主办单位不符"}])


class NotConfident(Refused):
    code, text = "case.not_confident", "智能派单置信度不足，须人工派单"


def confident(move: Move) -> None:
    """§6: the system dispatches by itself only above the bar and only by the catalogue."""
    if move.role is Role.SYSTEM and ((move.case.confidence or 0) < CONFIDENT or not move.form.routing_row_id):
        raise NotConfident()


class TownshipMayNotHandle(Invalid):
    code = "case.township_may_not_handle"
    text = "此类事项不在镇街履职事项清单内，不得派给“{unit}”；确需派发须写明理由"


def township_may_be_given(move: Move) -> None:
    """66号文: what a department must do may not be dispatched to the grass roots."""
    session, form = move.uow.session, move.form
    if form.township_reason:
        return
    units = session.scalars(select(Unit).where(Unit.id.in_(_unit_ids(move)), Unit.kind == "township")).all()
    if not units or township_may_handle(session, move.case.category_code):
        return
    row_id = getattr(form, "routing_row_id", None)
    row = session.get(RoutingRow, row_id) if row_id else None
    named = row is not None and row.lead_unit == "@township"
    if not named or len(units) > 1:
        raise TownshipMayNotHandle(
            fields=[{"field": "township_reason", "reason": "须写明理由"}], unit=units[0].short_name
        )


class AnsweredFinally(Refused):
    code = "case.answered_finally"
    text = "此事项已有有效的最终答复（工单 {case_no}），请“按原答复解释”；确有新的事实须写明"


def not_answered_finally(move: Move) -> None:
    """§1.6: a repeat of what was answered for good is explained and not dispatched; §1.7: a new fact is a new matter."""
    if move.form.new_fact:
        return
    earlier = final_answers.standing(move.uow.session, move.case, move.at)
    if earlier is not None:
        raise AnsweredFinally(
            case_no=earlier.case_no, fields=[{"field": "new_fact", "reason": "须写明新的事实"}]
        )


class GoesToTheAccused(Refused):
    code, text = "case.goes_to_the_accused", "不得将工单派给被反映的单位（{unit}）"


def not_the_accused(move: Move) -> None:
    """A unit never handles a complaint about its own conduct, nor does one below it."""
    case, session = move.case, move.uow.session
    if case.target_unit_id is None or not case.is_conduct:
        return
    accused = with_units_below(session, case.target_unit_id)
    for unit_id in _unit_ids(move):
        if unit_id in accused:
            raise GoesToTheAccused(unit=session.get_one(Unit, unit_id).short_name)


class ConductNeedsSupervision(Refused):
    code, text = "case.conduct_needs_supervision", "作风类投诉由督查机构办理，不得派给“{unit}”"


def conduct_to_supervision_office(move: Move) -> None:
    if not move.case.is_conduct:
        return
    lead = move.uow.session.get_one(Unit, _unit_ids(move)[0])
    if lead.kind != SUPERVISION_OFFICE:
        raise ConductNeedsSupervision(unit=lead.short_name)


class ParaphraseNeeded(Invalid):
    code, text = "case.paraphrase_needed", "严格保密工单须填写转述内容"


class ParaphraseIdentifies(Invalid):
    code, text = "case.paraphrase_identifies", "转述内容含有可识别诉求人的信息（{what}）"


def secrecy_filtered(move: Move) -> None:
    """§1.7: units get a paraphrase of a strictly secret case, which must not name the caller."""
    case = move.case
    if case.secrecy is not Secrecy.STRICT:
        return
    text = move.form.paraphrase or case.paraphrase
    if not text:
        raise ParaphraseNeeded(fields=[{"field": "paraphrase", "reason": "必填"}])
    if case.identity_cipher is None:
        return
    identity: dict[str, str] = json.loads(move.uow.vault.decrypt(case.identity_cipher))
    given = [value for value in identity.values() if value and len(value) >= 2 and value in text]
    if given:
        raise ParaphraseIdentifies(
            fields=[{"field": "paraphrase", "reason": "含诉求人信息"}],
            what="、".join(v[:1] + "…" for v in given),
        )
