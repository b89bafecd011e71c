"""Every refusal and every fault becomes an answer here, once: JSON for programs, a page for citizens.

JSON is `{code, message, details, trace_id}`; the trace id is in the log lines of the same request.
"""

from typing import Any

import structlog
from flask import Flask, Response, g, jsonify, render_template, request
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DataError, IntegrityError, OperationalError
from werkzeug.exceptions import HTTPException

from hotline.core.errors import Conflict, DomainError, Invalid, PartUnavailable

log = structlog.get_logger()

TEXTS: dict[int, tuple[str, str]] = {
    400: ("bad_request", "请求内容不正确"),
    401: ("unauthenticated", "请先登录"),
    403: ("not_allowed", "您没有权限进行此操作"),
    404: ("not_found", "没有找到这个地址"),
    405: ("method_not_allowed", "这个地址不支持此操作"),
    406: ("not_acceptable", "无法以要求的格式回答"),
    408: ("timeout", "请求超时，请重试"),
    413: ("too_large", "提交的内容太大，请缩短文字或减小附件后再试"),
    414: ("too_large", "地址太长"),
    415: ("media_type", "请以 JSON 格式提交"),
    429: ("too_many", "操作过于频繁，请稍后再试"),
    500: ("internal", "系统出错，已自动记录，请稍后再试；如反复出现，请把问题编号告诉管理员"),
}
MACHINE_PATHS = ("/api/", "/openapi/", "/healthz", "/readyz", "/metrics", "/socket.io")


def wants_json() -> bool:
    return request.path.startswith(MACHINE_PATHS)


def answer(code: str, message: str, status: int, details: Any = None) -> Response:
    trace_id = g.get("trace_id", "")
    if wants_json():
        response = jsonify(code=code, message=message, details=details or {}, trace_id=trace_id)
    else:
        page = render_template("error.html", message=message, status=status, trace_id=trace_id)
        response = Response(page, mimetype="text/html")
    response.status_code = status
    return response


def on_domain_error(error: DomainError) -> Response:
    details = error.details["fields"] if isinstance(error, Invalid) else error.details
    return answer(error.code, error.message, error.status, details)


def on_http_error(error: HTTPException) -> Response:
    status = error.code or 500
    code, message = TEXTS.get(status, ("http_error", "请求无法完成"))
    response = answer(code, message, status)
    for name, value in error.get_headers():
        if name in ("Allow", "Retry-After"):
            response.headers[name] = value
    return response


def on_csrf_error(error: CSRFError) -> Response:
    log.info("web.csrf_refused", reason=error.description)
    return answer("csrf", "页面已过期，请刷新页面后重新提交", 403)


def on_unstorable(error: DataError) -> Response:
    log.info("web.unstorable", error=str(error.orig))
    return on_domain_error(Invalid([{"field": "", "reason": "有数值或文字超出可保存的范围"}]))


def on_race(error: IntegrityError) -> Response:
    log.warning("web.integrity", error=str(error.orig))
    return on_domain_error(Conflict())


def on_database_away(error: OperationalError) -> Response:
    log.error("web.database_away", error=str(error.orig))
    return on_domain_error(PartUnavailable())


def on_fault(error: Exception) -> Response:
    """The edge's catch-all: nothing is swallowed, the log has the whole story under the trace id."""
    log.exception("web.fault", path=request.path, method=request.method)
    return answer(*TEXTS[500], 500)


def register(app: Flask) -> None:
    for kind, handler in (
        (DomainError, on_domain_error),
        (CSRFError, on_csrf_error),
        (HTTPException, on_http_error),
        (DataError, on_unstorable),
        (IntegrityError, on_race),
        (OperationalError, on_database_away),
        (Exception, on_fault),
    ):
        app.register_error_handler(kind, handler)
