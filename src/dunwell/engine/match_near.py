"""Whether what somebody typed is nearly a number: one digit wrong, missing or too much, two exchanged, or its end alone."""

from __future__ import annotations

from dunwell.engine import match_words

# Of fewer digits too many are one slip apart.
DIGITS_MIN = 4


def is_near(written: str, number: str) -> bool:
    """Whether `written` may mean `number`, though it is not the same. Certain of nothing by itself."""
    one, other = match_words.bare(written), match_words.bare(number)
    if one == other or (one and one == match_words.tail(number)):
        return True
    if _digits(one) > DIGITS_MIN and other.endswith(one):
        return True
    return min(map(_digits, (one, other))) >= DIGITS_MIN and _one_slip(one, other)


def _digits(number: str) -> int:
    return sum(letter.isdigit() for letter in number)


def _one_slip(one: str, other: str) -> bool:
    if len(one) == len(other):
        wrong = [at for at in range(len(one)) if one[at] != other[at]]
        if len(wrong) == 1:
            return True
        return (
            len(wrong) == 2
            and wrong[1] == wrong[0] + 1
            and one[wrong[0]] == other[wrong[1]]
            and one[wrong[1]] == other[wrong[0]]
        )
    short, long = sorted((one, other), key=len)
    return len(long) == len(short) + 1 and any(long[:at] + long[at + 1 :] == short for at in range(len(long)))
