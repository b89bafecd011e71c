"""A citizen proves a telephone number by SMS and finds all cases of that number, and nothing of anybody else."""

import re

import pytest

from dispatch.models import PhoneCode
from hotline.adapters import sms
from hotline.core.events import EventRow
from hotline.core.identity import SYSTEM
from hotline.subscribers import HANDLERS
from tests.journeys.test_citizen import Phone

NUMBER = "138 0013 8000"


@pytest.fixture
def phone(app, city) -> Phone:
    return Phone(app)


@pytest.fixture
def received(quiet_house):
    """The code of the newest SMS, after the workers have delivered what waits."""

    def read() -> str:
        with quiet_house.open_uow(SYSTEM) as uow:
            for row in uow.session.query(EventRow).filter(EventRow.name == "citizen.code_asked"):
                HANDLERS["notices.send_code"](uow, row)
            [newest, *_] = sms.latest(uow)
        assert newest.to == "+8613800138000"
        return re.search(r"验证码(\d{6})", newest.text)[1]

    return read


def asked(phone: Phone, number: str = NUMBER) -> str:
    phone.open("/my")
    return phone.send("/my/code", {"phone": number})


def test_the_code_of_the_sms_opens_the_list_of_own_cases_and_one_of_them(phone, city, received):
    mine = city.get(city.dispatched(title="小区电梯停运"))
    other = city.get(city.submitted(title="别人的事", contact_no="13900139000", caller_no="13900139000"))
    assert "验证码已发送" in asked(phone)
    page = phone.send("/my", {"phone": NUMBER, "code": received()})
    assert mine.case_no in page
    assert "别人的事" not in page
    page = phone.send("/my/case", {"no": mine.case_no})
    assert "市住建局 " in page or "市住建局：" in page
    phone.open("/my")
    phone.send("/my/case", {"no": other.case_no})
    assert phone.status == 404


def test_a_code_opens_once_and_only_for_five_minutes(phone, city, clock, received):
    asked(phone)
    code = received()
    clock.move(minutes=5)
    assert "不对或已过期" in phone.send("/my", {"phone": NUMBER, "code": code})
    asked(phone)
    code = received()
    phone.send("/my", {"phone": NUMBER, "code": code})
    assert phone.path == "/my"
    phone.send("/my/leave", {})
    phone.open("/my")
    assert "不对或已过期" in phone.send("/my", {"phone": NUMBER, "code": code})


def test_after_five_wrong_codes_the_right_one_is_refused_too(phone, city, received):
    asked(phone)
    code = received()
    for guess in range(5):
        wrong = f"{(int(code) + guess + 1) % 10**6:06d}"
        assert "不对或已过期" in phone.send("/my", {"phone": NUMBER, "code": wrong})
    assert "不对或已过期" in phone.send("/my", {"phone": NUMBER, "code": code})


def test_codes_are_not_sent_twice_in_a_minute_nor_more_than_ten_a_day(phone, city, clock):
    assert "验证码已发送" in asked(phone)
    assert "一分钟后再试" in asked(phone)
    for _ in range(9):
        clock.move(minutes=4)
        assert "一分钟后再试" not in asked(phone)
    clock.move(minutes=4)
    assert "一天最多 10 次" in asked(phone)


def test_no_code_is_stored_and_the_number_only_encrypted(phone, city, received, quiet_house):
    asked(phone)
    code = received()
    with quiet_house.open_uow(SYSTEM) as uow:
        row = uow.session.query(PhoneCode).one()
        kept = b" ".join(
            value if isinstance(value, bytes) else str(value).encode()
            for value in (getattr(row, column.key) for column in PhoneCode.__table__.columns)
        )
    assert code.encode() not in kept
    assert b"13800138000" not in kept


@pytest.mark.parametrize("number", ["", "0731-83600000", "12345", "电话"])
def test_what_cannot_receive_an_sms_is_refused(phone, city, number: str):
    page = asked(phone, number)
    assert phone.status == 422
    assert "验证码已发送" not in page


def test_half_an_hour_later_the_number_must_be_proven_again(phone, city, clock, received):
    asked(phone)
    phone.send("/my", {"phone": NUMBER, "code": received()})
    clock.move(minutes=30)
    assert "获取短信验证码" in phone.open("/my")
