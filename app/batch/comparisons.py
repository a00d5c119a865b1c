"""Reads out of a pack's compiled text which days it compares a person's days with, and how far it moves them first.

The compiled text is what decides, so it is what is read; the policy's own list of thresholds is taken as well. Whatever
the text holds that is not known here (another function, another operator, a new slot of facts) ends the reading: then
nothing is claimed, and every day is told apart from every other (near.py).
"""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from app.rules import days
from app.rules.compiling import Compiled, source
from app.rules.earliest import earliest_of_all
from app.rules.emit import Writer

Move = tuple[int, str]  # (count, days | months): a day so much later
_DAYS_FROM = 500_000  # as an ordinal a day of the year 1369; spans and indexes are smaller
_LONGEST = {"days": 400, "months": 12}  # a longer move is looked at by itself: an age, for example
_FUNCTIONS = {
    "max", "min", "plus_months", "next_month", "present", "recognized", "last_recognized", "earlier_of", "frozenset",
    "owes", "paused",
}  # fmt: skip
_METHODS = {"get", "isdisjoint"}
_SLOTS = {
    "birth", "circumstances", "classes", "elsewhere", "employed_before", "ended", "gap", "had_job", "identities",
    "insured", "lapsed", "months_last", "months_this", "numbers", "parent", "zero_claims",
}  # fmt: skip
_OWN_DAYS = {"birth", "ended", "circ", "ids", "recognized", "last_recognized", "identities", "circumstances", "x"}
_HARMLESS = (
    ast.Module, ast.Expression, ast.FunctionDef, ast.arguments, ast.arg, ast.Return, ast.Assign, ast.If, ast.Expr,
    ast.Name, ast.Constant, ast.Tuple, ast.List, ast.Subscript, ast.Compare, ast.BoolOp, ast.UnaryOp, ast.NamedExpr,
    ast.IfExp, ast.expr_context, ast.boolop, ast.unaryop, ast.cmpop, ast.Add, ast.Sub,
)  # fmt: skip


class Unreadable(Exception):  # noqa: N818 - an answer, not a failure
    """The compiled text holds something of which this module does not know what it does to a day."""


@dataclass
class Comparisons:
    """`fixed`: days that a person's days are compared with; `moves`: by how much they are moved before; `put_off`: by
    how many days a day of payment may be put off first."""

    fixed: set[int] = field(default_factory=set)
    moves: set[Move] = field(default_factory=set)
    put_off: int = 0

    @property
    def long(self) -> set[Move]:
        return {(count, unit) for count, unit in self.moves if abs(count) > _LONGEST[unit]}

    @property
    def slack(self) -> int:
        """How far two short moves, a payment put off and the step to the next month can carry a day."""
        short = [abs(n) * (31 if unit == "months" else 1) for n, unit in self.moves - self.long]
        return 2 * max(short, default=0) + 2 * 31 + self.put_off


def comparisons_of(compiled: Compiled) -> Comparisons | None:
    """All of a pack's comparisons of days, None where they can't be known for certain."""
    policy, found = compiled.policy, Comparisons()
    writer = Writer(tracking=False)
    try:
        for tracking in (True, False):
            read(source(policy, tracking=tracking), found)
        for note in policy.notes:
            if note.conditional:
                read(writer.test(note.when), found)
    except Unreadable:
        return None
    if policy.pause:
        found.put_off = max(last - first + 1 for first, last in policy.pause.spans)
    found.fixed |= {policy.opens, policy.main_closes, policy.last_day, *compiled.thresholds.fixed}
    # Reading the facts looks at the year before (rules/facts.py).
    found.fixed |= {policy.first_day, earliest_of_all(policy), *days.year_bounds(max(policy.coverage_year - 1, 1))}
    found.moves |= set(compiled.thresholds.spans)
    return found


