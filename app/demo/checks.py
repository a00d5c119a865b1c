"""Every number of the end against the plan's."""

from collections import Counter
from dataclasses import dataclass

from app.demo import differences, lists, plan, reports, rosters
from app.demo.acting import BOOKS, Outcome
from app.demo.checking import Check
from app.demo.plan import Expected, Plan
from app.demo.village import Person


@dataclass
class Wanted:
    """The whole plan in numbers."""

    ends: Expected
    rosters: rosters.Brought
    compared: differences.Compared
    reports: reports.Made


def wanted(people: list[Person], planned: Plan) -> Wanted:
    ends = plan.expect(people, planned)
    files = [*lists.first_lists(people, planned), *lists.change_lists(people, planned)]
    brought = rosters.expect(people, planned, files)
    return Wanted(ends, brought, differences.expect(people, planned), reports.expect(people, planned, ends))


def check(people: list[Person], planned: Plan, wanted: Wanted, found: Outcome) -> list[Check]:
    return [
        *_people(people, planned, wanted.ends, found),
        *rosters.check(people, planned, wanted.rosters, found.rosters),
        *_money(wanted.ends, found),
        *_messages(wanted.ends, found),
        *differences.check(wanted.compared, found.compared),
        *reports.check(wanted.reports, found.reports),
    ]


def _people(people: list[Person], planned: Plan, wanted: Expected, found: Outcome) -> list[Check]:
    states = {enrollment["id"]: enrollment["state"] for enrollment in found.enrollments}
    other = [planned[n].name for n, person in enumerate(people) if states.get(person.id) != planned[n].ends]
    counted = Counter((e["region"], e["state"]) for e in found.enrollments)
    return [
        Check("人数 people registered", wanted.people, len(states)),
        Check("各地各状态人数 people by county and state", dict(wanted.states), dict(counted)),
        Check("与计划不符的人 people who ended otherwise than planned", [], other),
    ]


def _money(wanted: Expected, found: Outcome) -> list[Check]:
    reasons = Counter(item["reason"] for item in found.suspense)
    amounts: Counter[str] = Counter()
    for item in found.suspense:
        amounts[item["reason"]] += item["amount_fen"]
    collector = sum(fen for (_, account), fen in found.balances.items() if account == "collector")
    accounts = {key: fen for key, fen in wanted.accounts.items() if fen}
    return [
        Check("待处理笔数 suspense items by reason", dict(wanted.suspense), dict(reasons)),
        Check("待处理金额 suspense by reason, fen", dict(wanted.suspense_fen), dict(amounts)),
        Check("各地各账户余额 balances by county and account, fen", accounts, found.balances),
        Check("账户合计为零 accounts add up to zero", 0, sum(found.balances.values())),
        Check("账簿、审计链核验 canbao ledger verify, audit verify", dict.fromkeys(BOOKS, True), found.verified),
        Check("对账单合计 = 账簿税务账户 statement = ledger, fen", collector, found.statement.fen),
    ]


def _messages(wanted: Expected, found: Outcome) -> list[Check]:
    ended = {"delivered": wanted.movements, "refused": wanted.attacks, "given_up": 0, "waiting": 0, "withheld": 0}
    tampered = found.callbacks["tampered"], found.callbacks["tampered_refused"]
    return [
        Check("应缴已送达 receivables at the bureau", wanted.levied, sum(found.orders.values())),
        Check("应缴已撤回 receivables withdrawn", wanted.withdrawn, found.orders["withdrawn"]),
        Check("回调结果 callbacks by result", ended, {name: found.callbacks[name] for name in ended}),
        Check("伪造、过期、篡改均被拒 tampered, all refused", (wanted.tampered,) * 2, tampered),
        Check("对账单笔数 movements in the statements", wanted.movements, found.statement.movements),
        Check("对外变动 GET /v1/changes by county and type", dict(wanted.feed), dict(found.feed)),
    ]
