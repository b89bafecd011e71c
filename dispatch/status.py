"""The words that a case is described with: states, kinds and levels, each with its Chinese label.

Values are what the database, the API and the demo data carry; labels are what people read. Pure.
"""

from enum import StrEnum
from typing import Self

from pydantic import GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema


class Labelled(StrEnum):
    """A StrEnum whose members are declared as `value, label`."""

    label: str

    def __new__(cls, value: str, label: str = "") -> Self:
        member = str.__new__(cls, value)
        member._value_ = value
        member.label = label
        return member

    @classmethod
    def __get_pydantic_json_schema__(cls, core: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """Labels travel with the schema, since the console draws its forms from it."""
        drawn = handler(core)
        handler.resolve_ref_schema(drawn)["x-labels"] = [member.label for member in cls]
        return drawn


class CaseStatus(Labelled):
    """States of a case (DOMAIN §3). Supervision is a flag, never a state."""

    DRAFT = "draft", "草稿"
    DIRECT_CLOSED = "direct_closed", "直接办结"
    PENDING_REVIEW = "pending_review", "待审核"
    NEED_MORE = "need_more", "待补充"
    NOT_ACCEPTED = "not_accepted", "不予受理"
    PENDING_DISPATCH = "pending_dispatch", "待派单"
    PENDING_SIGN = "pending_sign", "待签收"
    RETURN_REVIEW = "return_review", "退单待审"
    DISPUTE = "dispute", "争议协调"
    HANDLING = "handling", "办理中"
    SUSPENDED = "suspended", "挂起"
    SUBMITTED = "submitted", "待办结审核"
    FOLLOW_UP = "follow_up", "待回访"
    REWORK = "rework", "重办中"
    CLOSED = "closed", "已办结"
    MERGED = "merged", "已并案"
    TRANSFERRED = "transferred", "已转出"
    CANCELLED = "cancelled", "已撤销"
    ARCHIVED = "archived", "已归档"


class AssignmentStatus(Labelled):
    """States of one unit's part in a case (ARCHITECTURE §5, level A)."""

    PENDING_SIGN = "pending_sign", "待签收"
    HANDLING = "handling", "办理中"
    RETURN_REVIEW = "return_review", "退单待审"
    SUSPENDED = "suspended", "挂起"
    REPLIED = "replied", "已提交"
    EXITED = "exited", "已退出"


FINAL = frozenset(
    {
        CaseStatus.MERGED,
        CaseStatus.TRANSFERRED,
        CaseStatus.CANCELLED,
        CaseStatus.ARCHIVED,
        CaseStatus.NOT_ACCEPTED,
    }
)
DONE = FINAL | {CaseStatus.CLOSED, CaseStatus.DIRECT_CLOSED}
LIVE = frozenset(CaseStatus) - DONE
WITH_UNITS = frozenset(
    {
        CaseStatus.PENDING_SIGN,
        CaseStatus.RETURN_REVIEW,
        CaseStatus.HANDLING,
        CaseStatus.REWORK,
        CaseStatus.SUBMITTED,
        CaseStatus.PENDING_DISPATCH,
    }
)
"""States that are computed from the assignments as soon as there are any."""


class CaseType(Labelled):
    CONSULTATION = "consultation", "咨询"
    REQUEST = "request", "求助"
    COMPLAINT = "complaint", "投诉"
    REPORT = "report", "举报"
    SUGGESTION = "suggestion", "意见建议"
    PRAISE = "praise", "表扬"
    INVALID = "invalid", "无效"


class Urgency(Labelled):
    CRITICAL = "critical", "特急"
    URGENT = "urgent", "紧急"
    NORMAL = "normal", "一般"


class Difficulty(Labelled):
    ORDINARY = "ordinary", "普通"
    COMPLEX = "complex", "疑难"


class Secrecy(Labelled):
    """Three levels (DOMAIN §1.7)."""

    OPEN = "open", "公开"
    CONFIDENTIAL = "confidential", "保密"
    STRICT = "strict", "严格保密"


class Channel(Labelled):
    PHONE = "phone", "电话"
    WEB = "web", "网站"
    WECHAT = "wechat", "微信"
    APP = "app", "App"
    SMS = "sms", "短信"
    MAIL = "mail", "邮箱"
    PROVINCE = "province", "省平台"
    POLICE = "police", "110"
    LEADER_BOX = "leader_box", "领导信箱"
    MESSAGE_BOARD = "message_board", "人民网"
    WALK_IN = "walk_in", "走访"
    ENTERED = "entered", "代录"


class CallerKind(Labelled):
    PERSON = "person", "个人"
    ENTERPRISE = "enterprise", "企业"
    ORGANISATION = "organisation", "组织"


class UnitRole(Labelled):
    LEAD = "lead", "主办"
    CO_HANDLER = "co_handler", "协办"


class ClockName(Labelled):
    """The clocks that can run on a case or an assignment."""

    REVIEW = "review", "审核"
    SUPPLEMENT = "supplement", "补充"
    DISPATCH = "dispatch", "派单"
    SIGN = "sign", "签收"
    CONTACT = "contact", "联系群众"
    HANDLE = "handle", "办理"
    RETURN_REVIEW = "return_review", "退单审核"
    DISPUTE = "dispute", "争议协调"
    PROGRESS = "progress", "长期事项月报"
    AUDIT = "audit", "办结审核"
    FOLLOW_UP = "follow_up", "回访"
    SUPERVISION = "supervision", "督办"
    ARCHIVE = "archive", "归档"


class DeadlineState(Labelled):
    RUNNING = "running", "计时中"
    PAUSED = "paused", "已暂停"
    MET = "met", "按时完成"
    LATE = "late", "超期完成"
    DROPPED = "dropped", "已取消"


class Solved(Labelled):
    """What the unit, and later the citizen, says of the outcome (DOMAIN §1.6)."""

    YES = "yes", "已解决"
    PARTLY = "partly", "部分解决"
    NO = "no", "未解决"


class Satisfaction(Labelled):
    VERY_SATISFIED = "very_satisfied", "非常满意"
    SATISFIED = "satisfied", "满意"
    UNDERSTANDING = "understanding", "基本满意"
    DISSATISFIED = "dissatisfied", "不满意"


class DisputeLevel(Labelled):
    """Who settles whose case it is, one above the other (DOMAIN §1.4)."""

    MEETING = "meeting", "协商会"
    OFFICES = "offices", "机构编制、司法行政部门意见"
    SECRETARY = "secretary", "副秘书长协调会"
    MAYOR = "mayor", "分管副市长审定"

    @property
    def above(self) -> "DisputeLevel | None":
        ladder = list(DisputeLevel)
        place = ladder.index(self) + 1
        return ladder[place] if place < len(ladder) else None


class CardColour(Labelled):
    YELLOW = "yellow", "黄牌"
    RED = "red", "红牌"


class RefusalCode(Labelled):
    """Why a matter is not accepted (DOMAIN §1.7); the legal route is in `REFUSAL_ROUTES`."""

    OUTSIDE_AREA = "outside_area", "非本辖区事项"
    EMERGENCY = "emergency", "110/119/120/122 紧急事项"
    OTHER_POWER = "other_power", "党委、人大、政协、监察、法院、检察院、军队事项"
    LEGAL_REMEDY = "legal_remedy", "须通过诉讼、仲裁、复议、纪检、信息公开途径"
    IN_PROCEDURE = "in_procedure", "已进入法定程序或已办结"
    SECRET = "secret", "涉及国家秘密、商业秘密、个人隐私"
    SAME_MATTER = "same_matter", "同一事项正在办理或已办结且无新事实"
    IMPROPER = "improper", "违反公序良俗、恶意攻击、骚扰或无实质诉求"


REFUSAL_ROUTES: dict[RefusalCode, str] = {
    RefusalCode.OUTSIDE_AREA: "请拨打事发地区号加 12345，由当地热线受理",
    RefusalCode.EMERGENCY: "请立即拨打 110、119、120 或 122；热线可一键转接",
    RefusalCode.OTHER_POWER: "请向有权处理的机关反映，热线可告知联系方式",
    RefusalCode.LEGAL_REMEDY: "请依法提起诉讼、仲裁、行政复议，或向纪检监察机关、信息公开机构提出",
    RefusalCode.IN_PROCEDURE: "请向正在办理该程序的机关了解结果",
    RefusalCode.SECRET: "请通过机要或其他法定渠道反映",
    RefusalCode.SAME_MATTER: "原工单继续办理，可凭工单编号和查询码查看进度或补充新事实",
    RefusalCode.IMPROPER: "如有具体诉求，请重新说明时间、地点和要求",
}
