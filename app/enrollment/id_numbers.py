"""Identity documents. Resident IDs and residence permits are checked by GB 11643: length, date of birth, check digit.

The division code is never a reason to refuse: codes are withdrawn, and residence permits of Hong Kong, Macao and Taiwan
use 81, 82 and 83.
"""

import re
from datetime import date

RESIDENT_ID = "resident_id"
GUARDIAN = "guardian_resident_id"
ID_TYPES = {
    RESIDENT_ID: "居民身份证、港澳台居民居住证（18位）",
    GUARDIAN: "监护人的居民身份证（新生儿、未出生的孩子没有号码时）",
    "foreign_permanent_residence": "外国人永久居留身份证",
    "mainland_travel_permit": "港澳台居民来往内地（大陆）通行证",
    "passport": "护照",
    "birth_certificate": "出生医学证明",
}
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK = "10X98765432"
_OTHER = re.compile(r"[0-9A-Z()-]{5,30}")


class WrongNumber(ValueError):  # noqa: N818 - shown to a person
    """The number can't be right; the message is Chinese and doesn't repeat it."""


def birth_date_of(number: str) -> date:
    """The date of birth in an 18-digit number; raises WrongNumber."""
    if not re.fullmatch(r"[0-9]{17}[0-9X]", number):
        raise WrongNumber("身份证号码应为18位数字（末位可为X）")
    if _CHECK[sum(int(d) * w for d, w in zip(number, _WEIGHTS, strict=False)) % 11] != number[17]:
        raise WrongNumber("身份证号码校验位不正确")
    try:
        return date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        raise WrongNumber("身份证号码中的出生日期不存在") from None


def check_digit(seventeen: str) -> str:
    """The eighteenth character for seventeen digits."""
    return _CHECK[sum(int(d) * w for d, w in zip(seventeen, _WEIGHTS, strict=True)) % 11]


def normalized(id_type: str, number: str) -> str:
    """The number in capitals and without spaces, checked for its type; raises WrongNumber."""
    plain = number.replace(" ", "").upper()
    if id_type in (RESIDENT_ID, GUARDIAN):
        birth_date_of(plain)
    elif not _OTHER.fullmatch(plain):
        raise WrongNumber("证件号码格式不正确")
    return plain
