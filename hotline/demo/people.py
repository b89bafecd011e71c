"""Accounts of the demo house: everybody of the hotline, and a clerk and a head for every unit. All names are offices.

One password for all, hashed once, because a hundred and fifty separate hashes would take longer than all the rest.
"""

from dataclasses import dataclass

from sqlalchemy import select

from hotline.accounts.login import hasher
from hotline.accounts.models import Unit, User
from hotline.core.identity import UNIT_ROLES, Role
from hotline.core.uow import UnitOfWork

PASSWORD = "Demo-12345"  # noqa: S105 - printed on the sign-in page; the demo house is refused in production
CENTRE = "rexian"


@dataclass(frozen=True)
class Person:
    username: str
    name: str
    role: Role
    work_no: str
    team: str | None = None


STAFF = (
    Person("agent1", "话务员一号", Role.AGENT, "1001", "甲班"),
    Person("agent2", "话务员二号", Role.AGENT, "1002", "甲班"),
    Person("agent3", "话务员三号", Role.AGENT, "1003", "乙班"),
    Person("agent4", "话务员四号", Role.AGENT, "1004", "乙班"),
    Person("leader1", "值班班长", Role.SHIFT_LEADER, "1101"),
    Person("reviewer1", "审核员一号", Role.REVIEWER, "1201"),
    Person("dispatcher1", "派单员一号", Role.DISPATCHER, "1301"),
    Person("auditor1", "办结审核员一号", Role.AUDITOR, "1401"),
    Person("followup1", "回访员一号", Role.FOLLOW_UP, "1501"),
    Person("coordinator1", "协调督办员一号", Role.COORDINATOR, "1601"),
    Person("qa1", "质检员一号", Role.QA, "1701"),
    Person("knowledge1", "知识管理员一号", Role.KNOWLEDGE_EDITOR, "1801"),
    Person("knowledge2", "知识审核员一号", Role.KNOWLEDGE_APPROVER, "1802"),
    Person("report1", "举报专员一号", Role.REPORT_OFFICER, "1901"),
    Person("head1", "热线中心主任", Role.CENTRE_HEAD, "1000"),
    Person("admin", "系统管理员", Role.ADMIN, "9001"),
    Person("security", "安全审计员", Role.SECURITY, "9002"),
)
UNIT_POSTS = (("clerk", "经办人", Role.UNIT_CLERK), ("head", "审核人", Role.UNIT_HEAD))


def add_missing(uow: UnitOfWork) -> int:
    """Accounts that are not there yet; answers how many were added."""
    units = {unit.code: unit for unit in uow.session.scalars(select(Unit))}
    known = set(uow.session.scalars(select(User.username)))
    wanted = [(person, units[CENTRE].id) for person in STAFF]
    wanted += [(person, unit.id) for unit in units.values() for person in unit_people(unit)]
    missing = [(person, unit_id) for person, unit_id in wanted if person.username not in known]
    if not missing:
        return 0
    password_hash = hasher.hash(PASSWORD)
    numbers = (f"+861300001{number:04d}" for number in range(10_000))
    uow.session.add_all(
        User(
            username=person.username,
            name=person.name,
            work_no=person.work_no,
            team=person.team,
            roles=[person.role.value],
            unit_id=unit_id,
            password_hash=password_hash,
            mobile=uow.vault.encrypt(next(numbers)) if person.role in UNIT_ROLES else None,
            failed_logins=0,
            created_at=uow.now,
        )
        for person, unit_id in missing
    )
    uow.session.flush()  # the demo cases are made by these people
    return len(missing)


def unit_people(unit: Unit) -> list[Person]:
    return [
        Person(f"{unit.code}_{post}", f"{unit.short_name}{title}", role, f"{unit.code}-{post}")
        for post, title, role in UNIT_POSTS
    ]
