"""The menu of the console: pages by permission around the work lists of the person's roles; its first item is home."""

from dataclasses import dataclass

from dispatch import worklists
from hotline.core.identity import Actor, Permission, Role
from hotline.core.uow import UnitOfWork


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
FIRST = (
    Page("unit", "承办工作台", permission=P.UNIT_DESK),
    Page("board", "实时看板", permission=P.BOARD_SEE),
    Page("desk", "接听工作台", roles=frozenset({R.AGENT, R.SHIFT_LEADER})),
)
LAST = (
    Page("desk", "登记工单", roles=frozenset({R.REVIEWER})),
    Page("unit_figures", "本单位统计", permission=P.UNIT_DESK),
    Page("hotspots", "热点预警", permission=P.HOTSPOT_SEE),
    Page("supervision", "督办管理", permission=P.SUPERVISION_SEE),
    Page("proposals", "派单目录建议", permission=P.ROUTING_EDIT),
    Page("calls", "通话记录", permission=P.CALL_SEE_ALL),
    Page("calls", "通话记录", permission=P.CALL_SEE_OWN),
    Page("call_backs", "漏话回拨", permission=P.CALL_BACK_WORK),
    Page("call_report", "话务报表", permission=P.CALL_REPORT_SEE),
    Page("unit_report", "承办报表", permission=P.REPORT_SEE),
    Page("staffing", "排班测算", permission=P.CALL_REPORT_SEE),
    Page("knowledge", "知识库", permission=P.KNOWLEDGE_EDIT),
    Page("knowledge", "知识库", permission=P.KNOWLEDGE_APPROVE),
    Page("calendar", "工作日历", permission=P.CALENDAR_EDIT),
    Page("limits", "时限规则", permission=P.LIMITS_EDIT),
    Page("models", "智能建议", permission=P.MODEL_MANAGE),
    Page("models", "智能建议", permission=P.ROUTING_EDIT),
    Page("exports", "导出申请", permission=P.CASE_EXPORT),
    Page("exports", "导出审批", permission=P.EXPORT_APPROVE),
    Page("sights", "查看记录", permission=P.AUDIT_SEE),
    Page("users", "账号与会话", permission=P.USER_MANAGE),
    Page("users", "账号与会话", permission=P.SESSION_REVOKE),
)


def rows_for(uow: UnitOfWork) -> list[Page]:
    lists = [Page(item.name, item.label, item.name) for item in worklists.lists_of(uow)]
    pages = [
        *(page for page in FIRST if page.open_to(uow.actor)),
        *lists,
        *(page for page in LAST if page.open_to(uow.actor)),
    ]
    return list({page.name: page for page in pages}.values())
