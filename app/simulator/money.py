"""Money that moved: a payment or its reversal, and the event that tells canbao of it."""

import json
import random
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from typing import Any, Literal

SHANGHAI = timezone(timedelta(hours=8))
Kind = Literal["payment.succeeded", "payment.reversed"]


@dataclass(frozen=True, slots=True)
class Movement:
    """`amount_fen` is above zero for both kinds; `reverses_event_id` is set for a reversal only."""

    event_id: str
    kind: Kind
    order_no: str
    amount_fen: int
    paid_at: datetime
    voucher_no: str
    channel: str
    reverses_event_id: str | None = None

    @property
    def signed_fen(self) -> int:
        """Below zero for money that went back."""
        return self.amount_fen if self.kind == "payment.succeeded" else -self.amount_fen

    @property
    def day(self) -> date:
        """The day in Shanghai on which it happened: the statement it stands in."""
        return self.paid_at.astimezone(SHANGHAI).date()

    def event(self) -> dict[str, Any]:
        """The callback's body."""
        said: dict[str, Any] = {"event_id": self.event_id, "type": self.kind, "order_no": self.order_no}
        said |= {"amount_fen": self.amount_fen, "paid_at": self.paid_at.isoformat()}
        back = {"reverses_event_id": self.reverses_event_id} if self.reverses_event_id else {}
        return said | back | {"voucher_no": self.voucher_no, "channel": self.channel}

    def body(self) -> bytes:
        return json.dumps(self.event(), ensure_ascii=False).encode()


class Numbers:
    """Event ids, vouchers and order numbers out of a seeded generator."""

    def __init__(self, generator: random.Random) -> None:
        self._random = generator

    def event_id(self) -> str:
        return f"evt-{self._random.getrandbits(96):024x}"

    def voucher_no(self) -> str:
        return f"{self._random.randrange(10**18):018d}"

    def strange_order(self, region: str) -> str:
        """An order number that looks like canbao's and is not."""
        return f"{region}-{self._random.getrandbits(128):032x}"
