"""The state of a caller's line, looked at once a second: whether anybody is still there, and how well it sounds. Pure.

Used by the worker. Seconds are those of the worker's timer.
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
