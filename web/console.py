"""The built console under /console/: its files as they are, its pages all by the one index."""

from pathlib import Path

from flask import Blueprint, Response, redirect, send_from_directory
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response as AnyResponse

from hotline.core.errors import PartUnavailable

DIST = Path(__file__).parent / "console" / "dist"

bp = Blueprint("console", __name__)


class ConsoleNotBuilt(PartUnavailable):
    code, text = "console.not_built", "工作台尚未构建，请在项目目录运行 make console"


@bp.get("/console")
def bare() -> AnyResponse:
    return redirect("/console/")


@bp.get("/console/assets/<path:name>")
def asset(name: str) -> Response:
    # Names carry a hash of their content.
    return send_from_directory(DIST / "assets", name, max_age=31_536_000)


@bp.get("/console/", defaults={"page": ""})
@bp.get("/console/<path:page>")
def index(page: str) -> Response:
    """A file of the build, or the index, which routes by itself."""
    if page:
        try:
            return send_from_directory(DIST, page)
        except NotFound:
            pass
    if not (DIST / "index.html").is_file():
        raise ConsoleNotBuilt()
    return send_from_directory(DIST, "index.html")
