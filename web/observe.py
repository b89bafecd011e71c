"""What operators watch: trace ids, one log line per request, health, readiness, metrics."""

import secrets
import time

import structlog
from flask import Flask, Response, current_app, g, jsonify, request
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from sqlalchemy import text

from hotline.core.errors import PartUnavailable
from hotline.core.observe import REQUESTS
from web.edge import house

log = structlog.get_logger()
FEED_SILENT_S = 15
QUIET = {"healthz", "readyz", "metrics", "static", "console.asset"}


def register(app: Flask) -> None:
    app.before_request(begin)
    app.after_request(finish)
    app.add_url_rule("/healthz", "healthz", lambda: jsonify(status="ok"))
    app.add_url_rule("/readyz", "readyz", readyz)
    app.add_url_rule("/metrics", "metrics", metrics)


def begin() -> None:
    g.trace_id = secrets.token_hex(8)
    g.began = time.perf_counter()
    structlog.contextvars.bind_contextvars(trace_id=g.trace_id)


def finish(response: Response) -> Response:
    if "began" not in g:
        return response
    seconds = time.perf_counter() - g.began
    route = request.url_rule.rule if request.url_rule else "none"
    REQUESTS.labels(route, str(response.status_code)).observe(seconds)
    if request.endpoint not in QUIET:
        actor = g.get("actor")
        log.info(
            "web.request",
            method=request.method,
            route=route,
            status=response.status_code,
            ms=round(seconds * 1000, 1),
            user_id=actor.user_id if actor else None,
        )
    structlog.contextvars.unbind_contextvars("trace_id")
    return response


def readyz() -> Response:
    """Ready means that the database answers and that consoles hear of events; anything else is 503."""
    with house().engine.connect() as connection:
        connection.execute(text("select 1"))
    silent_s = time.monotonic() - current_app.extensions["line"].feed.seen_at
    if silent_s > FEED_SILENT_S:
        raise PartUnavailable
    return jsonify(status="ok", database="ok", feed="ok")


def metrics() -> Response:
    return Response(generate_latest(), content_type=CONTENT_TYPE_LATEST)
