"""Entries of one unit of work continue the chains that others began, each in its order."""

from hotline.core import audit
from hotline.core.house import House
from hotline.core.identity import SYSTEM


def test_entries_of_one_unit_of_work_continue_their_chains(quiet_house: House) -> None:
    with quiet_house.open_uow(SYSTEM) as uow:
        uow.audit("case:1", "open", amount=1.5)
    with quiet_house.open_uow(SYSTEM) as uow:
        for subject in ("case:2", "case:1", "case:2", "case:1"):
            uow.audit(subject, "move", at=uow.now)
    with quiet_house.open_uow(SYSTEM) as uow:
        uow.audit("case:2", "close")
    with quiet_house.open_uow(SYSTEM) as uow:
        rows = uow.session.query(audit.AuditEntry).order_by(audit.AuditEntry.subject, audit.AuditEntry.seq)
        assert [(row.subject, row.seq, row.action) for row in rows] == [
            ("case:1", 1, "open"), ("case:1", 2, "move"), ("case:1", 3, "move"),
            ("case:2", 1, "move"), ("case:2", 2, "move"), ("case:2", 3, "close"),
        ]  # fmt: skip
        assert list(audit.verify(uow.session, uow.vault)) == []


def test_chain_of_a_new_subject_begins_without_a_look_and_goes_on(quiet_house: House) -> None:
    with quiet_house.open_uow(SYSTEM) as uow:
        uow.born("case:7")
        uow.audit("case:7", "open")
        uow.session.flush()
        uow.audit("case:7", "move")
    with quiet_house.open_uow(SYSTEM) as uow:
        uow.audit("case:7", "close")
    with quiet_house.open_uow(SYSTEM) as uow:
        rows = uow.session.query(audit.AuditEntry).order_by(audit.AuditEntry.seq)
        assert [(row.seq, row.action) for row in rows] == [(1, "open"), (2, "move"), (3, "close")]
        assert list(audit.verify(uow.session, uow.vault)) == []
