"""Citizens' pages: submit, follow, add, urge, rate, object, withdraw, reopen. Plain HTML; every form works without a
script. A page opens a case only by its number and query code (`dispatch.citizen`).
"""

import secrets

from flask import Blueprint, flash, redirect, render_template, request, session
from sqlalchemy import select
from werkzeug.wrappers import Response

from dispatch import citizen, query_codes
from hotline.accounts.models import Area
from hotline.core.errors import DomainError, Invalid, NotFound
from web import uploads
from web.citizen import case_page, forms, opened, submission
from web.citizen.words import CASE_TYPES, MOVES, SATISFACTIONS, SECRECY_LEVELS, SOLVED
from web.edge import house, open_uow
from web.security import limiter

bp = Blueprint("citizen", __name__)
LARGE = "large"
YEAR_S = 365 * 24 * 3600
ASK_AGAIN = "为保护您的信息，请再输入一次工单编号和查询码"


@bp.app_context_processor
def type_size() -> dict[str, bool]:
    return {"large": request.cookies.get(LARGE) == "1"}


@bp.get("/")
def home() -> str:
    return render_template("home.html")


@bp.get("/type-size")
def choose_type_size() -> Response:
    """Large type is a cookie, so that it works without a script and stays."""
    back = request.args.get("back", "/")
    inside = back.startswith("/") and not back.startswith(("//", "/\\"))
    answer = redirect(back if inside else "/")
    answer.set_cookie(LARGE, "1" if request.args.get("large") == "1" else "0", max_age=YEAR_S, samesite="Lax")
    return answer


# -- submitting


@bp.get("/submit")
def blank_form() -> str:
    return submit_page({}, {})


@bp.post("/submit")
@limiter.limit("30/hour")
def submit() -> str | tuple[str, int] | Response:
    """Register a case; sending the same form twice registers it once."""
    form_no = request.form.get("form_no", "")
    if form_no and form_no == session.get("sent_form"):
        return redirect("/submitted")
    form, problems = forms.read(forms.SubmitForm, request.form)
    try:
        files = submission.read_files(request.files.getlist("files"))
    except Invalid as refused:
        files, problems = [], problems | {item["field"]: item["reason"] for item in refused.details["fields"]}
    if form is None or problems:
        return submit_page(request.form, problems), 422
    try:
        with open_uow() as uow:
            case = submission.submit(uow, form, files)
            case_no, code, now = case.case_no, query_codes.code_of(uow.vault, case), uow.now
    except Invalid as refused:
        wrong = {item["field"]: forms.words(item) for item in refused.details["fields"]}
        return submit_page(request.form, wrong), 422
    opened.keep(case_no, code, now)
    session["sent_form"], session["sent_case"] = form_no, case_no
    return redirect("/submitted")


def submit_page(values: dict[str, str], problems: dict[str, str]) -> str:
    with open_uow() as uow:
        areas = list(uow.session.scalars(select(Area).where(Area.level == "township").order_by(Area.code)))
    return render_template(
        "submit.html",
        values=values,
        problems=problems,
        areas=areas,
        case_types=CASE_TYPES,
        secrecy_levels=SECRECY_LEVELS,
        form_no=secrets.token_hex(8),
    )


@bp.get("/submitted")
def submitted() -> str | Response:
    case_no = session.get("sent_case", "")
    code = opened.code_of(case_no, house().clock.now())
    if code is None:
        return redirect("/progress")
    return render_template("submitted.html", case_no=case_no, query_code=code)


# -- following


@bp.get("/rate")
def rate_start() -> Response:
    return redirect("/progress?wants=rate")


@bp.get("/progress")
def progress() -> str:
    return progress_page({"case_no": request.args.get("no", "")}, {})


@bp.post("/progress")
@limiter.limit("60/minute")
def open_case() -> str | tuple[str, int] | Response:
    """Number and code in, case open; a wrong pair takes as long as a right one and is counted."""
    form, problems = forms.read(forms.CodeForm, request.form)
    if form is None:
        return progress_page(request.form, problems), 422
    with open_uow() as uow:
        found = citizen.find(uow, form.case_no, form.query_code)
        now = uow.now
    if isinstance(found, DomainError):
        return progress_page(request.form, {"case_no": found.message}), found.status
    opened.keep(found.case_no, form.query_code, now)
    return redirect(f"/case?no={found.case_no}{'#rate' if request.form.get('wants') == 'rate' else ''}")


def progress_page(values: dict[str, str], problems: dict[str, str]) -> str:
    wants = "rate" if request.values.get("wants") == "rate" else ""
    numbers = opened.numbers(house().clock.now())
    return render_template("progress.html", values=values, problems=problems, wants=wants, opened=numbers)


@bp.get("/case")
def case() -> str | tuple[str, int] | Response:
    return show_case(request.args.get("no", ""), {}, {}, "")


def show_case(
    case_no: str, values: dict[str, str], problems: dict[str, str], move: str
) -> str | tuple[str, int] | Response:
    code = opened.code_of(case_no, house().clock.now())
    if code is None:
        flash(ASK_AGAIN)
        return redirect(f"/progress?no={case_no[:40] if case_no.isalnum() else ''}")
    with open_uow() as uow:
        found = citizen.find(uow, case_no, code)
        view = None if isinstance(found, DomainError) else case_page.build(uow, found)
    if isinstance(found, DomainError):
        raise found
    page = render_template(
        "case.html",
        view=view,
        values=values,
        problems=problems,
        opened_form=move,
        satisfactions=SATISFACTIONS,
        solved=SOLVED,
    )
    return (page, 422) if problems else page


@bp.get("/case/file")
def file() -> Response:
    """A file that the citizen sent or may see, of a case that this browser has opened."""
    case_no, wanted = request.args.get("no", ""), request.args.get("id", "", type=str)
    code = opened.code_of(case_no, house().clock.now())
    if code is None:
        flash(ASK_AGAIN)
        return redirect("/progress")
    with open_uow() as uow:
        found = citizen.find(uow, case_no, code)
        row = None if isinstance(found, DomainError) else citizen.attachment(uow, found, wanted)
    if row is None:
        raise NotFound()
    return uploads.serve(row.storage_key, row.name, row.media_type)


# -- acting


@bp.post("/case/rate")
def rate() -> str | tuple[str, int] | Response:
    form, problems = forms.read(forms.RateForm, request.form)
    if form is None:
        return show_case(request.form.get("no", ""), request.form, problems, "rate")
    return act("rate", form.payload(), "谢谢您的评价。")


@bp.post("/case/<name>")
def move(name: str) -> str | tuple[str, int] | Response:
    chosen = MOVES.get(name)
    if chosen is None:
        raise NotFound()
    form, problems = forms.read(forms.TextForm, request.form)
    if form is not None and chosen.needs_text and len(form.text) < 2:
        problems = {"text": f"“{chosen.question}”还没有填写"}
    if form is None or problems:
        return show_case(request.form.get("no", ""), request.form, problems, name)
    return act(name, chosen.payload(form.text), chosen.done)


def act(name: str, payload: dict[str, object], done: str) -> Response:
    """Make the move; a refusal of the domain is told on the case's own page."""
    case_no = request.form.get("no", "")
    code = opened.code_of(case_no, house().clock.now())
    if code is None:
        flash(ASK_AGAIN)
        return redirect("/progress")
    try:
        with open_uow() as uow:
            found = citizen.act(uow, case_no, code, name, payload)
    except DomainError as refused:
        found = refused
    if isinstance(found, DomainError):
        flash(found.message)
    else:
        flash(done, "good")
    return redirect(f"/case?no={case_no}")
