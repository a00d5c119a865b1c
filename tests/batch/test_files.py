"""Files in, files out: every kind, rows that can't be read, text that must survive."""

import csv
import json
from datetime import date
from pathlib import Path

import polars as pl
import pytest
import python_calamine
import xlsxwriter

from app.batch import csv_rows
from app.batch.answer_row import USUAL
from app.batch.chunks import FileRefused
from app.batch.people_file import Job, Report, quote_people
from app.batch.writing import MOST_XLSX, write_xlsx
from app.packs.shelf import Shelf
from tests.batch.rows import EXPLAIN

COMPILED = Shelf().find("430424", 2024)
ID = "999999199001011234"
HEADER = "id,name,birth_date,identities,pay_date\n"
KNOWN = f"{ID},王某,1985-06-15,subsistence_allowance@2022-01-01,2023-11-02\n"


def run(source: Path, target: Path, encoding: str = "utf-8") -> Report:
    job = Job(source, target, source.with_name("errors.csv"), COMPILED, date(2023, 11, 2), EXPLAIN, encoding)
    return quote_people(job, lambda *_: None)


def made(folder: Path, text: str, encoding: str = "utf-8") -> Path:
    path = folder / "people.csv"
    path.write_bytes(text.encode(encoding))
    return path


def errors(folder: Path) -> list[tuple[str, ...]]:
    with (folder / "errors.csv").open(encoding="utf-8", newline="") as file:
        return [tuple(row) for row in csv.reader(file)][1:]


def rows(path: Path, encoding: str = "utf-8") -> list[dict[str, str]]:
    with path.open(encoding=encoding, newline="") as file:
        return list(csv.DictReader(file))


def test_a_row_keeps_its_own_columns_and_gets_the_answer_behind_them(tmp_path: Path) -> None:
    report = run(made(tmp_path, HEADER + KNOWN), tmp_path / "out.csv")
    (row,) = rows(tmp_path / "out.csv")
    assert (report.rows, report.refused, (tmp_path / "errors.csv").exists()) == (1, 0, False)
    assert tuple(row) == ("id", "name", "birth_date", "identities", "pay_date", *USUAL)
    assert (row["id"], row["name"], row["outcome"], row["payable_fen"]) == (ID, "王某", "payable", "19000")
    assert (row["subsidies"], row["valid_through"]) == ("unspecified:19000", "2023-12-31")
    assert row["policy_digest"] == COMPILED.policy.digest


def test_what_is_not_known_is_asked_for(tmp_path: Path) -> None:
    run(made(tmp_path, "birth_date,circumstances\n,military_discharge\n"), tmp_path / "out.csv")
    (row,) = rows(tmp_path / "out.csv")
    assert (row["outcome"], row["payable_fen"]) == ("needs_information", "")
    assert "person.birth_date" in row["missing"].split(";")


def test_rows_that_cannot_be_read_are_set_aside_with_their_line_and_the_rest_goes_on(tmp_path: Path) -> None:
    text = HEADER + KNOWN
    text += f"{ID},李某,1985-02-30,,\n"  # line 3: no such day
    text += f"{ID},李某,1985-02-03,king,\n"  # 4: no such identity
    text += f"{ID},李某\n"  # 5: too few
    text += KNOWN.rstrip() + ",more\n"  # 6: too many
    text += f'{ID},"李"某,1985-02-03,,\n'  # 7: a stray quotation mark
    text += f'{ID},"李\n某, again",1985-02-03,,\n'  # 8 and 9: one record on two lines
    text += f"{ID},李某,1985-02-03,orphan;orphan,\n"  # 10: contradictory
    text += KNOWN
    report = run(made(tmp_path, text), tmp_path / "out.csv")
    assert (report.rows, report.refused) == (3, 6)
    found = errors(tmp_path)
    assert [(line, field) for line, field, _ in found] == [
        ("3", "birth_date"),
        ("4", "identities.0.code"),
        ("5", ""),
        ("6", ""),
        ("7", ""),
        ("10", "identities.1.code"),
    ]
    assert found[0][2] == "应为 YYYY-MM-DD 格式的真实日期"
    assert found[5][2] == "同一身份只能填报一次"
    told = (tmp_path / "errors.csv").read_text()
    assert not any(word in told for word in (ID, "1985", "李", "king"))
    assert rows(tmp_path / "out.csv")[1]["name"] == "李\n某, again"


