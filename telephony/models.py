"""Tables of the telephone side: calls and their offers, queues, seats, workers, recordings, call-backs.

Written only by the verbs of this package. `_at` are UTC instants, `_s` whole seconds. A caller's number is stored as
ciphertext, search hash and mask, never in clear.
"""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, LargeBinary, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from hotline.core.db import Base, Key


class Direction(StrEnum):
    INBOUND = "inbound"
    OUTBOUND = "outbound"


class CallState(StrEnum):
    GREETING = "greeting"  # answered by the machine: greeting and recording notice
    MENU = "menu"  # in the flow before or after a person; `flow_step` says where
    WAITING = "waiting"
    OFFERED = "offered"  # rings at one seat
    DIALLING = "dialling"  # an outbound call: the agent waits for the other side
    TALKING = "talking"
    FAREWELL = "farewell"  # decided, the caller still hears the last words
    ENDED = "ended"


LIVE_STATES = tuple(state for state in CallState if state is not CallState.ENDED)
SEAT_HOLDING_STATES = (CallState.OFFERED, CallState.DIALLING, CallState.TALKING)


class Outcome(StrEnum):
    ANSWERED = "answered"
    ABANDONED = "abandoned"  # the caller gave up, in the greeting or in the queue
    UNSTAFFED = "unstaffed"  # nobody is signed in
    QUEUE_FULL = "queue_full"
    CALL_BACK_ASKED = "call_back_asked"  # the caller would rather be called back than wait
    VOICEMAIL = "voicemail"
    SELF_SERVED = "self_served"  # has heard what he wanted to know
    LOST = "lost"  # our worker died under the call
    NOT_REACHED = "not_reached"  # outbound: busy, no answer, wrong number


MISSED_OUTCOMES = (
    Outcome.ABANDONED,
    Outcome.UNSTAFFED,
    Outcome.QUEUE_FULL,
    Outcome.CALL_BACK_ASKED,
    Outcome.VOICEMAIL,
    Outcome.LOST,
)


class EndedBy(StrEnum):
    CALLER = "caller"
    NETWORK = "network"  # the caller's line has fallen silent without a word
    AGENT = "agent"
    SYSTEM = "system"


class OfferResult(StrEnum):
    ANSWERED = "answered"
    TIMED_OUT = "timed_out"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"  # the caller or the worker was gone first


class SeatState(StrEnum):
    SIGNED_OUT = "signed_out"
    AVAILABLE = "available"
    BUSY = "busy"
    RINGING = "ringing"
    TALKING = "talking"
    WRAP_UP = "wrap_up"


class WorkerState(StrEnum):
    RUNNING = "running"
    DRAINING = "draining"  # finishes its calls, takes no new one
    GONE = "gone"


class RecordingState(StrEnum):
    RUNNING = "running"
    RAW = "raw"  # complete on disk, not yet compressed
    FINAL = "final"
    UNUSABLE = "unusable"  # nothing was written, or the disk has lost it


class CallBackState(StrEnum):
    OPEN = "open"
    TAKEN = "taken"
    DONE = "done"


class CallBackResult(StrEnum):
    REACHED = "reached"
    CALLED_AGAIN = "called_again"  # the caller got through before we rang
    NOT_REACHED = "not_reached"
    WRONG_NUMBER = "wrong_number"
    NOT_WANTED = "not_wanted"


class Strategy(StrEnum):
    LONGEST_IDLE = "longest_idle"
    ROUND_ROBIN = "round_robin"
    FEWEST_CALLS = "fewest_calls"
    LEAST_TALK_TIME = "least_talk_time"
    RING_ALL = "ring_all"  # every free seat at once, who answers first has the call


