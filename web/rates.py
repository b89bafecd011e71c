"""Where the web counts requests against its limits: `hotline.core.rates`, so that all web processes count together.

Registered with the library `limits` under `house://`; `security` hands the house over.
"""

from datetime import timedelta
from typing import ClassVar, cast

from limits.storage import Storage
from sqlalchemy.exc import SQLAlchemyError

from hotline.core import rates
from hotline.core.house import House

SCHEME = "house"


class HouseStorage(Storage):
    STORAGE_SCHEME: ClassVar[list[str]] = [SCHEME]  # type: ignore[misc]
    base_exceptions = SQLAlchemyError

    def __init__(self, uri: str | None = None, **options: object) -> None:
        super().__init__(uri)
        self.house = cast(House, options["house"])

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        with self.house.glances() as session:
            hits = rates.count(session, key, self.house.clock.now(), timedelta(seconds=expiry), amount)
            session.commit()
        return hits

    def get(self, key: str) -> int:
        with self.house.glances() as session:
            return rates.so_far(session, key, self.house.clock.now())[0]

    def get_expiry(self, key: str) -> float:
        with self.house.glances() as session:
            return rates.so_far(session, key, self.house.clock.now())[1].timestamp()

    def check(self) -> bool:
        return True

    def reset(self) -> int:
        with self.house.glances() as session:
            dropped = rates.forget(session)
            session.commit()
        return dropped

    def clear(self, key: str) -> None:
        with self.house.glances() as session:
            rates.forget(session, key)
            session.commit()
