"""A citizen with an old phone: no script, forms only."""

import io
import re

import pytest
from PIL import Image

from dispatch import query_codes
from dispatch.models import Case
from dispatch.status import CaseStatus
from tests.db.dispatch.conftest import REWORK

FORM = {
    "case_type": "complaint",
    "facts": "金沙小区 3 栋电梯停运三天了，老人出不了门。物业一直不管。",
    "demand": "尽快修好",
    "area_code": "430181001",
    "address": "金沙小区 3 栋",
    "secrecy": "open",
    "name": "王小明",
    "phone": "138 0013 8000",
}


class Phone:
    """A browser that follows links and sends forms with the hidden fields it was given."""

    def __init__(self, app) -> None:
        self.client = app.test_client()
        self.vault = app.extensions["house"].vault
        self.page = ""

    def code(self, case: Case) -> str:
        """What the SMS said."""
        return query_codes.code_of(self.vault, case)

    def open(self, path: str) -> str:
        answer = self.client.get(path, follow_redirects=True)
        self.status, self.page, self.path = answer.status_code, answer.text, answer.request.path
        return self.page

    def send(self, path: str, fields: dict, **more) -> str:
        hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', self.page))
        answer = self.client.post(path, data=hidden | fields, follow_redirects=True, **more)
        self.status, self.page, self.path = answer.status_code, answer.text, answer.request.path
        return self.page


@pytest.fixture
def phone(app, city) -> Phone:
    return Phone(app)


def follow(phone: Phone, case: Case, code: str | None = None) -> str:
    phone.open("/progress")
    return phone.send("/progress", {"case_no": case.case_no, "query_code": code or phone.code(case)})


def test_a_case_is_submitted_and_followed_with_number_and_code(phone, city, quiet_house):
    phone.open("/submit")
    page = phone.send("/submit", FORM)
    assert "已收到您反映的问题" in page
    case_no, code = re.findall(r'class="number">(\w+)<', page)
    page = phone.open(f"/case?no={case_no}")
    assert "已收到，热线正在审核" in page
    assert "您的诉求已登记，正在审核" in page
    with quiet_house.sessions() as session:
        case = session.query(Case).filter_by(case_no=case_no).one()
    assert (city.code(case), case.channel, case.title) == (
        code,
        "web",
        "金沙小区 3 栋电梯停运三天了，老人出不了门",
    )
    assert case.suggestion["source"] == "catalogue"  # kept, to be held against what people decide


def test_the_same_form_sent_twice_makes_one_case(phone, city, quiet_house):
    phone.open("/submit")
    form_page = phone.page
    phone.send("/submit", FORM)
    phone.page = form_page
    assert "已收到您反映的问题" in phone.send("/submit", FORM)
    with quiet_house.sessions() as session:
        assert session.query(Case).count() == 1


def test_missing_fields_are_told_in_plain_words_and_nothing_typed_is_lost(phone):
    phone.open("/submit")
    page = phone.send("/submit", FORM | {"facts": "", "phone": "", "address": "金沙小区"})
    assert phone.status == 422
    assert "请填写“事情经过”" in page
    assert "请填写联系电话，或勾选“不留姓名和电话”" in page
    assert "还有 2 处需要修改" in page
    assert 'value="金沙小区"' in page


def test_a_wrong_telephone_number_is_told(phone):
    phone.open("/submit")
    assert "请检查联系电话" in phone.send("/submit", FORM | {"phone": "1380013800"})


def test_an_anonymous_case_needs_no_telephone(phone):
    phone.open("/submit")
    assert "已收到" in phone.send("/submit", FORM | {"phone": "", "name": "", "anonymous": "yes"})


def test_photos_are_kept_without_their_metadata(phone, quiet_house):
    exif = Image.Exif()
    exif[0x010F] = "PhoneMaker"
    target = io.BytesIO()
    Image.new("RGB", (30, 20), "blue").save(target, "JPEG", exif=exif)
    phone.open("/submit")
    phone.send("/submit", FORM | {"files": (io.BytesIO(target.getvalue()), "楼道.jpg")})
    (stored,) = (quiet_house.settings.data_dir / "files").rglob("*.jpg")
    assert b"PhoneMaker" not in stored.read_bytes()


def test_a_file_that_is_no_photo_is_told_beside_the_field(phone):
    phone.open("/submit")
    page = phone.send("/submit", FORM | {"files": (io.BytesIO(b"#!/bin/sh"), "照片.jpg")})
    assert phone.status == 422
    assert "不是可以上传的类型" in page


def test_a_form_of_another_site_is_refused(phone):
    phone.open("/submit")
    phone.page = ""
    phone.send("/submit", FORM)
    assert phone.status == 403
    assert "页面已过期" in phone.page


def test_a_wrong_code_opens_nothing_and_guessing_is_stopped(phone, city):
    case = city.get(city.submitted())
    wrong = "000000" if city.code(case) != "000000" else "111111"
    for _ in range(5):
        assert "工单编号或查询码不对" in follow(phone, case, wrong)
        assert phone.status == 404
    assert "输错次数过多" in follow(phone, case)
    assert phone.status == 429


def test_a_number_that_does_not_exist_answers_like_a_wrong_code(phone, city):
    case = city.get(city.submitted())
    pages = []
    for number in (case.case_no, "LY20200101000017"):
        phone.open("/progress")
        page = phone.send("/progress", {"case_no": number, "query_code": "abcdef"})
        pages.append(re.sub(r'value="[^"]*"', "", page))
    assert pages[0] == pages[1]