class Queue(Base):
    __tablename__ = "call_queue"
    id: Mapped[Key]
    code: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    strategy: Mapped[str] = mapped_column(default=Strategy.LONGEST_IDLE)
    called_numbers: Mapped[list[Any]] = mapped_column(default=list)
    needs: Mapped[dict[str, Any]] = mapped_column(default=dict)  # skill → least level
    offer_timeout_s: Mapped[int] = mapped_column(Integer, default=20)
    wrap_up_s: Mapped[int] = mapped_column(Integer, default=20)
    max_misses: Mapped[int] = mapped_column(Integer, default=3)
    max_waiting: Mapped[int] = mapped_column(Integer, default=200)
    announce_every_s: Mapped[int] = mapped_column(Integer, default=30)
    tier_wait_s: Mapped[int] = mapped_column(Integer, default=30)
    service_level_s: Mapped[int] = mapped_column(Integer, default=15)
    sticky: Mapped[bool] = mapped_column(default=False)  # the last agent first, where he is free


class Seat(Base):
    """The place where one agent takes calls; `idle_since` orders the longest-idle distribution."""

    __tablename__ = "seat"
    id: Mapped[Key]
    user_id: Mapped[int] = mapped_column(ForeignKey("app_user.id"), unique=True)
    number: Mapped[str]
    phone: Mapped[str | None]  # SIP address of a desk phone; absent: the browser's headset
    phone_cipher: Mapped[bytes | None] = mapped_column(LargeBinary)  # password of its account at the edge
    state: Mapped[str] = mapped_column(default=SeatState.SIGNED_OUT)
    reason: Mapped[str | None]
    since: Mapped[datetime]
    idle_since: Mapped[datetime | None]
    wrap_up_until: Mapped[datetime | None]
    signed_in_at: Mapped[datetime | None]
    next_state: Mapped[str | None]  # asked for during a call, taken after it: busy or signed_out
    next_reason: Mapped[str | None]
    misses: Mapped[int] = mapped_column(Integer, default=0)
    calls: Mapped[int] = mapped_column(Integer, default=0)  # since sign-in
    talk_s: Mapped[int] = mapped_column(Integer, default=0)  # since sign-in
    skills: Mapped[dict[str, Any]] = mapped_column(default=dict)  # skill → level 1–5
    tiers: Mapped[dict[str, Any]] = mapped_column(
        default=dict
    )  # queue code → tier; empty: every queue, first tier

    __table_args__ = (Index("ix_seat_free", "idle_since", postgresql_where=text("state = 'available'")),)


class SeatSpan(Base):
    """One stretch of one seat's state, for the figures of DOMAIN §5."""

    __tablename__ = "seat_span"
    id: Mapped[Key]
    seat_id: Mapped[int] = mapped_column(ForeignKey("seat.id"))
    user_id: Mapped[int] = mapped_column(BigInteger)
    state: Mapped[str]
    reason: Mapped[str | None]
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]

    __table_args__ = (
        Index("ix_seat_span_open", "seat_id", unique=True, postgresql_where=text("ended_at is null")),
        Index("ix_seat_span_started_at", "started_at"),
    )


class SipWorker(Base):
    """A process with callers in it. Alive while a session holds its advisory lock (`telephony.workers`)."""

    __tablename__ = "sip_worker"
    id: Mapped[Key]
    name: Mapped[str]
    sip_address: Mapped[str]
    capacity: Mapped[int] = mapped_column(Integer)
    pid: Mapped[int] = mapped_column(Integer)
    state: Mapped[str] = mapped_column(default=WorkerState.RUNNING)
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]

    __table_args__ = (Index("ix_sip_worker_live", "id", postgresql_where=text("state <> 'gone'")),)


