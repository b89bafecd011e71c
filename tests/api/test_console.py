import pytest

from web import console


@pytest.fixture
def dist(tmp_path, monkeypatch):
    (tmp_path / "assets").mkdir()
    (tmp_path / "index.html").write_text("<!doctype html><title>工作台</title>")
    (tmp_path / "icon.svg").write_text("<svg/>")
    (tmp_path / "assets" / "main-abc.js").write_text("1")
    monkeypatch.setattr(console, "DIST", tmp_path)


@pytest.fixture
def get(app):
    """Reads a page and lets go of its file."""

    def read(path: str):
        with app.test_client().get(path) as answer:
            return answer.status_code, answer.text, answer.headers

    return read


def test_every_page_of_the_console_is_its_one_index(get, dist):
    for path in ("/console/", "/console/cases/5", "/console/lists/to_review"):
        status, page, _ = get(path)
        assert (status, "工作台" in page) == (200, True)


def test_assets_may_be_kept_for_a_year_and_the_index_not_at_all(get, dist):
    assert "max-age=31536000" in get("/console/assets/main-abc.js")[2]["Cache-Control"]
    assert get("/console/")[2]["Cache-Control"] in ("no-cache", "no-store")


def test_files_beside_the_index_are_served_and_nothing_outside(get, dist):
    assert get("/console/icon.svg")[1] == "<svg/>"
    assert (
        "工作台" in get("/console/../../pyproject.toml")[1] or get("/console/../../pyproject.toml")[0] == 404
    )
    assert get("/console/assets/none.js")[0] == 404


def test_a_console_that_was_not_built_says_what_to_do(get, tmp_path, monkeypatch):
    monkeypatch.setattr(console, "DIST", tmp_path / "none")
    status, page, _ = get("/console/")
    assert status == 503
    assert "make console" in page


def test_scripts_of_other_sites_and_inline_scripts_are_forbidden(get, dist):
    policy = get("/console/")[2]["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "unsafe-inline" not in policy.replace("style-src-attr 'unsafe-inline'", "")
