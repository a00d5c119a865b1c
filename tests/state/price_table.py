"""What a few kinds of people pay on which days, written by hand from the notices, and times beside the edges.

The state machine's model knows these prices and nothing of the packs or the engine.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any


@dataclass(frozen=True)
class Price:
    """What holds from the first to the last day: money in fen, subsidies by fund."""

    first: date
    last: date
    personal: int
    surcharge: int = 0
    fund: str = "unspecified"
    subsidy: int = 0

    @property
    def payable(self) -> int:
        return self.personal + self.surcharge - self.subsidy


@dataclass(frozen=True)
class Kind:
    """People of one kind under one notice. On a day without a price there is no way in."""

    region: str
    year: int
    facts: dict[str, Any]
    prices: tuple[Price, ...]

    def on(self, day: date) -> Price | None:
        return next((p for p in self.prices if p.first <= day <= p.last), None)


def _identity(code: str, **more: str) -> dict[str, Any]:
    return {"identities": [{"code": code} | more]}


_OPENS, _LAST, _AFTER, _END = date(2023, 9, 1), date(2023, 12, 31), date(2024, 1, 1), date(2024, 12, 31)
_EVE, _RECOGNIZED = date(2023, 12, 9), date(2023, 12, 10)
# 高台 opens nine days later. The district's opening is not stated: 1 January of the year before.
_GAOTAI_OPENS = date(2023, 9, 10)
_DISTRICT = date(2025, 1, 1), date(2026, 1, 31)
_DISTRICT_LATE = Price(date(2026, 2, 1), date(2026, 12, 31), 40000, 70000)

KINDS = {
    # 衡东 二: 380 yuan in the window; afterwards nothing for somebody in no special situation.
    "hengdong": Kind("430424", 2024, {}, (Price(_OPENS, _LAST, 38000),)),
    # 四(四)2: 190 off in the window; 四(三)3(d): released prisoners pay 380 afterwards, without subsidy.
    "released": Kind(
        "430424",
        2024,
        _identity("subsistence_allowance") | {"circumstances": [{"code": "prison_release"}]},
        (Price(_OPENS, _LAST, 38000, subsidy=19000), Price(_AFTER, _END, 38000)),
    ),
    # 四(四)1: paid for in full.
    "orphan": Kind("430424", 2024, _identity("orphan"), (Price(_OPENS, _LAST, 38000, subsidy=38000),)),
    # 四(四), last paragraph: whoever is recognized inside the window is subsidized from then on.
    "recognized": Kind(
        "430424",
        2024,
        _identity("extreme_poverty", since=_RECOGNIZED.isoformat()),
        (Price(_OPENS, _EVE, 38000), Price(_RECOGNIZED, _LAST, 38000, subsidy=38000)),
    ),
    # 高台 三.2 and 四: 310 off, also outside the window, by another way in there.
    "gaotai": Kind(
        "620724",
        2024,
        _identity("subsistence_allowance", **{"class": "rural_1"}),
        (
            Price(_GAOTAI_OPENS, _LAST, 38000, fund="medical_assistance", subsidy=31000),
            Price(_AFTER, _END, 38000, fund="medical_assistance", subsidy=31000),
        ),
    ),
    # X区 二(四): 400 in the window, 1,100 after it; 二(五): half of the 400 in the window only.
    "district": Kind(
        "hunan-anon-district", 2026, {"insured_last_year": True}, (Price(*_DISTRICT, 40000), _DISTRICT_LATE)
    ),
    "allowance": Kind(
        "hunan-anon-district",
        2026,
        _identity("subsistence_allowance") | {"insured_last_year": True},
        (Price(*_DISTRICT, 40000, subsidy=20000), _DISTRICT_LATE),
    ),
}

# Moments of payment by coverage year, each with its day in Shanghai.
MOMENTS: dict[int, dict[str, tuple[str, date]]] = {
    2024: {
        "in the window": ("2023-11-02T10:15:00+08:00", date(2023, 11, 2)),
        "late in the window": ("2023-12-10T00:00:00+08:00", date(2023, 12, 10)),
        "in its last second": ("2023-12-31T15:59:59Z", _LAST),
        "a second later": ("2023-12-31T16:00:00Z", _AFTER),
        "long after": ("2024-12-31T23:59:59+08:00", _END),
        "when the year is over": ("2025-01-01T00:00:00+08:00", date(2025, 1, 1)),
        "before": ("2023-08-31T23:59:59+08:00", date(2023, 8, 31)),
    },
    2026: {
        "in the window": ("2025-11-02T10:15:00+08:00", date(2025, 11, 2)),
        "late in the window": ("2026-01-10T00:00:00+08:00", date(2026, 1, 10)),
        "in its last second": ("2026-01-31T23:59:59.999999+08:00", date(2026, 1, 31)),
        "a second later": ("2026-01-31T16:00:00Z", date(2026, 2, 1)),
        "long after": ("2026-12-31T15:00:00-00:30", date(2026, 12, 31)),
        "when the year is over": ("2026-12-31T16:00:00Z", date(2027, 1, 1)),
        "before": ("2024-12-31T23:59:59+08:00", date(2024, 12, 31)),
    },
}

# The days on which the clock can stand.
DAYS = [_EVE, _RECOGNIZED, _LAST, _AFTER, date(2025, 1, 1)]
DAYS += [date(2026, 1, 31), date(2026, 2, 1), date(2027, 1, 1)]
