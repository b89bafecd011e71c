"""The department's desk over HTTP: many signed at once, figures, templates, order packages there and back."""

import io
import json
import zipfile

from hotline.core.identity import Role
from tests.journeys.test_case import photo
from tests.web import add_person, signed_in

REPLY = "9月18日上午我局到金沙小区3栋核查，更换电梯主板后已于当日16时修好电梯，恢复运行。"


def packed(package: dict, files: dict[str, bytes]) -> dict:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("package.json", json.dumps(package, ensure_ascii=False))
        for name, data in files.items():
            archive.writestr(name, data)
    content.seek(0)
    return {"data": {"file": (content, "答复.zip")}, "content_type": "multipart/form-data"}


def take(browser, case_id: int) -> tuple[dict, zipfile.ZipFile]:
    answer = browser.get(f"cases/{case_id}/package")
    assert (answer.status_code, answer.mimetype) == (200, "application/zip")
    archive = zipfile.ZipFile(io.BytesIO(answer.data))
    return json.loads(archive.read("package.json")), archive


def test_many_are_signed_at_once_and_each_refusal_stands_alone(people, city):
    parts = [city.part(city.dispatched(), "zhujian").id for _ in range(3)]
    city.do(
        city.part(city.signed(), "zhujian").case_id,
        "note_progress",
        "unit_clerk",
        {"text": "已到场"},
        unit="zhujian",
    )
    answer = people["zhujian_clerk"].post("units/sign_many", {"assignment_ids": [*parts, 999_999]})
    signed = {item["assignment_id"]: item for item in answer.json["items"]}
    assert [signed[part]["signed"] for part in parts] == [True, True, True]
    assert (signed[999_999]["signed"], signed[999_999]["code"]) == (False, "case.not_found")
    assert people["zhujian_clerk"].get("cases?list=to_sign").json["items"] == []


def test_figures_count_the_own_unit_only(people, city):
    city.signed()
    city.dispatched(lead="chengguan")
    figures = people["zhujian_head"].get("units/statistics").json
    assert (figures["dispatched"], figures["in_hand"], figures["on_time_rate"]) == (1, 1, None)
    assert [row["unit"] for row in figures["by_unit"]] == ["市住建局"]
    assert figures["by_category"] == [{"category": "电梯", "dispatched": 1, "rated": 0, "dissatisfied": 0}]


def test_templates_belong_to_their_unit(people, city):
    head, other = people["zhujian_head"], people["chengguan_head"]
    made = head.post("units/templates", {"title": "电梯维修", "body": "您反映的电梯问题……"})
    assert made.status_code == 201
    changed = head.patch(f"units/templates/{made.json['id']}", {"title": "电梯", "body": "已派维保单位"})
    assert changed.json["body"] == "已派维保单位"
    assert other.get("units/templates").json["items"] == []
    assert other.delete(f"units/templates/{made.json['id']}").status_code == 404
    assert head.delete(f"units/templates/{made.json['id']}").json == {"ok": True}
    assert head.get("units/templates").json["items"] == []


def test_an_order_package_carries_the_case_out_and_the_answer_with_its_photo_back(
    app, quiet_house, people, city, clock
):
    case_id = city.dispatched()
    upload = {"file": (io.BytesIO(photo()), "现场.jpg"), "kind": "evidence"}
    people["zhujian_head"].post(
        f"cases/{case_id}/attachments", data=upload, content_type="multipart/form-data"
    )
    package, archive = take(people["zhujian_head"], case_id)
    assert archive.read(package["files"][0]["path"])[:3] == b"\xff\xd8\xff"
    assert package["case"]["identity"]["contact_no"] == "138****8000"

    package["answers"] = [
        {"action": "sign"},
        {
            "action": "record_contact",
            "payload": {"how": "visit", "contacted_at": clock.now().isoformat(), "note": "已上门"},
        },
        {
            "action": "submit_result",
            "payload": {
                "facts_true": True, "solved": "yes", "result": "已换主板", "public_reply": REPLY,
            },
            "files": ["files/修复后.jpg"],
        },
    ]  # fmt: skip
    refused = people["zhujian_clerk"].post("units/packages", **packed(package, {"files/修复后.jpg": photo()}))
    assert refused.status_code == 403, refused.text
    assert people["zhujian_clerk"].get(f"cases/{case_id}").json["status"] == "pending_sign"

    both = add_person(
        quiet_house, "zhujian_all", Role.UNIT_CLERK, Role.UNIT_HEAD, unit_id=city.units["zhujian"]
    )
    taken = signed_in(app, quiet_house, both).post(
        "units/packages", **packed(package, {"files/修复后.jpg": photo()})
    )
    assert (taken.status_code, taken.json["status"]) == (200, "submitted"), taken.text
    assert [file["name"] for file in taken.json["attachments"]] == ["现场.jpg", "修复后.jpg"]


def test_a_package_that_is_broken_says_where(people, city):
    case_id = city.dispatched()
    head = people["zhujian_head"]
    package, _ = take(head, case_id)
    package["answers"] = [{"action": "sign", "files": ["files/没有.jpg"]}]
    answer = head.post("units/packages", **packed(package, {}))
    assert (answer.status_code, answer.json["code"]) == (422, "package.broken")
    assert answer.json["details"] == [{"field": "file", "reason": "包内没有“files/没有.jpg”"}]
    for junk in (b"", b"PK\x03\x04", b"[]", b"{"):
        data = {"file": (io.BytesIO(junk), "x.zip")}
        answer = head.post("units/packages", data=data, content_type="multipart/form-data")
        assert answer.status_code == 422, junk


def test_the_desk_is_closed_to_the_hotline(people):
    answer = people["dispatcher1"].get("units/statistics")
    assert (answer.status_code, answer.json["code"]) == (403, "permission.missing")
    assert "承办单位经办人" in answer.json["message"]
