"""The short payment reference that letters and QR codes ask payers to quote: `M10427-53`, `K881-04`.

M and a number is an invoice, K and a number a customer; behind the hyphen stand two check digits (ISO 7064, modulo 97-10, as
in an IBAN), which find every wrong digit and every two that were exchanged. Both letters look the same in Latin and Cyrillic,
and digits are said alike in every language: it can be read out by telephone. It names a row of this installation and
nothing of the customer's.
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import NamedTuple

DIGITS_MIN = 3
DIGITS_MAX = 12
# Cyrillic М and К; what people and scanners make of digits; hyphens and blanks anywhere between the digits.
MARKS = {"M": "M", "М": "M", "K": "K", "К": "K"}
LOOKS_LIKE = str.maketrans("OОoоIlЗз", "00001133")
FORM = re.compile(r"(?<![^\W_])([MМKКmмkк])[ \-–]?((?:[0-9OОoоIlЗз][ \-–]?){5,16})(?![^\W_])")


class Names(StrEnum):
    INVOICE = "M"
    CUSTOMER = "K"


class Reference(NamedTuple):
    names: Names
    id: int


def written(names: Names, id: int) -> str:
    """The reference of an invoice or a customer by its number in the ledger."""
    digits = f"{id:0{DIGITS_MIN}d}"
    return f"{names}{digits}-{_check(names, digits):02}"


def found(text: str) -> list[Reference]:
    """The references in a payer's words, each once; a wrong one is none."""
    return list(dict.fromkeys(one for match in FORM.finditer(text) if (one := _read(match[1], match[2]))))


def _read(mark: str, tail: str) -> Reference | None:
    names = Names(MARKS[mark.upper()])
    digits = re.sub(r"[ \-–]", "", tail).translate(LOOKS_LIKE)
    number, check = digits[:-2], digits[-2:]
    if not DIGITS_MIN <= len(number) <= DIGITS_MAX or int(check) != _check(names, number):
        return None
    return Reference(names, int(number))


def _check(names: Names, digits: str) -> int:
    return 98 - int(f"{int(names, 36)}{digits}00") % 97
