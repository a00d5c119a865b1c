"""资助结算: what each fund owes, from the ledger's postings, by township and village and by amount a person."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from app.reports.by_place import Figures, by_place, counted, places_of
from app.reports.people import Scope, Share, Source
from app.reports.tables import Cell, Column, Row, Table
from app.rules.vocabulary import FUNDS


def settlement(scope: Scope, source: Source) -> list[Table]:
    shares = list(source.shares())
    funds = sorted(
        {share.fund for share in shares},
        key=lambda fund: (fund not in FUNDS, list(FUNDS).index(fund) if fund in FUNDS else 0, fund),
    )
    title = f"{places_of(scope).title()}{scope.coverage_year}年度城乡居民基本医疗保险参保资助资金结算表"
    places = by_place(scope, title, _columns(funds), _villages(shares), _FOOTNOTES)
    return [*places, _by_amount(scope, title, funds, shares)]


def _columns(funds: Sequence[str]) -> tuple[Column, ...]:
    found: list[Column] = []
    for fund in funds:
        heading = FUNDS.get(fund, fund)
        found += counted(
            Column(f"{fund}_people", (heading, "人数"), 12), Column(f"{fund}_fen", (heading, "金额（元）"), 16, "fen")
        )
    if not funds:
        return counted(Column("total_fen", ("合计金额（元）",), 18, "fen"))
    formula = f"SUM({','.join(f'{{{fund}_fen}}' for fund in funds)})"
    return (*found, *counted(Column("total_fen", ("合计金额（元）",), 18, "fen", formula=formula)))


def _villages(shares: Iterable[Share]) -> Iterator[tuple[str, Figures]]:
    for village, some in groupby(shares, key=lambda share: share.village):
        found: dict[str, Cell] = {"total_fen": 0}
        for share in some:
            for key, more in (
                (f"{share.fund}_people", share.people),
                (f"{share.fund}_fen", share.people * share.fen),
                ("total_fen", share.people * share.fen),
            ):
                found[key] = int(found.get(key) or 0) + more
        yield village, found


def _by_amount(scope: Scope, title: str, funds: Sequence[str], shares: Sequence[Share]) -> Table:
    """How the sums come about: so many people at so much."""
    people: dict[tuple[str, int], int] = {}
    for share in shares:
        people[share.fund, share.fen] = people.get((share.fund, share.fen), 0) + share.people
    rows: list[Row] = [
        (FUNDS.get(fund, fund), fen, number, fen * number)
        for (fund, fen), number in sorted(people.items(), key=lambda each: (funds.index(each[0][0]), -each[0][1]))
    ]
    columns = (
        Column("fund", ("资金来源",), 36, "text"),
        Column("each_fen", ("资助标准（元/人）",), 22, "fen"),
        *counted(
            Column("people", ("人数",), 18),
            Column("total_fen", ("金额（元）",), 22, "fen", formula="{each_fen}*{people}"),
        ),
    )
    subtitle = f"填报单位：{places_of(scope).title()}", f"截至：{scope.day.isoformat()}"
    return Table("按标准", f"{title}（按标准）", columns, rows, subtitle, _FOOTNOTES, landscape=False)


_FOOTNOTES = ("金额为账簿中各资金账户截至当日的余额：已参保人员的资助，扣除已退费的。",)
