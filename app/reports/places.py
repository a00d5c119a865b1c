"""Townships and villages: told apart by their codes, called what the imported tasks call them."""

from collections.abc import Mapping

from app.reports.people import Target

_TOWNSHIP = 9  # digits of a township's division code
NO_VILLAGE = "（未分村、社区）"


def township_of(village: str) -> str:
    """The township's code; empty where the village's is no division code."""
    return village[:_TOWNSHIP] if village.isascii() and village.isdigit() and len(village) >= _TOWNSHIP else ""


def is_whole(village: str) -> bool:
    """Whether what stands in a village's place is a township: people or tasks that are not told apart by village."""
    return bool(village) and village == township_of(village)


class Places:
    """The names of a notice's places, of which a report is about `region`."""

    def __init__(self, targets: Mapping[str, Target], notice: str, notice_name: str, region: str) -> None:
        self._villages = {code: t.village_name for code, t in targets.items() if t.village_name}
        self._given = {code: t.township_name for code, t in targets.items() if t.township_name}
        self._townships = {township_of(code): name for code, name in self._given.items() if township_of(code)}
        self._codes = {name: code for code, name in self._townships.items()}
        self._notice, self._notice_name, self._region = notice, notice_name, region

    def township(self, village: str) -> str:
        """The key of the village's township: its code, else its name."""
        given = self._given.get(village, "")
        return township_of(village) or self._codes.get(given, given)

    def township_name(self, township: str) -> str:
        if township == self._notice:  # a town with a notice of its own
            return self._townships.get(township, self._notice_name)
        return self._townships.get(township) or (township if township not in ("", "—") else "（未分乡镇）")

    def village_name(self, village: str) -> str:
        if village in self._villages:
            return self._villages[village]
        return NO_VILLAGE if is_whole(village) or village == self._notice else village

    def title(self) -> str:
        """What the region is called in a heading: the notice's region, and within it the township and the village."""
        if self._region == self._notice:
            return self._notice_name
        township = township_of(self._region)
        if self._region == township:
            return self._notice_name + self.township_name(township)
        named = self._townships.get(township, "") if township != self._notice else ""
        return self._notice_name + named + self.village_name(self._region)
