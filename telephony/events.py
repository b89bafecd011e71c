"""What happens on the telephone side; ids only, each says which consoles show it."""

from dataclasses import dataclass
from typing import ClassVar

from hotline.core.events import Event

BOARD = "board:calls"


def _rooms(seat_id: int | None) -> tuple[str, ...]:
    return (BOARD,) if seat_id is None else (f"seat:{seat_id}", BOARD)


@dataclass(frozen=True, kw_only=True)
class _CallEvent(Event):
    name: ClassVar[str] = "call.event"
    call_id: int
    seat_id: int | None = None

    def rooms(self) -> tuple[str, ...]:
        return _rooms(self.seat_id)


@dataclass(frozen=True, kw_only=True)
class CallArrived(_CallEvent):
    name = "call.arrived"


@dataclass(frozen=True, kw_only=True)
class CallQueued(_CallEvent):
    name = "call.queued"
    queue_id: int


@dataclass(frozen=True, kw_only=True)
class CallOffered(_CallEvent):
    """The screen pop."""

    name = "call.offered"


@dataclass(frozen=True, kw_only=True)
class OfferEnded(_CallEvent):
    """Without an answer: the call no longer rings at this seat."""

    name = "call.offer_ended"
    result: str


@dataclass(frozen=True, kw_only=True)
class CallAnswered(_CallEvent):
    name = "call.answered"
    user_id: int | None


@dataclass(frozen=True, kw_only=True)
class CallChanged(_CallEvent):
    """Hold, mute, parties: look again."""

    name = "call.changed"


@dataclass(frozen=True, kw_only=True)
class PartyChanged(_CallEvent):
    """Somebody rings for, has joined or has left the call; `seat_id` is that of the guest where he is an agent."""

    name = "call.party_changed"
    party_id: int
    state: str


@dataclass(frozen=True, kw_only=True)
class CallMediaLost(_CallEvent):
    """The agent's headset has lost its connection; the console should offer a new one."""

    name = "call.media_lost"


@dataclass(frozen=True, kw_only=True)
class CallEnded(_CallEvent):
    name = "call.ended"
    outcome: str


@dataclass(frozen=True, kw_only=True)
class CallQuality(_CallEvent):
    """The line sounds better or worse than before; `mos` is the estimate of the E-model, 1–4.5."""

    name = "call.quality"
    mos: float


@dataclass(frozen=True, kw_only=True)
class CallRated(_CallEvent):
    """`rating` None: no key, or none that means something."""

    name = "call.rated"
    rating: int | None


@dataclass(frozen=True, kw_only=True)
class CallMissed(_CallEvent):
    name = "call.missed"
    call_back_id: int


@dataclass(frozen=True, kw_only=True)
class CallBackChanged(Event):
    name = "call_back.changed"
    call_back_id: int

    def rooms(self) -> tuple[str, ...]:
        return ("role:agent", "role:shift_leader", BOARD)


@dataclass(frozen=True, kw_only=True)
class SeatChanged(Event):
    name = "seat.changed"
    seat_id: int
    user_id: int
    state: str

    def rooms(self) -> tuple[str, ...]:
        return (*_rooms(self.seat_id), f"user:{self.user_id}")


@dataclass(frozen=True, kw_only=True)
class LineSwitched(Event):
    """A switch for all callers, as the emergency announcement."""

    name = "line.switched"
    switch: str
    on: bool

    def rooms(self) -> tuple[str, ...]:
        return ("role:agent", "role:shift_leader", BOARD)


@dataclass(frozen=True, kw_only=True)
class WorkerChanged(Event):
    name = "worker.changed"
    worker_id: int
    state: str

    def rooms(self) -> tuple[str, ...]:
        return (BOARD,)


@dataclass(frozen=True, kw_only=True)
class RecordingRaw(Event):
    """Complete on disk; a task compresses it."""

    name = "recording.raw"
    recording_id: int


@dataclass(frozen=True, kw_only=True)
class RecordingInTrouble(_CallEvent):
    """`trouble`: disk_full while the call runs, damaged where the nightly check finds it."""

    name = "recording.trouble"
    recording_id: int
    trouble: str


@dataclass(frozen=True, kw_only=True)
class RecordingReady(Event):
    name = "recording.ready"
    recording_id: int
    call_id: int
