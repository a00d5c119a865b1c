"""What a run of lines does to the timelines of a region's people: worked out first, written by the import together."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from app.enrollment.rosters import Change, Ruling, Stretch, rule
from app.rosters.lines import Line
from app.storage.ids import new_id
from app.storage.roster_register import standing_text
from app.workflows.weigh_change import Cause

Timelines = Mapping[str, Sequence[Stretch]]
Seal = Callable[[Any, str], bytes]


@dataclass(frozen=True, slots=True)
class Taken:
    """A line and what became of it: the ruling's result, or the kind of its conflict."""

    line: Line
    person_key: str
    result: str


@dataclass(slots=True)
class Moved:
    """Somebody whose timeline changes: as it was, and as it is after each of the changes."""

    before: list[Stretch]
    steps: list[tuple[list[Stretch], Cause]] = field(default_factory=list)

    @property
    def after(self) -> list[Stretch]:
        return self.steps[-1][0]


@dataclass(slots=True)
class Plan:
    """`added`, `ended` and `waiting` are rows to be written; `redated` are new beginnings by stretch."""

    region: str
    now: int
    taken: list[Taken] = field(default_factory=list)
    added: dict[str, dict[str, Any]] = field(default_factory=dict)
    ended: dict[str, dict[str, Any]] = field(default_factory=dict)
    redated: dict[str, str] = field(default_factory=dict)
    waiting: list[dict[str, Any]] = field(default_factory=list)
    moved: dict[str, Moved] = field(default_factory=dict)

    def count(self, *results: str) -> int:
        return sum(taken.result in results for taken in self.taken)


@dataclass(frozen=True, slots=True)
class Sender:
    """Whose lines they are; `by` brings them now, which is another than `imported_by` where an import was broken off.
    `seal` encrypts what is personal; a dry run, which keeps nothing, has one that does not."""

    source: str
    import_id: str
    imported_by: str
    by: str
    seal: Seal


def plan_lines(plan: Plan, lines: Sequence[Line], keys: Sequence[str], standing: Timelines, sender: Sender) -> None:
    """Lines in their order, each upon what the ones before it did. `keys` are the people, line by line."""
    now: dict[str, list[Stretch]] = {key: list(stretches) for key, stretches in standing.items()}
    for line, key in zip(lines, keys, strict=True):
        own = now.setdefault(key, [])
        change = Change(line.action, line.identity, line.class_, line.day, sender.source)
        ruling = rule(own, change)
        if ruling.result == "conflict":
            plan.waiting.append(_conflict(plan, line, key, ruling, own, sender))
            plan.taken.append(Taken(line, key, str(ruling.conflict)))
            continue
        plan.taken.append(Taken(line, key, ruling.result))
        if ruling.result != "unchanged":
            cause = Cause(
                line.identity, line.class_, sender.source, line.action, line.day, line.number,
                sender.import_id, sender.imported_by, sender.by,
            )  # fmt: skip
            now[key] = carry_out(plan, ruling, change, key, own, told(line), sender, cause)


def told(line: Line) -> dict[str, str]:
    """What of a line is about the person and their place."""
    names = ("name", "id_number", "phone", "township", "village")
    return {name: getattr(line, name) for name in names}


def carry_out(
    plan: Plan,
    ruling: Ruling,
    change: Change,
    key: str,
    own: list[Stretch],
    about: Mapping[str, str],
    sender: Sender,
    cause: Cause,
) -> list[Stretch]:
    """The person's timeline after a ruling; what is to be written goes into the plan."""
    after = list(_moved(plan, ruling, change, own, sender))
    if ruling.opens:
        made = Stretch(new_id(plan.region), change.identity, change.class_, change.source, change.day, ruling.until)
        plan.added[made.id] = _listing(plan, made, key, about, sender)
        after.append(made)
    plan.moved.setdefault(key, Moved(own)).steps.append((after, cause))
    return after


def _moved(plan: Plan, ruling: Ruling, change: Change, own: Sequence[Stretch], sender: Sender) -> Iterator[Stretch]:
    """The stretches that were there, one of them ended or begun on another day."""
    for stretch in own:
        if stretch is ruling.closes:
            ended = replace(stretch, until=ruling.closed_on)
            if stretch.id in plan.added:  # not written yet
                plan.added[stretch.id] |= {"until": ended.until, "removed_by": sender.import_id}
            else:
                row = {"region": plan.region, "id": stretch.id, "until": ended.until, "updated_at": plan.now}
                plan.ended[stretch.id] = row | {"removed_by": sender.import_id}
            yield ended
        elif stretch is ruling.redates:
            plan.redated[stretch.id] = change.day
            yield replace(stretch, since=change.day)
        else:
            yield stretch


def _listing(plan: Plan, made: Stretch, key: str, about: Mapping[str, str], sender: Sender) -> dict[str, Any]:
    personal = {name: about[name] for name in ("name", "id_number", "phone")}
    return {
        "region": plan.region,
        "id": made.id,
        "person_key": key,
        "identity": made.identity,
        "class": made.class_,
        "source": made.source,
        "since": made.since,
        "until": made.until,
        "township": about["township"],
        "village": about["village"],
        "personal": sender.seal(personal, made.id),
        "added_by": sender.import_id,
        "removed_by": sender.import_id if made.until else None,
        "updated_at": plan.now,
    }


def _conflict(
    plan: Plan, line: Line, key: str, ruling: Ruling, own: Sequence[Stretch], sender: Sender
) -> dict[str, Any]:
    id = new_id(plan.region)
    personal = {name: getattr(line, name) for name in ("name", "id_number", "phone")}
    stood = [
        {"identity": s.identity, "class": s.class_, "source": s.source, "since": s.since, "until": s.until} for s in own
    ]
    return {
        "region": plan.region,
        "id": id,
        "kind": str(ruling.conflict),
        "import_id": sender.import_id,
        "line": line.number,
        "action": line.action,
        "person_key": key,
        "identity": line.identity,
        "class": line.class_,
        "source": sender.source,
        "day": line.day,
        "standing": standing_text(stood),
        "township": line.township,
        "village": line.village,
        "personal": sender.seal(personal, id),
        "enrollment_id": None,
        "state": "open",
        "decision": None,
        "settled_by": None,
        "remark": None,
        "opened_at": plan.now,
        "settled_at": None,
    }
