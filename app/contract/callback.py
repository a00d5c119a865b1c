"""Payment events as the tax bureau's collection system sends them."""

from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, BeforeValidator, ConfigDict, Field, model_validator
from pydantic import Strict as AllowStrings
from pydantic_core import PydanticCustomError

from app.contract.strict import PRINTABLE, Strict

Reference = Annotated[str, Field(min_length=1, max_length=255, pattern=PRINTABLE)]
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_EXAMPLE: dict[str, Any] = {
    "event_id": "evt-20231102-000001",
    "type": "payment.succeeded",
    "order_no": "430424-018b8f5e6c7a7000a1b2c3d4e5f60718",
    "amount_fen": 19000,
    "paid_at": "2023-11-02T10:15:00+08:00",
    "voucher_no": "343016231102000001",
    "channel": "wechat_mini_program",
}


def _rfc3339(value: Any) -> Any:
    """pydantic also takes seconds since 1970, as a number or as text."""
    if isinstance(value, datetime) or (isinstance(value, str) and value[10:11] in ("T", "t")):
        return value
    raise PydanticCustomError("datetime_parsing", "expected RFC 3339")


Moment = Annotated[AwareDatetime, AllowStrings(False), BeforeValidator(_rfc3339)]


class PaymentEvent(Strict):
    """Something that happened to money. Keys that are not known here are kept in the stored bytes and ignored."""

    model_config = ConfigDict(extra="ignore", json_schema_extra={"examples": [_EXAMPLE]})

    event_id: Reference
    type: Literal["payment.succeeded", "payment.reversed"]
    order_no: Reference
    amount_fen: Annotated[int, Field(ge=1, le=10**12)]
    paid_at: Moment
    reverses_event_id: Reference | None = None
    voucher_no: Reference | None = None
    channel: Reference | None = None

    @model_validator(mode="after")
    def _makes_sense(self) -> "PaymentEvent":
        if self.type == "payment.reversed" and self.reverses_event_id is None:
            raise ValueError("reverses_event_id is missing")
        if not 2000 <= self.paid_at.year < 2100:
            raise ValueError("paid_at is not of this century")
        return self

    def paid_microseconds(self) -> int:
        """Microseconds since 1970."""
        since = self.paid_at - _EPOCH
        return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds


class Received(Strict):
    """The event is stored; the sender need not send it again."""

    code: Literal["SUCCESS"] = "SUCCESS"
