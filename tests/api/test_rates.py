"""Limits of requests hold for the house, not for one of its web processes, and end with their span."""

from hotline.core import rates
from web.rates import HouseStorage


def test_two_web_processes_count_together(quiet_house) -> None:
    first, second = HouseStorage(house=quiet_house), HouseStorage(house=quiet_house)
    assert [first.incr("a", 60), second.incr("a", 60), first.get("a")] == [1, 2, 2]


def test_a_count_ends_with_its_span_and_begins_anew(quiet_house, clock) -> None:
    counts = HouseStorage(house=quiet_house)
    assert [counts.incr("a", 60), counts.incr("a", 60), counts.incr("b", 60, 5)] == [1, 2, 5]
    assert counts.get_expiry("a") == clock.now().timestamp() + 60
    clock.move(seconds=59)
    assert (counts.get("a"), counts.incr("a", 60)) == (2, 3)
    clock.move(seconds=1)
    assert counts.get("a") == 0
    assert counts.incr("a", 60) == 1
    counts.clear("a")
    assert counts.get("a") == 0


def test_counts_that_ended_are_dropped(quiet_house, clock) -> None:
    counts = HouseStorage(house=quiet_house)
    counts.incr("old", 60)
    clock.move(minutes=2)
    counts.incr("new", 60)
    with quiet_house.glances() as session:
        assert rates.forget(session, before=clock.now()) == 1
