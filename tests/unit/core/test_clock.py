"""The clock: drill time runs fast and equal everywhere; local dates change at local midnight."""

from datetime import UTC, date, datetime

import time_machine

from hotline.core import clock


def test_drill_clock_after_one_real_minute_at_speed_600_is_ten_hours_on():
    start = datetime(2026, 9, 18, 16, 0, tzinfo=clock.LOCAL)
    with time_machine.travel(datetime(2026, 1, 1, tzinfo=UTC), tick=False) as real:
        anchor = datetime(2026, 1, 1, tzinfo=UTC).timestamp()
        drill = clock.DrillClock(start, 600, anchor)
        real.shift(60)
        assert clock.local(drill.now()) == datetime(2026, 9, 19, 2, 0, tzinfo=clock.LOCAL)


def test_local_date_changes_at_midnight_of_shanghai():
    assert clock.local_date(datetime(2026, 9, 17, 15, 59, 59, tzinfo=UTC)) == date(2026, 9, 17)
    assert clock.local_date(datetime(2026, 9, 17, 16, 0, 0, tzinfo=UTC)) == date(2026, 9, 18)


def test_local_instant_is_the_instant_of_the_wall_clock():
    assert clock.local_instant(date(2026, 9, 18), 16) == datetime(2026, 9, 18, 8, tzinfo=UTC)
