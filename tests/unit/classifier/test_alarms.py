import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from classifier.alarms import LEVELS, assess
from classifier.phrases import fold

CRITICAL = [
    ("楼道里一股很重的煤气味，不知道哪家漏的", "gas"),
    ("是不是煤气泄漏了，味道好大", "gas"),
    ("请查一下这栋楼有没有燃气泄漏", "gas"),
    ("没有人管燃气泄漏的事", "gas"),
    ("检查没有发现的煤气泄漏无人处理", "gas"),
    ("现在小区三楼着火了，冒黑烟", "fire"),
    ("在建的房子塌了，下面有两个砌匠没出来", "collapse"),
    ("我真的不想活了", "self_harm"),
    ("如果再不解决我就跳楼", "self_harm"),
    ("樓上有人要跳樓", "self_harm"),
    ("有个七八岁的女孩天天被打，身上有伤", "minors"),
    ("婚宴吃完饭，十七个人上吐下泻送医院", "food_poisoning"),
    ("老板拖欠工资，年前再不给我们就爬塔吊", "wage_arrears"),
    ("上百名业主拉横幅，情绪激动", "group"),
    ("工厂两百多工人罢工", "group"),
]
QUIET = [
    "没有燃气泄漏，就是想问燃气费怎么交",
    "楼道里没有闻到煤气味",
    "不是自杀，是滑倒摔的",
    "并没有食物中毒，只是味道不好",
    "没有燃气泄漏、火灾、爆炸等情况",
    "煤气泄漏已经排除",
    "沒有燃氣洩漏",
    "未发生坍塌",
    "检查后没有发生电路起火的情况",
    "不存在拖欠工资的情况",
    "跳楼价甩卖，买回来是坏的",
    "咨询燃气开户需要什么材料",
    "学生证丢了在哪里补办",
]


@pytest.mark.parametrize(("text", "kind"), CRITICAL)
def test_assess_of_a_present_danger_is_critical_and_names_its_kind(text, kind):
    result = assess(text)
    assert result.level == "critical"
    assert kind in {a.kind for a in result.alarms}


@pytest.mark.parametrize("text", QUIET)
def test_assess_of_a_denied_or_harmless_word_raises_nothing(text):
    assert assess(text).alarms == ()
    assert assess(text).level == "normal"


@pytest.mark.parametrize(
    ("now", "doubtful"),
    [
        ("楼下起火了", "万一起火怎么办"),
        ("厂里发生火灾", "去年厂里发生过火灾"),
        ("围墙倒塌了", "担心围墙倒塌"),
        ("小区发生火灾", "参加了消防演练，老师讲了火灾逃生"),
    ],
)
def test_assess_of_a_feared_past_or_told_danger_is_one_level_lower(now, doubtful):
    assert assess(now).level == "critical"
    assert assess(doubtful).level == "urgent"
    assert "降一级" in assess(doubtful).alarms[0].reason


def test_assess_of_wage_arrears_with_a_deadline_is_surer_than_without():
    plain, dated = assess("工地拖欠工资"), assess("工地拖欠工资，春节前老板要跑路")
    assert (plain.level, dated.level) == ("urgent", "urgent")
    assert dated.probability > plain.probability


def test_assess_of_a_question_about_wage_arbitration_raises_no_alarm():
    assert assess("请问欠薪怎么申请劳动仲裁").level == "normal"


def test_alarm_words_stand_in_the_text_and_the_span_marks_the_first():
    text = "急！社港集镇大桥上有一百多人堵着路，两边吵起来"
    alarm = assess(text).alarms[0]
    assert text[alarm.start : alarm.end] == alarm.words[0]
    assert all(word in text for word in alarm.words)
    assert alarm.words[0] in alarm.reason


def test_alarms_stand_gravest_first():
    levels = [a.level for a in assess("孩子走失了，电梯也坏了，工地拖欠工资").alarms]
    assert levels == sorted(levels, key=LEVELS.index)
    assert len(set(levels)) == 2


@pytest.mark.parametrize(
    "text", [None, "", "。", "！！！……", "啊", "<script>alert(1)</script>'; DROP TABLE case;--"]
)
def test_assess_of_text_without_words_is_normal(text):
    assert assess(text).level == "normal"


@pytest.mark.parametrize("part", ["燃气", "没有燃气泄漏", "没有任何", "孩子被", "，", "a1", "十几个"])
def test_assess_of_endless_repetition_ends_with_few_alarms(part):
    assert len(assess(part * (100_000 // len(part))).alarms) <= 12


def test_a_word_in_html_is_still_heard():
    assert assess("<p>厨房<b>着火</b>了</p>").level == "critical"


WORDS = st.sampled_from(
    ["没有", "燃气泄漏", "自杀", "，", "。", "如果", "孩子", "十几个人", "怎么", "去年", "x", " ", "\n"]
)


@settings(max_examples=150, deadline=None)
@given(st.lists(WORDS, max_size=40).map("".join))
def test_every_alarm_can_be_shown_in_the_text(text):
    result = assess(text)
    folded = fold(text)
    assert 0 <= result.probability <= 1
    assert result.level == (result.alarms[0].level if result.alarms else "normal")
    for alarm in result.alarms:
        assert folded[alarm.start : alarm.end] == alarm.words[0]
        assert all(word in folded for word in alarm.words)


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=200))
def test_a_danger_added_to_any_text_is_heard(text):
    assert assess(text + "。\n有人要跳楼").level == "critical"


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=100))
def test_folding_moves_no_character(text):
    assert len(fold(text)) == len(text)
