"""Why a field does not fit, in the words of the user: one table for forms of the domain and bodies of the API.

Every pydantic error type that a person or client can cause has a row in `REASONS`; texts may name the error's context.
"""

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

MAX_PROBLEMS = 50
MAX_NAME = 80

REASONS: dict[str, str] = {
    "missing": "必须填写",
    "model_type": "请求内容必须是 JSON 对象",
    "model_attributes_type": "请求内容必须是 JSON 对象",
    "dict_type": "应为一个对象",
    "json_invalid": "不是有效的 JSON",
    "json_type": "不是有效的 JSON",
    "extra_forbidden": "没有这个栏目",
    "string_type": "应为文字",
    "string_too_short": "不能为空，至少 {min_length} 个字",
    "string_too_long": "太长，最多 {max_length} 个字",
    "string_pattern_mismatch": "格式不正确",
    "string_unicode": "含有无法识别的字符",
    "int_type": "应为整数",
    "int_parsing": "应为整数",
    "int_parsing_size": "数字太大",
    "int_from_float": "应为整数",
    "float_type": "应为数字",
    "float_parsing": "应为数字",
    "finite_number": "应为有限的数字",
    "decimal_parsing": "应为数字",
    "decimal_type": "应为数字",
    "bool_type": "应为“是”或“否”",
    "bool_parsing": "应为“是”或“否”",
    "greater_than": "应大于 {gt}",
    "greater_than_equal": "应不小于 {ge}",
    "less_than": "应小于 {lt}",
    "less_than_equal": "应不大于 {le}",
    "enum": "只能是其中之一：{expected}",
    "literal_error": "只能是其中之一：{expected}",
    "list_type": "应为列表",
    "set_type": "应为列表",
    "tuple_type": "应为列表",
    "too_short": "至少 {min_length} 项",
    "too_long": "最多 {max_length} 项",
    "date_type": "应为日期，例如 2026-09-18",
    "date_parsing": "应为日期，例如 2026-09-18",
    "date_from_datetime_parsing": "应为日期，例如 2026-09-18",
    "date_from_datetime_inexact": "应为日期，例如 2026-09-18",
    "datetime_type": "应为带时区的时间，例如 2026-09-18T16:00:00+08:00",
    "datetime_parsing": "应为带时区的时间，例如 2026-09-18T16:00:00+08:00",
    "datetime_from_date_parsing": "应为带时区的时间，例如 2026-09-18T16:00:00+08:00",
    "datetime_object_invalid": "应为带时区的时间，例如 2026-09-18T16:00:00+08:00",
    "timezone_aware": "时间必须带时区，例如 2026-09-18T16:00:00+08:00",
    "none_required": "应留空",
    "is_instance_of": "应上传文件",
    "union_tag_invalid": "类型不正确",
    "union_tag_not_found": "缺少类型",
    "value_error": "{error}",
    "assertion_error": "{error}",
}


def reason_of(error: Mapping[str, Any]) -> str:
    """Chinese words for one error of pydantic; errors raised with words of our own keep them."""
    context = dict(error.get("ctx") or {})
    template = REASONS.get(error["type"])
    if template is None:
        return str(error["msg"])
    if isinstance(context.get("expected"), str):
        context["expected"] = context["expected"].replace(" or ", "、").replace(", ", "、").replace("'", "")
    return template.format_map(context)


def problems(failure: ValidationError) -> list[dict[str, str]]:
    """One {field, reason} per error, at most `MAX_PROBLEMS`; names that cannot be stored are made harmless."""
    errors = failure.errors(include_url=False, include_input=False)[:MAX_PROBLEMS]
    return [{"field": _field(error["loc"]), "reason": reason_of(error)} for error in errors]


def _field(location: tuple[int | str, ...]) -> str:
    name = ".".join(str(part)[:MAX_NAME] for part in location) or "payload"
    return name.encode("utf-8", "replace").decode().replace("\0", "?")
