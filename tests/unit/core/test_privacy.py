"""Contact data: what is hidden stays hidden, what is equal is found."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline.core import privacy
from hotline.core.privacy import Vault, WrongKey

VAULT = Vault(b"k" * 40)


@given(st.text())
def test_decrypt_after_encrypt_gives_the_text_back(text):
    assert VAULT.decrypt(VAULT.encrypt(text)) == text


def test_encrypt_twice_gives_different_ciphertexts():
    assert VAULT.encrypt("13800000000") != VAULT.encrypt("13800000000")


def test_decrypt_with_another_key_says_what_to_check():
    with pytest.raises(WrongKey, match="HOTLINE_SECRET_KEY"):
        Vault(b"other" * 10).decrypt(VAULT.encrypt("x"))


@pytest.mark.parametrize(
    "written",
    [
        "13800138000",
        "+8613800138000",
        "+86 138-0013-8000",
        "138 0013 8000",
        "１３８００１３８０００",
        "008613800138000",
    ],
)
def test_search_hash_of_one_number_in_all_its_forms_is_equal(written):
    assert VAULT.search_hash(written) == VAULT.search_hash("13800138000")


@pytest.mark.parametrize(
    ("written", "normal"),
    [
        ("0731-83612345", "+8673183612345"),
        ("83612345", "+8673183612345"),
        ("（0731）83612345", "+8673183612345"),
        ("12345", "12345"),
        ("10086", "10086"),
        ("95588", "95588"),
        ("4008001234", "4008001234"),
        ("+85261234567", "+85261234567"),
        ("不是电话", None),
        ("", None),
    ],
)
def test_phone_e164_knows_every_chinese_form(written, normal):
    assert privacy.phone_e164(written) == normal


@pytest.mark.parametrize(
    ("phone", "masked"),
    [
        ("13800138000", "138****8000"),
        ("+8613800138000", "138****8000"),
        ("0731-83612345", "073****2345"),
        ("83612345", "****45"),
        ("110", "****"),
        ("", "****"),
    ],
)
def test_mask_phone_keeps_only_what_identifies_nobody(phone, masked):
    assert privacy.mask_phone(phone) == masked


@pytest.mark.parametrize(
    ("name", "masked"), [("王小明", "王**"), ("李", "李*"), ("欧阳某某", "欧***"), ("", "")]
)
def test_mask_name_keeps_the_family_name(name, masked):
    assert privacy.mask_name(name) == masked


@given(st.text(min_size=6, max_size=30))
def test_mask_id_no_hides_at_least_four_characters(text):
    assert privacy.mask_id_no(text).count("*") >= 4
