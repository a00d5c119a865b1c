"""Whatever can differ, a clerk is told in Chinese what to do about it."""

import re
from itertools import product
from typing import Any

from app.enrollment.advice import ADVICE
from app.enrollment.payments import Reason
from app.enrollment.reconciliation import TYPES, Comparison, Finding, Said, Scope, not_on_statement

SAID = {"line": 2, "event_id": "e", "order_no": "o", "amount_fen": 1, "paid_at": 0, "paid_year": 2024}
MOVEMENTS = [("payment.succeeded", None), ("payment.reversed", "p")]


def known(**changes: Any) -> dict[str, Any]:
    same = {"region": "r", "type": "payment.succeeded", "order_no": "o", "amount_fen": 1, "paid_at": 0}
    about = {"reverses_event_id": None, "effect": "covered", "reason": None, "suspense_state": None, "undone": False}
    return same | about | changes


def order(**changes: Any) -> dict[str, Any]:
    return {"coverage_year": 2024, "state": "covered", "payable_fen": 1, "covered_by": "e", "booked_fen": 1} | changes


def found() -> set[Finding]:
    """Of everything that can be compared in a few values."""
    waits: list[dict[str, Any]] = [
        {"effect": "suspended", "suspense_state": "open", "reason": str(reason)} for reason in Reason
    ]
    other: list[dict[str, Any]] = [
        {"amount_fen": 2},
        {"order_no": "x"},
        {"paid_at": 10**7},
        {"type": "payment.reversed"},
    ]
    events = [None, known(), *(known(**change) for change in (*waits, *other))]
    events += [known(type="payment.reversed", **change) for change in ({"reverses_event_id": "q"}, *waits)]
    orders = [
        None,
        order(),
        order(covered_by="x"),
        order(booked_fen=2),
        order(coverage_year=2023),
        order(state="reversed"),
    ]
    all_found = {not_on_statement(known()), not_on_statement(known(type="payment.reversed"))}
    for (type, undoes), event, one, year in product(MOVEMENTS, events, orders, (0, 2024)):
        for region in ("r", "x"):
            said = Said(type=type, reverses_event_id=undoes, region=region, **SAID)  # type: ignore[arg-type]
            at_hand = event | {"reverses_event_id": undoes} if event and event["reason"] else event
            all_found |= set(Comparison(Scope("r", year)).of_line(said, at_hand, one))
    return all_found


def test_every_difference_has_its_advice_and_every_advice_its_difference() -> None:
    kinds = {(one.type, one.reason) for one in found()}
    assert kinds == set(ADVICE)
    assert {type for type, _ in kinds} == set(TYPES)


def test_the_advice_is_a_sentence_that_a_clerk_can_act_on() -> None:
    for sentence in ADVICE.values():
        assert re.fullmatch(r"[\u4e00-\u9fff].{8,80}。", sentence)
