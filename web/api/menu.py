"""The pages of the console in the order of the menu; the first that a person may open is their home."""

from dataclasses import dataclass

from hotline.core.identity import UNIT_ROLES, Actor, Permission, Role


@dataclass(frozen=True)
class Page:
    """Open to holders of `permission` or of one of `roles`; `list` names the work list that the page shows."""

    name: str
    label: str
    list: str | None = None
    permission: Permission | None = None
    roles: frozenset[Role] = frozenset()

    def open_to(self, actor: Actor) -> bool:
        return (self.permission is not None and actor.may(self.permission)) or actor.has(*self.roles)


P, R = Permission, Role
PAGES = (
    Page("board", "实时看板", permission=P.BOARD_SEE),
    Page("desk", "接听工作台", roles=frozenset({R.AGENT})),
    Page("review", "待审核", "review", roles=frozenset({R.REVIEWER})),
    Page("dispatch", "待派单", "dispatch", roles=frozenset({R.DISPATCHER})),
    Page("return_review", "退单待审", "return_review", roles=frozenset({R.DISPATCHER, R.COORDINATOR})),
    Page("disputes", "争议协调", "disputes", roles=frozenset({R.COORDINATOR, R.CENTRE_HEAD})),
    Page("unit", "本单位工单", "unit", roles=UNIT_ROLES),
    Page("audit", "办结审核", "audit", roles=frozenset({R.AUDITOR})),
    Page("follow_up", "待回访", "follow_up", roles=frozenset({R.FOLLOW_UP})),
    Page("my_cases", "我的工单", "my_cases", permission=P.CASE_CREATE),
    Page("all", "全部工单", "all", permission=P.CASE_SEARCH),
    Page("desk", "接听工作台", roles=frozenset({R.SHIFT_LEADER})),
    Page("calls", "通话记录", permission=P.CALL_SEE_ALL),
    Page("calls", "通话记录", permission=P.CALL_SEE_OWN),
    Page("call_backs", "漏话回拨", permission=P.CALL_BACK_WORK),
    Page("users", "账号查询", permission=P.USER_MANAGE),
)


def rows_for(actor: Actor) -> list[Page]:
    seen: dict[str, Page] = {}
    for page in PAGES:
        if page.open_to(actor):
            seen.setdefault(page.name, page)
    return list(seen.values())
