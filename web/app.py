"""`create_app(house)`: the only wiring of the web. `wsgi()` is what gunicorn calls, once per process, after its fork."""

import sys
from threading import Event, Thread

from flask_openapi3.models.info import Info
from flask_openapi3.openapi import OpenAPI

from hotline.core.house import House
from hotline.core.settings import Settings
from web import console, edge, errors, observe, security, validation, warm
from web.api import (
    account,
    admin,
    attachments,
    auth,
    calendar,
    call_backs,
    callers,
    calls,
    case_file,
    cases,
    desk,
    exports,
    hotspots,
    knowledge,
    limits,
    lookups,
    models,
    recordings,
    reports,
    routing,
    seat,
    suggestions,
    supervise,
    supervision,
    transfers,
    units,
)
from web.api.schemas import Problem
from web.citizen import demo, own, views
from web.realtime.server import Line

API = "/api/v1"
SWITCH_S = 0.0005
"""A thread back from the database gets its turn after so long (Python: 5 ms): it may hold a row that others wait for."""
APIS = (
    auth,
    account,
    seat,
    calls,
    transfers,
    supervise,
    callers,
    recordings,
    call_backs,
    desk,
    knowledge,
    cases,
    case_file,
    units,
    attachments,
    suggestions,
    hotspots,
    models,
    lookups,
    calendar,
    limits,
    routing,
    supervision,
    exports,
    reports,
    admin,
)

BEARER = {"type": "http", "scheme": "bearer", "description": "承办单位自有系统的接口令牌"}
SESSION_COOKIE = {"type": "apiKey", "in": "cookie", "name": "hotline"}


def create_app(house: House) -> OpenAPI:
    """A whole application on one house; it opens no connection before the first request."""
    app = OpenAPI(
        "web",
        info=Info(
            title="12345 政务服务便民热线",
            version="1",
            description="会话 Cookie 加 X-CSRF-Token 供人使用；错误统一为 {code, message, details, trace_id}。",
        ),
        security_schemes={"session": SESSION_COOKIE, "token": BEARER},
        doc_ui=False,
        validation_error_callback=validation.refuse,
        validation_error_model=Problem,
        static_folder="citizen/static",
        static_url_path="/static",
        template_folder="citizen/templates",
    )
    app.extensions["house"] = house
    app.json.ensure_ascii = False  # type: ignore[attr-defined]
    observe.register(app)
    errors.register(app)
    security.configure(app, house)
    app.before_request(edge.identify_and_admit)
    app.before_request(security.prove_origin)
    app.before_request(edge.read_json)
    for module in APIS:
        app.register_api(module.bp, url_prefix=API)
    for blueprint in (console.bp, views.bp, own.bp, demo.bp):
        app.register_blueprint(blueprint)
    app.add_url_rule("/openapi/openapi.json", "openapi_document", lambda: app.api_doc)
    refuse_undeclared_doors(app)
    app.extensions["line"] = Line(app, house)
    return app


def refuse_undeclared_doors(app: OpenAPI) -> None:
    """A route of the API that forgot to say who may come in must not start."""
    for rule in app.url_map.iter_rules():
        if rule.rule.startswith(API) and getattr(app.view_functions[rule.endpoint], "door", None) is None:
            raise RuntimeError(f"{rule.rule}: no opens_to(…)")


def wsgi() -> OpenAPI:
    # Imported here: the Celery application reads the settings as soon as it is imported.
    from hotline import celery_app, subscribers
    from hotline.core import house
    from hotline.core import observe as house_observe

    house_observe.configure("web")
    sys.setswitchinterval(SWITCH_S)
    here = house.build(Settings(), routes=subscribers.ROUTES, wake=celery_app.wake, pool_size=20)
    app = create_app(here)
    app.extensions["line"].start()
    Thread(target=warm.keep_classifier, args=(here, Event()), name="classifier", daemon=True).start()
    return app
