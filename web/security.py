"""Cookies, CSRF, response headers, request sizes and rate limits of every answer of the web.

The session token travels in Flask's signed cookie (HttpOnly, SameSite=Lax, Secure under TLS). A request that carries
such a cookie must prove that it comes from our pages by a CSRF token (`X-CSRF-Token`, or the form's hidden field).
"""

from flask import Flask, Response, g, request, session
from flask_limiter import Limiter
from flask_wtf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix

from hotline.core.house import House
from web import rates
from web.edge import TOKEN, client_ip

JSON_BYTES = 1 << 20
UPLOAD_BYTES = 105 << 20
UPLOAD_ENDPOINTS = {
    "attachments.add_attachment",
    "citizen.submit",
    "units.bring_package",
    "supervision.keep_template",
}

CSP = (
    "default-src 'self'; img-src 'self' data: blob:; media-src 'self' blob:; style-src 'self'; object-src 'none'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
# Chart tips and the like set style attributes; scripts stay as strict as elsewhere.
CONSOLE_CSP = CSP + "; style-src-attr 'unsafe-inline'"
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(self)",
}

csrf = CSRFProtect()
limiter = Limiter(key_func=client_ip, headers_enabled=True)


def under_tls(house: House) -> bool:
    settings = house.settings
    return settings.tls_cert is not None or (settings.public_url or "").startswith("https://")


def configure(app: Flask, house: House) -> None:
    app.config.update(
        SECRET_KEY=house.vault.key("cookie"),
        SESSION_COOKIE_NAME="hotline",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=under_tls(house),
        MAX_FORM_MEMORY_SIZE=JSON_BYTES,
        MAX_FORM_PARTS=200,
        WTF_CSRF_CHECK_DEFAULT=False,
        WTF_CSRF_TIME_LIMIT=None,
        # The token is proof enough; programs that sign in as a person send no Referer.
        WTF_CSRF_SSL_STRICT=False,
        RATELIMIT_STORAGE_URI=house.settings.rate_storage_url,
        RATELIMIT_STORAGE_OPTIONS=_shared_counts(house),
    )
    csrf.init_app(app)
    limiter.init_app(app)
    if house.settings.trusted_proxies:
        hops = house.settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops)  # type: ignore[method-assign]
    app.before_request(limit_size)
    app.after_request(lambda response: harden(response, house))


def _shared_counts(house: House) -> dict[str, House]:
    own = house.settings.rate_storage_url.startswith(rates.SCHEME)
    return {"house": house} if own else {}


def limit_size() -> None:
    request.max_content_length = UPLOAD_BYTES if request.endpoint in UPLOAD_ENDPOINTS else JSON_BYTES


def prove_origin() -> None:
    """Refuse a change in the name of a signed-in browser without its CSRF token; citizens' forms always carry one."""
    from_page = request.blueprint in ("citizen", "own")
    signs_in = request.endpoint == "auth.sign_in"
    if from_page or (TOKEN in session and not signs_in):
        csrf.protect()


def harden(response: Response, house: House) -> Response:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    policy = CONSOLE_CSP if request.path.startswith("/console") else CSP
    response.headers.setdefault("Content-Security-Policy", policy)
    response.headers["X-Trace-Id"] = g.get("trace_id", "")
    if under_tls(house):
        response.headers["Strict-Transport-Security"] = "max-age=31536000"
    if not request.path.startswith(("/console/assets/", "/static/")):
        response.headers.setdefault("Cache-Control", "no-store")
    return response
