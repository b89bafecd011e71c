"""A citizen's own cases by a proven telephone number: ask for a code, type it, see the list, open one.

The proven number stays in the signed session cookie, encrypted, for half an hour.
"""

import base64
from datetime import datetime, timedelta

from flask import Blueprint, flash, redirect, render_template, request, session
from pydantic import Field
from werkzeug.wrappers import Response

from dispatch import citizen, phone_proof, query_codes
from hotline.core.errors import DomainError, NotFound
from hotline.core.uow import UnitOfWork
from web.citizen import forms, opened
from web.citizen.words import HEADLINES, day_time
from web.edge import house, open_uow
from web.security import limiter
from web.validation import Incoming

bp = Blueprint("own", __name__)
ENTRY = "phone"
KEPT = timedelta(minutes=30)


class AskForm(Incoming):
    phone: str = Field(min_length=1, max_length=30)


class ProveForm(Incoming):
    phone: str = Field(min_length=1, max_length=30)
    code: str = Field(min_length=1, max_length=12)


def keep(number: str, now: datetime) -> None:
    sealed = base64.urlsafe_b64encode(house().vault.encrypt(number)).decode()
    session[ENTRY] = [sealed, (now + KEPT).timestamp()]


def proven(now: datetime) -> str | None:
    sealed, until = session.get(ENTRY, (None, 0))
    if sealed is None or now.timestamp() >= until:
        return None
    return house().vault.decrypt(base64.urlsafe_b64decode(sealed))


@bp.get("/my")
def mine() -> str | tuple[str, int]:
    number = proven(house().clock.now())
    if number is None:
        return page({}, {}, asked=False)
    with open_uow() as uow:
        return render_template("my.html", cases=listed(uow, number))


def listed(uow: UnitOfWork, number: str) -> list[dict[str, str]]:
    return [
        {
            "case_no": case.case_no,
            "title": case.title,
            "headline": HEADLINES[case.status][0],
            "created": day_time(case.created_at),
        }
        for case in citizen.own_cases(uow, number)
    ]


def page(values: dict[str, str], problems: dict[str, str], *, asked: bool) -> str | tuple[str, int]:
    shown = render_template("my_proof.html", values=values, problems=problems, asked=asked)
    return (shown, 422) if problems else shown


@bp.post("/my/code")
@limiter.limit("30/hour")
def ask() -> str | tuple[str, int]:
    """Send a code; the answer is the same whether the number has cases or not."""
    form, problems = forms.read(AskForm, request.form)
    if form is None:
        return page(request.form, problems, asked=False)
    try:
        with open_uow() as uow:
            phone_proof.ask(uow, form.phone)
    except DomainError as refused:
        asked = isinstance(refused, phone_proof.AskedTooOften)
        return page(request.form, {"phone": refused.message}, asked=asked)
    return page(request.form, {}, asked=True)


@bp.post("/my")
@limiter.limit("60/hour")
def prove() -> str | tuple[str, int] | Response:
    form, problems = forms.read(ProveForm, request.form)
    if form is None:
        return page(request.form, problems, asked=True)
    with open_uow() as uow:
        found = phone_proof.prove(uow, form.phone, form.code)
        now = uow.now
    if isinstance(found, DomainError):
        return page(request.form, {"code": found.message}, asked=True)
    keep(found, now)
    return redirect("/my")


@bp.post("/my/case")
def open_case() -> Response:
    """Open one of the own cases as if its number and code had been typed."""
    now = house().clock.now()
    number = proven(now)
    if number is None:
        flash("为保护您的信息，请再验证一次手机号码")
        return redirect("/my")
    with open_uow() as uow:
        wanted = request.form.get("no", "")
        case = next((case for case in citizen.own_cases(uow, number) if case.case_no == wanted), None)
    if case is None:
        raise NotFound()
    opened.keep(case.case_no, query_codes.code_of(house().vault, case), now)
    return redirect(f"/case?no={case.case_no}")


@bp.post("/my/leave")
def leave() -> Response:
    """Forget the number and every opened case on this device."""
    session.pop(ENTRY, None)
    session.pop(opened.ENTRY, None)
    flash("已退出，本机不再保留您的信息。", "good")
    return redirect("/")
