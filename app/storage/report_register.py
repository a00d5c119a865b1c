"""What reports count, as it was known at a time: from what is only ever added (enrollments, audit records, postings,
payment events), never from today's state. Everything is streamed: a county must not have to fit into memory."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, RowMapping, text

from app.storage.asking import ask, by_list, listed

_AT_A_TIME = 2000
# The deed that says where an enrollment stands is the last of these; `number` is their order. `|| ''` makes values of
# the keys before they are sorted: PostgreSQL keeps long ones outside their row and would fetch them anew for each
# comparison, which took half of a report's time.
_PEOPLE = """
SELECT e.id, e.village, e.person_key, e.created_at,
  a.deed, a.about, a.at, i.paid_at, m.contribution, m.subsidy, m.paid_back, {earlier} AS earlier
FROM (
  SELECT id || '' AS id, village || '' AS village, person_key || '' AS person_key, created_at, coverage_year
  FROM enrollments e WHERE region = :region AND coverage_year = :year AND created_at <= :until AND {here}
) e
JOIN (
  SELECT enrollment_id, max(number) AS number FROM audit
  WHERE region = :region AND at <= :until AND enrollment_id IS NOT NULL
    AND deed IN ('registered', 'repriced', 'covered', 'reversed', 'cancelled')
  GROUP BY enrollment_id
) l ON l.enrollment_id = e.id
JOIN audit a ON a.region = :region AND a.number = l.number
LEFT JOIN inbox i ON a.deed = 'covered' AND i.event_id = {event_id}
LEFT JOIN (
  SELECT p.enrollment_id,
    sum(CASE WHEN n.account IN ('personal', 'surcharge') THEN -n.amount_fen ELSE 0 END) AS contribution,
    sum(CASE WHEN p.kind <> 'pay_back' AND n.account LIKE 'subsidy:%' THEN n.amount_fen ELSE 0 END) AS subsidy,
    sum(CASE WHEN p.kind = 'pay_back' AND n.account LIKE 'subsidy:%' THEN n.amount_fen ELSE 0 END) AS paid_back
  FROM postings p JOIN entries n ON n.region = p.region AND n.posting_id = p.id
  WHERE p.region = :region AND p.coverage_year = :year AND p.posted_at <= :until
    AND p.kind IN ('cover', 'take_back', 'pay_back')
  GROUP BY p.enrollment_id
) m ON m.enrollment_id = e.id
ORDER BY e.village, e.id
"""
_EARLIER = """EXISTS (SELECT 1 FROM enrollments f WHERE f.person_key = e.person_key
    AND f.coverage_year = e.coverage_year - 1 AND f.created_at <= :until AND NOT EXISTS (SELECT 1 FROM audit c
      WHERE c.region = f.region AND c.enrollment_id = f.id AND c.deed = 'cancelled' AND c.at <= :until))"""
_SETTLEMENT = """
SELECT village, account, fen, count(*) AS people, sum(fen) AS total FROM (
  SELECT e.village AS village, n.account AS account, p.enrollment_id AS id, sum(n.amount_fen) AS fen
  FROM postings p
  JOIN entries n ON n.region = p.region AND n.posting_id = p.id
  LEFT JOIN enrollments e ON e.region = p.region AND e.id = p.enrollment_id
  WHERE p.region = :region AND p.coverage_year = :year AND p.posted_at <= :until AND n.account LIKE 'subsidy:%'
    AND {here}
  GROUP BY e.village, n.account, p.enrollment_id
) AS each_person WHERE fen <> 0 GROUP BY village, account, fen ORDER BY village, account, fen
"""
# Asked for by themselves: PostgreSQL would unpack them at each of the sorts and joins above.
_PERSONAL = by_list("SELECT id, personal FROM enrollments WHERE region = :region AND id IN {wanted}")
_EVENT_ID = {"sqlite": "json_extract(a.about, '$.event_id')", "postgresql": "(CAST(a.about AS json)->>'event_id')"}


@dataclass(frozen=True, slots=True)
class Part:
    """What a report is about: the enrollments of a notice's region and year, or those of the villages whose code
    begins with `below`, as known `until` a time (microseconds since 1970)."""

    region: str
    year: int
    until: int
    below: str = ""

    def _asked(self) -> dict[str, Any]:
        return {"region": self.region, "year": self.year, "until": self.until} | (
            {"below": self.below, "length": len(self.below)} if self.below else {}
        )

    def _here(self) -> str:
        return "substr(e.village, 1, :length) = :below" if self.below else "1 = 1"


def people(connection: Connection, part: Part, *, earlier: bool = False) -> Iterator[RowMapping]:
    """Enrollments with the deed that says where they stand, what they cost and who pays it, village by village.

    `earlier`: whether the person was registered for the year before is told.
    """
    words = {"event_id": _EVENT_ID[connection.dialect.name], "here": part._here()}
    statement = _PEOPLE.format(earlier=_EARLIER if earlier else "0", **words)
    return _streamed(connection, statement, part)


def personal_of(connection: Connection, region: str, ids: Sequence[str]) -> dict[str, bytes]:
    """Personal data as it is sealed, by enrollment."""
    return {row["id"]: bytes(row["personal"]) for row in ask(connection, _PERSONAL, {"region": region} | listed(ids))}


def settlement(connection: Connection, part: Part) -> Iterator[RowMapping]:
    """What the subsidy funds owe, by village, fund and amount a person: the ledger's postings."""
    return _streamed(connection, _SETTLEMENT.format(here=part._here()), part)


def _streamed(connection: Connection, statement: str, part: Part) -> Iterator[RowMapping]:
    streaming = connection.execution_options(stream_results=True, yield_per=_AT_A_TIME)
    yield from streaming.execute(text(statement), part._asked()).mappings()
