"""`canbao quote-file`, run as a person runs it."""

import re
from pathlib import Path

import pytest

from tests.test_cli import ROOT, canbao

DOCUMENT = (ROOT / "docs" / "quote-file.md").read_text()
NOTICE = ("--region", "430424", "--year", "2024", "--pay-date", "2023-11-02")


def shown(name: str) -> str:
    """A file as the documentation shows it."""
    found = re.search(rf"<!-- test: {name} -->\n```csv\n(.*?)```", DOCUMENT, re.DOTALL)
    assert found
    return found[1]


def test_the_documents_example_is_what_the_command_does(tmp_path: Path) -> None:
    people, out, errors = (tmp_path / name for name in ("people.csv", "quoted.csv", "quoted.errors.csv"))
    people.write_text(shown("people.csv"), encoding="utf-8")
    done = canbao("quote-file", str(people), "-o", str(out), *NOTICE)
    assert (done.returncode, done.stdout) == (0, "")
    assert "2 行已报价" in done.stderr
    assert "1 行不能读取" in done.stderr
    assert out.read_text(encoding="utf-8") == shown("quoted.csv")
    assert errors.read_text(encoding="utf-8").replace("\r\n", "\n") == shown("errors.csv")


def test_a_file_of_which_no_row_can_be_read_is_no_success(tmp_path: Path) -> None:
    people = tmp_path / "people.csv"
    people.write_text("birth_date\nsoon\n1985-13-01\n", encoding="utf-8")
    done = canbao("quote-file", str(people), "-o", str(tmp_path / "quoted.csv"), *NOTICE)
    assert (done.returncode, "2 行不能读取" in done.stderr) == (1, True)


def test_only_the_columns_that_are_asked_for_are_written_in_their_order(tmp_path: Path) -> None:
    people, out = tmp_path / "people.csv", tmp_path / "quoted.csv"
    people.write_text("birth_date,refunds\n1985-06-15,x\n")
    done = canbao("quote-file", str(people), "-o", str(out), *NOTICE, "--columns", "payable_fen, outcome,incentives")
    assert done.returncode == 0, done.stderr
    assert out.read_text() == "birth_date,refunds,payable_fen,outcome,incentives\n1985-06-15,x,38000,payable,\n"


def test_a_day_on_which_less_was_known_gives_the_answer_of_that_day(tmp_path: Path) -> None:
    people, out = tmp_path / "people.csv", tmp_path / "quoted.csv"
    people.write_text("birth_date\n1985-06-15\n")
    packs = str(ROOT / "tests" / "packs" / "made_up")
    late = ("--region", "900201", "--year", "2026", "--pay-date", "2026-02-10", "--packs", packs)
    found = []
    for known in (("--as-of", "2025-12-01"), ()):
        done = canbao("quote-file", str(people), "-o", str(out), *late, "--columns", "outcome", *known)
        assert done.returncode == 0, done.stderr
        found.append(out.read_text().splitlines()[1])
    assert found == ["1985-06-15,closed", "1985-06-15,payable"]


@pytest.mark.parametrize(
    ("args", "told"),
    [
        (("people.csv", "-o", "out.txt", *NOTICE), ".xlsx"),
        (("people.csv", "-o", "people.csv", *NOTICE), "不能是同一个"),
        (("people.csv", "-o", "out.csv", "--region", "430424", "--year", "1999"), "2024"),
        (("people.csv", "-o", "out.csv", *NOTICE[:-1], "yesterday"), "YYYY-MM-DD"),
        (("people.csv", "-o", "out.csv", *NOTICE, "--as-of", "yesterday"), "YYYY-MM-DD"),
        (("people.csv", "-o", "out.csv", *NOTICE, "--columns", "outcome,price"), "payable_fen"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_sentence(tmp_path: Path, args: tuple[str, ...], told: str) -> None:
    (tmp_path / "people.csv").write_text("birth_date\n1985-06-15\n")
    placed = [str(tmp_path / arg) if "." in arg and "-" not in arg else arg for arg in args]
    done = canbao("quote-file", *placed)
    assert done.returncode != 0
    assert told in done.stderr
    assert "Traceback" not in done.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == ["people.csv"]
