"""The lifecycle table against an independent copy of its promise: every status × action × role.

`PROMISED` is typed from the rules (ARCHITECTURE's table of moves, DOMAIN §3), not derived from `transitions`.
"""

from itertools import product
from pathlib import Path

import pytest

from dispatch import lifecycle_page
from dispatch.models import Assignment, Case
from dispatch.moves import ActionNotAllowed, ActionUnknown, AssignmentNeeded, RoleNotAllowed, roll_up
from dispatch.status import AssignmentStatus, CaseStatus, UnitRole
from dispatch.transitions import ROWS, TABLE
from dispatch.workflow import NotYourAssignment, admit
from hotline.core.identity import Actor, Role

ROOT = Path(__file__).parents[3]
LIVE = (
    "draft pending_review need_more pending_dispatch pending_sign return_review dispute handling suspended submitted "
    "follow_up rework"
)
SENT = LIVE.removeprefix("draft ")
HOTLINE = "reviewer dispatcher coordinator centre_head"
PROMISED = {
    # action: (level, from, who)
    "close_direct": ("C", "draft", "agent shift_leader reviewer"),
    "submit": ("C", "draft need_more", "agent shift_leader reviewer citizen integration"),
    "send_back": ("C", "pending_review", "reviewer"),
    "refuse": ("C", "pending_review", "reviewer"),
    "object_refusal": ("C", "not_accepted", "citizen"),
    "accept": ("C", "pending_review", "reviewer"),
    "merge": ("C", "pending_review pending_dispatch", "reviewer"),
    "unmerge": ("C", "merged", "reviewer"),
    "split": ("C", "pending_review pending_dispatch", "reviewer"),
    "qa_reopen": ("C", "direct_closed", "qa"),
    "dispatch": ("C", "pending_dispatch", "dispatcher system"),
    "sign": ("A", "pending_sign", "unit_clerk system"),
    "record_contact": ("A", "handling", "unit_clerk unit_head"),
    "ask_return": ("A", "pending_sign handling", "unit_head"),
    "uphold_return": ("A", "return_review", "dispatcher"),
    "refuse_return": ("A", "return_review", "dispatcher system"),
    "raise_dispute": ("A", "return_review", "dispatcher system"),
    "give_opinion": ("C", "dispute", "unit_head coordinator"),
    "escalate_dispute": ("C", "dispute", "coordinator centre_head system"),
    "designate": ("C", "dispute", "coordinator centre_head"),
    "add_unit": ("A", "handling", "unit_clerk unit_head dispatcher"),
    "ask_extension": ("A", "handling", "unit_head"),
    "extend": ("A", "handling", "dispatcher coordinator centre_head"),
    "refuse_extension": ("A", "handling", "dispatcher coordinator centre_head"),
    "ask_suspension": ("A", "handling", "unit_head"),
    "suspend": ("C", "handling rework", "centre_head"),
    "refuse_suspension": ("C", "handling rework", "centre_head"),
    "report_progress": ("A", "suspended", "unit_clerk unit_head"),
    "resume": ("C", "suspended", "centre_head"),
    "note_progress": ("A", "handling", "unit_clerk unit_head"),
    "submit_result": ("A", "handling", "unit_head"),
    "reject_audit": ("C", "submitted", "auditor"),
    "pass_audit": ("C", "submitted", "auditor"),
    "try_follow_up": ("C", "follow_up", "follow_up"),
    "close": ("C", "follow_up", "follow_up system"),
    "rework": ("C", "follow_up", "follow_up"),
    "claim_unreasonable": ("C", "follow_up", "follow_up"),
    "grant_unreasonable": ("C", "dispute", "centre_head"),
    "refuse_unreasonable": ("C", "dispute", "coordinator centre_head"),
    "final_reply": ("C", "handling rework follow_up", "centre_head"),
    "explain_repeat": ("C", "pending_review pending_dispatch", "reviewer dispatcher"),
    "reopen": ("C", "closed", f"{HOTLINE} citizen"),
    "object_result": ("C", "follow_up closed", "citizen"),
    "transfer_out": ("C", LIVE, HOTLINE),
    "cancel": ("C", LIVE, HOTLINE),
    "archive": ("C", "closed direct_closed", "system"),
    "append": ("C", SENT, "agent shift_leader citizen reviewer"),
    "urge": ("C", SENT, "agent shift_leader citizen coordinator"),
    "ask_withdraw": ("C", SENT, "agent shift_leader citizen"),
    "rate": ("C", "follow_up closed direct_closed merged", "citizen"),
    "instruct": ("C", SENT, "centre_head"),
    "supervise": (
        "C", "pending_sign return_review handling rework suspended submitted", "coordinator centre_head",
    ),
    "answer_order": ("C", SENT, "unit_head"),
    "ask_order_return": ("C", SENT, "unit_head"),
    "accept_order": ("C", f"{SENT} closed", "coordinator centre_head"),
    "reject_order": ("C", f"{SENT} closed", "coordinator centre_head"),
    "withdraw_order": ("C", f"{SENT} closed", "coordinator centre_head"),
    "give_card": ("C", "pending_sign return_review handling rework suspended submitted", "coordinator"),
    "withdraw_card": ("C", f"{SENT} closed", "centre_head"),
    "ask_exclusion": ("C", f"{SENT} closed", "unit_head assessor coordinator"),
    "exclude_from_score": ("C", f"{SENT} closed", "centre_head assessor"),
    "refuse_exclusion": ("C", f"{SENT} closed", "centre_head assessor"),
}  # fmt: skip
UNIT_ID = 7


