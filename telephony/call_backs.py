"""Missed calls: one open request per number, with owner, attempts, time limit and result (DOMAIN §5 漏话回拨).

Opened in the transaction that ends the missed call; worked by agents; closed by itself when the caller gets through.
"""

from datetime import timedelta

from sqlalchemy import literal, select
from sqlalchemy.dialects.postgresql import insert

from hotline.core.identity import Permission, require
from hotline.core.uow import UnitOfWork
from telephony import pace
from telephony.errors import CallBackFinished, CallBackNotFound, CallBackTaken, CallBackWithoutNumber
from telephony.events import CallBackChanged
from telephony.models import Call, CallBackAttempt, CallBackRequest, CallBackResult, CallBackState, Outcome

DUE_S = 30 * 60
MAX_ATTEMPTS = 3


def open_request(uow: UnitOfWork, call: Call) -> CallBackRequest:
    """A new request, or one more missed call of the one that is open for this number."""
    row = insert(CallBackRequest).values(
        number_cipher=call.number_cipher,
        number_hash=call.number_hash,
        number_masked=call.number_masked,
        first_missed_at=uow.now,
        last_missed_at=uow.now,
        due_at=uow.now + timedelta(seconds=pace.seconds(uow.settings, DUE_S)),
    )
    merged = row.on_conflict_do_update(
        index_elements=["number_hash"],
        index_where=CallBackRequest.state != literal(CallBackState.DONE, literal_execute=True),
        set_={"missed_calls": CallBackRequest.missed_calls + 1, "last_missed_at": uow.now},
    )
    request = uow.session.scalars(
        merged.returning(CallBackRequest), execution_options={"populate_existing": True}
    ).one()
    if call.number_hash is None:
        request.note = CallBackWithoutNumber.text
        _close(uow, request, CallBackResult.NOT_REACHED)
    else:
        uow.record(CallBackChanged(call_back_id=request.id))
    return request


def due_within(uow: UnitOfWork, request_id: int, *, minutes: int) -> None:
    """Earlier than the general limit: as soon as the caller would have been served."""
    request = uow.session.get_one(CallBackRequest, request_id)
    request.due_at = min(
        request.due_at, uow.now + timedelta(seconds=pace.seconds(uow.settings, minutes * 60))
    )


def called_again(uow: UnitOfWork, call: Call) -> None:
    """The caller has got through: nobody needs to ring back."""
    request = _open_for(uow, call.number_hash)
    if request is not None:
        _close(uow, request, CallBackResult.CALLED_AGAIN)


def listing(uow: UnitOfWork, *, include_done: bool = False, limit: int = 100) -> list[CallBackRequest]:
    """What is to be called back, the most urgent first."""
    require(uow.actor, Permission.CALL_BACK_WORK)
    query = select(CallBackRequest).order_by(CallBackRequest.due_at, CallBackRequest.id).limit(limit)
    if include_done:
        query = query.order_by(None).order_by(CallBackRequest.id.desc())
    else:
        query = query.where(CallBackRequest.state != CallBackState.DONE)
    return list(uow.session.scalars(query))


def message(uow: UnitOfWork, request: CallBackRequest) -> Call | None:
    """The call in which this caller left his newest message."""
    query = select(Call).where(Call.call_back_id == request.id, Call.outcome == Outcome.VOICEMAIL)
    return uow.session.scalar(query.order_by(Call.id.desc()).limit(1))


def take(uow: UnitOfWork, request_id: int) -> CallBackRequest:
    """Make it one's own, so that two agents do not ring the same caller."""
    request = _locked(uow, request_id)
    _require_open(request)
    if request.owner_id not in (None, uow.actor.user_id):
        raise CallBackTaken
    request.state, request.owner_id = CallBackState.TAKEN, uow.actor.user_id
    uow.record(CallBackChanged(call_back_id=request.id))
    return request


def give_back(uow: UnitOfWork, request_id: int) -> CallBackRequest:
    request = _mine(uow, request_id)
    request.state, request.owner_id = CallBackState.OPEN, None
    uow.record(CallBackChanged(call_back_id=request.id))
    return request


def attempt(
    uow: UnitOfWork, request_id: int, *, reached: bool, note: str | None = None, call_id: int | None = None
) -> CallBackRequest:
    """Note one try; reached closes the request, the last of `MAX_ATTEMPTS` vain ones as well."""
    request = _mine(uow, request_id)
    _note_attempt(uow, request, reached=reached, note=note, call_id=call_id)
    return request


def rang_back(uow: UnitOfWork, call: Call) -> None:
    """The house's own call to the missed caller is over."""
    request = uow.session.get(CallBackRequest, call.call_back_id, with_for_update={"key_share": True})
    if request is not None and request.state != CallBackState.DONE:
        reached = call.outcome == Outcome.ANSWERED
        _note_attempt(uow, request, reached=reached, note=None, call_id=call.id, user_id=call.user_id)


def _note_attempt(
    uow: UnitOfWork,
    request: CallBackRequest,
    *,
    reached: bool,
    note: str | None,
    call_id: int | None,
    user_id: int | None = None,
) -> None:
    uow.session.add(
        CallBackAttempt(
            request_id=request.id,
            user_id=user_id or uow.actor.user_id,
            at=uow.now,
            call_id=call_id,
            reached=reached,
            note=note,
        )
    )
    request.attempts += 1
    request.first_attempt_at = request.first_attempt_at or uow.now
    request.last_attempt_at = uow.now
    if reached:
        _close(uow, request, CallBackResult.REACHED)
    elif request.attempts >= MAX_ATTEMPTS:
        _close(uow, request, CallBackResult.NOT_REACHED)
    else:
        request.state, request.owner_id = CallBackState.OPEN, None
        uow.record(CallBackChanged(call_back_id=request.id))


def finish(
    uow: UnitOfWork, request_id: int, *, result: CallBackResult, note: str | None = None
) -> CallBackRequest:
    request = _mine(uow, request_id)
    request.note = note
    _close(uow, request, result)
    return request


def number(uow: UnitOfWork, request_id: int) -> str:
    """The number in clear, for its owner; every look is written down."""
    request = _mine(uow, request_id)
    if request.number_cipher is None:
        raise CallBackWithoutNumber
    uow.audit(f"call_back:{request.id}", "reveal_number")
    return uow.vault.decrypt(request.number_cipher)


def _open_for(uow: UnitOfWork, number_hash: bytes | None) -> CallBackRequest | None:
    if number_hash is None:
        return None
    return uow.session.scalar(
        select(CallBackRequest)
        .where(CallBackRequest.number_hash == number_hash, CallBackRequest.state != CallBackState.DONE)
        .with_for_update(key_share=True)
    )


def _locked(uow: UnitOfWork, request_id: int) -> CallBackRequest:
    require(uow.actor, Permission.CALL_BACK_WORK)
    request = uow.session.get(CallBackRequest, request_id, with_for_update={"key_share": True})
    if request is None:
        raise CallBackNotFound
    return request


def _mine(uow: UnitOfWork, request_id: int) -> CallBackRequest:
    request = _locked(uow, request_id)
    _require_open(request)
    if request.owner_id != uow.actor.user_id:
        raise CallBackTaken
    return request


def _require_open(request: CallBackRequest) -> None:
    if request.state == CallBackState.DONE:
        raise CallBackFinished


def _close(uow: UnitOfWork, request: CallBackRequest, result: CallBackResult) -> None:
    request.state, request.result, request.finished_at = CallBackState.DONE, result, uow.now
    uow.record(CallBackChanged(call_back_id=request.id))
