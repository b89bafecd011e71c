"""Who acts: roles (DOMAIN §4), permissions, and the actor of a unit of work.

Moves of a case are permitted by the lifecycle table; everything else by `ROLE_PERMISSIONS`. Both are data, so that
an administrator of the city can check them line by line.
"""

from dataclasses import dataclass, field
from enum import StrEnum

from hotline.core.errors import PermissionMissing


class Role(StrEnum):
    AGENT = "agent"
    SHIFT_LEADER = "shift_leader"
    REVIEWER = "reviewer"
    DISPATCHER = "dispatcher"
    COORDINATOR = "coordinator"
    AUDITOR = "auditor"
    FOLLOW_UP = "follow_up"
    QA = "qa"
    KNOWLEDGE_EDITOR = "knowledge_editor"
    KNOWLEDGE_APPROVER = "knowledge_approver"
    REPORT_OFFICER = "report_officer"
    UNIT_CLERK = "unit_clerk"
    UNIT_HEAD = "unit_head"
    UNIT_LEADER = "unit_leader"
    CENTRE_HEAD = "centre_head"
    ASSESSOR = "assessor"
    CONTRACTOR = "contractor"
    ADMIN = "admin"
    SECURITY = "security"
    CITIZEN = "citizen"
    INTEGRATION = "integration"
    SYSTEM = "system"


ROLE_LABELS: dict[Role, str] = {
    Role.AGENT: "话务员",
    Role.SHIFT_LEADER: "班长",
    Role.REVIEWER: "审核员",
    Role.DISPATCHER: "派单员",
    Role.COORDINATOR: "协调督办员",
    Role.AUDITOR: "办结审核员",
    Role.FOLLOW_UP: "回访员",
    Role.QA: "质检员",
    Role.KNOWLEDGE_EDITOR: "知识管理员",
    Role.KNOWLEDGE_APPROVER: "知识审核员",
    Role.REPORT_OFFICER: "举报专员",
    Role.UNIT_CLERK: "承办单位经办人",
    Role.UNIT_HEAD: "承办单位审核人",
    Role.UNIT_LEADER: "承办单位分管领导",
    Role.CENTRE_HEAD: "中心主任",
    Role.ASSESSOR: "考核员",
    Role.CONTRACTOR: "外包主管",
    Role.ADMIN: "系统管理员",
    Role.SECURITY: "安全审计员",
    Role.CITIZEN: "市民",
    Role.INTEGRATION: "对接系统",
    Role.SYSTEM: "系统",
}

UNIT_ROLES = frozenset({Role.UNIT_CLERK, Role.UNIT_HEAD, Role.UNIT_LEADER})
HOTLINE_CASE_ROLES = frozenset(
    {
        Role.REVIEWER,
        Role.DISPATCHER,
        Role.COORDINATOR,
        Role.AUDITOR,
        Role.FOLLOW_UP,
        Role.QA,
        Role.CENTRE_HEAD,
        Role.SHIFT_LEADER,
    }
)


class Permission(StrEnum):
    """`resource:verb`."""

    SEAT_USE = "seat:use"
    CALL_ANSWER = "call:answer"
    CALL_SEE_OWN = "call:see_own"
    CALL_SEE_ALL = "call:see_all"
    CALL_MONITOR = "call:monitor"
    SEAT_FORCE = "seat:force"
    BOARD_SEE = "board:see"
    RECORDING_PLAY = "recording:play"
    RECORDING_DOWNLOAD = "recording:download"
    CALL_BACK_WORK = "call_back:work"
    CALL_BACK_ASSIGN = "call_back:assign"
    CALLER_CARD_SEE = "caller_card:see"
    CASE_CREATE = "case:create"
    CASE_REVEAL = "case:reveal"
    CASE_EXPORT = "case:export"
    CASE_SEARCH = "case:search"
    SUGGESTION_ASK = "suggestion:ask"
    KNOWLEDGE_SEE = "knowledge:see"
    KNOWLEDGE_EDIT = "knowledge:edit"
    KNOWLEDGE_APPROVE = "knowledge:approve"
    ROUTING_EDIT = "routing:edit"
    LIMITS_EDIT = "limits:edit"
    CALENDAR_EDIT = "calendar:edit"
    REPORT_SEE = "report:see"
    CALL_REPORT_SEE = "report:calls"
    USER_MANAGE = "user:manage"
    SESSION_REVOKE = "session:revoke"
    SETTINGS_SEE = "settings:see"
    AUDIT_SEE = "audit:see"
    EXPORT_APPROVE = "export:approve"
    UNIT_DESK = "unit:desk"
    TOKEN_MANAGE = "token:manage"  # noqa: S105 - a permission, not a secret
    SUPERVISION_SEE = "supervision:see"
    INSTRUCTION_GIVE = "instruction:give"
    MODEL_MANAGE = "model:manage"
    HOTSPOT_SEE = "hotspot:see"