def test_an_open_quotation_mark_does_not_swallow_the_file(tmp_path: Path) -> None:
    report = run(made(tmp_path, HEADER + f'{ID},"李某,1985-02-03,,\n' + KNOWN * 200), tmp_path / "out.csv")
    assert (report.rows, errors(tmp_path)) == (200, [("2", "", "引号不成对")])


def test_blocks_of_a_file_end_where_records_end(tmp_path: Path) -> None:
    text = HEADER + "".join(f'{n},"王\n某, {n}",1985-06-15,,\n' for n in range(400)) + f"{ID},x,1985-02-30,,\n"
    reader = csv_rows.CsvReader(made(tmp_path, text), block=1000)
    chunks = list(reader.chunks())
    assert len(chunks) > 5
    frame = pl.concat([chunk.frame for chunk in chunks])
    assert frame["id"].to_list() == [*map(str, range(400)), ID]
    assert chunks[-1].line(len(chunks[-1].frame) - 1) == 802
    assert [chunk.line(0) for chunk in chunks[:3]] == [2 + 2 * int(chunk.frame["id"][0]) for chunk in chunks[:3]]


def test_a_group_without_its_leading_field_is_refused_by_the_columns_name(tmp_path: Path) -> None:
    run(
        made(tmp_path, "employee_ended_on,employee_gap_this_year\n2024-01-01,也许\n2024-01-01,否\n"), tmp_path / "o.csv"
    )
    assert errors(tmp_path) == [
        ("2", "employee_gap_this_year", "应为 true 或 false"),
        ("3", "employee_status", "必填"),
    ]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030"])
def test_csv_is_read_with_a_byte_order_mark_and_in_gb18030(tmp_path: Path, encoding: str) -> None:
    run(made(tmp_path, HEADER + KNOWN, encoding), tmp_path / "out.csv")
    (row,) = rows(tmp_path / "out.csv")
    assert (row["id"], row["name"]) == (ID, "王某")


def test_csv_is_written_in_gb18030_where_that_is_wanted(tmp_path: Path) -> None:
    run(made(tmp_path, HEADER + KNOWN * 5000), tmp_path / "out.csv", "gb18030")
    assert {row["name"] for row in rows(tmp_path / "out.csv", "gb18030")} == {"王某"}


def test_a_line_in_another_encoding_is_set_aside(tmp_path: Path) -> None:
    path = made(tmp_path, HEADER + KNOWN)
    path.write_bytes(path.read_bytes() + KNOWN.encode() * 20_000 + "1,王,,,\n".encode("gb18030"))
    report = run(path, tmp_path / "out.csv")
    assert (report.rows, errors(tmp_path)) == (20_001, [("20003", "", "含有无法识别编码的字符")])


def test_parquet_keeps_types_and_takes_days_and_booleans(tmp_path: Path) -> None:
    frame = pl.DataFrame(
        {"n": [1, 2], "birth_date": [date(1985, 6, 15), None], "insured_last_year": [True, None], "id": [ID, ID]}
    )
    frame.write_parquet(tmp_path / "people.parquet")
    run(tmp_path / "people.parquet", tmp_path / "out.parquet")
    out = pl.read_parquet(tmp_path / "out.parquet")
    assert out.select(frame.columns).equals(frame)
    assert out["payable_fen"].to_list() == [38000, None]
    assert out["benefits_start"].to_list() == [date(2024, 1, 1), None]


