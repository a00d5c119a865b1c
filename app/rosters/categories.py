"""人员类别 and 变动类型 as lists write them, and what they are called here."""

import re
import unicodedata

from app.enrollment.rosters import SOURCES, Action
from app.rules.vocabulary import CLASSES, IDENTITIES

# What lists write besides the vocabulary's own names. Rural and urban are one identity where no class is told.
_NAMES = {
    "特困": "extreme_poverty",
    "特困供养": "extreme_poverty",
    "特困供养人员": "extreme_poverty",
    "五保": "extreme_poverty",
    "五保户": "extreme_poverty",
    "城市三无": "extreme_poverty",
    "事实孤儿": "unattended_child",
    "低保": "subsistence_allowance",
    "低保户": "subsistence_allowance",
    "低保边缘": "subsistence_marginal",
    "低保边缘户": "subsistence_marginal",
    "低保边缘家庭": "subsistence_marginal",
    "低保边缘人口": "subsistence_marginal",
    "返贫致贫": "relapsed_poverty",
    "致贫返贫": "relapsed_poverty",
    "致贫返贫人口": "relapsed_poverty",
    "脱贫不稳定": "unstable_lifted",
    "脱贫不稳定户": "unstable_lifted",
    "边缘易致贫": "at_risk_of_poverty",
    "边缘易致贫户": "at_risk_of_poverty",
    "突发严重困难": "sudden_hardship",
    "突发严重困难户": "sudden_hardship",
    "脱贫": "lifted_from_poverty",
    "脱贫户": "lifted_from_poverty",
    "脱贫人口": "lifted_from_poverty",
    "稳定脱贫": "lifted_from_poverty",
    "稳定脱贫户": "lifted_from_poverty",
    "建档立卡": "registered_poor",
    "建档立卡户": "registered_poor",
    "建档立卡贫困户": "registered_poor",
    "社会保障兜底": "social_security_backstop",
    "兜底脱贫": "social_security_backstop",
}
_CODES = _NAMES | {name: code for code, name in IDENTITIES.items() if code != "centenarian"}
_CLASS_NAMES = {name: class_ for class_, name in CLASSES["subsistence_allowance"].items()}
_GRADE = re.compile(r"(?:残疾(?:人)?([一二三四1-4])级|([一二三四1-4])级残疾(?:人)?)")
_GRADES = dict(zip("一二三四1234", (1, 2, 3, 4) * 2, strict=True))
_ACTIONS: dict[str, Action] = {
    **dict.fromkeys(("新增", "增加", "新增人员", "纳入", "新认定"), "added"),
    **dict.fromkeys(("退出", "减少", "退出人员", "移出", "清退", "取消"), "removed"),
}
_SOURCE_NAMES = {
    "民政": "civil_affairs",
    "民政局": "civil_affairs",
    "乡村振兴": "rural_revitalization",
    "乡村振兴局": "rural_revitalization",
    "农业农村": "rural_revitalization",
    "农业农村局": "rural_revitalization",
    "扶贫办": "rural_revitalization",
    "残联": "disabled_federation",
    "残疾人联合会": "disabled_federation",
    "医保": "medical_security",
    "医保局": "medical_security",
}


def plain(text: str) -> str:
    """Without spaces, brackets and the marks around a word; full-width characters as ordinary ones."""
    return re.sub(r"[\s()\[\]*_·、:-]", "", unicodedata.normalize("NFKC", text))


def category(text: str) -> tuple[str, str | None] | str:
    """An identity and its class, or why the text is none."""
    word = plain(text)
    if code := _CODES.get(word):
        return code, None
    if grade := _GRADE.fullmatch(word):
        return f"disability_{_GRADES[grade[1] or grade[2]]}", None
    if "残" in word:
        return "残疾人须写明等级（如“二级残疾”）"
    if "低保" in word and (class_ := _class_of(word)):
        return "subsistence_allowance", class_
    # 农村特困, 城市低保: where somebody lives is no other identity.
    bare = _CODES.get(re.sub("^(农村|城市|城镇)", "", word))
    return (bare, None) if bare else "人员类别无法识别"


def _class_of(word: str) -> str | None:
    """农村低保一类, 农村一类低保, 城市低保全额."""
    rest = re.sub("城镇", "城市", re.sub("低保(对象|人员|户)?", "", word))
    return _CLASS_NAMES.get(rest)


def action(text: str) -> Action | None:
    """新增 or 退出."""
    return _ACTIONS.get(plain(text))


def source(text: str) -> str | None:
    """A source by its code or by what the office is called."""
    return text if text in SOURCES else _SOURCE_NAMES.get(plain(text))
