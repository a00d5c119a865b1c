"""Two days' statements beside what is booked: compared, decided by a second clerk, corrected, and compared again."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from app.demo.checking import Check
from app.demo.counters import Bureau, County
from app.demo.deeds import Deed
from app.demo.desks import Desk, typed
from app.demo.plan import Plan, course
from app.demo.processes import DAYS, Town
from app.demo.slips import SEEN, SEEN_ELSEWHERE, by_county, other, with_slips
from app.demo.statements import Sum, add_up
from app.demo.village import GAOTAI, HENGDONG, YEAR, Person
from app.demo.visiting import Surprise
from app.demo.workbooks import filled_in

_SHEET = "差异"
_TAKEN_OVER = ("callback_missed", "reversed/not_arrived")
_WRONG = {*SEEN.values(), *SEEN_ELSEWHERE.values()}
_BEFORE = "已核对过"
Key = tuple[str, str, str]  # day, county, and `first` or `corrected`
Clerks = dict[str, tuple[Desk, Desk]]


@dataclass
class Compared:
    """Differences by type, what became of them, and the money whose callbacks were missed. `late` are callbacks that
    came after they had been taken over, and what they booked."""

    types: dict[Key, Counter[str]] = field(default_factory=dict)
    decided: dict[Key, Counter[str]] = field(default_factory=dict)
    missed_fen: dict[Key, int] = field(default_factory=dict)
    late: int = 0
    late_fen: int = 0


class Reconciling:
    """What the counties do each evening."""

    def __init__(
        self, place: Town, clerks: Clerks, counters: tuple[County, Bureau], people: Sequence[Person], planned: Plan
    ) -> None:
        self.place, self.clerks, self.folder = place, clerks, place.folder / "reconciliation"
        self.county, self.bureau = counters
        self.deeds = {str(person.order_no): planned[n] for n, person in enumerate(people) if person.order_no}
        self.wanted, self.found = expect(people, planned), Compared()
        self.ids: dict[Key, str] = {}

    async def first_day(self) -> None:
        """衡东 compares with the command and decides over HTTP, 高台 the other way round. Then the bureau corrects its
        statements."""
        self.folder.mkdir(parents=True, exist_ok=True)
        day, content = DAYS[0], await self.bureau.statement(DAYS[0])
        came, right = with_slips(content, self.deeds), by_county(content)
        await asyncio.gather(
            self._typed(day, HENGDONG, "first", came[HENGDONG]), self._asked(day, GAOTAI, "first", came[GAOTAI])
        )
        await self._sent({"missing_sent"})
        await asyncio.gather(self._decide_over_http(day, HENGDONG), self._decide_typed(day, GAOTAI))
        await self._late()
        await asyncio.gather(
            self._asked(day, HENGDONG, "corrected", right[HENGDONG]),
            self._typed(day, GAOTAI, "corrected", right[GAOTAI]),
        )

    async def second_day(self) -> None:
        day, came = DAYS[1], by_county(await self.bureau.statement(DAYS[1]))
        first, second = self.clerks[HENGDONG]
        refused = await first.reconcile(day, came[HENGDONG][:-100], status=422)
        if refused["code"] != "statement_refused":
            raise Surprise(f"a statement that was cut off: {refused['code']}")
        await asyncio.gather(
            self._asked(day, HENGDONG, "first", came[HENGDONG]), self._typed(day, GAOTAI, "first", came[GAOTAI])
        )
        id = self.ids[day, HENGDONG, "first"]
        for one in await second.differences(id):
            if _key(one) in _TAKEN_OVER:
                await first.decide_difference(id, one["number"], status=403)
                await second.decide_difference(id, one["number"])
        await self._decide_over_http(day, GAOTAI)
        await self._late()

    async def _typed(self, day: str, region: str, round: str, content: bytes) -> None:
        """`canbao reconcile day`; the second time it finds what it found before."""
        file = self.folder / f"{region}-{day}-{round}.csv"
        file.write_bytes(content)
        scope = ("--region", region, "--year", str(YEAR), "--day", day, "--out", str(self._sheet(day, region, round)))
        for again in (False, True) if round == "first" else (False,):
            ends = 1 if self.wanted.types[day, region, round] else 0
            said = await typed(self.place, "reconcile", "day", str(file), *scope, ends=ends)
            if (_BEFORE in said) != again:
                raise Surprise(f"{file.name}: compared {'anew' if again else 'before'}")
        await self._note(day, region, round, await self.clerks[region][0].newest(day), content)

    async def _asked(self, day: str, region: str, round: str, content: bytes) -> None:
        desk = self.clerks[region][0]
        (self.folder / f"{region}-{day}-{round}.csv").write_bytes(content)
        made = await desk.reconcile(day, content)
        if (await desk.reconcile(day, content, status=200)) != made:
            raise Surprise(f"{region}: the same statement finds something else the second time")
        self._sheet(day, region, round).write_bytes(await desk.difference_sheet(made["id"]))
        await self._note(day, region, round, made, content)

    async def _note(self, day: str, region: str, round: str, told: dict[str, Any], content: bytes) -> None:
        """What was found, before anybody decides."""
        said = told["summary"]["statement"]
        if Sum(said["movements"], said["fen"]) != add_up([content]):
            raise Surprise(f"{region}: the statement of {day} was added up to {said}")
        differences = await self.clerks[region][0].differences(told["id"])
        at = (day, region, round)
        self.ids[at] = told["id"]
        self.found.types[at] = Counter(map(_key, differences))
        self.found.missed_fen[at] = sum(d["statement_fen"] for d in differences if d["type"] == "callback_missed")

    def _sheet(self, day: str, region: str, round: str) -> Path:
        return self.folder / f"{region}-{day}-{round}.xlsx"

    def _filled_in(self, day: str, region: str) -> bytes:
        sheet = self._sheet(day, region, "first")
        content = filled_in(sheet, _SHEET, partial(_decision, self.deeds))
        sheet.with_stem(f"{sheet.stem}-decided").write_bytes(content)
        return content

    async def _decide_over_http(self, day: str, region: str) -> None:
        """What was compared with the command any clerk decides."""
        id = self.ids[day, region, "first"]
        told = await self.clerks[region][1].hand_in(id, self._filled_in(day, region))
        if told["failed"]:
            raise Surprise(f"{region}: decisions that could not be carried out: {told['failures']}")

    async def _decide_typed(self, day: str, region: str) -> None:
        """Whoever has compared can't decide."""
        content = self._filled_in(day, region)
        await self.clerks[region][0].hand_in(self.ids[day, region, "first"], content, status=403)
        sheet = self._sheet(day, region, "first")
        await typed(self.place, "reconcile", "decide", str(sheet.with_stem(f"{sheet.stem}-decided")))

    async def _late(self) -> None:
        """Callbacks that come although their money has been taken over: nothing is booked twice."""
        before = await self.county.balances()
        self.found.late += await self._sent({deed.name for deed in self.deeds.values()})
        after = await self.county.balances()
        self.found.late_fen += sum(abs(after.get(key, 0) - before.get(key, 0)) for key in before | after)

    async def _sent(self, names: set[str]) -> int:
        """How many of the withheld callbacks the bureau has sent."""
        held = (await self.bureau.callbacks("withheld"))["callbacks"]
        mine = [event for event in held if self.deeds[event["order_no"]].name in names]
        for event in mine:
            await self.bureau.release(event)
        await self.bureau.through(mine)
        return len(mine)

    async def outcome(self) -> Compared:
        for at, id in self.ids.items():
            states = Counter(d["state"] for d in await self.clerks[at[1]][0].differences(id))
            self.found.decided[at] = Counter({s: states[s] for s in ("approved", "rejected") if states[s]})
        return self.found


