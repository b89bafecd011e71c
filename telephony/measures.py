"""What a call record means for the figures of DOMAIN §5: one SQL condition per fact, shared by board and reports.

A call counts as soon as its fate is known: a person has taken it, or it has an outcome. `wait` is an SQL interval.
"""

from datetime import timedelta

from sqlalchemy import and_, func

from telephony.calls import RATING
from telephony.models import MISSED_OUTCOMES, Call, Direction, Outcome

SHORT_ABANDON = timedelta(seconds=5)
SERVICE_LEVEL_S = 15
TURNED_AWAY = tuple(outcome for outcome in MISSED_OUTCOMES if outcome is not Outcome.ABANDONED)

inbound = Call.direction == Direction.INBOUND
reached_queue = and_(inbound, Call.queued_at.is_not(None))
wait = func.coalesce(Call.talking_at, Call.ended_at) - Call.queued_at
answered = Call.talking_at.is_not(None)
gave_up = and_(Call.talking_at.is_(None), Call.outcome == Outcome.ABANDONED)
gave_up_at_once = and_(gave_up, wait < SHORT_ABANDON)
abandoned = and_(gave_up, wait >= SHORT_ABANDON)
turned_away = and_(Call.talking_at.is_(None), Call.outcome.in_(TURNED_AWAY))
"""The house itself could not serve the caller; never forgiven by any variant of the service level."""
asked_to_rate = and_(reached_queue, answered, Call.flow_step == RATING)