def test_a_case_page_without_the_code_asks_for_it(phone, city):
    case = city.get(city.submitted())
    page = phone.open(f"/case?no={case.case_no}")
    assert phone.path == "/progress"
    assert case.title not in page


def test_an_opened_case_closes_after_half_an_hour(phone, city, clock):
    case = city.get(city.submitted())
    follow(phone, case)
    assert case.title in phone.page
    clock.move(minutes=31)
    assert "请再输入一次" in phone.open(f"/case?no={case.case_no}")


def test_the_page_names_holder_and_last_day_and_how_it_was_counted(phone, city):
    page = follow(phone, city.get(city.dispatched()))
    assert "市住建局：等待接收" in page
    assert "由市住建局办理，最晚 9月24日" in page
    assert "9月20日" in page
    assert "已派给 市住建局 办理" in page


def test_the_page_shows_nothing_of_the_inner_workings(phone, city):
    page = follow(phone, city.get(city.replied()))
    assert "维保单位已更换主板" not in page
    assert "agent" not in page
    assert "138" not in page


def test_a_citizen_adds_urges_once_a_day_and_asks_to_withdraw(phone, city):
    case = city.get(city.signed())
    follow(phone, case)
    assert "已补充" in phone.send("/case/append", {"no": case.case_no, "text": "今天又停了"})
    assert "今天又停了" in phone.page
    assert "已催办" in phone.send("/case/urge", {"no": case.case_no})
    assert "催一催" not in phone.page
    assert "已收到撤销申请" in phone.send("/case/ask_withdraw", {"no": case.case_no, "text": "自己修好了"})


def test_a_text_that_is_needed_and_missing_is_asked_for_on_the_page(phone, city):
    case = city.get(city.signed())
    follow(phone, case)
    assert "“您要补充什么”还没有填写" in phone.send("/case/append", {"no": case.case_no, "text": ""})


def test_the_result_is_rated_from_the_link_of_the_sms(phone, city, people):
    case = city.get(city.followed_up())
    phone.open("/rate")
    assert "评价办理结果" in phone.page
    phone.send("/progress", {"case_no": case.case_no, "query_code": city.code(case)})
    assert "您反映的电梯已于今日修复" in phone.page
    page = phone.send("/case/rate", {"no": case.case_no, "satisfaction": "satisfied", "solved": "yes"})
    assert "谢谢您的评价" in page
    assert people["followup1"].get(f"cases/{case.id}").json["first_satisfaction"] == "satisfied"


def test_who_is_not_satisfied_sees_the_case_go_back(phone, city):
    case_id = city.followed_up()
    city.do(case_id, "rework", "follow_up", REWORK)
    page = follow(phone, city.get(case_id))
    assert "正在重新办理" in page


def test_a_refused_matter_names_the_reason_and_the_way_and_can_be_objected_to_once(phone, city):
    case_id = city.submitted()
    refusal = {"refusal_code": "legal_remedy", "reason": "已进入诉讼", "route_told": True}
    city.do(case_id, "refuse", "reviewer", refusal)
    case = city.get(case_id)
    page = follow(phone, case)
    assert "这件事不由热线受理" in page
    assert "请依法提起诉讼" in page
    assert "热线会重新审核" in phone.send("/case/object_refusal", {"no": case.case_no, "text": "还没有立案"})
    assert "已收到，热线正在审核" in phone.page


def test_large_type_stays(phone):
    assert '<html lang="zh-CN" class="large">' in phone.open("/type-size?large=1&back=/submit")
    assert phone.path == "/submit"
    assert 'class="large"' in phone.open("/")
    assert 'class="large"' not in phone.open("/type-size?large=0&back=/")


@pytest.mark.parametrize("back", ["//evil.example", "https://evil.example", "/\\evil.example", ""])
def test_the_type_switch_leads_nowhere_else(phone, back: str):
    phone.client.get("/")
    answer = phone.client.get("/type-size", query_string={"large": "1", "back": back})
    assert answer.headers["Location"] == "/"


def test_pages_need_no_script(phone):
    for path in ("/", "/submit", "/progress"):
        page = phone.open(path)
        assert "<script" not in page
        assert "javascript:" not in page


def test_a_page_that_does_not_exist_leads_home(phone):
    page = phone.open("/nothing/here")
    assert phone.status == 404
    assert 'href="/"' in page


def test_sent_sms_are_shown_in_a_demo_house_only(app, phone, quiet_house):
    assert "还没有发出短信" in phone.open("/demo/sms")
    settings = quiet_house.settings.model_copy(update={"mode": "production"})
    app.extensions["house"] = type(quiet_house)(**(vars(quiet_house) | {"settings": settings}))
    phone.open("/demo/sms")
    assert phone.status == 404


def test_a_result_is_objected_to_with_one_tap_and_once(phone, city):
    case_id = city.closed()
    follow(phone, city.get(case_id))
    page = phone.send("/case/object_result", {"no": city.get(case_id).case_no, "text": ""})
    assert "已收到您的意见，热线会与您联系" in page
    assert "对结果不服" not in page
    assert city.get(case_id).status is CaseStatus.FOLLOW_UP
