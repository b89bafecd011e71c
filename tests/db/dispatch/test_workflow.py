"""A case from draft to closed and its side roads, move by move, as DOMAIN §3 promises."""

from dispatch.status import CaseStatus, ClockName, DeadlineState
from hotline.core.identity import Role

from .conftest import CLOSE, City


def test_case_goes_from_draft_to_closed(city: City) -> None:
    case_id = city.open()
    assert city.do(case_id, "submit", Role.AGENT) is CaseStatus.PENDING_REVIEW
    assert city.do(case_id, "accept", Role.REVIEWER) is CaseStatus.PENDING_DISPATCH
    assert city.dispatch(case_id) is CaseStatus.PENDING_SIGN
    assert city.do(case_id, "sign", Role.UNIT_CLERK, unit="zhujian") is CaseStatus.HANDLING
    city.contact(case_id)
    assert city.result(case_id) is CaseStatus.SUBMITTED
    assert city.do(case_id, "pass_audit", Role.AUDITOR) is CaseStatus.FOLLOW_UP
    assert city.do(case_id, "close", Role.FOLLOW_UP, CLOSE) is CaseStatus.CLOSED
    open_clocks = {row.clock for row in city.deadlines(case_id) if row.state is DeadlineState.RUNNING}
    assert open_clocks == {ClockName.ARCHIVE}
