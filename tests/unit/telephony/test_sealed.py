"""Sound at rest: what was sealed comes back, whatever was touched does not."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hotline.core.privacy import Vault, WrongKey
from telephony.sealed import CHUNK_BYTES, MAGIC, TAG_BYTES, Damaged, seal, unseal

VAULT = Vault(b"a root secret of the house")
SIZES = [0, 1, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1, 3 * CHUNK_BYTES]


@pytest.mark.parametrize("size", SIZES)
def test_sound_when_sealed_and_unsealed_then_the_same(size: int):
    sound = bytes(index % 251 for index in range(size))
    sealed = seal(VAULT, sound)
    assert unseal(VAULT, sealed) == sound
    assert size < 16 or sound[:16] not in sealed


def test_sound_when_sealed_twice_then_never_the_same_bytes():
    assert seal(VAULT, b"sound") != seal(VAULT, b"sound")


@settings(max_examples=60, deadline=None)
@given(at=st.integers(0, 2 * CHUNK_BYTES), bit=st.integers(0, 7))
def test_sound_when_one_bit_is_touched_then_damaged(at: int, bit: int):
    sealed = bytearray(seal(VAULT, bytes(2 * CHUNK_BYTES)))
    sealed[at] ^= 1 << bit
    with pytest.raises((Damaged, WrongKey)):
        unseal(VAULT, bytes(sealed))


def test_sound_when_any_byte_before_it_is_touched_then_damaged():
    sealed = seal(VAULT, b"sound")
    for at in range(len(sealed)):
        wrong = bytearray(sealed)
        wrong[at] ^= 0x41
        with pytest.raises((Damaged, WrongKey)):
            unseal(VAULT, bytes(wrong))


def test_sound_when_cut_or_reordered_then_damaged():
    sealed = seal(VAULT, bytes(3 * CHUNK_BYTES))
    step = CHUNK_BYTES + TAG_BYTES
    head = len(sealed) - 3 * step
    for wrong in (
        sealed[:-step],
        sealed[:-1],
        sealed[:head] + sealed[head + step : head + 2 * step] + sealed[head : head + step] + sealed[-step:],
        sealed + sealed[-step:],
        MAGIC,
        b"",
    ):
        with pytest.raises((Damaged, WrongKey)):
            unseal(VAULT, wrong)


def test_sound_when_opened_with_the_key_of_another_house_then_refused():
    with pytest.raises(WrongKey):
        unseal(Vault(b"another house"), seal(VAULT, b"sound"))