P = Permission
ROLE_PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.AGENT: frozenset(
        {P.SEAT_USE, P.CALL_ANSWER, P.CALL_SEE_OWN, P.RECORDING_PLAY, P.CALL_BACK_WORK, P.CALLER_CARD_SEE,
         P.CASE_CREATE, P.CASE_REVEAL, P.SUGGESTION_ASK, P.KNOWLEDGE_SEE}
    ),
    Role.SHIFT_LEADER: frozenset(
        {P.SEAT_USE, P.CALL_ANSWER, P.CALL_SEE_OWN, P.CALL_SEE_ALL, P.CALL_MONITOR, P.SEAT_FORCE, P.BOARD_SEE,
         P.RECORDING_PLAY, P.CALL_BACK_WORK, P.CALL_BACK_ASSIGN, P.CALLER_CARD_SEE, P.CASE_CREATE, P.CASE_REVEAL,
         P.CASE_SEARCH, P.SUGGESTION_ASK, P.KNOWLEDGE_SEE, P.REPORT_SEE, P.CALL_REPORT_SEE, P.HOTSPOT_SEE}
    ),
    Role.REVIEWER: frozenset(
        {P.CASE_CREATE, P.CASE_REVEAL, P.CASE_SEARCH, P.SUGGESTION_ASK, P.KNOWLEDGE_SEE, P.RECORDING_PLAY,
         P.CALL_SEE_ALL, P.HOTSPOT_SEE}
    ),
    Role.DISPATCHER: frozenset(
        {P.CASE_REVEAL, P.CASE_SEARCH, P.SUGGESTION_ASK, P.KNOWLEDGE_SEE, P.ROUTING_EDIT, P.RECORDING_PLAY,
         P.CALL_SEE_ALL, P.HOTSPOT_SEE}
    ),
    Role.COORDINATOR: frozenset(
        {P.CASE_REVEAL, P.CASE_SEARCH, P.KNOWLEDGE_SEE, P.ROUTING_EDIT, P.REPORT_SEE, P.CALL_REPORT_SEE,
         P.RECORDING_PLAY, P.CALL_SEE_ALL, P.SUPERVISION_SEE, P.CASE_EXPORT, P.HOTSPOT_SEE}
    ),
    Role.AUDITOR: frozenset({P.CASE_REVEAL, P.CASE_SEARCH, P.KNOWLEDGE_SEE, P.RECORDING_PLAY, P.CALL_SEE_ALL}),
    Role.FOLLOW_UP: frozenset(
        {P.SEAT_USE, P.CALL_ANSWER, P.CALL_SEE_OWN, P.CASE_REVEAL, P.CASE_SEARCH, P.KNOWLEDGE_SEE,
         P.RECORDING_PLAY, P.CALLER_CARD_SEE}
    ),
    Role.QA: frozenset(
        {P.CALL_SEE_ALL, P.RECORDING_PLAY, P.CASE_SEARCH, P.KNOWLEDGE_SEE, P.REPORT_SEE, P.CALL_REPORT_SEE}
    ),
    Role.KNOWLEDGE_EDITOR: frozenset({P.KNOWLEDGE_SEE, P.KNOWLEDGE_EDIT}),
    Role.KNOWLEDGE_APPROVER: frozenset({P.KNOWLEDGE_SEE, P.KNOWLEDGE_APPROVE}),
    Role.REPORT_OFFICER: frozenset({P.CASE_REVEAL, P.CASE_SEARCH, P.KNOWLEDGE_SEE}),
    Role.UNIT_CLERK: frozenset({P.KNOWLEDGE_SEE, P.CASE_REVEAL, P.UNIT_DESK, P.SUPERVISION_SEE}),
    Role.UNIT_HEAD: frozenset(
        {P.KNOWLEDGE_SEE, P.CASE_REVEAL, P.REPORT_SEE, P.UNIT_DESK, P.SUPERVISION_SEE, P.TOKEN_MANAGE}
    ),
    Role.UNIT_LEADER: frozenset({P.KNOWLEDGE_SEE, P.REPORT_SEE, P.UNIT_DESK, P.SUPERVISION_SEE}),
    Role.CENTRE_HEAD: frozenset(
        {P.BOARD_SEE, P.CALL_SEE_ALL, P.CALL_MONITOR, P.RECORDING_PLAY, P.RECORDING_DOWNLOAD, P.CASE_REVEAL,
         P.CASE_SEARCH, P.CASE_EXPORT, P.EXPORT_APPROVE, P.KNOWLEDGE_SEE, P.ROUTING_EDIT, P.LIMITS_EDIT,
         P.REPORT_SEE, P.CALL_REPORT_SEE, P.INSTRUCTION_GIVE, P.MODEL_MANAGE, P.SUPERVISION_SEE,
         P.HOTSPOT_SEE}
    ),
    Role.ASSESSOR: frozenset(
        {P.REPORT_SEE, P.CALL_REPORT_SEE, P.CASE_SEARCH, P.CASE_EXPORT, P.SUPERVISION_SEE}
    ),
    Role.CONTRACTOR: frozenset({P.BOARD_SEE, P.CALL_REPORT_SEE}),
    Role.ADMIN: frozenset(
        {P.USER_MANAGE, P.SESSION_REVOKE, P.SETTINGS_SEE, P.CALENDAR_EDIT, P.LIMITS_EDIT, P.ROUTING_EDIT,
         P.MODEL_MANAGE}
    ),
    Role.SECURITY: frozenset({P.AUDIT_SEE, P.SESSION_REVOKE}),
    Role.CITIZEN: frozenset(),
    Role.INTEGRATION: frozenset({P.CASE_CREATE}),
    Role.SYSTEM: frozenset(Permission),
}  # fmt: skip

