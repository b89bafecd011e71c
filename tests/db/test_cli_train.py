"""The commands `hotline train` and `hotline models`: files read and kept, a killed training, models brought back."""

import signal
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from openpyxl import Workbook

from classifier import store
from classifier.brain import untaught
from classifier.catalogue import Catalogue
from classifier.taxonomy import Category as Node
from classifier.taxonomy import Taxonomy
from dispatch.models import Category
from hotline.cli import cli
from hotline.core.errors import DomainError
from hotline.core.house import House
from hotline.core.identity import SYSTEM
from hotline.desk import brain
from hotline.trouble import Trouble

PROJECT = Path(__file__).parents[2]
NOW = datetime(2026, 9, 18, tzinfo=UTC)
CHAMPION = "20260101-041000"


@pytest.fixture
def environment(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    with house.open_uow(SYSTEM) as uow:
        for code, name, words in (("A", "公用", []), ("A01", "路灯", ["路灯"]), ("A02", "燃气", ["燃气"])):
            row = Category(code=code, name=name, parent_code=code[:-2] or None, level=len(code) // 2 + 1)
            row.keywords, row.case_types = words, []
            uow.session.add(row)
            uow.session.flush()
    monkeypatch.setenv("HOTLINE_DATABASE_URL", str(house.settings.database_url))
    monkeypatch.setenv("HOTLINE_DATA_DIR", str(house.settings.data_dir))
    monkeypatch.setenv("HOTLINE_SECRET_KEY", house.settings.secret_key.get_secret_value())
    monkeypatch.setenv("HOTLINE_MODE", "production")


@pytest.fixture
def champion(house: House) -> Path:
    """A model in use, and cases enough for a longer training."""
    where = brain.folder(house.settings)
    tree = Taxonomy(
        [Node("A", "公用"), Node("A01", "路灯", "A", 2, ("路灯",)), Node("A02", "燃气", "A", 2, ("燃气",))]
    )
    store.save(untaught(Catalogue(tree), NOW), where, CHAMPION)
    kept = house.settings.data_dir / "examples" / "city.csv"
    kept.parent.mkdir()
    rows = [
        f"{street}号{what},{code}"
        for street in range(300)
        for what, code in (("路灯不亮", "A01"), ("燃气停供", "A02"))
    ]
    kept.write_text("\n".join(["text,category_code", *rows]), encoding="utf-8")
    return where


def hotline(*arguments: object) -> Result:
    return CliRunner().invoke(cli, [str(one) for one in arguments])


def test_train_when_killed_half_way_then_the_old_model_stays_in_use(environment, champion: Path):
    training = subprocess.Popen(
        [sys.executable, "-m", "hotline", "train"], cwd=PROJECT, stderr=subprocess.PIPE, text=True
    )
    for line in training.stderr:
        if "学习曲线" in line:
            training.send_signal(signal.SIGKILL)
            break
    assert training.wait() == -signal.SIGKILL
    training.stderr.close()
    assert store.current(champion) == CHAMPION
    assert store.load(champion).facts["examples"] == 0
    assert store.names(champion) == [CHAMPION]


def test_train_with_preview_shows_how_a_file_is_read_and_trains_nothing(
    environment, house: House, tmp_path: Path
):
    book = Workbook()
    for row in (("诉求描述", "小类"), ("门口路灯不亮", "公用/路灯"), ("不清楚", "别的")):
        book.active.append(row)
    book.save(tmp_path / "历史.xlsx")
    columns = ("--map", "正文=诉求描述", "--map", "分类=小类")
    done = hotline("train", "--csv", tmp_path / "历史.xlsx", *columns, "--preview")
    assert done.exit_code == 0, done.output
    assert "可用 1 条" in done.stdout
    assert "text=诉求描述, label=小类" in done.stdout
    assert "A01 | | | 门口路灯不亮" in done.stdout
    assert "小类：别的 ×1" in done.stderr
    assert store.names(brain.folder(house.settings)) == []


@pytest.mark.parametrize(
    ("content", "options", "reason"),
    [
        (b"", (), "没有表头"),
        ("甲,乙\n1,2\n".encode("gb18030"), (), "没有正文或标题列"),
        ("正文\n路灯\n".encode(), ("--map", "正文=内容"), "没有“内容”列"),
        ("正文\n路灯\n".encode(), ("--map", "颜色=正文"), "我方列"),
    ],
)
def test_train_with_a_file_that_cannot_be_read_says_why(
    environment, tmp_path: Path, content, options, reason: str
):
    (tmp_path / "坏.csv").write_bytes(content)
    done = hotline("train", "--csv", tmp_path / "坏.csv", *options)
    assert isinstance(done.exception, Trouble)
    assert reason in done.exception.zh


def test_models_are_listed_and_brought_back(environment, champion: Path):
    store.save(store.load(champion), champion, "20260201-041000")
    assert hotline("models", "list").stdout.startswith("* 20260201-041000")
    assert hotline("models", "use", CHAMPION, "--reason", "新模型不准").exit_code == 0
    assert store.current(champion) == CHAMPION
    assert isinstance(hotline("models", "use", "20990101-000000", "--reason", "没有").exception, DomainError)
