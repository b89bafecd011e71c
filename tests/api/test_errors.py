import pytest

from hotline.core.identity import Role


def problem(answer):
    return answer.status_code, answer.json["code"], answer.json["details"]


def test_an_unknown_address_answers_in_the_common_form(stranger):
    answer = stranger.get("no/such/thing")
    assert problem(answer) == (404, "not_found", {})
    assert answer.json["message"] == "没有找到这个地址"


def test_a_wrong_method_answers_in_the_common_form_and_names_the_right_ones(stranger):
    answer = stranger.delete("auth/login")
    assert problem(answer) == (405, "method_not_allowed", {})
    assert "POST" in answer.headers["Allow"]


def test_missing_fields_are_named_in_chinese(stranger):
    answer = stranger.post("auth/login", {})
    assert problem(answer) == (
        422,
        "invalid",
        [{"field": "username", "reason": "必须填写"}, {"field": "password", "reason": "必须填写"}],
    )


def test_an_unknown_field_is_refused(stranger):
    answer = stranger.post("auth/login", {"username": "a", "password": "b", "admin": True})
    assert problem(answer)[2] == [{"field": "admin", "reason": "没有这个栏目"}]


@pytest.mark.parametrize("text", [r"a\u0000b", r"\ud800"])
def test_characters_that_cannot_be_stored_are_refused(stranger, text: str):
    body = f'{{"username": "{text}", "password": "b"}}'
    answer = stranger.client.post("/api/v1/auth/login", data=body, content_type="application/json")
    assert answer.status_code == 422
    assert answer.json["details"][0]["reason"] == "“username”含有无法保存的字符"


@pytest.mark.parametrize("body", ["{", "[" * 5000, "not json", '"text"', "[1]", "1e999"])
def test_a_body_that_is_no_object_is_refused(stranger, body: str):
    answer = stranger.client.post("/api/v1/auth/login", data=body, content_type="application/json")
    assert answer.status_code in (400, 422)
    assert answer.json["message"]


def test_a_body_of_another_kind_is_refused(stranger):
    answer = stranger.client.post("/api/v1/auth/login", data="username=a", content_type="text/plain")
    assert problem(answer) == (415, "media_type", {})


def test_a_body_of_5_mb_is_refused_in_chinese(stranger):
    answer = stranger.post("auth/login", {"username": "字" * 2_000_000, "password": "b"})
    assert problem(answer) == (413, "too_large", {})
    assert "太大" in answer.json["message"]


def test_an_id_beyond_all_ids_is_refused(person):
    answer = person(Role.QA).get("calls/99999999999999999999")
    assert problem(answer)[:2] == (422, "invalid")


def test_a_fault_of_ours_is_answered_with_a_trace_id_and_without_its_cause(app, stranger):
    def fail():
        raise RuntimeError("a secret cause")

    app.add_url_rule("/api/v1/fault", "fault", fail)
    answer = stranger.get("fault")
    assert problem(answer) == (500, "internal", {})
    assert len(answer.json["trace_id"]) == 16
    assert "secret cause" not in answer.text


def test_every_answer_carries_the_security_headers(stranger):
    headers = stranger.get("auth/session").headers
    assert "script" not in headers["Content-Security-Policy"]
    assert headers["Content-Security-Policy"].startswith("default-src 'self'")
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Cache-Control"] == "no-store"


def test_health_readiness_and_metrics_answer_without_a_session(app):
    client = app.test_client()
    assert client.get("/healthz").json == {"status": "ok"}
    assert client.get("/readyz").json["database"] == "ok"
    assert "hotline_http_seconds" in client.get("/metrics").text
