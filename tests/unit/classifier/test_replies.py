import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from classifier.replies import SEVERITIES, check

DEMAND = "金凤苑小区3栋化粪池外溢，请安排疏通并更换破损的管道。"
GOOD = (
    "9月18日上午，街道会同物业到金凤苑小区3栋现场核查，化粪池因管道破损外溢。9月19日施工队已疏通化粪池，"
    "更换破损管道12米，并与您当面确认。现场已设警示围挡，提醒居民绕行。"
)


def codes(reply, demand=DEMAND, **more):
    return {f.code for f in check(demand, reply, **more)}


def test_check_of_a_concrete_answer_finds_nothing():
    assert check(DEMAND, GOOD, hazard=True, facts="化粪池外溢") == []


@pytest.mark.parametrize(
    ("code", "passage", "sentence"),
    [
        ("over_promise", "我单位保证彻底解决", "我单位保证彻底解决。"),
        ("promised_date", "预计10月底前完成管道改造", "预计10月底前完成管道改造。"),
        ("absolute_word", "绝对", "管道绝对没有问题。"),
        ("phone_number", "13800138000", "详情联系13800138000。"),
        ("buck_passing", "该事项不属于我局职责", "该事项不属于我局职责。"),
        ("buck_passing", "请您直接联系物业公司", "请您直接联系物业公司。"),
        ("slang", "搞定", "管道已经搞定。"),
        ("unknown_law", "《小区管道疏通法》第三条", "依据《小区管道疏通法》第三条办理。"),
        ("repealed_law", "《物权法》", "依据《物权法》处理。"),
        ("wrong_article", "《物业管理条例》第九十九条", "依据《物业管理条例》第九十九条处理。"),
    ],
)
def test_check_finds_the_passage(code, passage, sentence):
    found = [f for f in check(DEMAND, GOOD + sentence) if f.code == code]
    assert passage in [f.passage for f in found]
    assert all(f.reason for f in found)


def test_check_takes_a_promise_of_others_as_a_report():
    assert "over_promise" not in codes(GOOD + "开发商承诺整改到位。")


def test_check_takes_a_past_date_as_a_fact():
    assert "promised_date" not in codes(GOOD + "管道已于9月20日前完成更换。")


def test_check_blocks_a_mobile_number_and_only_points_at_an_office_number():
    severities = {
        f.passage: f.severity for f in check(DEMAND, GOOD + "手机138 0013 8000，办公电话0731-83600000。")
    }
    assert severities == {"138 0013 8000": "block", "0731-83600000": "hint"}


def test_check_of_an_answer_to_something_else_says_what_is_missing():
    finding = next(
        f
        for f in check(
            DEMAND, "经查，该幼儿园收费标准已公示，家长可到发改部门核对票据，退费按规定执行。9月18日"
        )
        if f.code == "demand_unanswered"
    )
    assert finding.source == "demand"
    assert "化粪池" in finding.reason


def test_check_does_not_take_the_repeated_title_for_an_answer():
    echo = "您反映的“金凤苑小区3栋化粪池外溢疏通更换破损管道”的问题收悉。经研究，幼儿园收费标准符合规定，家长可核对票据。"
    assert "demand_unanswered" in codes(echo)


def test_check_names_the_ask_that_was_left_out():
    demand = "请安排疏通金凤苑小区化粪池。请公开维修资金账目明细！"
    found = [f for f in check(demand, GOOD) if f.code == "ask_unanswered"]
    assert [f.passage for f in found] == ["请公开维修资金账目明细"]


def test_check_of_a_hazard_without_advice_blocks_and_only_for_hazards():
    reply = "9月18日已到金凤苑小区3栋查看化粪池，管道9月19日更换完毕。"
    assert "hazard_without_advice" in codes(reply, hazard=True)
    assert "hazard_without_advice" not in codes(reply)


def test_check_of_contact_that_contradicts_itself_blocks():
    finding = next(
        f
        for f in check(DEMAND, GOOD + "已电话联系您说明情况，因未留联系方式无法联系。")
        if f.code == "contact_contradiction"
    )
    assert finding.severity == "block"


def test_check_takes_a_second_call_that_succeeded_as_a_course_of_events():
    assert "contact_contradiction" not in codes(GOOD + "首次电话无人接听，次日已电话联系您说明情况。")


def test_check_of_a_chronic_complaint_answered_for_one_visit_only():
    demand = "河边烧烤店长期半夜喧哗，每天吵到两点，请处理"
    once = "9月18日22时执法队员到达现场后，烧烤店未发现喧哗行为。"
    assert "only_this_incident" in codes(once, demand)
    assert "only_this_incident" not in codes(once + "下一步将夜间定期巡查烧烤店。", demand)


def test_check_of_solved_without_support():
    assert "unsupported_resolved" in codes("金凤苑小区化粪池疏通和管道破损的问题已解决，感谢您的理解。")
    assert "unsupported_resolved" not in codes(GOOD + "问题已解决。")
    assert "unsupported_resolved" not in codes("金凤苑小区化粪池管道破损的问题尚未解决，争取早日得到解决。")


def test_check_of_empty_phrases_and_missing_time():
    found = codes("我单位高度重视金凤苑小区化粪池管道问题，将进一步加强管理，积极协调相关部门尽快处理。")
    assert {"vague_measures", "missing_time"} <= found


def test_check_does_not_take_the_date_of_the_signature_for_a_time():
    assert "missing_time" in codes("经现场核查，金凤苑小区化粪池已疏通，管道更换。2026年9月20日")


def test_check_of_a_copied_reply_names_the_earlier_one():
    finding = next(
        f
        for f in check(DEMAND, GOOD, earlier=["另一份答复，内容完全不同。", GOOD.replace("18日", "20日")])
        if f.code == "repeated_reply"
    )
    assert "第2份" in finding.reason


def test_check_accepts_laws_of_the_house():
    cited = GOOD + "依据《小区管道疏通法》办理。"
    assert "unknown_law" not in codes(cited, laws=["《小区管道疏通法》"])


def test_check_leaves_local_rules_to_the_house():
    assert "unknown_law" not in codes(GOOD + "依据《湖南省物业服务收费条例》《收费管理办法》办理。")


@pytest.mark.parametrize("reply", ["", " ", "。", "好", "您好，感谢您的支持！", "<b></b>"])
def test_check_of_nothing_says_that_nothing_was_answered(reply):
    assert "too_short" in codes(reply)


@pytest.mark.parametrize(
    "part", ["保证解决", "《民法典》第", "1380013", "请向", "您反映的", "1年", "“", "第一", "，"]
)
def test_check_of_endless_repetition_ends(part):
    text = part * (100_000 // len(part))
    assert len(check(text, text, facts=text, earlier=[text] * 50, hazard=True)) < 60


PARTS = st.sampled_from(
    [
        GOOD,
        "保证解决。",
        "预计3天内完成",
        "0731-83600000",
        "《物权法》第3条",
        "已解决",
        "無法聯繫",
        "已电话联系",
        "Ａ",
        "\n",
        "，",
    ]
)


@settings(max_examples=80, deadline=None)
@given(st.lists(PARTS, max_size=12).map("".join), st.text(max_size=60))
def test_every_finding_shows_its_passage(reply, demand):
    findings = check(demand, reply, hazard=True)
    ranks = [SEVERITIES.index(f.severity) for f in findings]
    assert ranks == sorted(ranks)
    for finding in findings:
        source = reply if finding.source == "reply" else demand
        assert source[finding.start : finding.end] == finding.passage
        assert set(finding.to_dict()) >= {"code", "label", "severity", "passage", "reason"}
