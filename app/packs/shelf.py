"""Where packs are found: an index of file names, and each pack read and compiled when it is first asked for."""

import os
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from threading import Lock

from app.packs.form import PackForm
from app.packs.mistakes import PackRefused
from app.packs.read_pack import Written, read_pack, read_written
from app.rules.compiling import Compiled, compile_policy

NOTICES = Path(__file__).parent / "notices"
_DIVISION_CODES = (6, 9, 12)  # digits of a county's, a township's and a village's code


class PolicyNotFound(Exception):  # noqa: N818 - an answer, not a failure
    """No notice for this region and year; `years` are those there are for the region, empty for an unknown region."""

    def __init__(self, years: list[int]) -> None:
        super().__init__("no notice for this region and coverage year")
        self.years = years


class Shelf:
    """Packs by region and coverage year. Reading a folder of 30,000 takes the names only.

    At most `kept` packs stay in memory (about 140 KiB each); the one that came first goes first. With `drafts` packs
    are opened that have lines still to be confirmed: to look at, never to quote from.
    """

    def __init__(self, folders: tuple[Path, ...] = (NOTICES,), kept: int = 1000, *, drafts: bool = False) -> None:
        self._kept, self._drafts = kept, drafts
        self._files: dict[str, dict[int, str]] = {}
        for folder in folders:
            for path in _pack_files(folder):
                self._put(path)
        self._read: dict[tuple[str, int, int], tuple[PackForm, Compiled]] = {}
        self._lock = Lock()
        self._gone_through: dict[str, dict[int, str]] | None = None

    def _put(self, path: str) -> None:
        name = os.path.basename(path)
        region, _, year = name.removesuffix(".yaml").rpartition("-")
        if not region or not (year.isascii() and year.isdigit()):
            raise PackRefused(name, [(1, "a pack's file is called REGION-YEAR.yaml")])
        years = self._files.setdefault(region, {})
        if int(year) in years:
            raise PackRefused(name, [(1, f"two packs for one region and year; the other is {years[int(year)]}")])
        years[int(year)] = path

    def find(self, region: str, year: int, as_of: date | None = None) -> Compiled:
        """The compiled pack for a region key or a division code below one; raises PolicyNotFound.

        `as_of`: with the amendments that were known on that day; without it, with all that there are.
        """
        if as_of is None and (read := self._read.get((region, year, 0))):  # by the notice's own region, as most ask
            return read[1]
        return self.open(self.resolve(region, year), year, as_of)[1]

    def resolve(self, region: str, year: int) -> str:
        """The longest known prefix that has a notice for the year."""
        known: dict[int, str] | None = None
        for candidate in division_codes(region):
            years = self._files.get(candidate)
            if years is not None and year in years:
                return candidate
            known = known or years
        raise PolicyNotFound(sorted(known or ()))

    def home(self, region: str) -> str | None:
        """The longest known prefix that has a notice for any year."""
        return next((candidate for candidate in division_codes(region) if candidate in self._files), None)

    def open(self, region: str, year: int, as_of: date | None = None) -> tuple[PackForm, Compiled]:
        """The pack as written and compiled; reads it on first use. Raises PackRefused where it does not load."""
        if as_of is not None:
            later = sum(day > as_of for day in self.open(region, year)[1].policy.amendment_days)
            return self._opened(region, year, later, as_of if later else None)
        return self._opened(region, year, 0, None)

    def _opened(self, region: str, year: int, later: int, as_of: date | None) -> tuple[PackForm, Compiled]:
        """The pack without its `later` last amendments."""
        key = (region, year, later)
        found = self._read.get(key)
        if found is None:
            form, policy = read_pack(self.path(region, year), self._find_file, as_of, drafts=self._drafts)
            found = form, compile_policy(policy)
            with self._lock:
                while len(self._read) >= self._kept:
                    self._read.pop(next(iter(self._read)))
                self._read[key] = found
        return found

    def written(self, region: str, year: int) -> Written:
        """The pack with the place of each part of it in its file; read anew. Raises PackRefused."""
        return read_written(self.path(region, year), self._find_file, drafts=self._drafts)

    def _find_file(self, region: str, year: str) -> Path:
        """The file of a pack that another one extends; one that is not there is told by its name."""
        files = self._files.get(region, {})
        return Path(files.get(int(year) if year.isdigit() else 0, f"{region}-{year}.yaml"))

    def only(self, name: str | None) -> "Shelf":
        """A shelf that goes through the pack of this name alone; what it extends is still found."""
        if name is not None:
            region, _, year = name.rpartition("-")
            self._gone_through = {region: {int(year): ""}} if year.isdigit() and region in self._files else {}
        return self

    def path(self, region: str, year: int) -> Path:
        """The pack's file."""
        return Path(self._files[region][year])

    def __iter__(self) -> Iterator[tuple[str, int]]:
        """Every (region, coverage year), in order."""
        files = self._files if self._gone_through is None else self._gone_through
        return ((region, year) for region in sorted(files) for year in sorted(files[region]))

    def __len__(self) -> int:
        return sum(map(len, self._files.values()))


def division_codes(region: str) -> Iterator[str]:
    """The region itself and, for a division code, the shorter codes above it, longest first."""
    yield region
    if region.isascii() and region.isdigit() and len(region) in _DIVISION_CODES:
        for length in range(len(region) - 1, 1, -1):
            yield region[:length]


def _pack_files(folder: Path) -> Iterator[str]:
    if not folder.is_dir():
        raise PackRefused(str(folder), [(1, "there is no such folder of packs")])
    for root, _, names in os.walk(folder):
        yield from (os.path.join(root, n) for n in names if n.endswith(".yaml") and not n.endswith(".cases.yaml"))
