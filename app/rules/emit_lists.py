"""Writes lists of rules as nested tests: what neighbors ask in common is asked once.

A way in with seven rates and eleven numbers of repaired years is seventy-seven entries that begin with the same tests.
The order of the tests stays as it is, and so does what is asked of whom: only what has been asked is not asked again.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby, takewhile

from app.rules import conditions as c
from app.rules.emit import Writer

# What has to hold, one test after the other, and the lines for whoever it holds for.
Rule = tuple[tuple[c.Condition, ...], Sequence[str]]
_DEEPEST = 40  # Python reads text that is a hundred levels deep and no deeper
ARGUMENTS = "pay, f, ids, circ, birth, had_job, ended, until"


def parts_of(when: c.Condition) -> tuple[c.Condition, ...]:
    """What has to hold, one test after the other."""
    return when.parts if isinstance(when, c.All) else (when,)


def nested(rules: Iterable[Rule], writer: Writer, depth: int = 0) -> Iterator[str]:
    """The rules in their order; those next to each other that begin with the same test stand together under it."""
    for first, same in groupby(rules, key=lambda rule: rule[0][:1]):
        found = list(same)
        if not first:
            yield from (line for _, lines in found for line in lines)
        elif depth == _DEEPEST:
            for parts, lines in found:
                yield from _under(writer.test(c.All(parts)), lines)
        else:
            common = _common([parts for parts, _ in found])
            rest = [(parts[len(common) :], lines) for parts, lines in found]
            yield from _under(writer.test(c.All(common)), list(nested(rest, writer, depth + 1)))


def _common(lists: Sequence[tuple[c.Condition, ...]]) -> tuple[c.Condition, ...]:
    """What all of them begin with."""
    return tuple(parts[0] for parts in takewhile(lambda parts: len(set(parts)) == 1, zip(*lists, strict=False)))


def _under(test: str, lines: Sequence[str]) -> Iterator[str]:
    if test == "True":
        yield from lines
    elif test != "False" and lines:
        yield f"if {test}:"
        yield from (f"    {line}" for line in lines)


def write_list(
    name: str, rules: Sequence[tuple[c.Condition, str]], default: str, writer: Writer, guard: str = ""
) -> None:
    """A function of the compiled text's own: what the first rule that holds gives, and until when that is sure.

    `guard`: a test without which no rule can hold.
    """
    inside = Writer(writer.tracking, writer.constants)
    lines = list(nested([(parts_of(when), [f"return {gives}, until"]) for when, gives in rules], inside))
    body = [f"if {guard}:", *(f"    {line}" for line in lines)] if guard and lines else lines
    text = [f"def {name}({ARGUMENTS}, start=None):", *(f"    {line}" for line in [*body, f"return {default}, until"])]
    writer.functions[name] = "\n".join(text)
