"""The call centre of the telephone tests, for reports on it."""

from tests.db.telephony.conftest import Floor, floor

__all__ = ["Floor", "floor"]
