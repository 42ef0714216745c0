"""The number that the post gives a letter: written as posts write it, its check digit right where it has one.

S10 of the Universal Postal Union (RR123456785BG) and the 14 digits of the Russian post have a check digit; of other numbers only
the shape is looked at.
"""

from __future__ import annotations

import re

from dunwell.core.refusal import Refusal

S10 = re.compile(r"[A-Z]{2}([0-9]{8})([0-9])[A-Z]{2}")
S10_WEIGHTS = (8, 6, 4, 2, 3, 5, 9, 7)
RUSSIAN = re.compile(r"([0-9]{13})([0-9])")
OTHER = re.compile(r"[A-Z0-9]{6,35}")


class TrackingUnreadable(Refusal):
    """{text!r} is no number of the post: write it as it stands on the receipt, such as RR123456785BG."""


class TrackingMistyped(Refusal):
    """{text} has a slip in it: its check digit should be {digit}. Look at the receipt again."""


def read(text: str) -> str:
    """The number without blanks and hyphens, in capitals."""
    number = re.sub(r"[\s-]+", "", text).upper()
    if found := S10.fullmatch(number):
        return _checked(number, found[2], _s10_digit(found[1]))
    if found := RUSSIAN.fullmatch(number):
        return _checked(number, found[2], _russian_digit(found[1]))
    if not OTHER.fullmatch(number) or not any(sign.isdigit() for sign in number):
        raise TrackingUnreadable(text=text)
    return number


def _checked(number: str, digit: str, right: int) -> str:
    if int(digit) != right:
        raise TrackingMistyped(text=number, digit=right)
    return number


def _s10_digit(digits: str) -> int:
    rest = 11 - sum(int(digit) * weight for digit, weight in zip(digits, S10_WEIGHTS, strict=True)) % 11
    return {10: 0, 11: 5}.get(rest, rest)


def _russian_digit(digits: str) -> int:
    """Digits in odd places count threefold."""
    return -sum(int(digit) * (1 if place % 2 else 3) for place, digit in enumerate(digits)) % 10
