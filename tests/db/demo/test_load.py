"""The demo house: complete, usable by every account, the same after a second run, never in production."""

from collections import Counter
from datetime import datetime

import pytest
from sqlalchemy import func, select

from dispatch.models import (
    Attachment,
    CalendarDay,
    Case,
    CaseEvent,
    Category,
    Deadline,
    LimitRule,
    RoutingRow,
    TownshipDuty,
)
from dispatch.routing import township_may_handle
from dispatch.status import CaseStatus, DeadlineState, Secrecy
from hotline.accounts import login
from hotline.accounts.models import Area, Unit, User
from hotline.adapters.storage import Storage
from hotline.core import audit
from hotline.core.identity import Role
from hotline.core.settings import Mode
from hotline.core.uow import UnitOfWork
from hotline.demo import load
from hotline.demo.people import PASSWORD
from hotline.knowledge import search
from hotline.knowledge.models import Revision


def count(uow: UnitOfWork, model: type, *where: object) -> int:
    return uow.session.scalar(select(func.count()).select_from(model).where(*where)) or 0


def test_seed_when_run_twice_changes_nothing(demo):
    models = (Unit, Area, Category, RoutingRow, TownshipDuty, LimitRule, CalendarDay, User, Case, CaseEvent)
    before = {model: count(demo, model) for model in models}
    load.seed(demo)
    assert {model: count(demo, model) for model in models} == before


def test_seed_when_a_visitor_changed_something_keeps_it(demo):
    row = demo.session.get_one(Category, "A")
    row.name = "城建"
    demo.session.delete(demo.session.scalars(select(User).where(User.username == "agent4")).one())
    demo.session.flush()
    load.seed(demo)
    assert demo.session.get_one(Category, "A").name == "城建"
    assert count(demo, User, User.username == "agent4") == 1


def test_seed_in_production_is_refused(uow):
    uow.settings = uow.settings.model_copy(update={"mode": Mode.PRODUCTION})
    with pytest.raises(load.NoDemoInProduction):
        load.seed(uow)
    assert count(uow, Unit) == 0


def test_house_has_the_units_of_the_city(demo):
    kinds = Counter(demo.session.scalars(select(Unit.kind)))
    assert kinds["township"] == 32
    assert kinds.total() - kinds["township"] == 36


def test_every_township_is_found_from_its_villages(demo):
    townships = demo.session.scalars(select(Area).where(Area.level == "township")).all()
    assert len(townships) == 32
    assert all(area.unit_id is not None for area in townships)
    assert count(demo, Area, Area.level == "village") > 300


def test_every_account_signs_in_with_the_demo_password(demo):
    names = ["agent1", "leader1", "reviewer1", "dispatcher1", "auditor1", "followup1", "coordinator1"]
    names += [
        "qa1",
        "knowledge1",
        "head1",
        "admin",
        "security",
        "zhujian_clerk",
        "zhujian_head",
        "yongan_head",
    ]
    for name in names:
        user = login.check_password(demo.session, name, PASSWORD, demo.now)
        assert isinstance(user, User), name
        assert user.totp_secret is None


def test_every_unit_has_a_clerk_and_a_head_of_its_own(demo):
    for unit in demo.session.scalars(select(Unit)):
        for post, role in (("clerk", Role.UNIT_CLERK), ("head", Role.UNIT_HEAD)):
            user = demo.session.scalars(select(User).where(User.username == f"{unit.code}_{post}")).one()
            assert (user.roles, user.unit_id) == ([role], unit.id)


def test_cases_stand_in_many_states_and_were_moved_by_people(demo):
    states = Counter(case.status for case in demo.session.scalars(select(Case)))
    assert states.total() >= 30
    assert set(states) >= {
        CaseStatus.DRAFT, CaseStatus.DIRECT_CLOSED, CaseStatus.PENDING_REVIEW, CaseStatus.NEED_MORE,
        CaseStatus.NOT_ACCEPTED, CaseStatus.PENDING_DISPATCH, CaseStatus.PENDING_SIGN, CaseStatus.HANDLING,
        CaseStatus.RETURN_REVIEW, CaseStatus.DISPUTE, CaseStatus.SUSPENDED, CaseStatus.SUBMITTED,
        CaseStatus.FOLLOW_UP, CaseStatus.REWORK, CaseStatus.CLOSED, CaseStatus.MERGED, CaseStatus.TRANSFERRED,
        CaseStatus.CANCELLED,
    }  # fmt: skip
    movers = set(demo.session.scalars(select(CaseEvent.actor_name).distinct()))
    assert {"审核员一号", "派单员一号", "办结审核员一号", "回访员一号"} <= movers


def test_cases_happened_before_now_and_in_order(demo):
    lines = demo.session.scalars(select(CaseEvent).order_by(CaseEvent.case_id, CaseEvent.id)).all()
    last: dict[int, datetime] = {}
    for line in lines:
        assert line.at <= demo.now
        assert line.at >= last.get(line.case_id, line.at)
        last[line.case_id] = line.at


def test_numbers_of_cases_rise_with_time(demo):
    rows = demo.session.execute(select(Case.case_no, Case.created_at).order_by(Case.id)).all()
    assert [row.case_no for row in rows] == sorted(row.case_no for row in rows)
    assert [row.created_at for row in rows] == sorted(row.created_at for row in rows)


def test_a_dispatched_case_has_running_clocks(demo):
    case = demo.session.scalars(select(Case).where(Case.status == CaseStatus.PENDING_SIGN)).first()
    running = select(Deadline).where(Deadline.case_id == case.id, Deadline.state == DeadlineState.RUNNING)
    assert {row.clock.value for row in demo.session.scalars(running)} >= {"sign", "contact", "handle"}


def test_the_secret_report_has_no_name(demo):
    case = demo.session.scalars(select(Case).where(Case.secrecy == Secrecy.STRICT)).one()
    assert case.anonymous
    assert "name" not in case.identity_masked


def test_photographs_of_cases_are_real_files(demo):
    rows = demo.session.scalars(select(Attachment)).all()
    assert rows
    for row in rows:
        data = Storage(demo.settings.data_dir).path(row.storage_key).read_bytes()
        assert data.startswith(b"\x89PNG")
        assert len(data) == row.size_bytes


def test_the_audit_trail_of_the_demo_cases_holds(demo):
    assert list(audit.verify(demo.session, demo.vault)) == []


def test_township_rows_of_the_catalogue_agree_with_the_duty_list(demo):
    rows = demo.session.scalars(select(RoutingRow).where(RoutingRow.lead_unit == "@township")).all()
    assert rows
    assert [row.row_no for row in rows if not township_may_handle(demo.session, row.category_code)] == []


def test_seed_when_done_has_approved_articles_that_an_agent_finds(demo):
    found = search.find(demo, "社保卡丢了怎么补办")
    assert found[0][0].title == "社会保障卡遗失如何挂失补办"
    written = demo.session.scalars(select(Revision)).all()
    assert len(written) >= 25
    assert all(row.version == 1 and row.edited_by_id != row.decided_by_id for row in written)
    assert all("【演示】" in row.body for row in written)