PERMISSION_LABELS: dict[Permission, str] = {
    P.SEAT_USE: "使用坐席", P.CALL_ANSWER: "接听来电", P.CALL_SEE_OWN: "查看本人通话", P.CALL_SEE_ALL: "查看全部通话",
    P.CALL_MONITOR: "监听通话", P.SEAT_FORCE: "强制坐席状态", P.BOARD_SEE: "查看话务看板", P.RECORDING_PLAY: "调听录音",
    P.RECORDING_DOWNLOAD: "下载录音", P.CALL_BACK_WORK: "漏话回拨", P.CALL_BACK_ASSIGN: "分派回拨",
    P.CALLER_CARD_SEE: "查看来电人名片", P.CASE_CREATE: "登记工单", P.CASE_REVEAL: "查看联系信息",
    P.CASE_EXPORT: "导出工单", P.CASE_SEARCH: "检索工单", P.SUGGESTION_ASK: "获取智能建议",
    P.KNOWLEDGE_SEE: "查看知识库", P.KNOWLEDGE_EDIT: "编辑知识", P.KNOWLEDGE_APPROVE: "审核知识",
    P.ROUTING_EDIT: "维护派单目录", P.LIMITS_EDIT: "维护时限规则", P.CALENDAR_EDIT: "维护工作日历",
    P.REPORT_SEE: "查看统计报表", P.CALL_REPORT_SEE: "查看话务报表", P.USER_MANAGE: "管理用户", P.SESSION_REVOKE: "强制下线", P.SETTINGS_SEE: "查看系统设置",
    P.AUDIT_SEE: "查看审计日志", P.EXPORT_APPROVE: "审批导出", P.UNIT_DESK: "使用承办单位工作台", P.TOKEN_MANAGE: "管理接口令牌",
    P.SUPERVISION_SEE: "查看督办文书", P.INSTRUCTION_GIVE: "批示", P.MODEL_MANAGE: "管理模型",
    P.HOTSPOT_SEE: "查看热点预警",
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Actor:
    """Who stands behind a unit of work. `unit_ids` are the actor's unit and every unit below it."""

    user_id: int | None = None
    name: str
    roles: frozenset[Role]
    unit_id: int | None = None
    unit_ids: frozenset[int] = field(default_factory=frozenset)
    ip: str | None = None

    def has(self, *roles: Role) -> bool:
        """Whether the actor holds at least one of `roles`."""
        return not self.roles.isdisjoint(roles)

    def may(self, permission: Permission) -> bool:
        return any(permission in ROLE_PERMISSIONS[role] for role in self.roles)

    @property
    def permissions(self) -> frozenset[Permission]:
        return frozenset().union(*(ROLE_PERMISSIONS[role] for role in self.roles))


SYSTEM = Actor(name="系统", roles=frozenset({Role.SYSTEM}))


def citizen(ip: str | None = None) -> Actor:
    """The public: acts on single cases only, by case number and query code."""
    return Actor(name="市民", roles=frozenset({Role.CITIZEN}), ip=ip)


def require(actor: Actor, permission: Permission) -> None:
    """Refuse with the label of the permission and the roles that hold it."""
    if not actor.may(permission):
        who = [
            ROLE_LABELS[r]
            for r, held in ROLE_PERMISSIONS.items()
            if permission in held and r is not Role.SYSTEM
        ]
        raise PermissionMissing(permission=PERMISSION_LABELS[permission], who_can="、".join(who))
