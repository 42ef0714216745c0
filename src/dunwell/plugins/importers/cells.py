"""What the amounts and dates of a column mean.

One cell alone does not say whether 03/04/2026 is in March or April, nor whether 1.234 is a thousand; the column does.
So a form is decided for the column as a whole, and where nothing in it settles the question the answer is *ask*, with
the likelier reading as a proposal. Digits are ASCII alone: `Decimal` and `\\d` would take full-width ones, "NaN" and "1E5".

    order = date_order(column)                  # Order(form="dmy", settled=True)
    day = parse_date("05.01.2026 г.", order.form)
    mark = decimal_mark(column)                 # Mark(mark=",", settled=True)
    amount = parse_amount("1 234,56-", mark.mark)
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Literal

DateForm = Literal["dmy", "mdy", "ymd"]

YEAR_MIN, YEAR_MAX = 1970, 2100
# Two-digit years: 70–99 are of the last century, as banks and spreadsheets have it.
PIVOT = 70
EXCEL_EPOCH = date(1899, 12, 30)
EXCEL_DAYS = range(20_000, 80_000)
AMOUNT_CHARACTERS_MAX = 60

MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "january jan januar jänner januari janvier enero gennaio gen janeiro styczeń stycznia январь января янв януари",
            "february feb februar februari février fevrier févr febrero febbraio fevereiro luty lutego февраль февраля фев февр февруари",
            "march mar märz maerz maart mrt mars marzo março marzec marca март марта мар",
            "april apr avril avr abril aprile kwiecień kwietnia апрель апреля апр април",
            "may mai mei mayo maggio maio maj maja май мая",
            "june jun juni juin junio giugno junho czerwiec czerwca июнь июня июн юни",
            "july jul juli juillet juil julio luglio julho lipiec lipca июль июля июл юли",
            "august aug août aout agosto augustus sierpień sierpnia август августа авг",
            "september sep sept septembre septiembre settembre setembro wrzesień września сентябрь сентября сен сент септември септ",
            "october oct okt oktober octobre octubre ottobre outubro październik października октябрь октября окт октомври",
            "november nov novembre noviembre novembro listopad listopada ноябрь ноября ноя нояб ноември ноем",
            "december dec dez dezember déc decembre décembre diciembre dicembre dezembro grudzień grudnia декабрь декабря дек декември",
        ),
        start=1,
    )
    for name in names.split()
}

ISO = re.compile(r"([0-9]{4})([-/.])([0-9]{1,2})\2([0-9]{1,2})(?![0-9])")
COMPACT = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})(?:[0-9]{6})?(?![0-9])")
NUMERIC = re.compile(r"([0-9]{1,2})([-/.])([0-9]{1,2})\2([0-9]{4}|[0-9]{2})(?![0-9])")
DAY_MONTH_NAME = re.compile(
    r"([0-9]{1,2})(?:st|nd|rd|th)?[ .\-/]*(?:de )?([^\W\d_]{3,12})\.?[ ,.\-/]*(?:de )?([0-9]{4}|[0-9]{2})(?![0-9])"
)
MONTH_NAME_DAY = re.compile(r"([^\W\d_]{3,12})\.?[ \-]*([0-9]{1,2})(?:st|nd|rd|th)?,?[ \-]+([0-9]{4})(?![0-9])")
WEEKDAY = re.compile(r"^[^\W\d_]{2,11}\.?,? (?=[0-9])")
# What may follow a date: nothing, the Bulgarian and Russian word for year, a time of day.
AFTER_DATE = re.compile(r"[ ,T]*(?:г(?:\.|од|одина)?\.?|р\.|год)?[ ,T]*(?:[0-9]{1,2}[:.][0-9]{2}.{0,24})?$", re.I)

SPACES = dict.fromkeys([0x20, 0x09, 0xA0, 0x1680, *range(0x2000, 0x200C), 0x202F, 0x205F, 0x3000, 0xFEFF])
CURRENCY_MARK = re.compile(
    r"^(?:[A-Z]{3}|US\$|[$€£¥₽₴₸₹]|kr|zł|Kč|Ft|лв|руб|Fr|CHF)\.?|(?:[A-Z]{3}|[$€£¥₽₴₸₹]|kr|zł|Kč|Ft|лв|руб|р|Fr)\.?(?:коп\.?)?$"
)
# "5,-" and "5.--" are five whole units.
NO_CENTS = re.compile(r"(?<=[0-9])[.,]-{1,2}$")
SIDE = re.compile(r"(CR|DR|Cr|Dr|DB|C|D|H|S)$")
NEGATIVE_SIDES = frozenset({"DR", "DB", "D", "S"})
GROUPED = re.compile(r"[0-9]{1,3}(?:([.,'’ʼ])[0-9]{3})(?:\1[0-9]{3})*$")
INDIAN = re.compile(r"[0-9]{1,2}(?:,[0-9]{2})+,[0-9]{3}$")
ONE_MARK_THREE_DIGITS = re.compile(r"[1-9][0-9]{0,2}([.,])[0-9]{3}$")


@dataclass(frozen=True, slots=True)
class Order:
    """The order of day, month and year of a column; not `settled` means: propose it, and ask.

    `conflict` is set when one row can only be read day first and another only month first.
    """

    form: DateForm
    settled: bool
    conflict: bool = False


@dataclass(frozen=True, slots=True)
class Mark:
    """The decimal mark of a column; not `settled` means that 1.234 could be a thousand or a fraction: ask."""

    mark: Literal[".", ","]
    settled: bool


def date_order(cells: Iterable[object]) -> Order:
    """The order in which a column writes day and month; dots are day first wherever they are used."""
    day_first = month_first = open_question = False
    for cell in cells:
        if not isinstance(cell, str):
            continue
        text = cell.strip()
        match = NUMERIC.match(text)
        if not match or not AFTER_DATE.match(text, match.end()):
            continue
        first, second = int(match[1]), int(match[3])
        day_first |= first > 12 >= second
        month_first |= second > 12 >= first
        open_question |= first <= 12 and second <= 12 and first != second and match[2] != "."
    if day_first and month_first:
        return Order("dmy", settled=False, conflict=True)
    if month_first:
        return Order("mdy", settled=True)
    return Order("dmy", settled=day_first or not open_question)


def parse_date(cell: object, form: DateForm = "dmy") -> date | None:
    """The date in a cell, or None. A number is taken for the day count of a spreadsheet."""
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    if isinstance(cell, Decimal):
        whole = int(cell)
        if whole in EXCEL_DAYS:
            return EXCEL_EPOCH + timedelta(days=whole)
        cell = str(whole)
    if not isinstance(cell, str) or len(cell) > 60:
        return None
    text = " ".join(cell.split())
    return _parse_text(text, form) or _parse_text(WEEKDAY.sub("", text), form)


def date_shape(cell: object) -> str:
    """Which way of writing dates a cell uses, to see whether a column mixes several; empty for no date."""
    if isinstance(cell, date):
        return "date"
    if not isinstance(cell, str) or not (parse_date(cell) or parse_date(cell, "mdy")):
        return ""
    text = cell.strip()
    if match := ISO.match(text) or COMPACT.match(text):
        return "year first"
    match = NUMERIC.match(text)
    return f"numbers with {match[2]}" if match else "month name"


def decimal_mark(cells: Iterable[object]) -> Mark:
    """The decimal mark of a column of amounts, from the cells that leave no doubt."""
    votes = {".": 0, ",": 0}
    doubtful: set[str] = set()
    for cell in cells:
        if not isinstance(cell, str):
            continue
        text = _bare(cell)[0]
        if match := ONE_MARK_THREE_DIGITS.match(text):
            doubtful.add(match[1])
        elif mark := _own_mark(text):
            votes[mark] += 1
    if votes["."] and votes[","]:
        return Mark("." if votes["."] >= votes[","] else ",", settled=not doubtful)
    if votes["."] or votes[","]:
        return Mark("." if votes["."] else ",", settled=True)
    if len(doubtful) == 1:
        # All amounts have three digits after their only mark: thousands are far likelier, but it is money.
        return Mark("," if "." in doubtful else ".", settled=False)
    return Mark(".", settled=not doubtful)


def parse_amount(cell: object, mark: str = ".") -> Decimal | None:
    """The signed amount in a cell, or None where it is empty or no plain number.

    Parentheses, a trailing minus and DR mean negative. Marks that leave no doubt are read as they stand, whatever
    the column's `mark`; that decides 1.234 and 1,234 alone.
    """
    if isinstance(cell, Decimal):
        return cell if cell.is_finite() else None
    if not isinstance(cell, str) or not cell or len(cell) > AMOUNT_CHARACTERS_MAX:
        return None
    text, negative = _bare(cell)
    plain = _plain(text, mark)
    if plain is None:
        return None
    return -plain if negative else plain


def is_blank_amount(cell: object) -> bool:
    """Empty, or one of the ways to write "none": a dash, a dot."""
    return isinstance(cell, str) and cell.translate(SPACES) in {"", "-", "–", "—", "--", ".", "x", "X", "n/a", "N/A"}


def _parse_text(text: str, form: DateForm) -> date | None:
    for pattern, read in DATE_PATTERNS:
        match = pattern.match(text)
        if match and AFTER_DATE.match(text, match.end()):
            return read(match, form)
    return None


def _bare(cell: str) -> tuple[str, bool]:
    """Digits and marks alone, and whether anything said negative."""
    text = cell.translate(SPACES).replace("−", "-").replace("–", "-")
    text = NO_CENTS.sub("", text)
    negative = False
    text = CURRENCY_MARK.sub("", CURRENCY_MARK.sub("", text))
    if text.startswith("(") and text.endswith(")"):
        text, negative = text[1:-1], True
    if match := SIDE.search(text):
        negative ^= match[1].upper() in NEGATIVE_SIDES
        text = text[: match.start()]
    for sign in "+-":
        if text.startswith(sign):
            text, negative = text[1:], negative ^ (sign == "-")
        elif text.endswith(sign):
            text, negative = text[:-1], negative ^ (sign == "-")
    return CURRENCY_MARK.sub("", text), negative


def _own_mark(text: str) -> str:
    """The decimal mark that the cell itself proves: the last of two kinds, or one not followed by three digits."""
    last = max(text.rfind("."), text.rfind(","))
    if last < 0:
        return ""
    mark = text[last]
    other = "," if mark == "." else "."
    if text.count(mark) > 1:
        return other if GROUPED.match(text) or INDIAN.match(text) else ""
    if other in text or any(quote in text for quote in "'’ʼ"):
        return mark
    return mark if len(text) - last != 4 or text.startswith("0") or last > 3 else ""


def _plain(text: str, mark: str) -> Decimal | None:
    if re.fullmatch(r"[0-9]+", text):
        return Decimal(text)
    mark = _own_mark(text) or mark
    whole, _, fraction = text.partition(mark)
    if fraction and not re.fullmatch(r"[0-9]+", fraction):
        return None
    if not re.fullmatch(r"[0-9]*", whole):
        if not (GROUPED.fullmatch(whole) or INDIAN.fullmatch(whole)):
            return None
        whole = re.sub(r"[^0-9]", "", whole)
    if not (whole or fraction):
        return None
    return Decimal(f"{whole or '0'}.{fraction or '0'}") if fraction else Decimal(whole or "0")


def _iso(match: re.Match[str], form: DateForm) -> date | None:
    return _day(int(match[1]), int(match[3]), int(match[4]))


def _compact(match: re.Match[str], form: DateForm) -> date | None:
    return _day(int(match[1]), int(match[2]), int(match[3]))


def _numeric(match: re.Match[str], form: DateForm) -> date | None:
    first, second, year = int(match[1]), int(match[3]), match[4]
    if form == "ymd" and len(year) == 2:
        return _day(_year(match[1]), second, int(year))
    return _day(_year(year), second, first) if form != "mdy" else _day(_year(year), first, second)


def _day_month(match: re.Match[str], form: DateForm) -> date | None:
    month = MONTHS.get(match[2].lower())
    return _day(_year(match[3]), month, int(match[1])) if month else None


def _month_day(match: re.Match[str], form: DateForm) -> date | None:
    month = MONTHS.get(match[1].lower())
    return _day(_year(match[3]), month, int(match[2])) if month else None


def _year(text: str) -> int:
    year = int(text)
    return year if len(text) == 4 else year + (1900 if year >= PIVOT else 2000)


def _day(year: int, month: int, day: int) -> date | None:
    if not YEAR_MIN <= year <= YEAR_MAX:
        return None
    try:
        return date(year, month, day)
    except ValueError:
        return None


DATE_PATTERNS = (
    (ISO, _iso),
    (COMPACT, _compact),
    (NUMERIC, _numeric),
    (DAY_MONTH_NAME, _day_month),
    (MONTH_NAME_DAY, _month_day),
)
