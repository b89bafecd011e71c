"""What each move asks for: one pydantic form per kind of move, rendered by the console from its JSON schema.

Titles are the labels on screen, `x-labels` those of choices, `x-widget` says which list an id is taken from. `read` turns whatever does not fit into field errors in Chinese (422).
"""

from typing import Annotated, Any, Literal, TypeVar

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from dispatch.models_supervision import DocumentKind
from dispatch.status import CardColour, RefusalCode, Satisfaction, Solved
from hotline.core import reasons
from hotline.core.errors import Invalid

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=2, max_length=5000)]
ShortText = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
OptionalText = Annotated[str, StringConstraints(strip_whitespace=True, max_length=5000)] | None
LimitText = Annotated[
    str, StringConstraints(strip_whitespace=True, max_length=8, pattern=r"^[1-9]\d{0,3}(min|wh|wd|h|d)$")
]
Id = Annotated[int, Field(ge=1, le=2**62)]
UnitId = Annotated[Id, Field(json_schema_extra={"x-widget": "unit"})]
FileId = Annotated[Id, Field(json_schema_extra={"x-widget": "attachment"})]
RouteId = Annotated[Id, Field(json_schema_extra={"x-widget": "route"})]
CallId = Annotated[Id, Field(json_schema_extra={"x-widget": "call"})]
OrderId = Annotated[Id, Field(json_schema_extra={"x-widget": "order"})]
CardId = Annotated[Id, Field(json_schema_extra={"x-widget": "card"})]
ArticleId = Annotated[Id, Field(json_schema_extra={"x-widget": "article"})]
CaseId = Annotated[Id, Field(json_schema_extra={"x-widget": "case"})]
Via = Annotated[
    Literal["phone", "sms", "web", "visit"],
    Field(json_schema_extra={"x-labels": ["电话", "短信", "网站", "上门"]}),
]


RETURN_REASONS = {
    "place": "属地不符",
    "competence": "职责不符",
    "overlap": "职能交叉",
    "not_handed_over": "资产未移交",
    "other": "其他",
}


