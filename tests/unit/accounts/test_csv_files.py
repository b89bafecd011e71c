"""CSV files of customers: every encoding they come in, every way they are broken, each fault named by its line."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline.accounts import csv_files
from hotline.accounts.csv_files import Column, FileRefused, FileUnreadable, Problem, read, refuse

COLUMNS = (
    Column("code", "代码", csv_files.pattern(r"[a-z]{2,8}", "只能用小写字母")),
    Column("name", "名称", csv_files.text(10)),
    Column("words", "关键词", csv_files.many(csv_files.text(5)), required=False, empty=[]),
    Column("open", "开放", csv_files.yes_or_no, required=False, empty=True),
)
GOOD = "code,name,words,open\nzhujian,住建局,物业|电梯,是\nxhs,消防,,no\n"


def problems(data: bytes | str) -> list[Problem]:
    return read(data.encode() if isinstance(data, str) else data, COLUMNS, ("code",))[1]


def reasons(data: bytes | str) -> list[tuple[int, str, str]]:
    return [(found.line, found.column, found.reason) for found in problems(data)]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_read_whatever_the_encoding_gives_the_same_lines(encoding, newline):
    lines, found = read(GOOD.replace("\n", newline).encode(encoding), COLUMNS, ("code",))
    assert found == []
    assert [line.cells for line in lines] == [
        {"code": "zhujian", "name": "住建局", "words": ["物业", "电梯"], "open": True},
        {"code": "xhs", "name": "消防", "words": [], "open": False},
    ]


def test_read_with_chinese_headings_and_tabs(monkeypatch):
    lines, found = read("代码\t名称\nab\t甲\n".encode(), COLUMNS, ("code",))
    assert found == []
    assert lines[0].cells == {"code": "ab", "name": "甲", "words": [], "open": True}


def test_read_a_rare_character_in_gb18030():
    lines, found = read("code,name\nab,㙍𠮷\n".encode("gb18030"), COLUMNS, ("code",))
    assert (found, lines[0]["name"]) == ([], "㙍𠮷")


def test_read_quoted_line_breaks_keep_the_line_numbers_of_the_file():
    text = 'code,name\nab,"第一\n第二"\nABC,丙\n'
    assert reasons(text) == [(4, "code", "只能用小写字母")]


def test_read_each_bad_cell_is_named_with_line_and_reason():
    text = "code,name,words,open\nA1,住建局,,\nab,,超过五个字的词,也许\ncd,丁,,\n"
    assert reasons(text) == [
        (2, "code", "只能用小写字母"),
        (3, "name", "必填"),
        (3, "words", "不能超过 5 个字"),
        (3, "open", "应为 yes 或 no（是、否）"),
    ]


def test_read_repeated_key_names_the_first_line():
    assert reasons("code,name\nab,甲\ncd,乙\nab,丙\n") == [(4, "code", "与第 2 行重复")]


def test_read_too_many_cells_are_a_fault_and_too_few_are_empty():
    assert reasons("code,name,words\nab,甲,x,y\n")[0][:2] == (2, "")
    assert reasons("code,name,words\nab,甲\n") == []


def test_read_blank_lines_are_passed_over():
    lines, found = read(b"code,name\n\n,,\nab,\xe7\x94\xb2\n\n", COLUMNS, ("code",))
    assert (found, [line.no for line in lines]) == ([], [4])


def test_read_unknown_missing_and_double_columns_are_named():
    assert reasons("code,nome\nab,x\n") == [(1, "nome", "没有这一列，请核对列名"), (1, "name", "缺少此列")]
    assert reasons("code,name,名称\n") == [(1, "name", "此列出现了两次")]


def test_read_an_open_quote_ends_the_file_with_its_line():
    assert reasons('code,name\nab,甲\ncd,"乙\nef,丙\n') == [(3, "", "引号不成对或内容过长，此行起无法读取")]


def test_read_damaged_bytes_of_utf8_name_their_lines():
    text = "code,name\nab,甲乙丙丁\ncd,戊己庚辛\n".encode()
    broken = text.replace("己".encode(), b"\xe5\xb7")
    assert [(line, column) for line, column, _ in reasons(broken)] == [(3, "name")]


def test_read_damaged_bytes_of_gb18030_name_their_lines():
    text = "code,name\nab,甲乙丙丁\ncd,戊己庚辛\n".encode("gb18030") + b"ef,\xff\xff\n"
    assert [(line, column) for line, column, _ in reasons(text)] == [(4, "name")]


def test_read_control_characters_are_refused():
    assert [(line, column) for line, column, _ in reasons("code,name\nab,甲\x00乙\n")] == [(2, "name")]


@pytest.mark.parametrize("data", [b"", b"\n", b"\xef\xbb\xbf"])
def test_read_an_empty_file_says_so(data):
    with pytest.raises(FileUnreadable, match="没有内容"):
        read(data, COLUMNS, ("code",))


def test_read_an_excel_workbook_says_how_to_save_it():
    with pytest.raises(FileUnreadable, match="另存为 CSV"):
        read(b"PK\x03\x04rest", COLUMNS, ("code",))


def test_read_a_file_beyond_the_size_is_refused(monkeypatch):
    monkeypatch.setattr(csv_files, "MAX_BYTES", 1 << 20)
    with pytest.raises(FileUnreadable, match="1 MB"):
        read(b"x" * ((1 << 20) + 1), COLUMNS, ("code",))


@given(st.binary(max_size=300))
def test_read_any_bytes_end_in_lines_or_named_problems(data):
    try:
        lines, found = read(b"code,name\n" + data, COLUMNS, ("code",))
    except FileUnreadable:
        return
    assert all(problem.reason for problem in found)
    assert found or all(line["code"] and line["name"] for line in lines)


@given(
    st.lists(
        st.text(st.sampled_from("住建局，\"'物业,| \n电梯a1"), min_size=1, max_size=8).filter(str.strip),
        min_size=1,
        max_size=8,
    )
)
def test_read_what_a_spreadsheet_writes_comes_back(names):
    quoted = ['"' + name.replace('"', '""') + '"' for name in names]
    text = "code,name\n" + "".join(f"{'abcdefgh'[: no + 2]},{cell}\n" for no, cell in enumerate(quoted[:6]))
    lines, found = read(text.encode(), COLUMNS, ("code",))
    assert found == []
    assert [line["name"] for line in lines] == [name.strip() for name in names[:6]]


def test_refuse_shows_labels_and_counts_what_it_does_not_show(monkeypatch):
    monkeypatch.setattr(csv_files, "MAX_SHOWN", 2)
    with pytest.raises(FileRefused) as refused:
        refuse([Problem(no, "code", "坏") for no in (3, 2, 4)], COLUMNS)
    fields = refused.value.details["fields"]
    assert [field["field"] for field in fields] == ["第 2 行·代码", "第 3 行·代码", "其余"]
    assert "3 处" in refused.value.message


def test_refuse_nothing_passes():
    refuse([], COLUMNS)


@pytest.mark.parametrize("raw", ["2026-01-31", "2026/1/31", "20260131", "2026年1月31日"])
def test_day_reads_the_usual_forms(raw):
    assert csv_files.day(raw) == date(2026, 1, 31)


@pytest.mark.parametrize("raw", ["2026-02-30", "明天", "31/01/2026"])
def test_day_refuses_what_is_no_date(raw):
    with pytest.raises(ValueError, match="不是日期"):
        csv_files.day(raw)


@pytest.mark.parametrize("raw", ["-1", "10", "一", "１", "99999999999999999999"])
def test_number_refuses_what_is_outside(raw):
    with pytest.raises(ValueError, match="0 到 9"):
        csv_files.number(0, 9)(raw)


def test_choice_takes_word_or_label():
    read_word = csv_files.choice({"normal": "一般"})
    assert (read_word("normal"), read_word("一般")) == ("normal", "normal")
