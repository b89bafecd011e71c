"""Where each SIP worker listens; light enough for whoever only starts or describes them."""

from hotline.core.settings import Settings


def sip_address(settings: Settings, index: int) -> tuple[str, int]:
    """A single worker has the public address itself; several stand behind the edge, on the ports after it."""
    host, _, port = settings.sip_bind.rpartition(":")
    behind_the_edge = 0 if settings.sip_workers == 1 else 10 + index * 2
    return host, int(port) + behind_the_edge
