"""Hot-spot alarms reach the supervisors' console; a person takes note, a person merges."""

from hotline.desk import intake_watch


def test_three_callers_about_one_lift_appear_as_an_alarm_that_a_leader_takes_note_of(people, city):
    ids = [city.submitted(caller_no=f"1390013800{at}", contact_no=f"1390013800{at}") for at in range(3)]
    with city.uow() as uow:
        intake_watch.take_in(uow)
    leader = people["leader1"]
    (alarm,) = leader.get("hotspots?only_open=true").json["items"]
    assert (alarm["level_label"], [case["id"] for case in alarm["cases"]]) == ("关注", ids)
    assert "hotspots" in [page["name"] for page in leader.get("auth/me").json["menu"]]
    assert leader.post(f"hotspots/{alarm['id']}/note", {"note": ""}).status_code == 422
    assert leader.post(f"hotspots/{alarm['id']}/note", {"note": "已通知住建局"}).status_code == 200
    (seen,) = people["coordinator1"].get("hotspots").json["items"]
    assert (seen["seen_note"], seen["seen_at"] is not None) == ("已通知住建局", True)
    assert people["coordinator1"].get("hotspots?only_open=true").json["items"] == []
    assert leader.post("hotspots/7000000/note", {"note": "无"}).status_code == 404
    reviewer = people["reviewer1"]
    merged = reviewer.post(
        f"cases/{ids[1]}/actions/merge", {"payload": {"lead_case_id": ids[0], "reason": "同一部电梯"}}
    )
    assert merged.status_code == 200, merged.text
    (after,) = leader.get("hotspots").json["items"]
    assert [case["merged"] for case in after["cases"]] == [False, True, False]
