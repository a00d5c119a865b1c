"""Subscribers that are away, refuse or are slow: tried again and again, given up, sent after all; nobody else waits."""

from concurrent.futures import ThreadPoolExecutor
from threading import Event

from sqlalchemy import text

from app.storage.subscriber_register import Subscriber
from app.workflows.cancel_enrollment import cancel_enrollment
from app.workflows.manage_subscribers import list_subscribers, requeue_deliveries
from app.workflows.office import Office
from app.workflows.relay_changes import MOST_AHEAD, Rounds, relay_changes
from app.workflows.relay_outbox import MOST_ATTEMPTS, Push
from tests.sharing.subscribers import FAILED, REFUSED, TAKEN, County, later, rounds, subscribed
from tests.state.in_the_office import booked, opened
from tests.state.made_up import payment


def test_what_one_enrollment_fails_on_holds_back_no_other(own_office: Office) -> None:
    subscribed(own_office)
    made, other = opened(own_office), opened(own_office)
    cancel_enrollment(own_office, made["id"], "test")
    county = County(lambda m: FAILED if m["data"]["enrollment_id"] == made["id"] else TAKEN)
    rounds(own_office, county)
    assert (county.of(made), county.of(other)) == ([], ["enrollment.registered"])
    county.answer = lambda _: TAKEN
    rounds(later(own_office), county)
    assert county.of(made) == ["enrollment.registered", "enrollment.cancelled"]
    assert county.tried.count(county.tried[0]) <= 2


def test_a_subscriber_that_is_away_is_left_in_peace_and_tried_with_one_message(own_office: Office) -> None:
    id, county = subscribed(own_office), County(lambda _: FAILED)
    for _ in range(5):
        opened(own_office)
    assert rounds(own_office, county) == 5
    assert rounds(own_office, county) == 0
    assert relay_changes(later(own_office), county.connect) == 1
    assert list_subscribers(own_office)[0]["failures"] == 2
    county.answer = lambda _: TAKEN
    much_later = later(own_office)
    with own_office.database.transaction() as connection:
        connection.execute(text("UPDATE subscribers SET paused_until = 0 WHERE id = :id"), {"id": id})
        connection.execute(text("UPDATE deliveries SET due_at = 0"))
    assert rounds(much_later, county) == 5
    assert list_subscribers(own_office)[0]["failures"] == 0


def test_no_more_is_set_down_ahead_than_a_bounded_number(own_office: Office) -> None:
    id, made = subscribed(own_office), [opened(own_office) for _ in range(50)]
    with own_office.deed() as books:
        for n in range(MOST_AHEAD):
            books.audit("430424", "test", "covered", made[n % 50]["id"], amount_fen=1, event_id="x")
    away = County(lambda _: FAILED)
    rounds(own_office, away)
    assert list_subscribers(own_office)[0]["waiting"] == MOST_AHEAD
    with own_office.database.transaction() as connection:
        connection.execute(text("UPDATE subscribers SET paused_until = 0, failures = 0 WHERE id = :id"), {"id": id})
        connection.execute(text("UPDATE deliveries SET due_at = 0"))
    back = County()
    rounds(own_office, back)
    assert len(back.got) == MOST_AHEAD + 50
    for enrollment in made:
        of_one = (m["data"] for m in back.got if m["data"]["enrollment_id"] == enrollment["id"])
        numbers = [int(data["id"].rpartition("-")[2]) for data in of_one]
        assert numbers == sorted(numbers)
        assert len(numbers) == MOST_AHEAD // 50 + 1


def test_what_is_refused_waits_for_somebody_and_holds_back_its_own_enrollment(own_office: Office) -> None:
    id, made = subscribed(own_office), opened(own_office)
    cancel_enrollment(own_office, made["id"], "test")
    county = County(lambda _: REFUSED)
    assert rounds(own_office, county) == 1
    assert (list_subscribers(own_office)[0]["dead"], list_subscribers(own_office)[0]["waiting"]) == (1, 1)
    assert rounds(later(own_office), county) == 0
    county.answer = lambda _: TAKEN
    assert requeue_deliveries(own_office, id) == 1
    rounds(later(own_office), county)
    assert county.of(made) == ["enrollment.registered", "enrollment.cancelled"]


def test_after_many_attempts_it_is_given_up(own_office: Office) -> None:
    subscribed(own_office)
    opened(own_office)
    county = County(lambda _: FAILED)
    for _ in range(MOST_ATTEMPTS + 3):
        relay_changes(own_office, county.connect)
        with own_office.database.transaction() as connection:
            connection.execute(text("UPDATE subscribers SET paused_until = 0"))
            connection.execute(text("UPDATE deliveries SET due_at = 0"))
    assert len(county.tried) == MOST_ATTEMPTS
    assert list_subscribers(own_office)[0]["dead"] == 1


def test_several_relays_at_once_send_each_message_once_and_in_order(own_office: Office) -> None:
    subscribed(own_office)
    made = [opened(own_office) for _ in range(15)]
    for one in made:
        booked(own_office, payment(one["order_no"]))
    county = County()
    with ThreadPoolExecutor(4) as relays:
        for _ in range(4):
            list(relays.map(lambda _: relay_changes(own_office, county.connect), range(4)))
    assert len(county.tried) == len(set(county.tried)) == 30
    for one in made:
        assert county.of(one) == ["enrollment.registered", "enrollment.covered"]


def test_a_slow_subscriber_keeps_no_other_waiting(own_office: Office) -> None:
    slow, quick = subscribed(own_office), subscribed(own_office)
    let_go, counties = Event(), {slow: County(), quick: County()}

    def wait_for_it(_: object) -> object:
        assert let_go.wait(30)
        return TAKEN

    counties[slow].answer = wait_for_it  # type: ignore[assignment]

    def connect(subscriber: Subscriber) -> Push:
        return counties[subscriber.id].push

    turns, made = Rounds(own_office, connect), []
    for _ in range(3):
        made.append(opened(own_office))
        while not counties[quick].of(made[-1]):  # with each round it hears of what is new
            turns()
    assert counties[slow].got == []
    let_go.set()
    while len(counties[slow].got) < 3:
        turns()
    turns.close()
    assert [len(county.tried) for county in counties.values()] == [3, 3]


def test_a_subscriber_that_cannot_be_served_at_all_keeps_no_other_waiting(own_office: Office) -> None:
    broken, county = subscribed(own_office), County()
    subscribed(own_office)

    def connect(subscriber: Subscriber) -> Push:
        if subscriber.id == broken:
            raise KeyError("the key that its secret was sealed with")
        return county.push

    opened(own_office)
    turns = Rounds(own_office, connect)
    while not county.got:
        turns()
    turns.close()
    assert len(county.got) == 1
