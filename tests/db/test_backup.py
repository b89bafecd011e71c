"""A backup brings the whole house back: rows, files, audit trail; never over an existing one."""

import tarfile

import pytest
from sqlalchemy import text
from sqlalchemy.engine import make_url

from hotline import backup, broker, subscribers
from hotline.core import audit
from hotline.core import house as houses
from hotline.core.audit import AuditEntry
from hotline.core.identity import SYSTEM
from hotline.core.settings import Settings
from hotline.migrations import run as migrations
from hotline.trouble import Trouble


@pytest.fixture
def make_house(engine, database_url, tmp_path):
    built = []

    def make(name):
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text(f"drop database if exists {name} with (force)"))
            connection.execute(text(f"create database {name} template template0"))
        url = make_url(database_url).set(database=name).render_as_string(hide_password=False)
        settings = Settings(data_dir=tmp_path / name, database_url=url)
        settings.data_dir.mkdir()
        built.append(houses.build(settings, routes=subscribers.ROUTES))
        return built[-1]

    yield make
    for house in built:
        house.engine.dispose()


@pytest.fixture
def source(make_house):
    house = make_house("backup_source")
    migrations.upgrade(house.engine)
    broker.prepare(house.engine, house.settings)
    (house.settings.data_dir / "recordings" / "ab").mkdir(parents=True)
    (house.settings.data_dir / "recordings" / "ab" / "one.ogg.sealed").write_bytes(b"sealed sound")
    with house.open_uow(SYSTEM) as uow:
        uow.audit("case:1", "open", title="夜间施工扰民")
    return house


@pytest.fixture
def archive(source, tmp_path):
    target = tmp_path / "house.tar"
    backup.save(source, target, list)
    return target


def test_load_when_house_is_empty_then_rows_files_and_key_are_back(make_house, archive):
    copy = make_house("backup_copy")
    backup.load(copy, archive, list)
    # As a new process would: with the key that lies in the data directory now.
    fresh = Settings(data_dir=copy.settings.data_dir, database_url=copy.settings.database_url)
    again = houses.build(fresh, routes={})
    try:
        with again.sessions() as session:
            assert session.get_one(AuditEntry, 1).details == {"title": "夜间施工扰民"}
            assert list(audit.verify(session, again.vault)) == []
    finally:
        again.engine.dispose()
    sound = copy.settings.data_dir / "recordings" / "ab" / "one.ogg.sealed"
    assert sound.read_bytes() == b"sealed sound"
    assert migrations.at_head(copy.engine)


def test_load_when_house_has_data_then_refuses(source, archive):
    with pytest.raises(Trouble, match="恢复只能进入空库"):
        backup.load(source, archive, list)


def test_load_when_file_is_no_backup_then_says_so(make_house, tmp_path):
    (tmp_path / "letter.txt").write_text("您好")
    with pytest.raises(Trouble, match="不是可读的备份文件"):
        backup.load(make_house("backup_copy"), tmp_path / "letter.txt", list)


def test_save_when_target_cannot_be_written_then_leaves_nothing(source, tmp_path):
    with pytest.raises(Trouble, match="备份无法写入"):
        backup.save(source, tmp_path / "missing" / "house.tar", list)
    assert list(tmp_path.glob("*.part")) == []


def test_save_when_done_then_only_we_may_read_it_and_the_queue_is_left_out(archive):
    assert archive.stat().st_mode & 0o077 == 0
    with tarfile.open(archive) as opened:
        dump = opened.extractfile("database.dump").read()
    assert b"audit_entry" in dump
    assert b"pgmq" not in dump


@pytest.mark.parametrize("name", ["../outside.txt", "/outside.txt", "link"])
def test_load_when_an_archive_reaches_outside_the_house_then_refuses(make_house, archive, tmp_path, name):
    with tarfile.open(archive, "a") as foreign:
        member = tarfile.TarInfo(name)
        if name == "link":
            member.type, member.linkname = tarfile.SYMTYPE, "/etc"
        foreign.addfile(member)
    with pytest.raises(Trouble, match="不是可读的备份文件"):
        backup.load(make_house("backup_foreign"), archive, list)
    assert not (tmp_path / "outside.txt").exists()
