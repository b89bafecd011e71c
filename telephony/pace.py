"""People speak, ring and write at real speed even while a drill runs the house's clock faster."""

from hotline.core.settings import Settings


def seconds(settings: Settings, real_s: float) -> float:
    """How long `real_s` seconds of a person's time are on the clock of the house."""
    drill = settings.drill()
    return real_s * (drill[1] if drill else 1)