class Call(Base):
    """The call record. The seat and the agent stay after the end: they are who handled it."""

    __tablename__ = "call"
    id: Mapped[Key]
    direction: Mapped[str] = mapped_column(default=Direction.INBOUND)
    state: Mapped[str]
    worker_id: Mapped[int | None] = mapped_column(ForeignKey("sip_worker.id"))
    sip_call_id: Mapped[str]
    queue_id: Mapped[int | None] = mapped_column(ForeignKey("call_queue.id"))
    seat_id: Mapped[int | None] = mapped_column(ForeignKey("seat.id"))
    user_id: Mapped[int | None] = mapped_column(ForeignKey("app_user.id"))
    call_back_id: Mapped[int | None] = mapped_column(ForeignKey("call_back_request.id"), index=True)
    number_cipher: Mapped[bytes | None] = mapped_column(LargeBinary)
    number_hash: Mapped[bytes | None] = mapped_column(LargeBinary)
    number_masked: Mapped[str] = mapped_column(default="号码隐藏")
    called: Mapped[str]
    priority: Mapped[int] = mapped_column(Integer, default=0)  # higher is served first
    needs: Mapped[dict[str, Any]] = mapped_column(default=dict)  # skill → least level, beside the queue's
    wanted_seat_id: Mapped[int | None] = mapped_column(BigInteger)  # last agent, or the target of a transfer

    rang_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]  # by the machine
    queued_at: Mapped[datetime | None]
    first_offered_at: Mapped[datetime | None]
    offered_at: Mapped[datetime | None]
    offer_until: Mapped[datetime | None]
    talking_at: Mapped[datetime | None]  # by a person
    held_at: Mapped[datetime | None]
    muted: Mapped[bool] = mapped_column(default=False)
    recording_paused: Mapped[bool] = mapped_column(default=False)  # while payment or health data are told
    hold_s: Mapped[int] = mapped_column(Integer, default=0)
    wrap_up_s: Mapped[int | None] = mapped_column(Integer)
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[str | None]
    outcome: Mapped[str | None]
    flow_step: Mapped[str | None]  # kind:name, while and after the flow is walked
    mos: Mapped[float | None]  # lowest estimate of the line's quality, 1–4.5
    rating: Mapped[int | None] = mapped_column(
        Integer
    )  # 1 满意, 2 基本满意, 3 不满意; pressed after the call

    queue: Mapped[Queue | None] = relationship(lazy="joined")
    offers: Mapped[list["CallOffer"]] = relationship(order_by="CallOffer.id")

    __table_args__ = (
        # The promise of distribution, kept by the schema itself: one seat, one call.
        Index(
            "uq_call_seat_id_holding",
            "seat_id",
            unique=True,
            postgresql_where=text("state in ('offered', 'dialling', 'talking')"),
        ),
        Index("ix_call_live", "state", "queued_at", postgresql_where=text("state <> 'ended'")),
        Index("ix_call_rang_at", "rang_at"),
        Index("ix_call_user_id_rang_at", "user_id", "rang_at"),
        Index("ix_call_number_hash_rang_at", "number_hash", "rang_at"),
    )

    @property
    def queue_s(self) -> int | None:
        """Wait between reaching the queue and a person, or giving up."""
        return _seconds(self.queued_at, self.talking_at or self.ended_at)

    @property
    def ring_s(self) -> int | None:
        """How long the last offer rang."""
        return _seconds(self.offered_at, self.talking_at or self.ended_at)

    @property
    def talk_s(self) -> int | None:
        """Conversation without the time on hold."""
        whole = _seconds(self.talking_at, self.ended_at)
        return None if whole is None else max(0, whole - self.hold_s)


class CallOffer(Base):
    __tablename__ = "call_offer"
    id: Mapped[Key]
    call_id: Mapped[int] = mapped_column(ForeignKey("call.id"), index=True)
    seat_id: Mapped[int] = mapped_column(ForeignKey("seat.id"))
    user_id: Mapped[int] = mapped_column(BigInteger)
    offered_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    result: Mapped[str | None]

    __table_args__ = (
        Index("ix_call_offer_seat_id_offered_at", "seat_id", "offered_at"),
        # A seat rings for one call at a time, whoever else it rings for.
        Index(
            "uq_call_offer_seat_id_open", "seat_id", unique=True, postgresql_where=text("ended_at is null")
        ),
    )