def person(role: Role) -> Actor:
    return Actor(
        user_id=1, name="某人", roles=frozenset({role}), unit_id=UNIT_ID, unit_ids=frozenset({UNIT_ID})
    )


def case_with(status: CaseStatus, *parts: tuple[int, UnitRole, AssignmentStatus]) -> Case:
    case = Case(id=1, status=status, version=1)
    for number, (unit_id, role, part_status) in enumerate(parts, start=1):
        case.assignments.append(
            Assignment(id=number, unit_id=unit_id, role=role, status=part_status, rework_no=0)
        )
    return case


def is_admitted(case: Case, action: str, role: Role) -> bool:
    try:
        admit(person(role), case, action)
    except (ActionNotAllowed, RoleNotAllowed):
        return False
    return True


def test_table_has_exactly_the_promised_actions() -> None:
    assert set(ROWS) == set(PROMISED)
    assert len(TABLE) == len(ROWS)


def test_every_case_status_action_role_is_as_promised() -> None:
    wrong = []
    actions = [action for action, (level, _, _) in PROMISED.items() if level == "C"]
    for status, action, role in product(CaseStatus, actions, Role):
        _, sources, who = PROMISED[action]
        expected = status.value in sources.split() and role.value in who.split()
        if is_admitted(case_with(status), action, role) != expected:
            wrong.append((status, action, role))
    assert wrong == []


def test_every_assignment_status_action_role_is_as_promised() -> None:
    wrong = []
    actions = [action for action, (level, _, _) in PROMISED.items() if level == "A"]
    for status, action, role in product(AssignmentStatus, actions, Role):
        _, sources, who = PROMISED[action]
        expected = status.value in sources.split() and role.value in who.split()
        case = case_with(CaseStatus.HANDLING, (UNIT_ID, UnitRole.LEAD, status))
        if is_admitted(case, action, role) != expected:
            wrong.append((status, action, role))
    assert wrong == []


def test_unit_may_not_touch_the_part_of_another_unit() -> None:
    parts = (
        (8, UnitRole.LEAD, AssignmentStatus.PENDING_SIGN),
        (UNIT_ID, UnitRole.CO_HANDLER, AssignmentStatus.REPLIED),
    )
    with pytest.raises(NotYourAssignment):
        admit(person(Role.UNIT_CLERK), case_with(CaseStatus.PENDING_SIGN, *parts), "sign", 1)


def test_part_must_be_named_where_several_fit() -> None:
    waiting = AssignmentStatus.PENDING_SIGN
    parts = ((UNIT_ID, UnitRole.LEAD, waiting), (UNIT_ID, UnitRole.CO_HANDLER, waiting))
    case = case_with(CaseStatus.PENDING_SIGN, *parts)
    with pytest.raises(AssignmentNeeded):
        admit(person(Role.UNIT_CLERK), case, "sign")
    _, part, _ = admit(person(Role.UNIT_CLERK), case, "sign", 2)
    assert part is case.assignments[1]


