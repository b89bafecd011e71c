"""Cases: work lists, drafts, moves, timeline, similar cases, identity reveal, deadlines explained."""

from typing import Any

from flask import Response

from dispatch import access, cases, dialling, timeline, views, workflow, worklists
from hotline.core.identity import Permission
from hotline.desk import drafts, reply_checks, similar, suggestions
from hotline.knowledge import articles
from web.api.case_lines import (
    Explanation,
    MiddleNumber,
    ReplyCheck,
    Revealed,
    SimilarCases,
    Timeline,
    UnitProposals,
)
from web.api.case_schemas import (
    ActionIn,
    ActionPath,
    CaseList,
    CaseOut,
    CasePatch,
    CasePath,
    Counts,
    DeadlinePath,
    DialIn,
    ListQuery,
    Lists,
    NewCase,
    ReplyIn,
    RevealIn,
)
from web.api.case_view import case_out, rows_out
from web.api.schemas import reply
from web.api.wiring import resource
from web.edge import STAFF, open_uow, opens_to

bp = resource("cases", "工单")


@bp.get("/cases", responses={200: CaseList})
@opens_to(STAFF)
def listing(query: ListQuery) -> Response:
    """One page of a work list that belongs to the person's role; `q` searches in it."""
    chosen = {"case_type": query.case_type, "urgency": query.urgency, "status": query.status}
    filters = {name: value.value for name, value in chosen.items() if value is not None}
    with open_uow() as uow:
        page = worklists.page(
            uow, query.list, q=query.q, filters=filters, cursor=query.cursor, size=query.limit
        )
        return reply(CaseList(items=rows_out(uow, page["rows"]), next_cursor=page["cursor"]))


@bp.get("/cases/lists", responses={200: Lists})
@opens_to(STAFF)
def lists() -> Response:
    """The person's work lists with their labels and counts."""
    with open_uow() as uow:
        items = [{"count": None} | entry for entry in worklists.counts(uow)]
    return reply(Lists.model_validate({"items": items}))


@bp.get("/cases/counts", responses={200: Counts})
@opens_to(STAFF)
def counts() -> Response:
    """How many wait in each of the person's work lists, at most 1000."""
    with open_uow() as uow:
        found = worklists.counts(uow)
    return reply(Counts({entry["name"]: entry["count"] for entry in found if "count" in entry}))


@bp.post("/cases", responses={201: CaseOut})
@opens_to(Permission.CASE_CREATE)
def create(body: NewCase) -> Response:
    """Open a draft; with `call_id` the draft of that call, the same one however often it is asked for."""
    with open_uow() as uow:
        articles.check_cited(uow, body.knowledge_id)
        case = drafts.open_case(uow, body.given())
        return reply(case_out(uow, case), 201)


@bp.get("/cases/<int:case_id>", responses={200: CaseOut})
@opens_to(STAFF)
def one(path: CasePath) -> Response:
    with open_uow() as uow:
        case = access.case_for(uow, path.case_id)
        views.note_sight(uow, case)
        return reply(case_out(uow, case))


@bp.patch("/cases/<int:case_id>", responses={200: CaseOut})
@opens_to(STAFF)
def save(path: CasePath, body: CasePatch) -> Response:
    """Save the given fields of a draft or, for those who may, of a case in review."""
    data: dict[str, Any] = body.given()
    data.pop("seen_version", None)
    with open_uow() as uow:
        articles.check_cited(uow, body.knowledge_id)
        case = cases.save_draft(uow, path.case_id, data, seen_version=body.seen_version)
        return reply(case_out(uow, case))


@bp.post("/cases/<int:case_id>/actions/<action>", responses={200: CaseOut})
@opens_to(STAFF)
def act(path: ActionPath, body: ActionIn) -> Response:
    """Make one move of the lifecycle table."""
    with open_uow() as uow:
        articles.check_cited(uow, body.payload.get("knowledge_id"))
        case = workflow.perform(
            uow,
            path.case_id,
            path.action,
            reply_checks.with_findings(uow, path.case_id, path.action, body.payload),
            body.assignment_id,
            seen_version=body.seen_version,
        )
        return reply(case_out(uow, case))


@bp.post("/cases/<int:case_id>/reply_check", responses={200: ReplyCheck})
@opens_to(Permission.UNIT_DESK, Permission.CASE_SEARCH)
def check_reply(path: CasePath, body: ReplyIn) -> Response:
    """What the checks say of a reply while it is written; the same will be said when it is handed in."""
    with open_uow() as uow:
        case = access.case_for(uow, path.case_id)
        if access.knows_only_order(uow, case):
            raise access.CaseNotFound(case_id=case.id)
        return reply(
            ReplyCheck.model_validate({"items": reply_checks.findings(uow, case, body.public_reply)})
        )


@bp.get("/cases/<int:case_id>/timeline", responses={200: Timeline})
@opens_to(STAFF)
def history(path: CasePath) -> Response:
    """Who, in which role and unit, did what, why and when; oldest first."""
    with open_uow() as uow:
        case = access.case_for(uow, path.case_id)
        lines = timeline.for_staff(uow, case)
    items = [
        line
        | {
            "actor_name": line["actor"],
            "role_label": line["role"],
            "unit_name": line["unit"],
            "is_system": line["by_system"],
            "from_label": line["from"],
            "to_label": line["to"],
        }
        for line in lines
    ]
    return reply(Timeline.model_validate({"items": items}))


@bp.get("/cases/<int:case_id>/similar", responses={200: SimilarCases})
@opens_to(Permission.CASE_CREATE, Permission.CASE_SEARCH)
def similar_cases(path: CasePath) -> Response:
    """Other cases about the same matter, the most alike first."""
    with open_uow() as uow:
        case = access.case_for(uow, path.case_id)
        return reply(SimilarCases.model_validate({"items": similar.to_case(uow, case)}))


@bp.get("/cases/<int:case_id>/unit_proposals", responses={200: UnitProposals})
@opens_to(Permission.SUGGESTION_ASK)
def unit_proposals(path: CasePath) -> Response:
    """Who should have the case, at most three, each with what speaks for it and what against."""
    with open_uow() as uow:
        case = access.case_for(uow, path.case_id)
        return reply(UnitProposals.model_validate({"items": suggestions.units_for(uow, case)}))


@bp.post("/cases/<int:case_id>/reveal", responses={200: Revealed})
@opens_to(Permission.CASE_REVEAL)
def reveal(path: CasePath, body: RevealIn) -> Response:
    """One identity field in clear, for a reason that stays on record."""
    with open_uow() as uow:
        value = views.reveal(uow, path.case_id, field=body.field, reason=body.reason)
    return reply(Revealed(field=body.field, value=value or None))


@bp.post("/cases/<int:case_id>/dial", responses={200: MiddleNumber})
@opens_to(Permission.CASE_REVEAL)
def dial(path: CasePath, body: DialIn) -> Response:
    """A number that reaches the citizen from the own telephone for a while; neither side sees the other's number."""
    with open_uow() as uow:
        joined = dialling.join(uow, path.case_id, body.own_number)
    return reply(MiddleNumber(**vars(joined)))


@bp.get("/deadlines/<int:deadline_id>/explain", responses={200: Explanation})
@opens_to(STAFF)
def explain(path: DeadlinePath) -> Response:
    """A deadline day by day: what counts, what does not, and why."""
    with open_uow() as uow:
        found = views.explain_deadline(uow, path.deadline_id)
    steps = [step | {"day": step["on"]} for step in found["steps"]]
    return reply(Explanation.model_validate(found | {"steps": steps}))
