"""What a pack leaves unsaid without saying so: people without an answer, null values and funds without a note; and a
subsidy beyond what is charged."""

from collections.abc import Iterator
from typing import Any

from app.proof.bits import Bits
from app.proof.findings import Day, Finding, Pack, Watch
from app.proof.layers import Group
from app.rules import vocabulary as v
from app.rules.compiling import Verdict
from app.rules.money import yuan
from app.rules.policy import Note
from app.rules.quoting import quote
from app.rules.standing import belongs


class Silences(Watch):
    """Closed without a word, or null without a note."""

    def __init__(self, pack: Pack) -> None:
        super().__init__(pack)
        self._found: dict[tuple[str, ...], Finding] = {}
        self._looked_at = set[tuple[Any, ...]]()
        self._silent = {i: n for i, n in enumerate(self.policy.notes) if n.kind == "silence"}

    def see(self, day: Day) -> None:
        for group, verdict in day.fresh:
            if group.code == v.WINDOW_CLOSED:
                self._closed(day, group)
            if group.code == v.OPEN:
                if self._leaves_open(verdict) and self._kind(verdict) not in self._looked_at:
                    self._looked_at.add(self._kind(verdict))
                    self._nulls(day, group)
                self._fund(day, group, verdict[4], verdict[6])

    def found(self) -> Iterator[Finding]:
        yield from self._found.values()

    def _shown(self, day: Day, note: Note) -> Bits:
        crowd = day.answers.crowd
        return crowd.says(day.answers.k, note.when, of_the_day=True)

    def _closed(self, day: Day, group: Group) -> None:
        """The notice must say, or the pack must note that it does not, what becomes of them."""
        if ("no_answer",) in self._found or day.answers.under.paused(day.answers.crowd.pay):
            return
        left = group.bits
        for note in self.policy.notes:
            if "window_closed" in note.reasons or not (note.routes or note.subsidies or note.reasons):
                left &= ~self._shown(day, note)
        if left:
            told = "没有可用的途径，也没有说明（notes，reasons: [window_closed]）"
            english = "no way in, and no note for window_closed says that the notice has none"
            sentence = f"{told} ({english})"
            self._found[("no_answer",)] = Finding("no_answer", (), ("windows",), sentence, day.example(left), day.pay)

    def _leaves_open(self, verdict: Verdict) -> bool:
        """Whether the answer leaves what is to be paid or the first day open (rules/shape.py writes null there)."""
        route, start = self.policy.routes[verdict[4]], verdict[9]
        row = self.policy.subsidies[verdict[6]] if verdict[6] >= 0 else None
        return route.unpriced or (row is not None and row.unknown) or start is None or start > self.policy.last_day

    def _kind(self, verdict: Verdict) -> tuple[Any, ...]:
        """What decides which notes the product itself adds (rules/standing.py)."""
        start = verdict[9]
        return verdict[4], verdict[6], start is None, start is not None and start > self.policy.last_day

    def _nulls(self, day: Day, group: Group) -> None:
        person = day.example(group.bits)
        answer = quote(self.compiled, person, day.pay).answer()
        told = {note["code"] for note in answer["notes"]}
        for key, codes in _NULLS.items():
            if answer[key] is None and not told & codes:
                of = (answer["route"], key)
                sentence = f"{key} 为空而没有说明 (null, and no note says why)"
                place = self.place("routes", self._entry(answer["route"]))
                self._found.setdefault(of, Finding("silence", of, place, sentence, person, day.pay))

    def _entry(self, route: str) -> str:
        return self.policy.route(route).entry

    def _fund(self, day: Day, group: Group, route: int, row: int) -> None:
        """A fund that the notice does not name."""
        if row < 0 or self.policy.routes[route].subsidy != "applies":
            return
        subsidy = self.policy.subsidies[row]
        if "unspecified" not in dict(subsidy.shares) or ("silence", subsidy.id) in self._found:
            return
        left = group.bits
        for note in self._silent.values():
            if belongs(note, v.OPEN, self.policy.routes[route], subsidy.id):
                left &= ~self._shown(day, note)
        if left:
            sentence = (
                "资金渠道未载明（unspecified）而没有 silence 说明 (the fund is not named, and no silence note says so)"
            )
            place = self.place("subsidies", subsidy.id)
            found = Finding("silence", (subsidy.id,), place, sentence, day.example(left), day.pay)
            self._found[("silence", subsidy.id)] = found


_NULLS = {
    "payable_fen": {"amounts_not_known", "subsidy_amount_not_known"},
    "benefits_start": {"benefits_start_not_stated", "no_benefits_left"},
}


class Charges(Watch):
    """A subsidy that takes off more than the way in charges."""

    def __init__(self, pack: Pack) -> None:
        super().__init__(pack)
        self._found: dict[tuple[str, str], Finding] = {}

    def see(self, day: Day) -> None:
        for group, _ in day.fresh:
            for offer in group.offers:
                route = self.policy.routes[offer.route]
                if offer.subsidy < 0 or route.subsidy != "applies":
                    continue
                row = self.policy.subsidies[offer.subsidy]
                known = route.personal_fen if not route.unpriced else route.personal_fen or row.fen
                if row.fen > known:
                    told = f"资助{yuan(row.fen)}多于“{route.title}”所收的{yuan(route.personal_fen)}"
                    sentence = f"{told} (a subsidy beyond what is charged)"
                    key = row.id, route.entry
                    place = self.place("subsidies", row.id)
                    found = Finding("beyond_charge", key, place, sentence, day.example(group.bits), day.pay)
                    self._found.setdefault(key, found)

    def found(self) -> Iterator[Finding]:
        yield from self._found.values()
