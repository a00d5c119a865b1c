"""One edit put to the test: does the loader refuse it, does a case fail, does the proof find something new?"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from app.packs.case_runs import run_case
from app.packs.cases import Case
from app.packs.mistakes import Mistake
from app.packs.read_pack import Written, from_tree
from app.proof.edits import Edit
from app.proof.prove import prove
from app.proof.same import difference
from app.proof.telling import case
from app.rules.compiling import Compiled, compile_policy
from app.rules.policy import Policy


@dataclass(frozen=True, slots=True)
class Outcome:
    """`by`: loader, cases, check; equivalent where nobody's answer changes; nobody where it went unnoticed. `why`: the
    refusal, the case, the finding, or somebody who gets another answer."""

    edit: Edit
    by: str
    why: str

    @property
    def caught(self) -> bool:
        return self.by in ("loader", "cases", "check")


def beside(policy: Policy) -> tuple[Any, ...]:
    """What a pack says besides its answers."""
    return policy.recognized_after_payment, policy.changed_after_subsidy, policy.collection


class Trials:
    """A pack and its cases, to try edits on. Cases as of an earlier day are left out: an edit is to the whole."""

    def __init__(self, path: Path, written: Written, compiled: Compiled, cases: Sequence[Case]) -> None:
        self.path, self.written, self.compiled = path, written, compiled
        self.cases = [c for c in cases if c.as_of is None]
        self._known = frozenset((f.code, f.of) for f in prove(written, compiled).findings)

    def run(self, edit: Edit) -> Outcome:
        """What becomes of an edit; a pack on which the engine or the proof breaks down has been caught by nobody."""
        try:
            return self._run(edit)
        except Exception as why:  # whatever it is, it must be told and the other edits go on
            return Outcome(edit, "crash", f"{type(why).__name__}: {why}")

    def _run(self, edit: Edit) -> Outcome:
        """`check` counts what the proof finds besides what it finds anyway."""
        try:
            form, policy = from_tree(self.path, edit.applied(self.written.tree), "")
        except (ValidationError, Mistake) as why:
            return Outcome(edit, "loader", str(why).splitlines()[0])
        edited = compile_policy(policy)
        failed = next((c for c in self.cases if run_case(edited, c)), None)
        if failed is not None:
            return Outcome(edit, "cases", failed.name)
        proof = prove(Written(self.written.tree, self.written.lines, form, policy), edited)
        new = [f for f in proof.findings if (f.code, f.of) not in self._known]
        if new or proof.stale:
            return Outcome(
                edit, "check", f"{new[0].code}: {', '.join(new[0].of)}" if new else "accepts what is not there"
            )
        if beside(edited.policy) != beside(self.compiled.policy):
            return Outcome(edit, "nobody", "what follows from a change after payment, or what a village is paid")
        other = difference(self.compiled, edited)
        if other is None:
            return Outcome(edit, "equivalent", "nobody's answer changes, in any class")
        return Outcome(edit, "nobody", " ".join(case(self.compiled, *other, "an unnoticed edit")[1:]))
