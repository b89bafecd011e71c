"""From the view that `dispatch` gives to this person to the answer: labels and names added, nothing decided."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import select

from dispatch import cases, query_codes, routing, views
from dispatch import status as words
from dispatch.drafts import IDENTITY
from dispatch.models import Case, Category
from dispatch.status import CaseStatus, Labelled
from hotline.accounts.models import Area
from hotline.core.clock import local_date
from hotline.core.uow import UnitOfWork
from web.api.case_schemas import CaseOut, CaseRow

LABELS: dict[str, type[Labelled]] = {
    "channel": words.Channel,
    "caller_kind": words.CallerKind,
    "case_type": words.CaseType,
    "urgency": words.Urgency,
    "difficulty": words.Difficulty,
    "final_satisfaction": words.Satisfaction,
}
KEPT_APART = {"identity", "may_reveal", "editable", "assignments"}


def case_out(uow: UnitOfWork, case: Case) -> CaseOut:
    """The whole case as the actor may see it; in clear for whoever is writing it, so that a reload shows what was
    typed."""
    seen = views.view_of(uow, case)
    writes = set(IDENTITY) <= set(seen["editable"])
    identity = cases.identity_of(uow, case) if writes else seen.get("identity", {})
    shown = {name: value for name, value in seen.items() if name not in KEPT_APART}
    refusal = shown.get("refusal_code")
    return CaseOut(
        **shown,
        **identity,
        **{f"{name}_label": kind(shown[name]).label for name, kind in LABELS.items() if shown.get(name)},
        refusal_label=words.RefusalCode(refusal).label if refusal else None,
        category=category_names(uow, [shown.get("category_code")]).get(shown.get("category_code")),
        area=area_names(uow, [shown.get("area_code")]).get(shown.get("area_code")),
        lead_case_no=_case_no(uow, shown.get("lead_case_id")),
        assignments=[part | {"unit_name": part["unit"]} for part in seen["assignments"]],
        fields=seen["editable"],
        can_reveal=seen["may_reveal"],
        routes=_routes(uow, case, seen),
        hidden=_hidden(shown, identity),
        query_code=query_codes.code_of(uow.vault, case) if writes or _just_registered(uow, case) else None,
    )


def _just_registered(uow: UnitOfWork, case: Case) -> bool:
    """The caller may still be on the line of whoever registered the case, until somebody else has taken it up."""
    return case.agent_id is not None and case.agent_id == uow.actor.user_id and case.reviewed_at is None


def _hidden(shown: dict[str, Any], identity: dict[str, str]) -> list[str]:
    return sorted(name for name in views.AUDIENCES if name not in shown) + (
        [] if identity else sorted(IDENTITY)
    )


def _routes(uow: UnitOfWork, case: Case, seen: dict[str, Any]) -> list[dict[str, Any]]:
    """The catalogue's answer, for people who may dispatch now."""
    if case.status is not CaseStatus.PENDING_DISPATCH or not any(
        offer["name"] == "dispatch" for offer in seen["actions"]
    ):
        return []
    return [route.as_data() for route in routing.routes_for(uow.session, case, local_date(uow.now))]


def _case_no(uow: UnitOfWork, case_id: int | None) -> str | None:
    return uow.session.scalar(select(Case.case_no).where(Case.id == case_id)) if case_id else None


def category_names(uow: UnitOfWork, codes: Iterable[str | None]) -> dict[str | None, str]:
    """Code → names from the top down."""
    wanted = {code for code in codes if code}
    if not wanted:
        return {}
    ancestors = {code[:length] for code in wanted for length in range(1, len(code) + 1, 2)}
    rows = uow.session.execute(select(Category.code, Category.name).where(Category.code.in_(ancestors)))
    names = {row.code: row.name for row in rows}
    return {
        code: " / ".join(names[code[:n]] for n in range(1, len(code) + 1, 2) if code[:n] in names)
        for code in wanted
    }


def area_names(uow: UnitOfWork, codes: Iterable[str | None]) -> dict[str | None, str]:
    wanted = {code for code in codes if code}
    if not wanted:
        return {}
    rows = uow.session.execute(select(Area.code, Area.name).where(Area.code.in_(wanted)))
    return {row.code: row.name for row in rows}


def rows_out(uow: UnitOfWork, rows: list[dict[str, Any]]) -> list[CaseRow]:
    """Lines of a work list with the names of their codes."""
    categories = category_names(uow, (row["category_code"] for row in rows))
    areas = area_names(uow, (row["area_code"] for row in rows))
    return [
        CaseRow(
            **row,
            category=categories.get(row["category_code"]),
            area=areas.get(row["area_code"]),
        )
        for row in rows
    ]
