"""Case numbers: readable, dated, and a misheard digit is noticed."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from hotline.core import numbers

NUMBERS = st.builds(
    numbers.case_no, st.just("LY"), st.dates(date(2020, 1, 1), date(2099, 12, 31)), st.integers(1, 99999)
)


@given(NUMBERS)
def test_case_no_passes_its_own_check(number):
    assert numbers.is_case_no(number)


@given(NUMBERS, st.data())
def test_case_no_with_one_wrong_digit_is_refused(number, data):
    place = data.draw(st.integers(2, len(number) - 1))
    wrong = data.draw(st.sampled_from([d for d in "0123456789" if d != number[place]]))
    assert not numbers.is_case_no(number[:place] + wrong + number[place + 1 :])


def test_case_no_shows_its_date():
    assert numbers.case_no("LY", date(2026, 9, 18), 7).startswith("LY2026091800007")