def test_ndjson_keeps_its_lines_as_they_are_and_sets_broken_ones_aside(tmp_path: Path) -> None:
    path = tmp_path / "people.ndjson"
    own = f'{{"id":{ID},"birth_date":"1985-06-15","more":{{"a":[1, 2.50]}}, "insured_last_year": true }}'
    path.write_text(f'{own}\n{{"id":\n\n[1]\n{{}}\n{{"birth_date": "x"}}\n', encoding="utf-8")
    report = run(path, tmp_path / "out.ndjson")
    lines = (tmp_path / "out.ndjson").read_text().splitlines()
    assert (report.rows, len(lines)) == (2, 2)
    assert lines[0].startswith(own.rstrip("} ") + ',"outcome":"payable"')
    assert json.loads(lines[0])["payable_fen"] == 38000
    assert json.loads(lines[1])["missing"] == "person.birth_date"
    assert [entry[:2] for entry in errors(tmp_path)] == [("2", ""), ("4", ""), ("6", "birth_date")]


def test_ndjson_becomes_csv_with_the_digits_as_they_stood(tmp_path: Path) -> None:
    path = tmp_path / "people.ndjson"
    path.write_text(f'{{"id":{ID},"birth_date":"1985-06-15","rate":1.50}}\n', encoding="utf-8")
    run(path, tmp_path / "out.csv")
    (row,) = rows(tmp_path / "out.csv")
    assert (row["id"], row["rate"], row["payable_fen"]) == (ID, "1.50", "38000")


def test_xlsx_keeps_eighteen_digits(tmp_path: Path) -> None:
    book = xlsxwriter.Workbook(str(tmp_path / "people.xlsx"))
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, ["id", "birth_date", "insured_last_year", "employee_months_paid_this_year"])
    sheet.write_string(1, 0, ID)
    sheet.write_datetime(1, 1, date(1985, 6, 15), book.add_format({"num_format": "yyyy-mm-dd"}))
    sheet.write_boolean(1, 2, True)
    book.close()
    run(tmp_path / "people.xlsx", tmp_path / "out.xlsx")
    out = python_calamine.CalamineWorkbook.from_path(str(tmp_path / "out.xlsx")).get_sheet_by_index(0).to_python()
    row = dict(zip(out[0], out[1], strict=True))
    assert (row["id"], row["birth_date"], row["insured_last_year"]) == (ID, "1985-06-15", "true")
    assert (row["payable_fen"], row["benefits_start"]) == (38000, "2024-01-01")


def test_a_sheet_takes_so_many_rows_and_no_more(tmp_path: Path) -> None:
    frame = pl.DataFrame({"id": [ID] * 10})
    write_xlsx(tmp_path / "out.xlsx", iter([frame, frame]), dict(frame.schema), 20)
    with pytest.raises(FileRefused, match="19"):
        write_xlsx(tmp_path / "out.xlsx", iter([frame, frame]), dict(frame.schema), 19)
    assert MOST_XLSX == 1_048_575


@pytest.mark.parametrize("header", ["id,id\n", "id,outcome\n", "id,,x\n"])
def test_a_header_that_would_lose_a_column_is_refused(tmp_path: Path, header: str) -> None:
    with pytest.raises(FileRefused):
        run(made(tmp_path, header + "1,2\n"), tmp_path / "out.csv")


def test_a_blank_line_is_no_row(tmp_path: Path) -> None:
    report = run(made(tmp_path, "birth_date\n1985-06-15\n\n1985-06-16\n\n"), tmp_path / "out.CSV")
    assert (report.rows, report.refused) == (2, 0)


def test_what_fails_on_the_way_leaves_nothing_behind_and_names_no_cell(tmp_path: Path) -> None:
    pl.DataFrame({"identities": [["orphan"]]}).write_parquet(tmp_path / "lists.parquet")
    (tmp_path / "torn.parquet").write_bytes(b"PAR1")
    with pytest.raises(FileRefused, match="identities"):
        run(tmp_path / "lists.parquet", tmp_path / "out.csv")
    with pytest.raises(FileRefused, match="Parquet"):
        run(tmp_path / "torn.parquet", tmp_path / "out.csv")
    with pytest.raises(FileRefused, match="读写文件失败"):
        run(made(tmp_path, HEADER + KNOWN), tmp_path / "no such folder" / "out.csv")
    assert not list(tmp_path.glob("out*"))
