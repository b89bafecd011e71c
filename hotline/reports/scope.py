"""Who may see which report: telephone figures by permission, unit figures for all units or for one's own and below.

An export needs the permission `report:see` as well, and is written into the audit trail.
"""

from hotline.core.identity import HOTLINE_CASE_ROLES, Permission, Role, require
from hotline.core.settings import Settings
from hotline.core.uow import UnitOfWork

ALL_UNITS = HOTLINE_CASE_ROLES | {Role.ASSESSOR, Role.SYSTEM}


def calls(uow: UnitOfWork) -> None:
    require(uow.actor, Permission.CALL_REPORT_SEE)


def units(uow: UnitOfWork) -> frozenset[int] | None:
    """Ids of the units whose figures the actor may see; None means all."""
    require(uow.actor, Permission.REPORT_SEE)
    return None if uow.actor.has(*ALL_UNITS) else uow.actor.unit_ids


def weights(settings: Settings) -> dict[str, float]:
    """The weights that formulas name."""
    response, solve, satisfaction = settings.score_three_rates
    return {
        "basic": settings.score_basic,
        "partly": settings.score_partly,
        "response": response,
        "solve": solve,
        "satisfaction": satisfaction,
    }
