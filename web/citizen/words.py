"""Plain words for citizens: what a state means, what they can do, how an instant reads. No office terms."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from dispatch.status import AssignmentStatus, CaseStatus, CaseType, Satisfaction, Secrecy, Solved
from hotline.core.clock import local

HEADLINES: dict[CaseStatus, tuple[str, str]] = {
    CaseStatus.DRAFT: ("正在登记", ""),
    CaseStatus.DIRECT_CLOSED: ("已当场答复", ""),
    CaseStatus.PENDING_REVIEW: ("已收到，热线正在审核", "审核后会转给负责的单位。"),
    CaseStatus.NEED_MORE: ("还需要补充情况", "工作人员会与您联系，您也可以在下面补充。"),
    CaseStatus.NOT_ACCEPTED: ("这件事不由热线受理", ""),
    CaseStatus.PENDING_DISPATCH: ("已受理，正在确定由哪个单位办理", ""),
    CaseStatus.PENDING_SIGN: ("已转给负责的单位", ""),
    CaseStatus.RETURN_REVIEW: ("正在核实由哪个单位负责", "办理期限照常计算，不会因此拖延。"),
    CaseStatus.DISPUTE: ("热线正在协调由谁负责", "确定后马上办理。"),
    CaseStatus.HANDLING: ("正在办理", ""),
    CaseStatus.SUSPENDED: ("需要较长时间，已列入计划", "负责的单位每月更新一次进展。"),
    CaseStatus.SUBMITTED: ("已有办理结果，热线正在审核", "审核通过后答复您。"),
    CaseStatus.FOLLOW_UP: ("已经办理，请您评价", "我们也会打电话或发短信回访。"),
    CaseStatus.REWORK: ("正在重新办理", ""),
    CaseStatus.CLOSED: ("已办结", ""),
    CaseStatus.MERGED: ("与同一件事合并办理", "办理结果同样会答复您，您也可以单独评价。"),
    CaseStatus.TRANSFERRED: ("已转给有权处理的机关", ""),
    CaseStatus.CANCELLED: ("已按您的要求撤销", ""),
    CaseStatus.ARCHIVED: ("已办结", ""),
}

PART_WORDS: dict[str, str] = {
    AssignmentStatus.PENDING_SIGN.label: "等待接收",
    AssignmentStatus.HANDLING.label: "正在办理",
    AssignmentStatus.RETURN_REVIEW.label: "认为不归自己管，热线正在核实",
    AssignmentStatus.SUSPENDED.label: "已列入长期计划",
    AssignmentStatus.REPLIED.label: "已有办理结果",
}
"""What a unit does with its part now."""

CASE_TYPES = (
    (CaseType.REQUEST.value, "请帮我解决困难"),
    (CaseType.COMPLAINT.value, "投诉，有人或单位没做好"),
    (CaseType.CONSULTATION.value, "问政策、问办事"),
    (CaseType.REPORT.value, "举报违法违规"),
    (CaseType.SUGGESTION.value, "提意见建议"),
    (CaseType.PRAISE.value, "表扬"),
)
SECRECY_LEVELS = (
    (Secrecy.OPEN.value, "可以给办理单位，方便联系我"),
    (Secrecy.CONFIDENTIAL.value, "保密，不告诉办理单位"),
    (Secrecy.STRICT.value, "严格保密，连内容也不能看出是我说的（举报可选）"),
)
SATISFACTIONS = tuple((word.value, word.label) for word in Satisfaction)
SOLVED = tuple((word.value, word.label) for word in Solved)


@dataclass(frozen=True, kw_only=True)
class Move:
    """What a citizen can do with an own case; `field` is where the form of the move takes the text, `unsaid` what stands
    there for who only taps."""

    name: str
    label: str
    question: str
    field: str
    hint: str = ""
    needs_text: bool = True
    unsaid: str = ""
    risky: bool = False
    done: str

    def payload(self, text: str) -> dict[str, Any]:
        said = text or self.unsaid
        return {self.field: said} if said else {}


MOVES: dict[str, Move] = {
    move.name: move
    for move in (
        Move(
            name="append", label="补充情况", question="您要补充什么", field="text",
            done="已补充，办理单位能看到。",
        ),
        Move(
            name="urge", label="催一催", question="想对办理单位说什么", field="text", needs_text=False,
            hint="每个工作日可以催一次。", done="已催办。",
        ),
        Move(
            name="object_result", label="对结果不服", question="哪里没有办好", field="reason", needs_text=False,
            unsaid="对办理结果不满意", hint="不写也可以，热线会打电话问您。",
            done="已收到您的意见，热线会与您联系。",
        ),
        Move(
            name="object_refusal", label="不同意不受理", question="为什么应当受理", field="reason",
            hint="可以提一次，热线会重新审核。", done="已收到，热线会重新审核。",
        ),
        Move(
            name="reopen", label="问题又出现了", question="有什么新情况", field="new_fact",
            hint="办结后 15 天内可以要求重新办理。", done="已重新办理。",
        ),
        Move(
            name="ask_withdraw", label="不用办了，撤销", question="为什么撤销", field="note", needs_text=False,
            risky=True, hint="热线确认后停止办理。", done="已收到撤销申请，热线确认后停止办理。",
        ),
    )
}  # fmt: skip


def day_time(at: datetime) -> str:
    here = local(at)
    return f"{here.year}年{here.month}月{here.day}日 {here:%H:%M}"
