"""What the two threads of a worker say to each other: news from the line, orders from the house.

`token` names a call before it has an id in the database, and its raw recording.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from queue import Empty, SimpleQueue

from telephony.bridge import Scene
from telephony.models import EndedBy


@dataclass(frozen=True, kw_only=True)
class Arrived:
    token: str
    sip_call_id: str
    number: str | None
    called: str
    rang_at: datetime
    answered_at: datetime


@dataclass(frozen=True, kw_only=True)
class Greeted:
    token: str


@dataclass(frozen=True, kw_only=True)
class LegGone:
    token: str
    ended_by: EndedBy


@dataclass(frozen=True, kw_only=True)
class CallBackWanted:
    """The caller has pressed the key that was offered."""

    token: str


@dataclass(frozen=True, kw_only=True)
class AskPosition:
    token: str


@dataclass(frozen=True, kw_only=True)
class HeadsetAnswered:
    """`sdp` None: the browser's offer was no usable one, or the call had gone."""

    command_id: int
    sdp: str | None


@dataclass(frozen=True, kw_only=True)
class HeadsetLost:
    token: str
    voice: str


@dataclass(frozen=True, kw_only=True)
class PickedUp:
    """The citizen whom we have rung."""

    token: str


@dataclass(frozen=True, kw_only=True)
class GuestAnswered:
    """A telephone that the house has dialled into the call."""

    token: str
    voice: str


@dataclass(frozen=True, kw_only=True)
class GuestGone:
    token: str
    voice: str
    sip_code: int


@dataclass(frozen=True, kw_only=True)
class TapeStuck:
    """The recording has stopped growing though the call goes on."""

    token: str


@dataclass(frozen=True, kw_only=True)
class QualityIs:
    """How the caller's line sounds, when first judged and when better or worse than before; `mos` 1–4.5."""

    token: str
    mos: float


@dataclass(frozen=True, kw_only=True)
class Keyed:
    """What the caller has pressed after the last `Ask`; `keys` may be empty."""

    token: str
    keys: str


News = (
    Keyed
    | QualityIs
    | TapeStuck
    | PickedUp
    | GuestAnswered
    | GuestGone
    | Arrived
    | Greeted
    | LegGone
    | CallBackWanted
    | AskPosition
    | HeadsetAnswered
    | HeadsetLost
)


@dataclass(frozen=True, kw_only=True)
class SceneIs:
    token: str
    scene: Scene


@dataclass(frozen=True, kw_only=True)
class OpenHeadset:
    token: str
    command_id: int
    voice: str
    sdp: str


@dataclass(frozen=True, kw_only=True)
class SendDigits:
    """Keys to the outside telephone in the call, otherwise to the caller."""

    token: str
    digits: str


@dataclass(frozen=True, kw_only=True)
class Ask:
    """Say these prompts, then collect keys: until `fields` times `#` or `digits` keys, or `wait_s` after the last."""

    token: str
    say: tuple[str, ...]
    digits: int
    fields: int
    wait_s: int


@dataclass(frozen=True, kw_only=True)
class Announce:
    """`wait_min` None: too little is known to promise anything."""

    token: str
    position: int
    wait_min: int | None


@dataclass(frozen=True, kw_only=True)
class Dial:
    """A call that the house makes."""

    token: str
    address: str
    scene: Scene


@dataclass(frozen=True, kw_only=True)
class Cut:
    """The house has no such call any more."""

    token: str


@dataclass(frozen=True, kw_only=True)
class Drain:
    """Take no new call."""


Order = Ask | SendDigits | Dial | SceneIs | OpenHeadset | Announce | Cut | Drain


class Orders:
    """From any thread to the polling one, which `wake` calls back from its wait for the network."""

    def __init__(self, wake: Callable[[], None]) -> None:
        self._queue: SimpleQueue[Order] = SimpleQueue()
        self._wake = wake

    def put(self, order: Order) -> None:
        self._queue.put(order)
        self._wake()

    def taken(self) -> Iterator[Order]:
        """Those that are there now, in order."""
        while True:
            try:
                yield self._queue.get_nowait()
            except Empty:
                return
