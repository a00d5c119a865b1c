"""Truth tables as whole numbers: bit n says whether something holds for combination n of several lists of values.

A combination takes one value of each list; all of them are looked at, a few thousand at a time in one operation.
"""

from collections.abc import Iterable, Iterator, Sequence
from math import prod
from typing import Any

# A set of combinations: a whole number here, a Some where there are too many (diagram.py). Both know & | ^ ~ and
# bit_count().
Bits = Any


class Combinations:
    """All combinations of lists with so many values each, and their numbers."""

    def __init__(self, sizes: Sequence[int]) -> None:
        self.sizes = tuple(sizes)
        self.strides = [prod(self.sizes[:n]) for n in range(len(self.sizes))]
        self.count = prod(self.sizes)

    def values(self, number: int) -> tuple[int, ...]:
        """The combination with this number: the index of each list's value."""
        return tuple(number // stride % size for stride, size in zip(self.strides, self.sizes, strict=True))


class Table(Combinations):
    """Sets of combinations as whole numbers."""

    def __init__(self, sizes: Sequence[int]) -> None:
        super().__init__(sizes)
        self.all, self.none = (1 << self.count) - 1, 0

    def column(self, axis: int, held: Iterable[int]) -> int:
        """Where the value of one list is one for which something holds."""
        stride = self.strides[axis]
        unit = (1 << stride) - 1
        period = bits_of(held) if stride == 1 else sum(unit << (k * stride) for k, holds in enumerate(held) if holds)
        return _repeated(period, stride * self.sizes[axis], self.count)

    def first(self, bits: int) -> int:
        """The number of one end of a set, which must have members."""
        return (bits & -bits).bit_length() - 1

    def last(self, bits: int) -> int:
        """The number of the other end."""
        return bits.bit_length() - 1

    def numbers(self, bits: int) -> Iterator[int]:
        """The numbers of all members, upwards; byte by byte, so that a million bits cost no more than their length."""
        for n, byte in enumerate(bits.to_bytes((bits.bit_length() + 7) // 8, "little")):
            if byte:
                yield from (8 * n + k for k in range(8) if byte >> k & 1)


_DIGITS = bytes.maketrans(b"\x00\x01", b"01")


def bits_of(held: Iterable[int]) -> int:
    """A whole number with a bit for each that holds, the first one lowest."""
    return int(bytes(held)[::-1].translate(_DIGITS) or b"0", 2)


def _repeated(pattern: int, width: int, count: int) -> int:
    """The pattern of `width` bits over and over, to `count` bits."""
    while width < count:
        times = min(width, count - width)
        pattern |= (pattern & ((1 << times) - 1)) << width
        width += times
    return pattern


def split(groups: dict[tuple[int, ...], Bits], marks: Sequence[Bits]) -> dict[tuple[int, ...], Bits]:
    """Each group divided by each mark; the key says on which side of each mark a group lies."""
    for mark in marks:
        found: dict[tuple[int, ...], Bits] = {}
        for key, bits in groups.items():
            inside = bits & mark
            if inside:
                found[(*key, 1)] = inside
            if inside != bits:
                found[(*key, 0)] = bits ^ inside
        groups = found
    return groups
