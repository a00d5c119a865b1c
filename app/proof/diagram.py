"""Sets of combinations as decision diagrams, for packs that tell so many people apart that a bit for each is too much.

A node asks for the value of one list and has a branch for all values that lead to one node; what makes no difference
is not asked. Nodes that are alike are one, so sets of billions are a few hundred nodes, and two sets are the same
where their nodes are.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from math import prod

from app.proof.bits import Combinations, bits_of

# The node behind a branch, and the values that lead there: a whole number with a bit for each.
Branches = tuple[tuple[int, int], ...]
_NONE, _ALL = 0, 1


class Some:
    """A set of combinations of a Diagram; knows `&`, `|`, `^`, `~` and how many it has, as whole numbers do."""

    __slots__ = ("diagram", "node")

    def __init__(self, diagram: "Diagram", node: int) -> None:
        self.diagram, self.node = diagram, node

    def __and__(self, other: "Some") -> "Some":
        return Some(self.diagram, self.diagram.both(self.node, other.node))

    def __or__(self, other: "Some") -> "Some":
        return Some(self.diagram, self.diagram.either(self.node, other.node))

    def __xor__(self, other: "Some") -> "Some":
        return Some(self.diagram, self.diagram.one_of(self.node, other.node))

    def __invert__(self) -> "Some":
        return Some(self.diagram, self.diagram.neither(self.node))

    def __bool__(self) -> bool:
        return self.node != _NONE

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Some) and self.node == other.node and self.diagram is other.diagram

    def __hash__(self) -> int:
        return hash(self.node)

    def bit_count(self) -> int:
        """How many combinations."""
        return self.diagram.count_of(self.node)


class Diagram(Combinations):
    """Sets of combinations as nodes; does what bits.Table does."""

    def __init__(self, sizes: Sequence[int]) -> None:
        super().__init__(sizes)
        # By node: the list that it asks about (behind the last one for the two ends) and its branches.
        self._asks, self._branches = [len(self.sizes)] * 2, list[Branches](((), ()))
        self._known: dict[tuple[int, Branches], int] = {}
        self._both, self._either, self._one_of = (dict[int, int]() for _ in range(3))  # by both nodes
        self._neither = {_NONE: _ALL, _ALL: _NONE}
        self._counts = {_NONE: 0, _ALL: 1}
        self.all, self.none = Some(self, _ALL), Some(self, _NONE)

    def column(self, axis: int, held: Iterable[int]) -> Some:
        """Where the value of one list is one for which something holds."""
        inside = bits_of(held)
        outside = ((1 << self.sizes[axis]) - 1) & ~inside
        return Some(
            self, self._node(axis, {node: values for node, values in ((_NONE, outside), (_ALL, inside)) if values})
        )

    def first(self, some: Some) -> int:
        """The number of one end of a set, which must have members."""
        return self._end(some.node, lambda values: (values & -values).bit_length() - 1, min)

    def last(self, some: Some) -> int:
        """The number of the other end."""
        return self._end(some.node, lambda values: values.bit_length() - 1, max)

    def numbers(self, some: Some) -> Iterator[int]:
        """The numbers of all members."""
        yield from self._numbers(some.node, 0, 0)

    def _node(self, asks: int, branches: dict[int, int]) -> int:
        if len(branches) == 1:
            return next(iter(branches))
        key = asks, tuple(sorted(branches.items()))
        found = self._known.get(key)
        if found is None:
            found = self._known[key] = len(self._asks)
            self._asks.append(asks)
            self._branches.append(key[1])
        return found

    def both(self, one: int, other: int) -> int:
        """The node of what is in both."""
        if one == other or other == _ALL:
            return one
        if one == _ALL:
            return other
        if _NONE in (one, other):
            return _NONE
        return self._joined(one, other, self._both, self.both)

    def either(self, one: int, other: int) -> int:
        """The node of what is in one of them."""
        if one == other or other == _NONE:
            return one
        if one == _NONE:
            return other
        if _ALL in (one, other):
            return _ALL
        return self._joined(one, other, self._either, self.either)

    def one_of(self, one: int, other: int) -> int:
        """The node of what is in one of them and not in the other."""
        if one == other:
            return _NONE
        if _NONE in (one, other):
            return one + other
        if _ALL in (one, other):
            return self.neither(other if one == _ALL else one)
        return self._joined(one, other, self._one_of, self.one_of)

    def _joined(self, one: int, other: int, known: dict[int, int], join: Callable[[int, int], int]) -> int:
        key = one << 32 | other if one < other else other << 32 | one
        found = known.get(key)
        if found is None:
            asks, asked = self._asks[one], self._asks[other]
            branches: dict[int, int] = {}
            if asks == asked:
                for branch, values in self._branches[one]:
                    for another, others in self._branches[other]:
                        if inside := values & others:
                            node = join(branch, another)
                            branches[node] = branches.get(node, 0) | inside
            else:
                first, then = (one, other) if asks < asked else (other, one)
                for branch, values in self._branches[first]:
                    node = join(branch, then)
                    branches[node] = branches.get(node, 0) | values
            found = known[key] = self._node(min(asks, asked), branches)
        return found

    def neither(self, one: int) -> int:
        """The node of all the others."""
        found = self._neither.get(one)
        if found is None:
            branches = {self.neither(branch): values for branch, values in self._branches[one]}
            found = self._node(self._asks[one], branches)
            self._neither[one], self._neither[found] = found, one
        return found

    def count_of(self, node: int) -> int:
        """How many combinations a node stands for."""
        return self._count_from(node) * prod(self.sizes[: self._asks[node]])

    def _count_from(self, node: int) -> int:
        """Those of the lists from the one that the node asks about."""
        found = self._counts.get(node)
        if found is None:
            asks = self._asks[node]
            found = self._counts[node] = sum(
                values.bit_count() * self._count_from(branch) * prod(self.sizes[asks + 1 : self._asks[branch]])
                for branch, values in self._branches[node]
            )
        return found

    def _under(self, node: int, asks: int) -> Branches:
        """The branches of a node by a list that it may not ask about."""
        return self._branches[node] if self._asks[node] == asks else ((node, -1),)

    def _end(self, node: int, end: Callable[[int], int], better: Callable[[Iterable[int]], int]) -> int:
        number = 0
        for axis, size in enumerate(self.sizes):
            at = better((0, size - 1))
            if self._asks[node] == axis:
                there = {end(values): branch for branch, values in self._branches[node] if branch != _NONE}
                at = better(there)
                node = there[at]
            number += at * self.strides[axis]
        return number

    def _numbers(self, node: int, axis: int, number: int) -> Iterator[int]:
        if node == _NONE:
            return
        if axis == len(self.sizes):
            yield number
            return
        for branch, values in self._under(node, axis):
            for i in range(self.sizes[axis]):
                if values >> i & 1:
                    yield from self._numbers(branch, axis + 1, number + i * self.strides[axis])
