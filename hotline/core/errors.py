"""The tree of reasons why something cannot be done.

One class per reason: a stable `code` for programs, an HTTP `status`, a Chinese `text` that says what to do.
Raised by the domain; turned into a response once, at the edge.
"""

from typing import Any, ClassVar


class DomainError(Exception):
    """`text` may name details in braces; the details travel to the client as they are."""

    code: ClassVar[str] = "error"
    status: ClassVar[int] = 400
    text: ClassVar[str] = "操作无法完成"

    def __init__(self, **details: Any) -> None:
        self.details = details
        super().__init__(self.message)

    @property
    def message(self) -> str:
        return self.text.format(**self.details)


class NotFound(DomainError):
    """Not existing and out of scope answer alike, so that nobody can probe for what they may not see."""

    code, status, text = "not_found", 404, "没有找到，或您无权查看"


class NotAllowed(DomainError):
    code, status, text = "not_allowed", 403, "您没有权限进行此操作"


class PermissionMissing(NotAllowed):
    code, text = "permission.missing", "您没有“{permission}”权限，可联系：{who_can}"


class Conflict(DomainError):
    code, status, text = "conflict", 409, "数据已被他人修改，请刷新后再试"


class Invalid(DomainError):
    """`fields`: list of {field, reason}, in the user's language."""

    code, status, text = "invalid", 422, "填写的内容有误，请按提示修改"

    def __init__(self, fields: list[dict[str, str]] | None = None, **details: Any) -> None:
        super().__init__(fields=fields or [], **details)


class TooMany(DomainError):
    code, status, text = "too_many", 429, "操作过于频繁，请稍后再试"


class Unauthenticated(DomainError):
    code, status, text = "unauthenticated", 401, "请先登录"


class PartUnavailable(DomainError):
    code, status, text = "unavailable", 503, "系统的一个部件暂时不可用，您填写的内容已保留，请稍后再试"
