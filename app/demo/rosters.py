"""Hardship lists on their way through the counties' hands: tried, brought, brought again; what does not fit is settled,
and a second clerk decides what those get who have paid."""

import asyncio
import csv
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from app.demo.checking import Check
from app.demo.deeds import Deed
from app.demo.desks import Desk, typed
from app.demo.lists import COUNTED, DISABLED, RURAL, Counts, HardshipList
from app.demo.plan import Plan
from app.demo.processes import Town
from app.demo.village import HENGDONG, Person
from app.demo.visiting import Surprise

_AGAIN = "同一文件以前已导入"
_NEXT_MONTH = "2023-12"
Clerks = dict[str, tuple[Desk, Desk]]
Decided = tuple[str, str, int, str]  # county, kind, fen, decision


@dataclass
class Brought:
    """What became of the lists: counts by county, office and round; conflicts by county, kind and decision."""

    counts: dict[tuple[str, str, str], Counts] = field(default_factory=dict)
    conflicts: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    proposals: Counter[Decided] = field(default_factory=Counter)


class Lists:
    """Goes with the lists from the offices to the counties."""

    def __init__(self, place: Town, clerks: Clerks, people: Sequence[Person], planned: Plan) -> None:
        self.place, self.clerks, self.folder = place, clerks, place.folder / "rosters"
        self.deeds = {person.name: planned[n] for n, person in enumerate(people)}
        self.people = people

    async def bring_first(self, lists: Sequence[HardshipList]) -> None:
        """Both counties at once."""
        self._write(lists)
        await asyncio.gather(*(self._try(one) for one in lists))
        for region, (desk, _) in self.clerks.items():
            if await desk.lists():
                raise Surprise(f"{region}: a dry run has left something behind")
        by_county = [[one for one in lists if one.region == region] for region in self.clerks]
        await asyncio.gather(*(self._bring_all(some) for some in by_county))
        await asyncio.gather(*(self._bring_again(one) for one in lists if one.office != RURAL))

    async def bring_changes(self, lists: Sequence[HardshipList]) -> None:
        self._write(lists)
        for one in lists:
            await self._try(one)
            await self._bring(one)
        await asyncio.gather(*(self._settle(region) for region in self.clerks))

    def _write(self, lists: Sequence[HardshipList]) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        for one in lists:
            (self.folder / one.file).write_bytes(one.content())

    def _is_typed(self, one: HardshipList) -> bool:
        """衡东 takes its lists in with `canbao roster import`, but for the disabled persons' federation's; 高台 over
        HTTP."""
        return one.region == HENGDONG and one.office != DISABLED

    def _command(self, one: HardshipList, *more: str) -> tuple[str, ...]:
        told = ("--source", one.office, "--region", one.region, "--errors", str(self._errors(one)))
        return ("roster", "import", str(self.folder / one.file), *told, *more)

    def _errors(self, one: HardshipList) -> Path:
        return self.folder / f"{one.file}.errors.csv"

    async def _try(self, one: HardshipList) -> None:
        """A dry run, which counts what the import will count."""
        if self._is_typed(one):
            await typed(self.place, *self._command(one, "--dry-run"))
            return
        tried = await self.clerks[one.region][0].bring_list(one.office, one.content(), dry=True)
        if _counts(tried) != one.counts or not tried["dry_run"]:
            raise Surprise(f"{one.file}: the dry run counts {_counts(tried)}, planned was {one.counts}")

    async def _bring_all(self, lists: Sequence[HardshipList]) -> None:
        for one in lists:
            await self._bring(one)

    async def _bring(self, one: HardshipList) -> None:
        if self._is_typed(one):
            await typed(self.place, *self._command(one))
            refused = _error_lines(self._errors(one), one)
        else:
            refused = len((await self.clerks[one.region][0].bring_list(one.office, one.content()))["errors"])
        if refused != one.counts[COUNTED.index("refused")]:
            raise Surprise(f"{one.file}: {refused} lines could not be read")

    async def _bring_again(self, one: HardshipList) -> None:
        """The same file has no effect."""
        if self._is_typed(one):
            again = _AGAIN in await typed(self.place, *self._command(one))
        else:
            again = (await self.clerks[one.region][0].bring_list(one.office, one.content()))["repeated"]
        if not again:
            raise Surprise(f"{one.file}: the same file was taken twice")

    async def _settle(self, region: str) -> None:
        """A clerk looks at each line that does not fit."""
        desk = self.clerks[region][1]
        for item in await desk.conflicts():
            change = self.deeds[item["name"]].change
            if change is None or change.conflict is None:
                raise Surprise(f"a line that does not fit, and should: {item['kind']}")
            await desk.settle_conflict(item["id"], change.conflict[1])

    async def decide_proposals(self) -> None:
        """A second clerk; who has brought the list is refused."""
        by_id = {person.id: self.deeds[person.name] for person in self.people}
        for first, second in self.clerks.values():
            for proposal in await second.proposals():
                decision = _decision(by_id[proposal["enrollment_id"]], proposal["due_month"])
                if proposal["imported_by"] != "operator":
                    await first.decide_proposal(proposal["id"], decision, status=403)
                await second.decide_proposal(proposal["id"], decision)

    async def outcome(self) -> Brought:
        found = Brought()
        for region, (_, desk) in self.clerks.items():
            for one in sorted(await desk.lists(), key=lambda one: str(one["started_at"])):
                first = (region, one["source"], "first") not in found.counts
                found.counts[region, one["source"], "first" if first else "change"] = _counts(one)
            for state in ("open", "approved", "rejected", "superseded"):
                rows = await desk.proposals(state)
                found.proposals.update((region, p["kind"], p["amount_fen"], state) for p in rows)
            items = await desk.conflicts("settled")
            found.conflicts.update((region, item["kind"], str(item["decision"])) for item in items)
        return found


