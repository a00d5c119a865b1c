"""What can be wrong with a pack, each with an example person and the place in the pack."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from app.packs.form import PackForm
from app.proof.bits import Bits, split
from app.proof.examples import born_last, early_and_late
from app.proof.groups import Answers
from app.proof.layers import Group
from app.proof.offers import Offer
from app.proof.season import Stretch
from app.rules.compiling import Compiled, Verdict
from app.rules.facts import Facts
from app.rules.person import Person

Place = tuple[str | int, ...]
Shows = Callable[[int, Facts], bool]
_BORN_LAST = 3  # stretches of days of birth: nobody's benefits begin before birth, so late ones make starts meet
# What stops a pack. The others are remarks: true of many notices, and to be accepted by the pack where they are.
ERRORS = frozenset({"two_answers", "no_answer", "never_applies", "beyond_charge", "jump", "gap", "silence"})


@dataclass(frozen=True, slots=True)
class Finding:
    """`code` is one of form.FINDINGS, `of` what it is about, by its names in the pack."""

    code: str
    of: tuple[str, ...]
    place: Place
    sentence: str
    person: Person | None = None
    pay: date | None = None
    shows: Shows | None = None  # whether somebody else on the same day is an example as well

    @property
    def is_error(self) -> bool:
        return self.code in ERRORS


@dataclass(frozen=True, slots=True)
class Day:
    """Everybody on one day of payment with their answers; `verdicts` are the engine's for an example of each group.

    `fresh`: the groups that no day before had, with their verdicts (engine.py).
    """

    answers: Answers
    groups: tuple[Group, ...]
    verdicts: tuple[Verdict, ...]
    fresh: tuple[tuple[Group, Verdict], ...]
    stretch: Stretch

    @property
    def pay(self) -> date:
        return date.fromordinal(self.answers.crowd.pay)

    @property
    def undecided(self) -> Iterator[Group]:
        """The groups with several offers of which the starts decide; where these move with different things, how they
        lie has to be looked for on every day."""
        fresh = {id(group) for group, _ in self.fresh}
        for group in self.groups:
            if len(group.offers) > 1 and (id(group) in fresh or self._moves_apart(group)):
                yield group

    def _moves_apart(self, group: Group) -> bool:
        return len({self.answers.offers.begin(offer).moves for offer in group.offers}) > 1

    def example(self, bits: Bits) -> Person:
        """Somebody of these classes."""
        return self.answers.crowd.person(self.answers.crowd.table.first(bits))

    def examples(self, bits: Bits, offers: Sequence[Offer]) -> Iterator[Person]:
        """People of these classes in whom the starts of the offers lie as differently as can be: on each side of all
        days there are, each of their own days early and late, born before everything that counts and after it."""
        crowd, routes = self.answers.crowd, self.answers.policy.routes
        marks = [*self.answers.every_mark(offers), *born_last(crowd, _BORN_LAST)]
        kinds = {"birth", *(kind for o in offers for kind in crowd.plan.moves_with(routes[o.route].start))}
        for some in split({(): bits}, marks).values():
            yield from early_and_late(crowd, crowd.table.first(some), kinds)


@dataclass(frozen=True, slots=True)
class Pack:
    """The pack that is looked at, as written and as compiled."""

    form: PackForm
    compiled: Compiled


class Watch:
    """Looks at every day and says at the end what it found."""

    def __init__(self, pack: Pack) -> None:
        self.form, self.compiled, self.policy = pack.form, pack.compiled, pack.compiled.policy

    def see(self, day: Day) -> None:
        """One day, one of the two ends of a stretch."""
        raise NotImplementedError

    def found(self) -> Iterator[Finding]:
        """What is wrong."""
        raise NotImplementedError

    def place(self, kind: str, id: str) -> Place:
        """Where in the pack a route or subsidy of this name stands."""
        ids = [r.id for r in self.form.routes] if kind == "routes" else [s.id for s in self.form.subsidies]
        return kind, ids.index(id)
