"""The estimate of how a line sounds."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telephony.line_watch import grade, mos
from telephony.sip.port import LegQuality

PERCENT = st.floats(0, 100)
MS = st.floats(0, 5_000)


def line(lost: float = 0, jitter: float = 0, round_trip: float = 0) -> LegQuality:
    return LegQuality(
        received=1_000, reports=1, lost_percent=lost, jitter_ms=jitter, round_trip_ms=round_trip, codec="PCMA"
    )


@pytest.mark.parametrize(
    ("lost", "round_trip", "graded"), [(0, 0, "good"), (1, 40, "good"), (5, 100, "fair"), (15, 100, "poor")]
)
def test_line_when_packets_are_lost_then_graded_so(lost: float, round_trip: float, graded: str):
    assert grade(mos(line(lost=lost, round_trip=round_trip))) == graded


@given(lost=PERCENT, more=PERCENT, jitter=MS, round_trip=MS)
def test_mos_when_more_is_lost_then_never_better_and_within_its_scale(lost, more, jitter, round_trip):
    better, worse = (
        mos(line(min(lost, more), jitter, round_trip)),
        mos(line(max(lost, more), jitter, round_trip)),
    )
    assert 1 <= worse <= better <= 4.5