class WorkerCommand(Base):
    """Something the web asks of the worker that holds a call, with its answer; taken once."""

    __tablename__ = "worker_command"
    id: Mapped[Key]
    worker_id: Mapped[int] = mapped_column(ForeignKey("sip_worker.id"))
    call_id: Mapped[int] = mapped_column(ForeignKey("call.id"))
    user_id: Mapped[int] = mapped_column(BigInteger)
    verb: Mapped[str]
    arguments: Mapped[dict[str, Any]]
    asked_at: Mapped[datetime]
    taken_at: Mapped[datetime | None]
    done_at: Mapped[datetime | None]
    answer: Mapped[dict[str, Any] | None]
    problem: Mapped[str | None]

    __table_args__ = (
        Index("ix_worker_command_open", "worker_id", "id", postgresql_where=text("taken_at is null")),
    )


class Recording(Base):
    """Two raw files while the call runs, one compressed stereo file afterwards: caller left, agent right."""

    __tablename__ = "recording"
    id: Mapped[Key]
    call_id: Mapped[int] = mapped_column(ForeignKey("call.id"), index=True)
    name: Mapped[str] = mapped_column(unique=True)
    state: Mapped[str] = mapped_column(default=RecordingState.RUNNING)
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    duration_s: Mapped[float | None]
    size_bytes: Mapped[int | None] = mapped_column(BigInteger)
    sha256: Mapped[str | None]
    legal_hold: Mapped[bool] = mapped_column(default=False)
    trouble: Mapped[str | None]  # disk_full: a part of the sound was never written
    damaged_at: Mapped[datetime | None]  # found by the nightly check
    deleted_at: Mapped[datetime | None]

    __table_args__ = (
        Index("ix_recording_unfinished", "id", postgresql_where=text("state in ('running', 'raw')")),
    )


class CallBackRequest(Base):
    """One number that must be called back; several missed calls of it are one request."""

    __tablename__ = "call_back_request"
    id: Mapped[Key]
    number_cipher: Mapped[bytes | None] = mapped_column(LargeBinary)
    number_hash: Mapped[bytes | None] = mapped_column(LargeBinary)
    number_masked: Mapped[str]
    state: Mapped[str] = mapped_column(default=CallBackState.OPEN)
    missed_calls: Mapped[int] = mapped_column(Integer, default=1)
    first_missed_at: Mapped[datetime]
    last_missed_at: Mapped[datetime]
    due_at: Mapped[datetime]
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("app_user.id"))
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    first_attempt_at: Mapped[datetime | None]
    last_attempt_at: Mapped[datetime | None]
    result: Mapped[str | None]
    note: Mapped[str | None]
    finished_at: Mapped[datetime | None]

    __table_args__ = (
        Index(
            "uq_call_back_request_number_open",
            "number_hash",
            unique=True,
            postgresql_where=text("state <> 'done'"),
        ),
        Index("ix_call_back_request_open", "due_at", postgresql_where=text("state <> 'done'")),
        Index("ix_call_back_request_first_missed_at", "first_missed_at"),
    )


class CallBackAttempt(Base):
    __tablename__ = "call_back_attempt"
    id: Mapped[Key]
    request_id: Mapped[int] = mapped_column(ForeignKey("call_back_request.id"), index=True)
    user_id: Mapped[int] = mapped_column(BigInteger)
    at: Mapped[datetime]
    call_id: Mapped[int | None] = mapped_column(ForeignKey("call.id"))
    reached: Mapped[bool]
    note: Mapped[str | None]

    __table_args__ = (UniqueConstraint("request_id", "at", "user_id"),)


def _seconds(start: datetime | None, end: datetime | None) -> int | None:
    return None if start is None or end is None else max(0, round((end - start).total_seconds()))
