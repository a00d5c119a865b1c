"""The proof of a pack: all people and days that its rules can tell apart, looked at once; docs/pack-proof.md."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from time import perf_counter

from app.packs.form import AcceptForm
from app.packs.read_pack import Written
from app.proof.choices import Alternatives, Rates
from app.proof.crowd import Crowd
from app.proof.engine import Days
from app.proof.findings import Finding, Pack, Watch
from app.proof.gaps import Gaps
from app.proof.jumps import Jumps
from app.proof.plan import Plan
from app.proof.season import stretches
from app.proof.silence import Charges, Silences
from app.proof.ties import Ties
from app.proof.under import Under
from app.proof.used import Used
from app.rules.compiling import Compiled


@dataclass(frozen=True, slots=True)
class Proof:
    """`findings` are those that the pack does not accept; `stale`: what it accepts and is not there. `classes`: of
    people and stretches of days; `days`: those that were looked at."""

    findings: tuple[Finding, ...]
    accepted: tuple[Finding, ...]
    stale: tuple[int, ...]
    classes: int
    days: int
    seconds: float

    @property
    def errors(self) -> tuple[Finding, ...]:
        return tuple(f for f in self.findings if f.is_error)


def prove(written: Written, compiled: Compiled) -> Proof:
    """Everything that is wrong with a pack, each with an example."""
    started = perf_counter()
    pack = Pack(written.form, compiled)
    alternatives, rates, used = Alternatives(pack), Rates(pack), Used(pack)
    watches: list[Watch] = [
        Ties(pack), Silences(pack), Charges(pack), used, alternatives, rates, Jumps(pack), Gaps(pack),
    ]  # fmt: skip
    plan = Plan([Under(compiled)], [(0, rule) for watch in (alternatives, rates, used) for rule in watch.rules()])
    classes, days, crowd, each = 0, 0, None, Days()
    for stretch in stretches(plan):
        for pay in stretch.ends:
            crowd = Crowd(plan, pay, like=crowd)
            day = each.day(crowd, stretch)
            for watch in watches:
                watch.see(day)
            classes += crowd.all.bit_count() if pay == stretch.first else 0
            days += 1
    found = [finding for watch in watches for finding in watch.found()]
    accepts = written.form.accepts
    return Proof(
        tuple(f for f in found if not any(_accepts(a, f) for a in accepts)),
        tuple(f for f in found if any(_accepts(a, f) for a in accepts)),
        tuple(_stale(accepts, found)),
        classes,
        days,
        perf_counter() - started,
    )


def _accepts(accept: AcceptForm, finding: Finding) -> bool:
    return accept.finding == finding.code and set(finding.of) <= set(accept.of)


def _stale(accepts: Sequence[AcceptForm], found: Sequence[Finding]) -> Iterator[int]:
    """What is accepted and not found must not stay: it would hide what comes later."""
    for i, accept in enumerate(accepts):
        named = {name for finding in found if _accepts(accept, finding) for name in finding.of}
        if named != set(accept.of) or not any(_accepts(accept, finding) for finding in found):
            yield i
