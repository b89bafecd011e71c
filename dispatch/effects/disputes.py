"""What disputes write down: opening, opinions, the next rung of the ladder, the designation that ends them (§1.4)."""

from dispatch import routing
from dispatch.effects.units import decide_return, leave
from dispatch.guards.returning import COMPETENCE_OFFICE, JUSTICE_OFFICE, open_dispute
from dispatch.models_moves import Decision, Dispute, DisputeKind, Opinion
from dispatch.moves import Move
from dispatch.status import DisputeLevel


def open_competence_dispute(move: Move) -> None:
    """§1.4: who owns it is settled by a meeting; each party and both offices get a slot for their opinion."""
    request = decide_return(move, Decision.DISPUTED, move.form.reason)
    parties = list(
        dict.fromkeys(
            unit_id
            for unit_id in (request.unit_id, request.suggested_unit_id, *move.form.party_unit_ids)
            if unit_id is not None
        )
    )
    dispute = _open_dispute(move, DisputeKind.COMPETENCE, parties)
    leave(move, "职责争议")
    for slot in (COMPETENCE_OFFICE, JUSTICE_OFFICE):
        move.uow.session.add(Opinion(dispute_id=dispute.id, slot=slot))


def open_unreasonable_review(move: Move) -> None:
    dispute = _open_dispute(
        move, DisputeKind.UNREASONABLE, [part.unit_id for part in move.case.live_assignments()]
    )
    move.details["attachment_ids"] = list(move.form.attachment_ids)
    move.details["dispute_id"] = dispute.id


def _open_dispute(move: Move, kind: DisputeKind, parties: list[int]) -> Dispute:
    uow = move.uow
    dispute = Dispute(
        case_id=move.case.id,
        kind=kind,
        reason=move.form.reason,
        unit_ids=parties,
        level=DisputeLevel.MEETING,
        opened_at=move.at,
        opened_by_id=uow.actor.user_id,
        decision=Decision.OPEN,
    )
    uow.session.add(dispute)
    uow.session.flush()  # its opinion slots need its id
    uow.session.add_all(Opinion(dispute_id=dispute.id, slot="party", unit_id=unit_id) for unit_id in parties)
    move.reason = move.form.reason
    return dispute


def keep_opinion(move: Move) -> None:
    """Fills the actor's slot; an opinion once given stays, a later one stands beside it."""
    uow, form = move.uow, move.form
    dispute = open_dispute(move)
    slots = uow.session.query(Opinion).filter_by(dispute_id=dispute.id).order_by(Opinion.id).all()
    if move.by_unit():
        own = [slot for slot in slots if slot.unit_id in uow.actor.unit_ids]
        slot_name, unit_id = own[0].slot, own[0].unit_id
    else:
        slot_name, unit_id = form.slot, None
    free = next(
        (s for s in slots if s.given_at is None and s.slot == slot_name and s.unit_id == unit_id),
        None,
    )
    if free is None:
        free = Opinion(dispute_id=dispute.id, slot=slot_name, unit_id=unit_id)
        uow.session.add(free)
    free.text, free.attachment_id = form.opinion, form.attachment_id
    free.given_at, free.given_by_id = move.at, uow.actor.user_id
    move.reason = form.opinion


def raise_level(move: Move) -> None:
    """提级协调: the next rung of the ladder takes the dispute over, with a limit of its own."""
    dispute = open_dispute(move)
    dispute.level = dispute.level.above or dispute.level
    move.reason = f"{dispute.level.label}：{move.form.reason}"
    move.details["dispute_level"] = dispute.level.value


def end_dispute(move: Move) -> None:
    """§1.4: the result is final; it goes to the catalogue as a proposal and blocks another return."""
    form, dispute = move.form, open_dispute(move)
    dispute.decision, dispute.decided_at = Decision.GRANTED, move.at
    dispute.decided_by_id = move.uow.actor.user_id
    dispute.designated_unit_id = form.lead_unit_id
    dispute.minutes, dispute.minutes_attachment_id = form.minutes, form.minutes_attachment_id
    move.details["dispute_level"] = dispute.level.value
    returned = dispute.unit_ids[0] if dispute.unit_ids else None
    routing.propose(
        move.uow,
        move.case,
        from_unit_id=returned if returned != form.lead_unit_id else None,
        to_unit_id=form.lead_unit_id,
        reason=f"协调指定：{form.minutes[:200]}",
        evidence={"dispute_id": dispute.id},
    )
