"""What callers are told of working days and of their cases."""

from datetime import date

import pytest

from dispatch import cases, citizen, query_codes
from dispatch.status import CaseStatus
from hotline.core.identity import SYSTEM
from hotline.desk import phone_answers
from telephony.prompts.book import texts

CALLER = b"hash of a number"


@pytest.mark.parametrize(
    ("on", "working"),
    [
        (date(2026, 9, 18), True),
        (date(2026, 9, 19), False),
        (date(2026, 9, 20), True),
        (date(2026, 10, 1), False),
    ],
)
def test_working_day_when_asked_then_by_the_calendar_of_the_house(quiet_house, on: date, working: bool):
    with quiet_house.open_uow(SYSTEM) as uow:
        assert phone_answers.is_workday(uow, on) is working


def case_on_the_line(uow):
    case = cases.open_case(uow, {"title": "路灯不亮", "facts": "路灯三天不亮"})
    digits = case.case_no.removeprefix(uow.settings.number_prefix)
    return case, digits, query_codes.code_of(uow.vault, case)


def test_progress_when_number_and_code_fit_then_the_stage_otherwise_nothing(quiet_house):
    with quiet_house.open_uow(SYSTEM) as uow:
        case, digits, code = case_on_the_line(uow)
        assert phone_answers.progress(uow, digits, code, CALLER) == ("stage_review",)
        case.status = CaseStatus.CLOSED
        assert phone_answers.progress(uow, digits, code, CALLER) == ("stage_closed",)
        assert phone_answers.progress(uow, digits, "000000" if code != "000000" else "1", CALLER) is None
        assert phone_answers.progress(uow, "1", code, CALLER) is None


def test_progress_when_codes_are_guessed_then_refused_even_if_right_at_last(quiet_house):
    with quiet_house.open_uow(SYSTEM) as uow:
        _, digits, code = case_on_the_line(uow)
        for _ in range(citizen.MAX_WRONG_PER_CASE):
            phone_answers.progress(uow, digits, "wrong", CALLER)
        assert phone_answers.progress(uow, digits, code, CALLER) is None


@pytest.mark.parametrize(("other", "answered"), [(CALLER, False), (b"another number", True), (None, True)])
def test_progress_when_one_number_guesses_then_other_callers_are_still_told(quiet_house, other, answered):
    with quiet_house.open_uow(SYSTEM) as uow:
        _, digits, code = case_on_the_line(uow)
        for number in range(citizen.MAX_WRONG_PER_SOURCE):
            phone_answers.progress(uow, f"2020010100{number:04d}", "000000", CALLER)
        assert (phone_answers.progress(uow, digits, code, other) is not None) is answered


def test_stages_when_spoken_then_each_has_its_words():
    assert {*phone_answers.STAGES.values(), "stage_other"} <= set(texts())
    assert set(phone_answers.STAGES) <= set(CaseStatus)