def _key(difference: dict[str, Any]) -> str:
    return "/".join(filter(None, (difference["type"], difference["reason"])))


def _decision(deeds: dict[str, Deed], row: dict[str, Any]) -> dict[str, str]:
    """What a clerk writes into a row: the bureau has promised some of the callbacks, and the slips are its own."""
    key, deed = _key({"type": row["类型"], "reason": row["细项"]}), deeds.get(row["订单号"])
    if key in _WRONG:
        return {"处理": "驳回", "备注": "对账单有误，请税务部门更正"}
    promised = deed is not None and deed.name == "missing_sent"
    return {"处理": "同意", "备注": "已与税务部门核实"} if key in _TAKEN_OVER and not promised else {}


def expect(people: Sequence[Person], planned: Plan) -> Compared:
    rounds = [(DAYS[0], "first"), (DAYS[0], "corrected"), (DAYS[1], "first")]
    keys = [(day, region, round) for day, round in rounds for region in (HENGDONG, GAOTAI)]
    found = Compared({key: Counter() for key in keys}, {key: Counter() for key in keys}, dict.fromkeys(keys, 0))
    for n, person in enumerate(people):
        deed, region = planned[n], person.kind.region
        first = DAYS[deed.day - 1], region, "first"
        _expect_differences(found, first, deed, course(person, deed).last_fen)
        if deed.day == 1:
            found.types[DAYS[0], region, "corrected"].update(deed.still)
    return found


def _expect_differences(found: Compared, at: Key, deed: Deed, price: int) -> None:
    day, region, round = at
    seen = [*deed.differs, *([SEEN[deed.slip]] if deed.slip else [])]
    found.types[at].update(seen)
    found.missed_fen[at] += price * seen.count("callback_missed")
    taken = sum(key in _TAKEN_OVER for key in seen) if deed.name != "missing_sent" else 0
    found.late += taken
    found.decided[at] += Counter(approved=taken, rejected=sum(key in _WRONG for key in seen))
    if deed.slip in SEEN_ELSEWHERE:
        there = day, other(region), round
        found.types[there][SEEN_ELSEWHERE[deed.slip]] += 1
        found.decided[there]["rejected"] += 1


def check(wanted: Compared, found: Compared) -> list[Check]:
    return [
        Check("对账差异 differences by day, county and type", wanted.types, found.types),
        Check("差异处理 differences approved and rejected", wanted.decided, found.decided),
        Check("漏通知金额 money whose callbacks were missed, fen", sum(wanted.missed_fen.values()),
              sum(found.missed_fen.values())),
        Check("补登后又到的通知 callbacks after all", wanted.late, found.late),
        Check("其重复入账 what those have booked again, fen", wanted.late_fen, found.late_fen),
    ]  # fmt: skip
