"""What citizens type, checked field by field, with reasons that they understand."""

from typing import Any, TypeVar

from pydantic import BaseModel, Field, ValidationError, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError
from werkzeug.datastructures import MultiDict

from dispatch.status import CaseType, Satisfaction, Secrecy, Solved
from hotline.core.privacy import phone_e164
from hotline.core.reasons import problems
from web.validation import Incoming

LABELS = {
    "case_type": "您想反映哪一类事情",
    "facts": "事情经过",
    "demand": "希望怎么解决",
    "area_code": "镇街",
    "address": "详细地点",
    "phone": "联系电话",
    "name": "称呼",
    "secrecy": "姓名和电话是否保密",
    "satisfaction": "是否满意",
    "solved": "问题解决了吗",
    "case_no": "工单编号",
    "query_code": "查询码",
    "reason": "理由",
    "text": "内容",
    "code": "短信验证码",
}
CHOSEN = {"case_type", "area_code", "secrecy", "satisfaction", "solved"}
TITLE_LENGTH = 30
Model = TypeVar("Model", bound=BaseModel)


class SubmitForm(Incoming):
    case_type: CaseType
    facts: str = Field(min_length=5, max_length=5000)
    demand: str = Field(min_length=2, max_length=1000)
    area_code: str = Field(min_length=2, max_length=20)
    address: str = Field(min_length=2, max_length=200)
    secrecy: Secrecy
    anonymous: bool = False
    name: str = Field("", max_length=50)
    phone: str = Field("", max_length=30, validate_default=True)
    contact_times: str = Field("", max_length=100)

    @field_validator("phone")
    @classmethod
    def _reachable_or_anonymous(cls, phone: str, info: ValidationInfo) -> str:
        if not phone and not info.data.get("anonymous"):
            raise PydanticCustomError("phone", "请填写联系电话，或勾选“不留姓名和电话”")
        if phone and phone_e164(phone) is None:
            raise PydanticCustomError("phone", "请检查联系电话，可能少了或多了数字")
        return phone

    def fields(self) -> dict[str, Any]:
        """The fields of the case, with the first sentence as its title."""
        contact = {} if self.anonymous else {"name": self.name, "contact_no": self.phone}
        return {name: value for name, value in contact.items() if value} | {
            "case_type": self.case_type,
            "title": title_of(self.facts),
            "facts": self.facts,
            "demand": self.demand,
            "area_code": self.area_code,
            "address": self.address,
            "secrecy": self.secrecy,
            "secrecy_asked": True,
            "anonymous": self.anonymous,
            "contact_times": self.contact_times or None,
        }


class CodeForm(Incoming):
    case_no: str = Field(min_length=1, max_length=40)
    query_code: str = Field(min_length=1, max_length=12)


class RateForm(Incoming):
    satisfaction: Satisfaction
    solved: Solved
    reason: str = Field("", max_length=1000)

    def payload(self) -> dict[str, Any]:
        return {"satisfaction": self.satisfaction, "solved": self.solved, "reason": self.reason or None}


class TextForm(Incoming):
    text: str = Field("", max_length=2000)


def title_of(facts: str) -> str:
    first = facts.replace("\n", " ")
    for mark in "。！？；":
        first = first.partition(mark)[0]
    return first[:TITLE_LENGTH]


def read(kind: type[Model], form: MultiDict[str, str]) -> tuple[Model | None, dict[str, str]]:
    """The filled form, or field → what is wrong with it."""
    given = {name: form[name] for name in kind.model_fields if form.get(name)}
    try:
        return kind.model_validate(given), {}
    except ValidationError as wrong:
        return None, {problem["field"]: words(problem) for problem in problems(wrong)}


def words(problem: dict[str, str]) -> str:
    label, reason = LABELS.get(problem["field"]), problem["reason"]
    if label is None or reason.startswith("请"):
        return reason
    if reason == "必须填写":
        verb = "选择" if problem["field"] in CHOSEN else "填写"
        return f"请{verb}“{label}”"
    if reason.startswith("不能为空"):
        return f"“{label}”太短，请写详细一些"
    return f"“{label}”{reason}"
