"""Numbers of the day: from 1 on each day, each once, and nobody waits for whoever has not committed yet."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from threading import Barrier

from hotline.core import numbers
from hotline.core.house import House
from hotline.core.identity import SYSTEM

FRIDAY, SUNDAY = date(2026, 9, 18), date(2026, 9, 20)
TABLE = "hotline_case"


def test_numbers_begin_anew_with_each_day_and_keys_go_on(quiet_house: House) -> None:
    with quiet_house.open_uow(SYSTEM) as uow:
        drawn = [numbers.draw(uow.session, TABLE, day) for day in (FRIDAY, FRIDAY, SUNDAY, SUNDAY)]
    assert [number for _, number in drawn] == [1, 2, 1, 2]
    assert len({key for key, _ in drawn}) == 4


def test_late_number_of_the_day_before_is_one_that_nobody_has(quiet_house: House) -> None:
    with quiet_house.open_uow(SYSTEM) as uow:
        friday = {numbers.draw(uow.session, TABLE, FRIDAY)[1] for _ in range(3)}
        numbers.draw(uow.session, TABLE, SUNDAY)
        assert numbers.draw(uow.session, TABLE, FRIDAY)[1] not in friday


def test_number_is_drawn_while_another_draft_is_not_committed(house: House) -> None:
    with house.open_uow(SYSTEM) as uow:
        numbers.draw(uow.session, TABLE, FRIDAY)
    with house.open_uow(SYSTEM) as first, house.open_uow(SYSTEM) as second:
        assert numbers.draw(first.session, TABLE, FRIDAY)[1] == 2
        assert numbers.draw(second.session, TABLE, FRIDAY)[1] == 3


def test_several_at_once_on_a_fresh_day_get_different_numbers(house: House) -> None:
    start = Barrier(4)

    def draw(_: int) -> int:
        start.wait()
        with house.open_uow(SYSTEM) as uow:
            return numbers.draw(uow.session, TABLE, FRIDAY)[1]

    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(draw, range(4)))
    assert min(found) >= 1
    assert len(set(found)) == 4
