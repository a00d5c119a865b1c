"""Double entry: what a posting moves between accounts. Debits are above zero, credits below; together they are zero."""

from collections.abc import Iterable
from dataclasses import dataclass

COLLECTOR, PERSONAL, SURCHARGE, SUSPENSE = "collector", "personal", "surcharge", "suspense"
RECOVERY = "recovery"  # what people owe back


class Unbalanced(Exception):  # noqa: N818 - it must never happen, and says so
    """A posting whose entries do not add up to zero."""


@dataclass(frozen=True, slots=True)
class Posting:
    """`kind` says which deed it books; `entries` are (account, fen)."""

    kind: str
    entries: tuple[tuple[str, int], ...]

    def __post_init__(self) -> None:
        if sum(fen for _, fen in self.entries) != 0:
            raise Unbalanced(self.kind)

    def reversed(self, kind: str) -> "Posting":
        """The correction: every entry the other way round."""
        return Posting(kind, tuple((account, -fen) for account, fen in self.entries))

    def through(self, account: str, other: str) -> "Posting":
        """The same posting with one account in another's place."""
        return Posting(self.kind, tuple((other if name == account else name, fen) for name, fen in self.entries))


def _entries(*moves: tuple[str, int]) -> tuple[tuple[str, int], ...]:
    return tuple((account, fen) for account, fen in moves if fen)


def cover(personal: int, surcharge: int, subsidies: Iterable[tuple[str, int]], source: str = COLLECTOR) -> Posting:
    """Contribution earned: what the person paid comes from `source`, the rest is a claim on the subsidy funds."""
    shares = tuple((f"subsidy:{fund}", fen) for fund, fen in subsidies)
    paid = personal + surcharge - sum(fen for _, fen in shares)
    return Posting("cover", _entries((source, paid), *shares, (PERSONAL, -personal), (SURCHARGE, -surcharge)))


def suspend(amount: int) -> Posting:
    """Money that came in (above zero) or went out (below) and can't be booked yet."""
    return Posting("suspend", _entries((COLLECTOR, amount), (SUSPENSE, -amount)))


def pay_back(shares: Iterable[tuple[str, int]], account: str | None) -> Posting:
    """A subsidy that is paid out to an account of the person, or (below zero) is to be had back from them."""
    moves = [(f"subsidy:{fund}", fen) for fund, fen in shares]
    amount = sum(fen for _, fen in moves)
    other = f"payout:{account or 'not_stated'}" if amount >= 0 else RECOVERY
    return Posting("pay_back", _entries(*moves, (other, -amount)))


def settle(amount: int) -> Posting:
    """The suspended money leaves the way it came."""
    return Posting("settle", _entries((SUSPENSE, amount), (COLLECTOR, -amount)))
