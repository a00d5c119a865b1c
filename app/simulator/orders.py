"""Orders as canbao tells of them. The newest revision counts, however often and in whatever order messages come."""

from dataclasses import dataclass, field
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field

from app.contract.callback import Reference
from app.contract.strict import PRINTABLE, Strict
from app.contract.words import Day
from app.simulator.refusals import Refused


class Receivable(Strict):
    """What canbao says of an order. Keys that are not known here are ignored: a sender may say more one day."""

    model_config = ConfigDict(extra="ignore")

    type: Literal["receivable.opened", "receivable.changed", "receivable.withdrawn"]
    order_no: Reference
    region: Annotated[str, Field(min_length=1, max_length=64, pattern=PRINTABLE)]
    coverage_year: Annotated[int, Field(ge=1, le=9999)]
    revision: Annotated[int, Field(ge=1)]
    payable_fen: Annotated[int, Field(ge=0, le=10**12)] | None
    due_through: Day | None


@dataclass
class Order:
    """`told` is the newest revision; `payments` are the events of money that came in and has not gone back."""

    told: Receivable
    messages: int = 1
    ignored: int = 0
    payments: list[str] = field(default_factory=list)
    settled_by: set[str] = field(default_factory=set)  # those of them that were exactly what was due

    @property
    def state(self) -> str:
        if self.told.type == "receivable.withdrawn":
            return "withdrawn"
        if self.settled_by:
            return "paid"
        return "due" if self.told.payable_fen else "nothing_due"

    def paid(self, event_id: str, amount: int) -> None:
        self.payments.append(event_id)
        if amount == self.told.payable_fen:
            self.settled_by.add(event_id)

    def unpaid(self, event_id: str) -> None:
        self.payments.remove(event_id)
        self.settled_by.discard(event_id)

    def shown(self) -> dict[str, Any]:
        told = self.told.model_dump(mode="json")
        counted = {"messages": self.messages, "ignored": self.ignored, "payments": self.payments}
        return told | {"state": self.state} | counted


class Orders:
    """Every order by its number, in the order in which they were first heard of."""

    def __init__(self) -> None:
        self._by_number: dict[str, Order] = {}

    def take(self, message: Receivable) -> bool:
        """Keep what is new; False for a revision that is not newer than the one that is known."""
        known = self._by_number.get(message.order_no)
        if known is None:
            self._by_number[message.order_no] = Order(message)
            return True
        known.messages += 1
        if message.revision <= known.told.revision:
            known.ignored += 1
            return False
        known.told = message
        return True

    def find(self, order_no: str) -> Order:
        """Raises Refused where canbao never told of it."""
        if order_no not in self._by_number:
            raise Refused("order_not_found", "no receivable with this order_no has arrived")
        return self._by_number[order_no]

    def __contains__(self, order_no: str) -> bool:
        return order_no in self._by_number

    def all(self, state: str | None = None) -> list[Order]:
        return [order for order in self._by_number.values() if state in (None, order.state)]
