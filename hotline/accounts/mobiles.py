"""Mobile numbers of the staff, for notices by SMS: set by oneself, stored encrypted, shown masked."""

import re

from sqlalchemy import select

from hotline.accounts.models import User
from hotline.core.errors import Invalid
from hotline.core.identity import Role
from hotline.core.privacy import mask_phone, phone_e164
from hotline.core.uow import UnitOfWork

_MOBILE = re.compile(r"\+861[3-9]\d{9}")


def keep_own(uow: UnitOfWork, number: str) -> None:
    """An empty number means no more messages."""
    given = phone_e164(number) if number.strip() else None
    if number.strip() and (given is None or not _MOBILE.fullmatch(given)):
        raise Invalid([{"field": "mobile", "reason": "请填写能收短信的手机号码"}])
    user = uow.session.get_one(User, uow.actor.user_id, with_for_update=True)
    user.mobile = uow.vault.encrypt(given) if given else None
    uow.audit(f"user:{user.id}", "change_mobile", on=given is not None)


def masked(uow: UnitOfWork, user: User) -> str | None:
    return mask_phone(uow.vault.decrypt(user.mobile)) if user.mobile else None


def of_unit(uow: UnitOfWork, unit_id: int, roles: tuple[Role, ...]) -> dict[int, str]:
    """User id → number of those people of a unit in one of the roles who want messages."""
    people = uow.session.scalars(
        select(User).where(
            User.unit_id == unit_id,
            User.disabled_at.is_(None),
            User.mobile.is_not(None),
            User.roles.overlap([role.value for role in roles]),
        )
    )
    return {user.id: uow.vault.decrypt(user.mobile) for user in people if user.mobile}
