"""A contract's late-payment clause as a short line of text, in English, Russian or Bulgarian.

"0.1% a day, cap 10%, grace 5 days" · "0,1 % в день, не более 10 %" · "12% a year" · "1/300 of the key rate a day" · "fixed 5000" ·
"0.1% a day, beside the law". What is not understood is refused word by word: a clause is never half read.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal

from dunwell.core.money import Money, minor_digits
from dunwell.core.rates import Clause, Tariff
from dunwell.core.refusal import Refusal

LENGTH_MAX = 200
_NUMBER = r"([0-9]+(?:\.[0-9]+)?)"
_DAY = r"(?:day|daily|d\b|день|дня|дней|ежедневно|сутки|ден|дни|дневно)"
_YEAR = r"(?:year|yearly|annually|annum|p\.?\s?a\b\.?|годовых|год\b|года\b|година|годишно|y\b)"
_EVERY = r"\s*(?:/|a|an|per|of|each|every|for each|в|на|за|кажд\w+|всеки|\s)*\s*(?:day of |дня? )?"
_RATE = (
    r"(?:of\s+)?(?:the\s+)?(?:law(?:'s)? |ключевой ставки|основния лихвен процент|key rate|bank rate|base rate|rate)?"
)

_A_DAY = re.compile(rf"{_NUMBER}\s*%{_EVERY}{_DAY}(?: of delay| просрочки| забава)?")
_A_YEAR = re.compile(rf"{_NUMBER}\s*%{_EVERY}{_YEAR}(?:\s*(?:/|act/|on\s)\s*(360|365))?")
_PART = re.compile(
    rf"\b1/([0-9]{{2,3}})\s*{_RATE}(?:{_EVERY}{_DAY})?(?: of delay| просрочки| забава)?(?: цб рф| банка россии)?"
)
_FIXED = re.compile(
    rf"(?:fixed|flat|once|штраф|единовременно|еднократно)(?: sum| of|:|=)*\s*{_NUMBER}\s*([a-z]{{3}}\b)?"
)
_CAP = re.compile(
    rf"(?:cap(?:ped)?|max(?:imum)?|at most|not more than|up to|не более|не выше|максимум|най-много|до)(?: at| of|:|=)*\s*{_NUMBER}\s*(?:(%)|([a-z]{{3}}\b))?"
)
_GRACE = re.compile(r"(?:grace|free|льготный срок|льготных|без пени|гратис\w*)(?: period)?(?: of|:|=)?\s*([0-9]{1,3})")
_BESIDE = re.compile(
    r"(?:beside|plus|and|in addition to|вместе с|наряду с|заедно с)(?: the)? ?(?:law|395|ст\.? ?395|закона?)"
)
_INSTEAD = re.compile(r"(?:instead of|in place of|вместо)(?: the)? ?(?:law|395|ст\.? ?395|закона?)")
_FILLER = re.compile(
    r"[\s,;.+]|\b(?:days?|дней|дня|дни|of the debt|of the principal|от суммы долга|от долга|от главницата|пени|неустойка|но|but)\b"
)


class ClauseUnreadable(Refusal):
    """The clause is not understood at '{rest}'. Write it like "0.1% a day, cap 10%, grace 5 days", "12% a year", "1/300 of the key rate a day" or "fixed 5000"."""


class ClauseTwice(Refusal):
    """The clause names two percentages: write the one that holds."""


class ClauseZero(Refusal):
    """The clause charges nothing: {text!r}."""


def read(text: str, *, currency: str, year: int | None, table: str) -> Clause:
    """The clause in words as a value.

    `currency` is that of sums without one, `year` the day count of a percentage a year, `table` the rate that "1/300" is a part of.
    """
    line = re.sub(r"(?<=[0-9]),(?=[0-9])", ".", " ".join(text[:LENGTH_MAX].lower().split()))
    line = re.sub(r"(?<=[0-9]) ?per ?cent\b", "%", line)
    if len(text) > LENGTH_MAX or not re.sub(r"\D", "", line).isascii():
        raise ClauseUnreadable(rest=text[:LENGTH_MAX])
    line, a_day = _take(_A_DAY, line)
    line, a_year = _take(_A_YEAR, line)
    line, part = _take(_PART, line)
    line, fixed = _take(_FIXED, line)
    line, cap = _take(_CAP, line)
    line, grace = _take(_GRACE, line)
    line, beside = _take(_BESIDE, line)
    line, _ = _take(_INSTEAD, line)
    rest = " ".join(line.split())
    if _FILLER.sub("", rest) or not (a_day or a_year or part or fixed):
        raise ClauseUnreadable(rest=rest or text)
    clause = Clause(
        tariff=_tariff(a_day, a_year, part, year=year, table=table),
        fixed=_sum(fixed[1], fixed[2], currency) if fixed else None,
        cap=_sum(cap[1], cap[3], currency) if cap and not cap[2] else None,
        cap_percent=Decimal(cap[1]) if cap and cap[2] else None,
        grace_days=int(grace[1]) if grace else 0,
        is_beside_law=beside is not None,
    )
    if any(number == 0 for number in _numbers(clause)):
        raise ClauseZero(text=text)
    return clause


def _take(pattern: re.Pattern[str], line: str) -> tuple[str, re.Match[str] | None]:
    """The line without the first place that fits, and that place."""
    found = pattern.search(line)
    return (line[: found.start()] + " " + line[found.end() :], found) if found else (line, None)


def _tariff(
    a_day: re.Match[str] | None,
    a_year: re.Match[str] | None,
    part: re.Match[str] | None,
    *,
    year: int | None,
    table: str,
) -> Tariff | None:
    if sum(one is not None for one in (a_day, a_year, part)) > 1:
        raise ClauseTwice
    if a_day:
        return Tariff(margin=Decimal(a_day[1]), year=1)
    if a_year:
        return Tariff(margin=Decimal(a_year[1]), year=int(a_year[2]) if a_year[2] else year)
    if part:
        return Tariff(margin=Decimal(0), year=int(part[1]), table=table)
    return None


def _sum(digits: str, code: str | None, currency: str) -> Money:
    code = (code or currency).upper()
    if len(digits.partition(".")[2]) > minor_digits(code):
        raise ClauseUnreadable(rest=f"{digits} {code}")
    return Money.parse(digits, code)


def _numbers(clause: Clause) -> Iterable[Decimal | int]:
    if clause.tariff and not clause.tariff.table:
        yield clause.tariff.margin
    yield from (one.minor for one in (clause.fixed, clause.cap) if one is not None)
    if clause.cap_percent is not None:
        yield clause.cap_percent
