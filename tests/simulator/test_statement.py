"""The daily statement: its bytes, its proof, what stands in it and what does not."""

import csv
import hashlib
import io
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from app.simulator.money import SHANGHAI, Movement
from app.simulator.statement import statement
from tests.simulator.bureau_for_tests import pay, receivable, reverse, simulator, tell

PAID = datetime(2023, 11, 2, 10, 15, tzinfo=SHANGHAI)
MOVED = [
    Movement("evt-1", "payment.succeeded", "430424-1", 38000, PAID, "000000000000000001", "微信,小程序"),
    Movement("evt-2", "payment.succeeded", "430424-2", 19000, datetime(2023, 11, 2, 3, tzinfo=UTC), "2", "counter"),
    Movement("evt-3", "payment.reversed", "430424-1", 38000, PAID + timedelta(hours=5), "3", "counter", "evt-1"),
]
BEFORE_THE_TRAILER = """event_id,order_no,type,amount_fen,paid_at,reverses_event_id,voucher_no,channel
evt-1,430424-1,payment.succeeded,38000,2023-11-02T10:15:00+08:00,,000000000000000001,"微信,小程序"
evt-2,430424-2,payment.succeeded,19000,2023-11-02T11:00:00+08:00,,2,counter
evt-3,430424-1,payment.reversed,38000,2023-11-02T15:15:00+08:00,evt-1,3,counter
"""
UTF8 = "a9b55e19a4cc3a46492a793f367b5620d3f27702e8a50f54503c449fd276bab2"
GB18030 = "bbc18e7ce4b86739360ff9e15659ad517fffe0912c21a68d32579b509e2f4a89"


def test_a_known_statement_has_a_known_digest() -> None:
    assert statement(MOVED).decode() == f"{BEFORE_THE_TRAILER}#TRAILER,3,19000,{UTF8}\n"
    assert statement(MOVED, "gb18030").decode("gb18030") == f"{BEFORE_THE_TRAILER}#TRAILER,3,19000,{GB18030}\n"


def test_a_day_without_money_has_a_statement_too() -> None:
    header, trailer = statement([]).decode().splitlines()
    assert header.startswith("event_id,")
    assert trailer.startswith("#TRAILER,0,0,")


def read(content: bytes, encoding: str = "utf-8") -> tuple[list[dict[str, str]], list[str]]:
    """As a receiver reads it: the digest over the bytes first, then the lines."""
    at = content.rindex(b"#TRAILER,")
    trailer = content[at:].decode().strip().split(",")
    assert hashlib.sha256(content[:at]).hexdigest() == trailer[3]
    return list(csv.DictReader(io.StringIO(content[:at].decode(encoding)))), trailer


def test_the_day_is_that_of_the_payment_in_shanghai_and_money_that_went_back_counts_below_zero(
    tmp_path: Path,
) -> None:
    with simulator(statements=tmp_path / "made" / "here") as bureau:
        for name, price in (("a", 100), ("b", 30), ("c", 7)):
            tell(bureau, receivable(name, payable_fen=price))
        pay(bureau, "a", paid_at="2023-11-01T15:59:59Z")  # the last second of the first in Shanghai
        pay(bureau, "b", paid_at="2023-11-01T16:00:00Z", channel="银行")
        reverse(bureau, order_no="a", paid_at="2023-11-02T09:00:00+08:00")
        pay(bureau, "c", paid_at="2023-11-02T08:00:00+08:00", fault="missing")
        pay(bureau, "a", fault="forged", then_honest=False)
        lines, trailer = read(bureau.get("/statements/2023-11-02", params={"encoding": "gb18030"}).content, "gb18030")
        assert [(line["order_no"], line["type"], line["amount_fen"]) for line in lines] == [
            ("b", "payment.succeeded", "30"), ("c", "payment.succeeded", "7"), ("a", "payment.reversed", "100"),
        ]  # fmt: skip
        assert (trailer[1:3], lines[0]["channel"]) == (["3", "-63"], "银行")
        assert read(bureau.get("/statements/2023-11-01").content)[1][1:3] == ["1", "100"]
        assert bureau.get("/statements").json() == {"days": ["2023-11-01", "2023-11-02"]}
        written = bureau.post("/statements/2023-11-02")
        assert (written.status_code, written.json()["file"]) == (201, "2023-11-02.csv")
        assert (tmp_path / "made" / "here" / "2023-11-02.csv").read_bytes() == bureau.get(
            "/statements/2023-11-02"
        ).content


def test_the_bureau_goes_on_to_the_next_business_day() -> None:
    with simulator() as bureau:
        for name in ("a", "b"):
            tell(bureau, receivable(name))
        pay(bureau, "a")
        assert bureau.get("/day").json() == {"day": "2023-11-02"}
        assert (
            bureau.put("/day", json={"day": "2023-11-03"}).json() == bureau.get("/day").json() == {"day": "2023-11-03"}
        )
        pay(bureau, "b")
        reverse(bureau, order_no="a")
        lines, _ = read(bureau.get("/statements/2023-11-03").content)
        assert [(line["order_no"], line["paid_at"]) for line in lines] == [
            ("b", "2023-11-03T12:00:00+08:00"), ("a", "2023-11-03T12:00:00+08:00"),
        ]  # fmt: skip
        assert bureau.get("/statements").json() == {"days": ["2023-11-02", "2023-11-03"]}


@pytest.mark.parametrize("day", ["2023-11-31", "0001-01-01", "9999-12-31", 20231103, None])
def test_a_business_day_is_a_day_of_this_century(day: Any) -> None:
    with simulator() as bureau:
        assert code(bureau.put("/day", json={"day": day})) == (422, "invalid_request")
        assert bureau.get("/day").json() == {"day": "2023-11-02"}


def test_what_cannot_be_written_or_read_says_why() -> None:
    with simulator() as bureau:
        assert code(bureau.post("/statements/2023-11-02")) == (409, "no_statement_folder")
        assert code(bureau.get("/statements/2023-11-31")) == (422, "invalid_request")
        assert code(bureau.get("/statements/2023-11-02", params={"encoding": "big5"})) == (422, "invalid_request")


def code(response: httpx.Response) -> tuple[int, str]:
    return response.status_code, response.json()["code"]


def test_the_same_seed_gives_the_same_statement() -> None:
    def content() -> bytes:
        with simulator(seed=11) as bureau:
            for n in range(5):
                tell(bureau, receivable(f"430424-{n}"))
                pay(bureau, f"430424-{n}")
            return bureau.get("/statements/2023-11-02").content

    assert content() == content()
    assert date(2023, 11, 2).isoformat() in content().decode()
