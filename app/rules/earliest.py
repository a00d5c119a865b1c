"""The day before which benefits never begin, but for days that the notice itself names."""

from app.rules.days import year_bounds
from app.rules.policy import Policy, Route


def earliest(policy: Policy, route: Route) -> int:
    """The coverage year's first day, or that of an earlier year which the same order pays for."""
    years = (year.coverage_year for year in route.years if year.coverage_year is not None)
    return min((policy.first_day, *(year_bounds(year)[0] for year in years)))


def earliest_of_all(policy: Policy) -> int:
    """The first of these days among all ways in."""
    return min((policy.first_day, *(earliest(policy, route) for route in policy.routes)))
