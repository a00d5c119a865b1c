"""The audit that ends every fault test finds what faults would leave behind."""

import copy
from collections.abc import Callable
from pathlib import Path

from tests.faults.harness.audit import Row, contents, findings
from tests.faults.harness.stories import PLOTS, Story
from tests.faults.harness.trial import Trial

Tables = dict[str, list[Row]]


def _of_kind(tables: Tables, kind: str) -> Row:
    return next(row for row in tables["postings"] if row["kind"] == kind)


def _lose_an_event(tables: Tables) -> None:
    """All of it, as if its transaction had not been durable."""
    lost = tables["inbox"].pop()
    tables["postings"] = [row for row in tables["postings"] if row["event_id"] != lost["event_id"]]


def _lose_a_posting(tables: Tables) -> None:
    tables["postings"].remove(_of_kind(tables, "cover"))


def _lose_a_line(tables: Tables) -> None:
    tables["entries"].pop()


def _book_twice(tables: Tables) -> None:
    again = _of_kind(tables, "cover")
    lines = [row for row in tables["entries"] if row["posting_id"] == again["id"]]
    tables["postings"].append(again | {"id": "again"})
    tables["entries"] += [row | {"posting_id": "again"} for row in lines]


def _suspend_twice(tables: Tables) -> None:
    item = next(row for row in tables["suspense"] if row["state"] == "open")
    tables["suspense"].append(item | {"id": "again"})


def _leave_an_item_open(tables: Tables) -> None:
    next(row for row in tables["suspense"] if row["state"] == "settled")["state"] = "open"


def _forget_a_state(tables: Tables) -> None:
    next(row for row in tables["enrollments"] if row["state"] == "covered")["state"] = "awaiting_payment"


def _invent_an_event(tables: Tables) -> None:
    tables["inbox"].append(tables["inbox"][0] | {"event_id": "nobody sent this"})


def _register_twice(tables: Tables) -> None:
    tables["enrollments"].append(tables["enrollments"][0] | {"id": "again"})


DAMAGES: list[Callable[[Tables], None]] = [
    _lose_an_event, _lose_a_posting, _lose_a_line, _book_twice, _suspend_twice, _leave_an_item_open, _forget_a_state,
    _invent_an_event, _register_twice,
]  # fmt: skip


def test_every_kind_of_damage_is_found(tmp_path: Path) -> None:
    tables, stories = _every_plot_once(tmp_path)
    assert findings(tables, stories) == []
    for damage in DAMAGES:
        damaged = copy.deepcopy(tables)
        damage(damaged)
        assert findings(damaged, stories) != [], damage.__name__


def _every_plot_once(folder: Path) -> tuple[Tables, list[Story]]:
    """From a service that nothing happened to."""
    with Trial(f"sqlite:///{folder}/canbao.db", folder) as trial:
        trial.bureau.stories += [Story(plot) for plot in PLOTS]
        trial.bureau.unfinished.extend(trial.bureau.stories)
        trial.complete()
        return contents(trial.database_url), trial.bureau.stories