def read(text: str, found: Comparisons | None = None) -> Comparisons:
    """Adds what compiled text compares; raises Unreadable where that can't be known."""
    found, whole = found or Comparisons(), ast.parse(text)
    own = {node.name for node in ast.walk(whole) if isinstance(node, ast.FunctionDef)}
    for node in ast.walk(whole):
        _read_node(node, found, own)
    return found


def _read_node(node: ast.AST, found: Comparisons, own: set[str]) -> None:
    """`own`: the functions of the text itself, which is read as a whole."""
    match node:
        case ast.Call(func=ast.Name(id=name)) if name in own:
            pass
        case ast.Call(func=ast.Name(id=name)) if name in _FUNCTIONS:
            _capped(node)
            found.moves |= set(_months(node))
        case ast.Call(func=ast.Attribute(attr=name)) if name in _METHODS:
            pass
        case ast.Attribute(attr=name):
            if name not in _SLOTS | _METHODS:
                raise Unreadable(name)
        case ast.BinOp():
            found.moves |= set(_days(node))
        case ast.AugAssign(op=ast.Add(), value=ast.Tuple()):
            pass
        case ast.Compare(left=left, comparators=[right]):
            if _own(left) and _own(right):
                raise Unreadable("two days of one person compared")
        case ast.Assign(targets=[ast.Tuple(elts=[ast.Name(id="start"), _])], value=ast.Tuple(elts=[start, _])):
            _bounded(start)
        case ast.Constant(value=int(value)) if _DAYS_FROM <= value <= days.LAST:
            found.fixed.add(value)
        case _ if not isinstance(node, _HARMLESS):
            raise Unreadable(type(node).__name__)


def _own(node: ast.expr) -> bool:
    """Whether an expression is made of the person's own days."""
    names = {n.id for n in ast.walk(node) if isinstance(n, ast.Name)}
    slots = {n.attr for n in ast.walk(node) if isinstance(n, ast.Attribute)}
    return bool((names | slots) & _OWN_DAYS)


def _capped(call: ast.Call) -> None:
    """The later of several days is one that answers may show: it must not be a day long ago."""
    if isinstance(call.func, ast.Name) and call.func.id == "max" and all(map(_own, call.args)):
        raise Unreadable("the later of a person's own days only")


def _bounded(start: ast.expr) -> None:
    match start:
        case ast.Call(func=ast.Name(id="max")) | ast.IfExp(orelse=ast.Constant()):
            pass
        case _ if _own(start):
            raise Unreadable("a start that may lie long ago")


def _months(call: ast.Call) -> Iterator[Move]:
    if isinstance(call.func, ast.Name) and call.func.id == "plus_months":
        match call.args:
            case [day, amount]:
                count = _number(amount)
                _moved_once(day, abs(count) > _LONGEST["months"])
                yield count, "months"
            case _:
                raise Unreadable("plus_months")


def _days(node: ast.BinOp) -> Iterator[Move]:
    match node:
        case ast.BinOp(left=ast.Constant(), op=ast.Sub(), right=ast.Name(id=name)) if re.fullmatch(r"off\d*", name):
            pass  # money: what a subsidy takes off, of each contribution there is
        case ast.BinOp(left=left, op=ast.Add() | ast.Sub(), right=right):
            count = _number(right)
            _moved_once(left, abs(count) > _LONGEST["days"])
            yield (-count if isinstance(node.op, ast.Sub) else count), "days"
        case _:
            raise Unreadable("an operation on two values")


def _number(node: ast.expr) -> int:
    match node:
        case ast.Constant(value=int(value)):
            return value
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int(value))):
            return -value
        case _:
            raise Unreadable("a move that is no number")


def _moved_once(day: ast.expr, far: bool) -> None:
    """A long move of a day that has been moved already is none of the moves that near.py looks at."""
    if far and any(isinstance(node, ast.BinOp | ast.Call) for node in ast.walk(day)):
        raise Unreadable("a long move of a day that was moved before")
