"""Tasks of villages are imported from a file; the same file again changes nothing."""

from dataclasses import asdict
from pathlib import Path
from typing import Any

from app.journal.telling import tell
from app.reports.people import Target
from app.reports.target_rows import targets_in
from app.storage import target_register as register
from app.workflows.office import OPERATOR, Office


def import_targets(office: Office, file: Path, region: str, year: int) -> tuple[int, int]:
    """How many villages the file names, and how many of them are new or have changed. Raises Unreadable,
    WrongTargets (nothing of the file is taken over then) or PolicyNotFound."""
    from app.sheets.reading import read_rows

    notice = office.shelf.resolve(region, year)
    found = targets_in(read_rows(file), region)
    with office.deed() as books:
        known = register.targets_of(books.connection, notice, year)
        changed = [target for target in found if target.village not in known or _told(known[target.village]) != target]
        place = {"region": notice, "coverage_year": year, "imported_at": books.now}
        register.add(books.connection, [place | asdict(target) for target in changed])
        if changed:
            about: dict[str, Any] = {
                "villages": len(changed),
                "coverage_year": year,
                "target": sum(t.target for t in changed),
            }
            books.audit(notice, OPERATOR, "targets_imported", **about)
    if changed:
        tell("targets_imported")
    return len(found), len(changed)


def _told(row: object) -> Target:
    return Target(**{name: row[name] for name in Target.__dataclass_fields__})  # type: ignore[index]
