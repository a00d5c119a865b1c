"""Rows of facts -> answers: rows of one class are quoted once, by the engine that quotes single people."""

from datetime import date
from typing import Any

import polars as pl
from pydantic import ValidationError

from app.batch.answer_row import Layout, Row
from app.batch.cells import FACTS, PAY_DAY, Column, Explain, Problems, person_of
from app.batch.keys import Numbers, Packing
from app.batch.near import of_season
from app.batch.words import Words
from app.contract.person import PersonForm
from app.rules.compiling import Compiled
from app.rules.person import contradictions
from app.rules.quoting import quote

_ALL = {PAY_DAY.name: PAY_DAY, **FACTS}
_MOST_KNOWN = 500_000  # texts of a column, classes, answers: past it everything is forgotten and learned again


class Classes:
    """What has been learned so far about the people of a file with these columns."""

    def __init__(
        self,
        compiled: Compiled,
        pay: date,
        columns: list[str],
        explain: Explain,
        layout: Layout,
        *,
        most_known: int = _MOST_KNOWN,
    ) -> None:
        self._compiled, self._pay, self._explain, self._layout = compiled, pay, explain, layout
        self._most_known = most_known
        self._near = of_season(compiled, pay.toordinal())
        self._bits = {name: _first_bits(_ALL[name]) for name in columns}
        self._forget()

    def _forget(self) -> None:
        self._words = {name: self._words_of(name) for name in self._bits}
        self._packing = Packing(self._bits)
        self._classes = Numbers(self._quoted)
        self._rows: list[Row] = []
        self._row_numbers: dict[Row, int] = {}
        self._table = self._layout.table([])
        self.refusals: list[Problems] = []
        self._refusal_numbers: dict[Problems, int] = {}

    def _words_of(self, name: str) -> Words:
        column = _ALL[name]
        return Words(column, self._explain, self._near.expect if column is PAY_DAY else self._near.stand_in)

    def answers(self, facts: pl.DataFrame) -> tuple[pl.DataFrame, pl.Series]:
        """The answer of each row as columns, and for rows that can't be read the number of their refusal, else null.

        Their answer columns hold anything.
        """
        if self._crowded():
            self._forget()
        numbers = self._classes.apply(self._keys(facts))
        if len(self._rows) > len(self._table):
            more = self._layout.table(self._rows[len(self._table) :])
            self._table = pl.concat([self._table, more], rechunk=True)
        refused = pl.select(pl.when(numbers < 0).then(-1 - numbers)).to_series()
        return self._gathered(numbers), refused

    def _gathered(self, numbers: pl.Series) -> pl.DataFrame:
        if self._table.is_empty():  # everybody so far was refused
            nothing = [pl.repeat(None, len(numbers), dtype=t).alias(name) for name, t in self._table.schema.items()]
            return pl.select(nothing)
        return self._table[numbers.clip(0)]

    def _keys(self, facts: pl.DataFrame) -> pl.Series:
        while True:
            near = self._near
            numbers = {name: words.numbers(facts[name]) for name, words in self._words.items()}
            if near.missed is not None:
                self._near = near.widened()
            elif not self._outgrown():
                return self._packing.keys(numbers, len(facts))
            self._forget()

    def _outgrown(self) -> bool:
        """Whether a column has more meanings than its bits can number; it gets more bits then."""
        needed = {name: len(words).bit_length() for name, words in self._words.items()}
        wider = {name: bits + 2 for name, bits in needed.items() if bits > self._bits[name]}
        self._bits = self._bits | wider
        return bool(wider)

    def _crowded(self) -> bool:
        texts = max((words.texts for words in self._words.values()), default=0)
        return max(texts, len(self._classes.known), len(self._rows), len(self.refusals)) > self._most_known

    def _quoted(self, key: int) -> int:
        """The number of the answer to one class, below zero that of its refusal."""
        values: dict[str, Any] = {}
        problems: list[tuple[str, str]] = []
        for name, number in self._packing.unpack(key).items():
            value, wrong = self._words[name].meanings[number]
            values[name] = value
            problems += wrong
        if not problems:
            day = values.pop(PAY_DAY.name, None)
            row, problems = self._asked(person_of(values), date.fromisoformat(day) if day else self._pay)
        if problems:
            return -1 - _numbered(self._refusal_numbers, self.refusals, tuple(problems))
        return _numbered(self._row_numbers, self._rows, row)

    def _asked(self, person: dict[str, object], day: date) -> tuple[Row, list[tuple[str, str]]]:
        try:
            known = PersonForm.model_validate(person).person()
        except ValidationError as why:
            return (), [(_column(path), told) for path, told in self._explain(why)]
        clashes = contradictions(known, self._compiled.policy.coverage_year, self._compiled.known)
        if clashes:
            return (), [(_column(path.removeprefix("person.")), told) for path, told in clashes]
        return self._layout.row(quote(self._compiled, known, day).answer()), []


def _numbered(numbers: dict[Any, int], listed: list[Any], item: Any) -> int:
    number = numbers.setdefault(item, len(listed))
    if number == len(listed):
        listed.append(item)
    return number


def _first_bits(column: Column) -> int:
    if column.is_day or column.item is not None:
        return 13
    return 3 if bool in column.types else 5


def _column(path: str) -> str:
    """The column for a field path of the contract's person."""
    for name, column in FACTS.items():
        place = f"{column.group}.{column.field}" if column.group else column.field
        if path == place or path.startswith(place + "."):
            return name + path[len(place) :]
    return path
