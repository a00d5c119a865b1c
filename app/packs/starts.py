"""Benefits that begin with an event: the way in must be for those only whom the event has happened to."""

from collections.abc import Callable

from app.rules import conditions as c
from app.rules.policy import Start


def lacks(start: Start, when: c.Condition) -> str | None:
    """What a way in begins benefits with and does not ask for, None where it asks for it."""
    event, known = start.event, start.recognition
    if isinstance(event, c.EmploymentEnd) and not _implies(when, lambda test: isinstance(test, c.HadJob)):
        return "the end of employee insurance; say employee_insurance under when"
    if isinstance(event, c.CircumstanceDay) and not _implies(when, lambda t: t == c.HasCircumstance(event.code)):
        return f"the circumstance {event.code}; say it under when"
    if known is not None:

        def recognized(test: c.Condition) -> bool:
            if not isinstance(test, c.HasIdentity) or not test.codes <= known.codes:
                return False
            late_enough = known.first is None or (test.first is not None and test.first >= known.first)
            early_enough = known.last is None or (test.last is not None and test.last <= known.last)
            return late_enough and early_enough

        if not _implies(when, recognized):
            return "the recognition of an identity; say these identities under when"
    return None


def _implies(when: c.Condition, sure: Callable[[c.Condition], bool]) -> bool:
    """Whether the condition holds only where a test that is `sure` does."""
    match when:
        case c.All(parts):
            return any(_implies(part, sure) for part in parts)
        case c.Any(parts):
            return bool(parts) and all(_implies(part, sure) for part in parts)
        case _:
            return sure(when)
