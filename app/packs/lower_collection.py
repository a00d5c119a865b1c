"""The fee and the rewards of a village, as reports know them."""

from collections.abc import Callable
from dataclasses import dataclass

from app.packs.form_base import Cited
from app.packs.form_collection import CollectionForm
from app.packs.lower_tests import Path, TestLowering
from app.packs.mistakes import Mistake
from app.rules import policy as p
from app.rules.collection import Collection, Docked, RewardStep


@dataclass(frozen=True, slots=True)
class CollectionLowering:
    """`cite` and `tests` are those of the pack."""

    cite: Callable[[Cited, Path], p.Cite]
    tests: TestLowering

    def collection(self, form: CollectionForm) -> Collection:
        self._check(form)
        path = ("collection",)
        fee = form.fee
        return Collection(
            fee_fen=fee.per_person if fee else 0,
            fee_cite=self.cite(fee, (*path, "fee")) if fee else None,
            rewards=tuple(
                RewardStep(r.by.toordinal(), r.reached_percent, r.per_person, self.cite(r, (*path, "rewards", i)))
                for i, r in enumerate(form.rewards)
            ),
            docked=tuple(
                Docked(d.below_percent, tuple(d.identities), self.cite(d, (*path, "docked", i)))
                for i, d in enumerate(form.docked)
            ),
        )

    def _check(self, form: CollectionForm) -> None:
        seen: set[tuple[int, int]] = set()
        for i, r in enumerate(form.rewards):
            step = r.by.toordinal(), r.reached_percent
            if step in seen:
                raise Mistake(("collection", "rewards", i), "two rewards for the same day and the same per cent")
            seen.add(step)
        for i, d in enumerate(form.docked):
            if form.fee is None:
                raise Mistake(("collection", "docked", i), "where there is no fee nothing can be docked")
            for n, code in enumerate(d.identities):
                self.tests.check_local(code, ("collection", "docked", i, "identities", n))
