"""How VAT stands on a document: the category of EN 16931 (UNTDID 5305), the rate, and the reason where there is none.

What is not said is never supposed: a wrong rate on a document is a debt to the tax office, so that a person says it once.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Self

from dunwell.core.refusal import Refusal

PERCENT = re.compile(r"(?:[0-9]{1,2}|100)(?:[.,][0-9]{1,2})?")
REASON_MAX = 200


class VatUnclear(Refusal):
    """{text!r} does not say how VAT stands: write the rate (20), or exempt, reverse, export, zero or none, and then why."""


class VatCategory(StrEnum):
    STANDARD = "S"
    ZERO = "Z"
    EXEMPT = "E"
    REVERSE = "AE"
    EXPORT = "G"
    NONE = "O"


NAMED = {
    "zero": VatCategory.ZERO,
    "exempt": VatCategory.EXEMPT,
    "reverse": VatCategory.REVERSE,
    "export": VatCategory.EXPORT,
    "none": VatCategory.NONE,
}
NEEDS_REASON = frozenset({VatCategory.EXEMPT, VatCategory.REVERSE, VatCategory.EXPORT, VatCategory.NONE})
"""EN 16931, BR-E-10, BR-AE-10, BR-G-10, BR-O-10: a document without VAT says why, as the law of its country has it."""


@dataclass(frozen=True, slots=True)
class Vat:
    """`percent` is what sums carry on top of their net; 0 in every category but the standard one."""

    category: VatCategory
    percent: Decimal = Decimal(0)
    reason: str = ""

    @classmethod
    def parse(cls, text: str) -> Self:
        """`20`, `zero`, `exempt art. 44 ЗДДС`, `none: not registered`."""
        word, _, reason = text.strip().partition(" ")
        name, why = word.rstrip(":").lower(), " ".join(reason.split())[:REASON_MAX]
        if PERCENT.fullmatch(name.removesuffix("%")) and not why:
            percent = Decimal(name.removesuffix("%").replace(",", "."))
            return cls(VatCategory.STANDARD if percent else VatCategory.ZERO, percent)
        if name not in NAMED or (NAMED[name] in NEEDS_REASON and not why):
            raise VatUnclear(text=text)
        return cls(NAMED[name], reason=why)

    def __str__(self) -> str:
        if self.category is VatCategory.STANDARD:
            return f"{self.percent.normalize():f}"
        name = next(name for name, one in NAMED.items() if one is self.category)
        return f"{name} {self.reason}".strip()