class Form(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class NoForm(Form):
    """A move that asks for nothing; a remark is welcome."""

    note: OptionalText = Field(None, title="备注")


class ReasonForm(Form):
    reason: Text = Field(title="理由")


class DirectAnswerForm(Form):
    answer: Text | None = Field(None, title="答复内容")
    knowledge_id: ArticleId | None = Field(None, title="引用的知识条目")
    solved_on_call: bool = Field(False, title="已通过三方通话当场解决")


class RefuseForm(Form):
    refusal_code: RefusalCode = Field(title="不予受理原因")
    reason: Text = Field(title="说明")
    route_told: bool = Field(title="已告知法定途径")


class MergeForm(Form):
    lead_case_id: CaseId = Field(title="并入的主工单")
    reason: Text = Field(title="并案理由")


class SplitForm(Form):
    parts: list[Text] = Field(min_length=2, max_length=10, title="拆分后的各项诉求")
    reason: Text = Field(title="拆分理由")


class DispatchForm(Form):
    routing_row_id: RouteId | None = Field(None, title="派单目录条目")
    lead_unit_id: UnitId = Field(title="主办单位")
    co_unit_ids: list[UnitId] = Field(default_factory=list, max_length=10, title="协办单位")
    reason: OptionalText = Field(None, title="未按目录派单的理由")
    township_reason: OptionalText = Field(None, title="镇街履职清单外派单的理由")
    paraphrase: OptionalText = Field(None, title="转述内容（严格保密件必填，不得含可识别举报人的信息）")
    note: OptionalText = Field(None, title="派单意见")
    new_fact: OptionalText = Field(None, title="新的事实（原事项已作最终答复的必填）")


class ContactForm(Form):
    how: Literal["phone", "visit", "sms", "other"] = Field(
        title="联系方式", json_schema_extra={"x-labels": ["电话", "上门", "短信", "其他"]}
    )
    contacted_at: AwareDatetime = Field(title="联系时间")
    number: ShortText | None = Field(None, title="拨打的号码")
    reached: bool = Field(True, title="已联系上")
    note: Text = Field(title="沟通情况")
    call_id: CallId | None = Field(None, title="通话")
    attachment_id: FileId | None = Field(None, title="录音或截图")


class ReturnForm(Form):
    reason_class: Literal["place", "competence", "overlap", "not_handed_over", "other"] = Field(
        title="退单类别", json_schema_extra={"x-labels": list(RETURN_REASONS.values())}
    )
    reason: Text = Field(title="退单理由")
    law_basis: Text = Field(title="法律法规或“三定”依据")
    suggested_unit_id: UnitId = Field(title="建议承办单位")
    attachment_ids: list[FileId] = Field(default_factory=list, max_length=20, title="证明材料")
    official_letter_id: FileId | None = Field(None, title="正式函件（第二次提出时必附）")


class UpholdReturnForm(Form):
    reason: Text = Field(title="同意理由")
    dispatch_error: bool = Field(True, title="属派单差错（计入热线）")


class DisputeForm(Form):
    reason: Text = Field(title="争议焦点")
    party_unit_ids: list[UnitId] = Field(default_factory=list, max_length=10, title="其他相关单位")


class OpinionForm(Form):
    opinion: Text = Field(title="意见")
    slot: Literal["party", "competence", "justice"] = Field(
        "party", title="意见方", json_schema_extra={"x-labels": ["当事单位", "机构编制", "司法行政"]}
    )
    attachment_id: FileId | None = Field(None, title="附件")


class DesignateForm(Form):
    lead_unit_id: UnitId = Field(title="指定主办单位")
    co_unit_ids: list[UnitId] = Field(default_factory=list, max_length=10, title="协办单位")
    minutes: Text = Field(title="协调纪要")
    minutes_attachment_id: FileId = Field(title="纪要附件")
    paraphrase: OptionalText = Field(None, title="转述内容（严格保密件必填）")


class AddUnitForm(Form):
    unit_id: UnitId = Field(title="加派单位")
    township_reason: OptionalText = Field(None, title="镇街履职清单外派单的理由")
    note: OptionalText = Field(None, title="交办事项")


class AskExtensionForm(Form):
    limit: LimitText = Field(title="延长时限（如 5wd、24h）")
    reason: Text = Field(title="延期理由")
    plan: Text = Field(title="办理计划")
    caller_told: bool = Field(title="已告知诉求人")


class ExtendForm(Form):
    limit: LimitText | None = Field(None, title="批准时限（缺省同申请）")
    reason: OptionalText = Field(None, title="审批意见")


class AskSuspensionForm(Form):
    reason: Text = Field(title="挂起理由")
    plan: Text = Field(title="长期办理计划")
    until: AwareDatetime = Field(title="计划完成日期")


class NoteForm(Form):
    text: Text = Field(title="进展情况")
    citizen_may_see: bool = Field(False, title="市民可见")


class ResultForm(Form):
    """Result of a unit's part (DOMAIN §1.6)."""

    facts_true: bool = Field(title="诉求属实")
    beyond_duty: bool = Field(False, title="超出职责")
    solved: Solved = Field(title="是否解决")
    unsolved_reason: OptionalText = Field(None, title="未解决原因")
    result: Text = Field(title="办理情况（内部）")
    public_reply: Text = Field(title="公开答复内容")
    demands_answered: list[ShortText] = Field(default_factory=list, title="已逐项答复的诉求")
    attachment_ids: list[FileId] = Field(default_factory=list, max_length=20, title="佐证材料")
    reply_findings: list[dict[str, Any]] = Field(default_factory=list, title="答复检查结果")
    findings_explained: OptionalText = Field(None, title="对检查提示的说明")


class CloseForm(Form):
    """Answers of the follow-up; not reached is possible only after three tries."""

    via: Via = Field("phone", title="回访方式")
    reached: bool = Field(True, title="已联系上")
    call_id: CallId | None = Field(None, title="回访通话")
    staff_contacted: bool | None = Field(None, title="承办人员是否联系")
    truthful: bool | None = Field(None, title="办理情况是否属实")
    solved: Solved | None = Field(None, title="是否解决")
    satisfaction: Satisfaction | None = Field(None, title="是否满意")
    reason: OptionalText = Field(None, title="不满意原因")
    opinion: OptionalText = Field(None, title="意见建议")
    explanation: OptionalText = Field(None, title="解释说明（不满意而办结时必填）")


class ReworkForm(Form):
    via: Via = Field("phone", title="回访方式")
    call_id: CallId | None = Field(None, title="回访通话")
    staff_contacted: bool | None = Field(None, title="承办人员是否联系")
    truthful: bool | None = Field(None, title="办理情况是否属实")
    solved: Solved = Field(title="是否解决")
    satisfaction: Satisfaction = Field(title="是否满意")
    reasonable: bool = Field(title="诉求合理")
    reason: Text = Field(title="重办理由")


class AttemptForm(Form):
    via: Literal["phone", "sms"] = Field(
        "phone", title="回访方式", json_schema_extra={"x-labels": ["电话", "短信"]}
    )
    call_id: CallId | None = Field(None, title="通话")
    note: OptionalText = Field(None, title="情况")


class EvidenceForm(Form):
    reason: Text = Field(title="理由")
    attachment_ids: list[FileId] = Field(min_length=1, max_length=20, title="佐证材料")


class FinalReplyForm(EvidenceForm):
    public_reply: Text = Field(title="最终答复")
    head_signed: bool = Field(title="主要负责人已签字盖章")


class ReopenForm(Form):
    new_fact: Text = Field(title="新的事实或问题重现的情况")


class TransferForm(Form):
    to: Literal["110", "petition", "province", "other_city", "other"] = Field(
        title="转出去向", json_schema_extra={"x-labels": ["110", "信访", "省平台", "外地热线", "其他"]}
    )
    receipt: ShortText = Field(title="对方回执编号")
    reason: Text = Field(title="转出理由")


class CancelForm(Form):
    citizen_asked: bool = Field(title="诉求人要求撤销")
    reason: Text = Field(title="撤销理由")


class AppendForm(Form):
    text: Text = Field(title="追加内容")


class UrgeForm(Form):
    text: OptionalText = Field(None, title="催办说明")


class RatingForm(Form):
    satisfaction: Satisfaction = Field(title="是否满意")
    solved: Solved | None = Field(None, title="是否解决")
    reason: OptionalText = Field(None, title="原因")
    via: Literal["web", "sms", "phone"] = Field(
        "web", title="评价方式", json_schema_extra={"x-labels": ["网站", "短信", "电话"]}
    )


class UnreasonableForm(Form):
    reason: Text = Field(title="认定理由")
    expires_on: AwareDatetime = Field(title="有效期至")


class OrderForm(Form):
    kind: DocumentKind = Field(DocumentKind.SUPERVISION_ORDER, title="文书种类")
    unit_id: UnitId = Field(title="被督办单位")
    joint_unit_ids: list[UnitId] = Field(default_factory=list, max_length=10, title="联合督办单位")
    cause: Text = Field(title="督办事由")
    demand: Text = Field(title="督办要求")


class OrderAnswerForm(Form):
    order_id: OrderId = Field(title="督办单")
    answer: Text = Field(title="办理情况")
    attachment_id: FileId | None = Field(None, title="附件")


class OrderReasonForm(Form):
    order_id: OrderId = Field(title="督办单")
    reason: Text = Field(title="理由")


class CardForm(Form):
    colour: CardColour = Field(title="牌别")
    reason: Text = Field(title="理由")


class WithdrawCardForm(Form):
    card_id: CardId = Field(title="牌")
    reason: Text = Field(title="撤销理由")


class InstructionForm(Form):
    text: Text = Field(title="批示内容")
    supervise: bool = Field(False, title="同时发督办单")


class ExplainForm(Form):
    """A repeat is explained; what was answered before is taken over by the system."""

    explanation: OptionalText = Field(None, title="补充解释（市民可见）")


F = TypeVar("F", bound=Form)


def read(form: type[F], payload: Any) -> F:
    """The filled form, or `Invalid` with one reason per field."""
    try:
        return form.model_validate(payload)
    except ValidationError as wrong:
        raise Invalid(fields=reasons.problems(wrong)) from wrong
