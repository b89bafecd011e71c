"""The audit trail: append-only, and every kind of tampering is found."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from hotline.core import audit
from hotline.core.clock import LOCAL
from hotline.core.identity import SYSTEM


def _trail(uow):
    for subject, action in [
        ("case:1", "open"),
        ("case:1", "submit"),
        ("case:2", "open"),
        ("case:1", "accept"),
    ]:
        uow.audit(subject, action, reason="测试", score=1e22, at=uow.now)
    uow.now = uow.now.astimezone(LOCAL)
    uow.audit("case:3", "open")
    audit.seal(uow.session, uow.vault, uow.now)
    uow.session.flush()


def _tamper(uow, statement):
    """As somebody with full rights in the database would."""
    uow.session.execute(text("alter table audit_entry disable trigger user"))
    uow.session.execute(text(statement))
    uow.session.expire_all()


def test_verify_of_an_untouched_trail_finds_nothing(uow):
    _trail(uow)
    assert list(audit.verify(uow.session, uow.vault)) == []


def test_audit_entry_cannot_be_changed(uow):
    _trail(uow)
    with pytest.raises(DatabaseError, match="append-only"):
        uow.session.execute(text("update audit_entry set action = 'x'"))


def test_audit_entry_cannot_be_deleted(uow):
    _trail(uow)
    with pytest.raises(DatabaseError, match="append-only"):
        uow.session.execute(text("delete from audit_entry"))


@pytest.mark.parametrize(
    ("statement", "breach"),
    [
        ("update audit_entry set actor_name = '别人' where subject = 'case:1' and seq = 2", ("case:1", 2)),
        ("update audit_entry set details = '{}' where subject = 'case:2' and seq = 1", ("case:2", 1)),
        (
            "update audit_entry set at = at + interval '1 s' where subject = 'case:1' and seq = 1",
            ("case:1", 1),
        ),
        ("delete from audit_entry where subject = 'case:1' and seq = 2", ("case:1", 2)),
        ("delete from audit_entry where subject = 'case:1' and seq = 1", ("case:1", 1)),
        (
            "update audit_entry set subject = 'case:2', seq = 2 where subject = 'case:1' and seq = 3",
            ("case:2", 2),
        ),
    ],
)
def test_verify_after_tampering_names_the_first_wrong_row(uow, statement, breach):
    _trail(uow)
    _tamper(uow, statement)
    assert breach in [(found.subject, found.seq) for found in audit.verify(uow.session, uow.vault)]


def test_verify_after_the_end_of_a_chain_was_cut_off_breaks_the_seal(house):
    with house.open_uow(SYSTEM) as earlier:
        earlier.audit("case:1", "open")
        earlier.audit("case:1", "close")
    with house.open_uow(SYSTEM) as night:
        sealed = audit.seal(night.session, night.vault, night.now)
    with house.open_uow(SYSTEM) as check:
        assert list(audit.verify(check.session, check.vault)) == []
        _tamper(check, "delete from audit_entry where subject = 'case:1' and seq = 2")
        assert [found.subject for found in audit.verify(check.session, check.vault)] == [f"seal:{sealed.id}"]
        check.session.rollback()


def test_hash_of_a_row_covers_what_came_before_it(uow):
    uow.audit("case:1", "open")
    uow.audit("case:1", "close")
    uow.session.flush()
    first, second = uow.session.query(audit.AuditEntry).order_by(audit.AuditEntry.seq)
    key = uow.vault.key("audit")
    assert audit._hash(key, first.hash, second) == second.hash
    assert audit._hash(key, bytes(32), second) != second.hash
