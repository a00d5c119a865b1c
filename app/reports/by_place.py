"""Figures by village and by township: the two sheets that most reports are."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from app.reports.people import Person, Scope, Source, Village
from app.reports.places import Places, is_whole
from app.reports.tables import Cell, Column, Row, Table

TOWNSHIPS, VILLAGES = "分乡镇", "分村"
_TOWNSHIP = (
    Column("township", ("乡镇代码",), 10.5, "id"),
    Column("township_name", ("乡镇（街道）",), 13, "text"),
)
_VILLAGE = (Column("village", ("村（社区）代码",), 14, "id"), Column("village_name", ("村（社区）",), 16, "text"))
Figures = Mapping[str, Cell]


def all_villages(scope: Scope, source: Source) -> Iterator[Village]:
    """Those with people, and then those that have a task and nobody yet."""
    waiting = set(scope.targets)
    for village, people in source.villages():
        waiting.discard(village)
        yield village, people
    for village in sorted(waiting):
        yield village, ()


def places_of(scope: Scope) -> Places:
    return Places(scope.targets, scope.notice, scope.region_name, scope.region)


def by_place(
    scope: Scope,
    title: str,
    columns: Sequence[Column],
    villages: Iterable[tuple[str, Figures]],
    footnotes: Sequence[str],
) -> list[Table]:
    """`columns` are those of the figures. The rows of the townships are the sums of those of their villages."""
    places = places_of(scope)
    rows = [_row(places, columns, village, figures) for village, figures in villages]
    rows.sort(key=lambda row: (str(row[0]), str(row[2])))
    subtitle = f"填报单位：{places.title()}", f"截至：{scope.day.isoformat()}"
    wide = Table(VILLAGES, f"{title}（分村）", (*_TOWNSHIP, *_VILLAGE, *columns), rows, subtitle, footnotes)
    summed = list(_townships(wide.columns, rows))
    brief = Table(TOWNSHIPS, title, (*_TOWNSHIP, *columns), summed, subtitle, footnotes, adds_up=VILLAGES)
    return [brief, wide]


def _row(places: Places, columns: Sequence[Column], village: str, figures: Figures) -> Row:
    """A task of a whole township is met by the people of its villages: beside it nothing is compared here."""
    township = places.township(village) or "—"
    found = (township, places.township_name(township), village, places.village_name(village))
    whole = is_whole(village)
    return (*found, *(None if whole and column.is_compared else _figure(column, figures) for column in columns))


def _figure(column: Column, figures: Figures) -> Cell:
    return column.compared(figures) if column.is_compared else figures.get(column.key)


def _townships(columns: Sequence[Column], rows: Sequence[Row]) -> Iterator[Row]:
    sums: dict[str, dict[str, Cell]] = {}
    names: dict[str, Cell] = {}
    for row in rows:
        township = str(row[0])
        names[township] = row[1]
        known = sums.setdefault(township, {})
        for column, value in zip(columns, row, strict=True):
            if column.summed and value is not None:
                known[column.key] = int(known.get(column.key) or 0) + int(value)
    for township, known in sums.items():
        yield (township, names[township], *(_figure(column, known) for column in columns[4:]))


def counted(*columns: Column) -> tuple[Column, ...]:
    """Columns that are summed."""
    return tuple(replace(column, summed=True) for column in columns)


def covered(people: Iterable[Person]) -> list[Person]:
    return [person for person in people if person.covered]
