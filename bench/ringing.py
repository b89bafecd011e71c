"""New calls for agents with desk phones, behind Kamailio: from the queue to the ringing seat.

Baselines: queued → the seat's INVITE p50 under 8 ms, p99 under 25 ms, at 10 calls a second for 60 s.
`python bench/ringing.py [calls a second] [seconds]`.
"""

import statistics
import sys
import time

from sqlalchemy import func, select

from bench.exchange import exchange, percentile
from bench.running import machine
from bench.telephones import Callers, Phones
from hotline.core.identity import SYSTEM
from telephony import queues, seats
from telephony.models import Call, CallOffer, CallState, Outcome, Seat
from tests.sip.conftest import Exchange
from tests.sip.line import eventually

WORKERS, CALLS_PER_WORKER, AGENTS = 12, 2, 40  # a desk phone takes one of a worker's four lines
TALK_S = 1.0


def agents(house: Exchange, phones: Phones) -> None:
    with house.house.open_uow(SYSTEM) as uow:
        queues.main(uow).wrap_up_s = 0
    for number in range(AGENTS):
        with house.house.open_uow(house.agent(f"a{number}")) as uow:
            seats.sign_in(uow, phone=f"sip:a{number}@{phones.address}")


def delays_ms(house: Exchange, phones: Phones) -> list[float]:
    """Each offer with the INVITE that came for it, seat by seat in order."""
    with house.house.open_uow(SYSTEM) as uow:
        rows = uow.session.execute(
            select(Seat.number, Call.queued_at, CallOffer.offered_at)
            .join(Call, Call.id == CallOffer.call_id)
            .join(Seat, Seat.id == CallOffer.seat_id)
            .order_by(CallOffer.id)
        ).all()
    waiting = {user: iter(times) for user, times in phones.rang.items()}
    first_time = [row for row in rows if row[1] == row[2]]
    if len(rows) != sum(map(len, phones.rang.values())):
        raise SystemExit(f"{len(rows)} offers, {sum(map(len, phones.rang.values()))} INVITEs")
    rang = [next(waiting[number]) - offered_at.timestamp() for number, _, offered_at in rows]
    print(f"{len(first_time)} of {len(rows)} offers in the moment of queueing")
    return [one * 1000 for one in rang]


def main(rate: float = 10, seconds: float = 60) -> int:
    print(machine())
    with exchange() as house:
        edge = house.start_behind_edge(workers=WORKERS, calls=CALLS_PER_WORKER)
        phones, callers = Phones(), Callers(edge, sounds=False)
        agents(house, phones)
        calls, start = [], time.monotonic()
        for number in range(int(rate * seconds)):
            time.sleep(max(0.0, start + number / rate - time.monotonic()))
            calls.append(callers.ring(f"138{number:08}"))
            for call in calls[-60:]:
                if call.answered_at and time.monotonic() - call.answered_at > TALK_S + 0.6 and not call.left:
                    callers.leave(call)
        time.sleep(TALK_S + 1)
        for call in calls:
            callers.leave(call)
        eventually(lambda: not house.look(select(Call.id).where(Call.state != CallState.ENDED)), within_s=20)
        answered = house.look(select(func.count()).where(Call.outcome == Outcome.ANSWERED))
        delays = delays_ms(house, phones)
        callers.stop()
        phones.stop()
    failed = [call.code for call in calls if call.code != 200]
    p50, p99 = statistics.median(delays), percentile(delays, 0.99)
    setup = [(call.answered_at - call.asked_at) * 1000 for call in calls if call.answered_at]
    print(f"{len(calls)} calls at {rate:g} a second, {len(failed)} refused {set(failed)}, {answered} talked")
    print(f"INVITE → 200 p50 {statistics.median(setup):.1f} ms, p99 {percentile(setup, 0.99):.1f} ms")
    print(f"queued → INVITE at the seat: p50 {p50:.1f} ms, p99 {p99:.1f} ms")
    return 0 if not failed and p50 < 8 and p99 < 25 else 1


if __name__ == "__main__":
    sys.exit(main(*map(float, sys.argv[1:])))
