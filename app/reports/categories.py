"""Identities as the counties' forms group them. Who has several counts once, in the first group by this rank."""

from collections.abc import Collection, Mapping

from app.rules.vocabulary import IDENTITIES

_RANK = (
    "extreme_poverty",
    "orphan",
    "unattended_child",
    "social_security_backstop",
    "disability_1",
    "disability_2",
    "centenarian",
    "relapsed_poverty",
    "subsistence_allowance",
    "unstable_lifted",
    "at_risk_of_poverty",
    "sudden_hardship",
    "subsistence_marginal",
    "registered_poor",
    "disability_3",
    "disability_4",
    "lifted_from_poverty",
)
_AT = {code: place for place, code in enumerate(_RANK)}
OTHER, NONE = "other", "none"

# 离石 annex 5: of those whose contribution is subsidized.
SUBSIDIZED = {"extreme": "特困", "allowance": "低保", "at_risk": "易致贫返贫", "relapsed": "返贫", OTHER: "其他"}
_SUBSIDIZED = {
    **dict.fromkeys(("extreme_poverty", "orphan", "unattended_child"), "extreme"),
    "subsistence_allowance": "allowance",
    **dict.fromkeys(("unstable_lifted", "at_risk_of_poverty"), "at_risk"),
    "relapsed_poverty": "relapsed",
}
# 离石 annexes 3, 4 and 6.
GROUPS = {
    "extreme": "特困",
    "allowance": "低保",
    "marginal": "低保边缘",
    "relapsed": "返贫致贫",
    "unstable": "脱贫不稳定",
    "at_risk": "边缘易致贫",
    "sudden": "突发严重困难",
    "lifted": "稳定脱贫",
    OTHER: "其他困难",
    NONE: "普通",
}
_GROUPS = {
    **dict.fromkeys(("extreme_poverty", "orphan", "unattended_child"), "extreme"),
    "subsistence_allowance": "allowance",
    "subsistence_marginal": "marginal",
    "relapsed_poverty": "relapsed",
    "unstable_lifted": "unstable",
    "at_risk_of_poverty": "at_risk",
    "sudden_hardship": "sudden",
    "lifted_from_poverty": "lifted",
}
# 2020 annex 2, 户属性.
_HOUSEHOLD = {
    "extreme_poverty": "五保",
    "orphan": "孤儿",
    "social_security_backstop": "社会保障兜底",
    "registered_poor": "建档立卡",
    "subsistence_allowance": "普通低保",
    **dict.fromkeys(("disability_1", "disability_2"), "残疾1、2级"),
    **dict.fromkeys(("disability_3", "disability_4"), "残疾3、4级"),
}
ORDINARY = "一般户"


def foremost(codes: Collection[str]) -> str | None:
    """The identity that somebody is counted by; a notice's own ones come last."""
    return min(codes, key=lambda code: (_AT.get(code, len(_RANK)), code), default=None)


def _group(groups: Mapping[str, str], codes: Collection[str], none: str) -> str:
    code = foremost(codes)
    return none if code is None else groups.get(code, OTHER)


def subsidized(codes: Collection[str]) -> str:
    """The column of annex 5."""
    return _group(_SUBSIDIZED, codes, OTHER)


def group(codes: Collection[str]) -> str:
    """The hardship group of annexes 3, 4 and 6."""
    return _group(_GROUPS, codes, NONE)


def attribute(codes: Collection[str]) -> str:
    """户属性 of annex 2."""
    code = foremost(codes)
    return ORDINARY if code is None else _HOUSEHOLD.get(code, name_of(code))


def name_of(code: str) -> str:
    """In Chinese, as far as the shared vocabulary has it."""
    return IDENTITIES.get(code, code.removeprefix("local:"))
