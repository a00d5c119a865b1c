"""A small made-up county, whose figures are counted by hand: two villages of a township, and a third with nobody yet.

    first village    p1 pays 380 (local)         p2, allowance, pays 190           p3, extreme poverty: nothing to pay
                     p4, p5, allowance, pay 190  p6 (from elsewhere) never pays    p7 pays 380 and gets it back
                     p8 cancels
    second village   p9 pays 380 on the third day

Everybody registers on the first day, payments come on the second, p9's and p7's refund on the third.
"""

from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from app.packs.shelf import Shelf
from app.storage.schema import migrate
from app.wiring import office_of
from app.workflows.cancel_enrollment import cancel_enrollment
from app.workflows.office import SHANGHAI, Office, business_day
from tests.conftest import settings_for
from tests.state.in_the_office import booked, opened
from tests.state.made_up import id_number, payment, reversal

REGION, YEAR = "430424", 2024
FIRST, SECOND, THIRD = "430424106201", "430424106202", "430424107201"
DAYS = [date(2023, 11, 1), date(2023, 11, 2), date(2023, 11, 3)]
TASKS = """附件1　任务表
村代码,乡镇,村,上年户籍人口,上年任务数,预计净增,任务数,应参保本地户籍,应参保外地户籍
430424106201,高湖镇,高田村,20,8,2,10,8,2
430424106202,高湖镇,石湾村,6,4,0,4,4,
430424107201,白莲镇,新塘村,9,5,1,6,5,1
合计,,,35,17,3,20,17,3
"""


@dataclass(frozen=True)
class Clocked(Office):
    """An office whose clock is set by hand."""

    moment: list[int] = field(default_factory=lambda: [0])

    def now(self) -> int:
        self.moment[0] += 1
        return self.moment[0]

    def set(self, day: date) -> None:
        self.moment[0] = int(datetime(day.year, day.month, day.day, 12, tzinfo=SHANGHAI).timestamp()) * 1_000_000


@dataclass
class County:
    office: Clocked
    people: dict[str, dict[str, Any]] = field(default_factory=dict)
    numbers: dict[str, str] = field(default_factory=dict)

    def register(
        self, who: str, village: str, household: str | None = None, code: str | None = None, **more: str
    ) -> None:
        relation = more.pop("relation", "head")
        self.numbers[who] = id_number()
        applicant = {"name": f"测试{who}", "id_type": "resident_id", "id_number": self.numbers[who], **more}
        changes: dict[str, Any] = {"village": village, "applicant": applicant | {"phone": "10012345678"}}
        if household:
            changes["household"] = {"household_no": f"{village}-{household}", "relation": relation}
        if code:
            changes["person"] = {"identities": [{"code": code, "since": "2022-05-01"}]}
        self.people[who] = opened(self.office, **changes)

    def pay(self, who: str, **more: Any) -> dict[str, Any]:
        made = self.people[who]
        event = payment(made["order_no"], made["receivable"]["payable_fen"], **more)
        assert booked(self.office, event) == ["covered"]
        return event


def county(url: str) -> County:
    """With everything that happens in it, and no tasks yet."""
    plain = office_of(settings_for(url), Shelf())
    office = Clocked(**{name: getattr(plain, name) for name in Office.__dataclass_fields__})
    office = replace(office, today=lambda: business_day(office.moment[0]))
    migrate(office.database)
    found = County(office)
    office.set(DAYS[0])
    found.register("p1", FIRST, "001", hukou="local")
    found.register("p2", FIRST, "001", "subsistence_allowance", relation="spouse")
    found.register("p3", FIRST, "002", "extreme_poverty")
    found.register("p5", FIRST, "003", "subsistence_allowance", relation="child")
    found.register("p4", FIRST, "003", "subsistence_allowance")
    found.register("p6", FIRST, hukou="elsewhere")
    found.register("p7", FIRST, "004", hukou="local")
    found.register("p8", FIRST, "005")
    found.register("p9", SECOND, "001")
    office.set(DAYS[1])
    undone = [found.pay(who) for who in ("p1", "p2", "p4", "p5", "p7")][-1]
    cancel_enrollment(office, found.people["p8"]["id"], "test")
    office.set(DAYS[2])
    found.pay("p9", paid_at="2023-11-03T09:00:00+08:00")
    assert booked(office, reversal(undone)) == ["reversed"]
    return found
