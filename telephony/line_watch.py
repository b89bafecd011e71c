"""What the worker looks at once a second: whether a caller is still there, whether the tape still runs. Pure.

Seconds are those of the worker's timer.
"""

from dataclasses import dataclass

from telephony.sip.port import LegQuality

LOOK_EVERY_S = 1.0


@dataclass
class Pulse:
    """A line that has spoken and then sends nothing at all, neither sound nor reports, belongs to a lost caller.

    A telephone that suppresses silence still sends reports; one that has never sent anything is only a mute caller.
    """

    beats: int = 0
    felt_at: float | None = None

    def stopped(self, line: LegQuality | None, now: float, *, silent_s: float) -> bool:
        """`line` None: it is on hold or has no sound, so that silence says nothing."""
        if line is None:
            self.felt_at = None
            return False
        beats = line.received + line.reports
        if beats != self.beats or self.felt_at is None:
            self.beats, self.felt_at = beats, now
        return beats > 0 and now - self.felt_at >= silent_s


TAPE_STUCK_S = 3.0
POOR, FAIR = 3.1, 4.03  # below: many, some users are dissatisfied (ITU-T G.107, annex B)


def mos(line: LegQuality) -> float:
    """Estimated opinion of the listener, 1–4.5: the E-model (ITU-T G.107) for G.711 with loss concealment (G.113)."""
    delay_ms = line.round_trip_ms / 2 + 2 * line.jitter_ms + 20
    delayed = 0.024 * delay_ms + 0.11 * max(0.0, delay_ms - 177.3)
    lossy = 95 * line.lost_percent / (line.lost_percent + 25.1)
    rating = min(100.0, max(0.0, 93.2 - delayed - lossy))
    # Below a rating of 6.5 the cubic dips under 1, the bottom of the scale.
    return round(max(1.0, 1 + 0.035 * rating + rating * (rating - 60) * (100 - rating) * 7e-6), 2)


def grade(estimate: float) -> str:
    return "poor" if estimate < POOR else "fair" if estimate < FAIR else "good"


@dataclass
class Tape:
    """A recording grows as long as the call lasts, in silence too; one that does not has no room on the disk."""

    size: int = 0
    grown_at: float | None = None
    told: bool = False

    def stuck(self, size: int, now: float) -> bool:
        """True once, when it has stopped."""
        if size != self.size or self.grown_at is None:
            self.size, self.grown_at = size, now
        if self.told or now - self.grown_at < TAPE_STUCK_S:
            return False
        self.told = True
        return True