def _counts(told: dict[str, int]) -> Counts:
    return tuple(told[name] for name in COUNTED)


def _error_lines(path: Path, one: HardshipList) -> int:
    """How many lines the error file has; no number of anybody is in it."""
    if not path.exists():
        return 0
    text = path.read_text("utf-8-sig")
    if any(row[1] and row[1] in text for row in one.rows):
        raise Surprise(f"{path.name}: somebody's number stands in it")
    return len(list(csv.reader(text.splitlines()))) - 1


def _decision(deed: Deed, due_month: str | None) -> str:
    proposal = deed.change.proposal if deed.change else None
    if proposal is None:
        raise Surprise(f"a proposal that was not planned: {deed.name}")
    if due_month != (_NEXT_MONTH if proposal.kind == "pays_back" else None):
        raise Surprise(f"a payment is due in {due_month}")
    return proposal.decision


_STATES = {"approve": "approved", "reject": "rejected"}


def expect(people: Sequence[Person], planned: Plan, lists: Sequence[HardshipList]) -> Brought:
    found = Brought({(one.region, one.office, one.round): one.counts for one in lists})
    for n, person in enumerate(people):
        change, region = planned[n].change, person.kind.region
        if change and change.conflict:
            found.conflicts[region, change.conflict[0], change.conflict[1]] += 1
        if change and (proposal := change.proposal):
            found.proposals[region, proposal.kind, proposal.fen, _STATES[proposal.decision]] += 1
    return found


def check(people: Sequence[Person], planned: Plan, wanted: Brought, found: Brought) -> list[Check]:
    """What was said to each at registration, and what the lists have done."""
    noted = [n for n, person in enumerate(people) if "declared_not_listed" in person.notes]
    not_listed = sorted(n for n, deed in planned.items() if not deed.is_listed)
    return [
        Check("所报身份不在名单 declared, not listed", not_listed, noted),
        Check("名单导入 lists imported: lines by result", wanted.counts, found.counts),
        Check("名单待处理行 lines that did not fit, settled", dict(wanted.conflicts), dict(found.conflicts)),
        Check("缴费后变动的处理 proposals for who had paid", dict(wanted.proposals), dict(found.proposals)),
    ]
