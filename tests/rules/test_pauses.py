"""What is said on days without payment after which it is too late."""

from datetime import date

from app.rules.person import Person
from app.rules.quoting import quote
from tests.rules.test_made_up import PACKS


def test_whoever_finds_no_way_in_is_told_which_day_counts_where_there_are_days_without_payment() -> None:
    told = []
    for pack in PACKS:
        if (pause := pack.policy.pause) is None:
            continue
        lowest = tuple((name, low) for name, (low, _) in pack.asked.items())
        person = Person(date(1985, 6, 15), insured_last_year=True, numbers=lowest)
        for first, _ in pause.spans:
            answer = quote(pack, person, date.fromordinal(first)).answer()
            if answer["reason"] == "window_closed":
                line = next(line for line in answer["explanation"] if line["step"] == "situation")
                told.append((f"{pause.text}不受理缴费" in line["text"], pause.cite.clause in line["clause"]))
    assert told
    assert set(told) == {(True, True)}
