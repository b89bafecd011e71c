"""Calendar, limits and routing proposals over HTTP: shown before it is done, done by who may, kept on record."""

from hotline.core.events import EventRow
from hotline.core.identity import SYSTEM
from hotline.subscribers import HANDLERS
from tests.db.dispatch.conftest import local
from tests.web import signed_in

NOTICE = """国务院办公厅关于2027年部分节假日安排的通知
一、元旦：1月1日（周五）至4日（周一）放假调休，共4天。1月9日（周六）上班。"""
RULE = {
    "template": "county", "urgency": "normal", "difficulty": "ordinary", "sign": "2wh", "contact": "4wh",
    "handle": "3wd", "valid_from": "2026-10-01",
}  # fmt: skip


def handle_due(people, case_id: int) -> str:
    clocks = people["head1"].get(f"cases/{case_id}").json["deadlines"]
    return next(clock["due_at"] for clock in clocks if clock["clock"] == "handle")


def move_deadlines(house) -> int:
    """What the workers do with the events of the calendar, until it is done."""
    rounds = 0
    with house.open_uow(SYSTEM) as uow:
        last = 0
        while True:
            row = (
                uow.session.query(EventRow)
                .filter(EventRow.name == "calendar.moving", EventRow.id > last)
                .first()
            )
            if row is None:
                return rounds
            last, rounds = row.id, rounds + 1
            HANDLERS["upkeep.move_deadlines"](uow, row)
            uow.session.flush()


def test_a_notice_is_read_previewed_declared_and_then_moves_deadlines(app, people, city, clock, quiet_house):
    clock.set(local("2026-12-28 09:00"))
    case_id = city.dispatched()
    # The sessions of September are over.
    people = {who: signed_in(app, quiet_house, people[who].user_id) for who in ("admin", "head1")}
    admin = people["admin"]
    before = admin.get("calendar/2027").json
    assert before["provisional"]
    assert "2027 年节假日安排尚未录入" in before["alarm"]

    read = admin.post("calendar/read_notice", {"text": NOTICE}).json
    assert len(read["items"]) == 365
    preview = admin.post("calendar/preview", {"days": read["items"]}).json
    moved = next(row for row in preview["moved"] if row["clock"] == "办理")
    assert moved["new_due_at"] > moved["old_due_at"] == handle_due(people, case_id)

    declared = admin.post("calendar/declare", {"days": read["items"]}).json
    assert declared["days"] == 365
    assert handle_due(people, case_id) == moved["old_due_at"]
    assert move_deadlines(quiet_house) == 2
    assert handle_due(people, case_id) == moved["new_due_at"]
    after = admin.get("calendar/2027").json
    assert (after["provisional"], after["alarm"], after["moving"]["done"]) == (False, None, True)
    assert next(day for day in after["days"] if day["on"] == "2027-01-09")["name"] == "元旦调休上班"


def test_a_notice_that_cannot_be_read_says_why(people):
    answer = people["admin"].post("calendar/read_notice", {"text": "关于放假的通知"})
    assert (answer.status_code, answer.json["code"]) == (422, "calendar.notice_unreadable")
    assert answer.json["details"][0]["field"] == "text"


def test_only_the_administrator_changes_the_calendar_and_everybody_sees_it(people):
    assert people["zhujian_clerk"].get("calendar/2026").status_code == 200
    for path in ("calendar/read_notice", "calendar/preview", "calendar/declare"):
        assert people["head1"].post(path, {}).json["code"] == "permission.missing"


def test_a_new_rule_holds_from_its_day_on_and_ends_the_old_one(people, city):
    head = people["head1"]
    made = head.post("limits/rules", RULE)
    assert made.status_code == 201, made.text
    today = head.get("limits").json
    assert (
        today["template"],
        [row["handle"] for row in today["rules"] if row["difficulty"] == "ordinary"],
    ) == (
        "county",
        ["5wd", "1wd"],
    )
    later = head.get("limits?on=2026-10-01").json["rules"]
    assert [row["handle"] for row in later if row["difficulty"] == "ordinary" and not row["case_type"]] == [
        "3wd"
    ]
    past = head.post("limits/rules", RULE | {"valid_from": "2026-09-18"})
    assert (past.status_code, past.json["code"]) == (422, "limit.rule_in_the_past")
    assert head.post("limits/rules", RULE | {"handle": "fast"}).json["details"][0]["field"] == "handle"


def test_house_limits_and_the_template_in_force_can_be_changed(people, city):
    head = people["head1"]
    assert (
        head.post("limits/house", {"clock": "review", "urgency": None, "limit": "20min"}).status_code == 200
    )
    review = [row for row in head.get("limits").json["house"] if row["clock"] == "review"]
    assert {(row["urgency"], row["limit"], row["shipped"]) for row in review} == {
        ("critical", "5min", True),
        (None, "20min", False),
    }
    assert head.post("limits/template", {"name": "nowhere"}).status_code == 404
    head.post("limits/rules", RULE | {"template": "beijing"})
    assert head.post("limits/template", {"name": "beijing"}).status_code == 200
    assert head.get("limits").json["template"] == "beijing"
    assert people["dispatcher1"].get("limits").json["code"] == "permission.missing"


def test_an_upheld_return_proposes_a_row_that_a_person_decides_on_once(people, city):
    case_id = city.returned()
    city.do(case_id, "uphold_return", "dispatcher", {"reason": "确不归其管"})
    dispatcher = people["dispatcher1"]
    [proposal] = dispatcher.get("routing/proposals").json["items"]
    assert (proposal["from_unit"], proposal["category"]) == ("市住建局", "城乡建设 / 物业 / 电梯")
    path = f"routing/proposals/{proposal['id']}/decide"
    decided = dispatcher.post(path, {"approve": True, "reason": "按三定规定", "law": "《特种设备安全法》"})
    assert decided.json["routing_row_id"] is not None
    assert dispatcher.get("routing/proposals").json["items"] == []
    again = dispatcher.post(path, {"approve": False, "reason": "反悔"})
    assert (again.status_code, again.json["code"]) == (409, "routing.proposal_decided")
    assert people["zhujian_head"].get("routing/proposals").json["code"] == "permission.missing"
