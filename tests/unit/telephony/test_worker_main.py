"""A worker's own small tables agree with those of the house."""

import pytest

from hotline import subscribers
from hotline.core.events import Event
from hotline.core.settings import Settings
from telephony import addresses, events, worker_main

# What the telephone side itself records.
OURS = {
    kind.name
    for kind in vars(events).values()
    if isinstance(kind, type) and issubclass(kind, Event) and "name" in vars(kind)
}


def test_routes_when_compared_with_the_house_then_nothing_of_a_workers_events_is_missing():
    ours = {name: handlers for name, handlers in subscribers.ROUTES.items() if name in OURS}
    assert ours == worker_main.ROUTES


@pytest.mark.parametrize(("workers", "index", "port"), [(1, 0, 5060), (3, 0, 5070), (3, 2, 5074)])
def test_sip_address_when_alone_then_the_public_one_and_else_behind_the_edge(
    workers: int, index: int, port: int
):
    settings = Settings(sip_workers=workers, sip_bind="127.0.0.1:5060")
    assert addresses.sip_address(settings, index) == ("127.0.0.1", port)