def test_part_that_is_not_of_the_case_is_refused() -> None:
    case = case_with(CaseStatus.PENDING_SIGN, (UNIT_ID, UnitRole.LEAD, AssignmentStatus.PENDING_SIGN))
    with pytest.raises(AssignmentNeeded):
        admit(person(Role.UNIT_CLERK), case, "sign", 99)


def test_unknown_action_is_not_found() -> None:
    with pytest.raises(ActionUnknown):
        admit(person(Role.REVIEWER), case_with(CaseStatus.DRAFT), "fly")


def test_refusals_say_why_and_who_could() -> None:
    with pytest.raises(ActionNotAllowed, match="当前状态“草稿”下不能“审核通过”，只能在：待审核"):
        admit(person(Role.REVIEWER), case_with(CaseStatus.DRAFT), "accept")
    with pytest.raises(RoleNotAllowed, match="您的角色不能“审核通过”，可由：审核员"):
        admit(person(Role.AGENT), case_with(CaseStatus.PENDING_REVIEW), "accept")


LEAD, CO = UnitRole.LEAD, UnitRole.CO_HANDLER
SIGN, HAND, BACK, DONE, OUT, LONG = (
    AssignmentStatus.PENDING_SIGN,
    AssignmentStatus.HANDLING,
    AssignmentStatus.RETURN_REVIEW,
    AssignmentStatus.REPLIED,
    AssignmentStatus.EXITED,
    AssignmentStatus.SUSPENDED,
)


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        ([], CaseStatus.PENDING_DISPATCH),
        ([(1, LEAD, OUT)], CaseStatus.PENDING_DISPATCH),
        ([(1, LEAD, OUT), (2, CO, HAND)], CaseStatus.PENDING_DISPATCH),
        ([(1, LEAD, OUT), (2, LEAD, SIGN)], CaseStatus.PENDING_SIGN),
        ([(1, LEAD, SIGN), (2, CO, HAND)], CaseStatus.PENDING_SIGN),
        ([(1, LEAD, HAND), (2, CO, SIGN)], CaseStatus.HANDLING),
        ([(1, LEAD, BACK), (2, CO, HAND)], CaseStatus.RETURN_REVIEW),
        ([(1, LEAD, HAND), (2, CO, BACK)], CaseStatus.HANDLING),
        ([(1, LEAD, DONE), (2, CO, HAND)], CaseStatus.HANDLING),
        ([(1, LEAD, DONE), (2, CO, DONE)], CaseStatus.SUBMITTED),
        ([(1, LEAD, DONE), (2, CO, OUT)], CaseStatus.SUBMITTED),
        ([(1, LEAD, LONG)], CaseStatus.SUSPENDED),
    ],
)
def test_case_is_where_its_lead_is(
    parts: list[tuple[int, UnitRole, AssignmentStatus]], expected: CaseStatus
) -> None:
    assert roll_up(case_with(CaseStatus.HANDLING, *parts)) is expected


@pytest.mark.parametrize(("status", "expected"), [(HAND, CaseStatus.REWORK), (DONE, CaseStatus.SUBMITTED)])
def test_lead_in_a_later_round_is_in_rework(status: AssignmentStatus, expected: CaseStatus) -> None:
    case = case_with(CaseStatus.REWORK, (1, LEAD, status))
    case.assignments[0].rework_no = 1
    assert roll_up(case) is expected


def test_every_row_names_its_rule_and_its_clocks_exist() -> None:
    for row in TABLE:
        assert row.rule.startswith("§"), row.action
        assert all(sign[0] in "+-~>" for sign in row.clocks), row.action


def test_lifecycle_page_is_the_table() -> None:
    """Regenerate with `python -m dispatch.lifecycle_page > docs/lifecycle.md` and read the difference."""
    assert (ROOT / "docs" / "lifecycle.md").read_text(encoding="utf-8") == lifecycle_page.page()
