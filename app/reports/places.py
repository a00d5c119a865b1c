"""Townships and villages: told apart by their codes, called what the imported tasks call them."""

from collections.abc import Mapping

from app.reports.people import Target

_TOWNSHIP, _VILLAGE = 9, 12  # digits of a division code


def township_of(village: str) -> str:
    """The township's code; empty where the village's is no division code."""
    return village[:_TOWNSHIP] if village.isascii() and village.isdigit() and len(village) >= _TOWNSHIP else ""


class Places:
    """The names of a region's places."""

    def __init__(self, targets: Mapping[str, Target], region: str, region_name: str) -> None:
        self._villages = {code: t.village_name for code, t in targets.items() if t.village_name}
        named = {township_of(code) or t.township_name: t.township_name for code, t in targets.items()}
        self._townships = {code: name for code, name in named.items() if code and name}
        self._given = {code: t.township_name for code, t in targets.items() if t.township_name}
        self._region, self._region_name = region, region_name

    def township(self, village: str) -> str:
        """The key of the village's township: its code, else its name."""
        return township_of(village) or self._given.get(village, "")

    def township_name(self, township: str) -> str:
        return self._townships.get(township) or (township if township not in ("", "—") else "（未分乡镇）")

    def village_name(self, village: str) -> str:
        if village in self._villages:
            return self._villages[village]
        if village == self._region:
            return "（未注明村、社区）"
        return "（未注明村、社区）" if village == township_of(village) else village

    def title(self) -> str:
        """What the region is called in a heading."""
        return self._villages.get(self._region) or self._townships.get(self._region) or self._region_name
