"""`hotline up` as a person runs it: it starts, heals, refuses a second one, and leaves nothing behind."""

import os
import signal
import socket
import ssl
import subprocess
import sys
import threading
import time
import urllib.request
from contextlib import suppress
from pathlib import Path
from urllib.error import URLError

import psutil
import pytest

PROJECT = Path(__file__).parents[2]
PATIENCE_S = 60


def free_port(kind):
    with socket.socket(socket.AF_INET, kind) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class House:
    """A running `hotline up`; `lines` are what its terminal shows."""

    def __init__(self, data_dir, *options):
        self.data_dir = data_dir
        self.http = f"127.0.0.1:{free_port(socket.SOCK_STREAM)}"
        self.environment = os.environ | {
            "HOTLINE_DATA_DIR": str(data_dir),
            "HOTLINE_HTTP_BIND": self.http,
            "HOTLINE_SIP_BIND": f"127.0.0.1:{free_port(socket.SOCK_DGRAM)}",
        }
        self.lines = []
        self.process = self.run("up", *options)
        self.reader = threading.Thread(target=self._read)
        self.reader.start()

    def run(self, *arguments, **environment):
        return subprocess.Popen(
            [sys.executable, "-m", "hotline", *arguments],
            cwd=PROJECT,
            env=self.environment | environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def _read(self):
        for line in self.process.stdout:
            self.lines.append(line)

    def shows(self, words):
        return any(words in line for line in self.lines)

    def answers(self, path="/healthz", scheme="http"):
        context = ssl._create_unverified_context() if scheme == "https" else None
        with suppress(URLError, OSError):
            return (
                urllib.request.urlopen(f"{scheme}://{self.http}{path}", timeout=2, context=context).status
                == 200
            )

    def child(self, mark):
        for process in psutil.Process(self.process.pid).children(recursive=True):
            with suppress(psutil.NoSuchProcess):
                if mark in " ".join(process.cmdline()) and process.status() != psutil.STATUS_ZOMBIE:
                    return process
        return None

    def postmaster(self):
        with suppress(OSError, psutil.NoSuchProcess):
            return psutil.Process(
                int((self.data_dir / "postgres/cluster/postmaster.pid").read_text().split()[0])
            )

    def until(self, condition):
        deadline = time.monotonic() + PATIENCE_S
        while not condition():
            assert self.process.poll() is None, "".join(self.lines[-30:])
            assert time.monotonic() < deadline, "".join(self.lines[-30:])
            time.sleep(0.1)

    def stop(self):
        if self.process.stdout.closed:
            return self.process.returncode
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(PATIENCE_S)
        self.reader.join()
        self.process.stdout.close()
        return code


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory):
    return tmp_path_factory.mktemp("up")


@pytest.fixture(scope="module")
def house(data_dir):
    running = House(data_dir)
    try:
        running.until(lambda: running.shows("已启动"))
        yield running
    finally:
        running.stop()


def test_up_when_started_then_table_names_the_addresses(house):
    house.until(lambda: house.shows("Ctrl-C"))
    assert house.shows(f"http://{house.http}/console/")
    assert house.answers()


@pytest.mark.parametrize("mark", ["web.app", "hotline.celery_app", "hotline.beat", "telephony.worker_main"])
def test_up_when_a_process_is_killed_then_it_comes_back(house, mark):
    before = house.child(mark)
    before.kill()
    house.until(lambda: (now := house.child(mark)) is not None and now.pid != before.pid)


def test_up_when_postgres_is_killed_then_it_comes_back_and_the_house_answers(house):
    before = house.postmaster()
    before.kill()
    house.until(lambda: (now := house.postmaster()) is not None and now.pid != before.pid)
    house.until(lambda: house.answers("/readyz"))


def test_up_when_a_second_one_starts_on_the_same_data_then_refused_in_one_sentence(house):
    second = house.run("up", HOTLINE_HTTP_BIND="127.0.0.1:1", HOTLINE_SIP_BIND="127.0.0.1:1")
    output = second.communicate(timeout=PATIENCE_S)[0]
    assert second.returncode == 1
    assert "已有一个正在运行" in output
    assert "Traceback" not in output


def test_up_when_port_is_taken_then_refused_in_one_sentence(house, tmp_path):
    second = house.run("up", HOTLINE_DATA_DIR=str(tmp_path))
    output = second.communicate(timeout=PATIENCE_S)[0]
    assert second.returncode == 1
    assert f"端口 {house.http}/tcp 已被占用" in output
    assert "Traceback" not in output


def test_commands_when_the_house_is_up_then_use_its_database(house):
    command = house.run("deadline", "--from", "2026-09-18T16:00", "--limit", "5wd")
    output = command.communicate(timeout=PATIENCE_S)[0]
    assert command.returncode == 0, output
    assert "2026-09-24" in output
    assert house.postmaster() is not None


def test_up_when_told_to_stop_then_all_end_and_the_next_start_keeps_the_data(data_dir, house):
    members = [*psutil.Process(house.process.pid).children(recursive=True), house.postmaster()]
    assert house.stop() == 0
    assert psutil.wait_procs(members, timeout=5)[1] == []
    again = House(data_dir, "--tls")
    try:
        again.until(lambda: again.shows("Ctrl-C"))
        assert again.answers(scheme="https")
        assert [line for line in again.lines if "Traceback" in line] == []
    finally:
        again.stop()


def test_up_when_production_and_demo_then_refused():
    environment = os.environ | {"HOTLINE_MODE": "production", "HOTLINE_SECRET_KEY": "k" * 32}
    done = subprocess.run(
        [sys.executable, "-m", "hotline", "up", "--demo"],
        cwd=PROJECT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "生产模式不能装入演示数据" in done.stderr
