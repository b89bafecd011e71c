"""Supervision over HTTP: documents listed and taken out as Word files, their templates, the morning list."""

import io

from docx import Document

from dispatch import buck_passing
from hotline.core.identity import SYSTEM

ORDER = {"kind": "supervision_order", "cause": "超期未办", "demand": "三日内办结"}


def supervised(people, city) -> int:
    case_id = city.signed()
    payload = ORDER | {"unit_id": city.units["zhujian"]}
    done = people["coordinator1"].post(f"cases/{case_id}/actions/supervise", {"payload": payload})
    assert done.status_code == 200, done.text
    return case_id


def words(data: bytes) -> str:
    return "\n".join(line.text for line in Document(io.BytesIO(data)).paragraphs)


def test_an_order_is_listed_for_the_hotline_and_its_unit_and_downloads_as_a_document(people, city):
    case_id = supervised(people, city)
    [order] = people["coordinator1"].get("supervision/orders?waits=true").json["items"]
    assert (order["case_id"], order["unit"], order["state_label"]) == (case_id, "市住建局", "待处理")
    assert order["due_at"] is not None
    [same] = people["zhujian_head"].get("supervision/orders").json["items"]
    assert same["order_no"] == order["order_no"]
    assert people["chengguan_head"].get("supervision/orders").json["items"] == []

    taken = people["zhujian_head"].get(f"supervision/orders/{order['id']}/document")
    assert taken.status_code == 200
    assert order["order_no"] in words(taken.data)
    printed = people["zhujian_head"].get(f"supervision/orders/{order['id']}/document?kind=pdf")
    assert (printed.status_code, printed.mimetype) == (200, "application/pdf")
    assert printed.data.startswith(b"%PDF-")
    assert people["chengguan_head"].get(f"supervision/orders/{order['id']}/document").status_code == 404
    assert people["reviewer1"].get("supervision/orders").json["code"] == "permission.missing"


def test_the_office_writes_its_own_template_and_a_broken_one_is_refused(people, city):
    supervised(people, city)
    coordinator = people["coordinator1"]
    [order] = coordinator.get("supervision/orders").json["items"]
    own = Document()
    own.add_paragraph("本市专用 {{ order_no }}")
    content = io.BytesIO()
    own.save(content)
    path = "supervision/templates/supervision_order"

    def bring(data: bytes):
        return coordinator.post(
            path, data={"file": (io.BytesIO(data), "t.docx")}, content_type="multipart/form-data"
        )

    broken = bring(b"not a document")
    assert (broken.status_code, broken.json["code"]) == (422, "document.template_broken")
    assert bring(content.getvalue()).json == {"ok": True}
    assert {row["kind"]: row["own"] for row in coordinator.get("supervision/templates").json["items"]}[
        "supervision_order"
    ]
    assert "本市专用" in words(coordinator.get(path).data)
    document = coordinator.get(f"supervision/orders/{order['id']}/document").data
    assert words(document) == f"本市专用 {order['order_no']}"


def test_the_morning_list_names_each_signal_with_its_evidence_and_unit(people, city, quiet_house):
    case_id = city.returned()
    city.do(case_id, "uphold_return", "dispatcher", {"reason": "确不归其管"})
    city.dispatch(case_id, "chengguan")
    with quiet_house.open_uow(SYSTEM) as uow:
        buck_passing.sweep(uow)
    found = people["coordinator1"].get("supervision/buck_passing").json
    [case] = [item for item in found["items"] if item["case_id"] == case_id]
    hops = next(signal for signal in case["signals"] if signal["name"] == "hops")
    assert hops["evidence"] == "2 次派单：市住建局 → 市城管局"
    assert case["score"] == sum(signal["points"] for signal in case["signals"])


def test_instructions_are_listed_with_the_document_that_came_of_them(people, city):
    case_id = city.signed()
    people["head1"].post(
        f"cases/{case_id}/actions/instruct", {"payload": {"text": "本周内解决", "supervise": True}}
    )
    [line] = people["coordinator1"].get("supervision/instructions").json["items"]
    assert (line["text"], line["case_id"]) == ("本周内解决", case_id)
    [order] = people["coordinator1"].get("supervision/orders").json["items"]
    assert line["order_no"] == order["order_no"]


def test_the_ledger_of_exclusions_is_open_to_other_units_and_needs_two_people(people, city):
    case_id = city.closed()
    evidence = {"reason": "不可抗力，已核实", "attachment_ids": [city.attach(case_id)]}
    act = f"cases/{case_id}/actions/"
    assert people["zhujian_head"].post(act + "ask_exclusion", {"payload": evidence}).status_code == 200
    [asked] = people["chengguan_head"].get("supervision/exclusions").json["items"]
    assert (asked["unit"], asked["decision_label"]) == ("市住建局", "待决定")
    assert asked["asked_by"] == "zhujian_head号"
    done = people["head1"].post(act + "exclude_from_score", {"payload": {"reason": "理由成立"}})
    assert done.json["excluded_from_score"]
    [decided] = people["chengguan_head"].get("supervision/exclusions").json["items"]
    assert decided["decided_by"] == "head1号"
    [line] = people["head1"].get(f"cases/{case_id}/file").json["exclusions"]
    assert line["attachment_ids"] == evidence["attachment_ids"]
