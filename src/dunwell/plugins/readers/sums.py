"""Sums as customers write them: "2 тыс.", "1 320,50 евро", "5k", "half", "the rest". Invoice numbers are masked before."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import cache

from dunwell.plugins.readers.words import View, fold_phrase

NUMBER = r"\d{1,3}(?:[ '.,]\d{3})+(?:[.,]\d{1,2})?(?!\d)|\d+(?:[.,]\d{1,2})?(?!\d)"
SCALES = {
    "ru": {r"тыс\w*\.?|т\.\s?р\.?|тр|к|k|штук\w*|косар\w*|кесо\w*": 1000, r"млн\.?|миллион\w*|лям\w*": 1_000_000},
    "bg": {r"хил\.?|хиляд\w*|к|k|бона|бон": 1000, r"млн\.?|милион\w*": 1_000_000},
    "en": {r"k|grand|thousand|thou": 1000, r"m|mn|million": 1_000_000},
}
CURRENCIES = {
    "ru": r"руб\w*\.?|р\.|рублей|₽|rub|евро|€|eur|тенге|₸|kzt|\$|usd|доллар\w*|р",
    "bg": r"лв\.?|лева|bgn|евро|eur|€|еуро|evro|\$|usd|долара",
    "en": r"£|€|\$|gbp|eur|euros?|usd|dollars?|pounds?|quid|bucks|rub|kzt",
}
HALF = {
    "ru": r"половин\w*|50\s?%|пол суммы|полсуммы",
    "bg": r"половин\w*|50\s?%",
    "en": r"half|50\s?%",
}
REST = {
    "ru": r"остальн\w*|остат\w*|оставш\w*|разниц\w*",
    "bg": r"остана\w*|остатък\w*|остатъц\w*|другите|разликата",
    "en": r"the rest|remainder|remaining|the balance|other half|what's left|rest",
}
PERCENT = r"(\d{1,2})\s?(?:%|процент\w*|percent|per cent|процента)"
# A number with one of these behind it counts days, pieces or hours, not money.
NOT_MONEY = (
    r"\s*(?:-?(?:го|му|е|ое|ого|ти|ри|ви|ми|и|th|st|nd|rd)\b|%|\s?(?:рабоч|календарн|банковск|дн|день|дня|суток|недел|месяц|мес\b|час|числ|шт|мест|лет|год|г\.|раз|платеж|част|"
    r"дни|ден|работни|календарни|седмиц|месец|часа|броя|пъти|вноск|години|кашон|палет|"
    r"days?|working|business|weeks?|months?|hours?|hrs?|pm\b|am\b|mins?|years?|times|instal|payments?|parts?|crates?|boxes|pieces|items|units|of the)|[./:-]\d|\s*(?:янв|фев|мар|апр|мая|май|июн|июл|авг|сен|окт|ноя|дек|юни|юли|ян|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec))"
)


@dataclass(frozen=True, slots=True)
class Amount:
    """A sum in the text; `kind` is number, half, rest or percent (value then holds the share)."""

    start: int
    end: int
    value: Decimal
    kind: str = "number"
    marked: bool = False


def amounts(view: View, total: Decimal) -> list[Amount]:
    """Sums in order; a bare number counts only when it could be part of `total`."""
    shapes = _shapes(view.lang, view.folded)
    found: list[Amount] = []
    for match in shapes["number"].finditer(view.text):
        value = _value(match["digits"], match["scale"], view)
        marked = bool(match["scale"] or match["before"] or match["after"])
        if value is None or (not marked and not _could_be_money(value, total, match["digits"])):
            continue
        found.append(Amount(match.start(), match.end(), value, marked=marked))
    for kind in ("half", "rest"):
        found += [Amount(one.start(), one.end(), Decimal("0.5"), kind) for one in shapes[kind].finditer(view.text)]
    for match in shapes["percent"].finditer(view.text):
        if match[1] != "50":
            found.append(Amount(match.start(), match.end(), Decimal(match[1]) / 100, "percent"))
    return sorted(found, key=lambda one: one.start)


def _could_be_money(value: Decimal, total: Decimal, digits: str) -> bool:
    if total <= 0:
        return False
    return 10 <= value <= total * 2 and not (1990 <= value <= 2100 and len(digits) == 4) and (value >= total / 20)


def _value(digits: str, scale: str | None, view: View) -> Decimal | None:
    plain = re.sub(r"[ ']", "", digits)
    tail = re.search(r"[.,](\d{1,2})$", plain)
    whole = re.sub(r"[.,]", "", plain[: tail.start()] if tail else plain)
    try:
        value = Decimal(whole + ("." + tail[1] if tail else ""))
    except InvalidOperation:
        return None
    return value * _scale(scale, view) if scale else value


def _scale(word: str, view: View) -> int:
    for shape, factor in SCALES[view.lang].items():
        if re.fullmatch(fold_phrase(shape, view.lang) if view.folded else shape, word.strip()):
            return factor
    return 1


@cache
def _shapes(lang: str, folded: bool) -> dict[str, re.Pattern[str]]:
    def spelled(shape: str) -> str:
        return fold_phrase(shape, lang) if folded else shape

    currency, scale = spelled(CURRENCIES[lang]), spelled("|".join(SCALES[lang]))
    number = (
        rf"(?<![\w.,/:\x01+-])(?P<before>(?:{currency})\s?)?(?<![\d.,/])(?P<digits>{NUMBER})(?:\s?(?P<scale>{scale})(?!\w))?(?:\s?(?P<after>{currency})(?!\w))?"
        rf"(?!{spelled(NOT_MONEY)})(?![\w])"
    )
    return {
        "number": re.compile(number),
        "half": re.compile(rf"(?<!\w)(?:{spelled(HALF[lang])})(?!\w)"),
        "rest": re.compile(rf"(?<!\w)(?:{spelled(REST[lang])})(?!\w)"),
        "percent": re.compile(PERCENT),
    }
