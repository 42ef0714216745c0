"""Dates as customers write them: found by a table per language, fixed by calendar arithmetic.

A *mention* is a place in the text with what it could mean; it becomes a day only when the reader knows whether it speaks of
the future (a promise) or of the past (a payment made). Ranges give their last day, because a promise is kept by then.
"""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import cache

from dunwell.plugins.readers.words import MASK, View, fold_phrase

MONDAY, TUESDAY, WEDNESDAY, FRIDAY, SUNDAY = 0, 1, 2, 4, 6
WEEK_PARTS = {"start": TUESDAY, "middle": WEDNESDAY, "end": FRIDAY, "": FRIDAY}
MONTH_PARTS = {"start": 5, "middle": 15}
WEEKENDS = {"weekend_by": FRIDAY, "weekend_over": SUNDAY, "weekend_after": 7}
# The last day of each run of public holidays, by the language people speak of them in.
HOLIDAYS = {
    "ru": ("01-08", "02-23", "03-08", "05-02", "05-11", "06-12", "11-04"),
    "bg": ("01-02", "03-03", "easter_east", "05-06", "05-24", "09-06", "09-22", "12-26"),
    "en": ("01-01", "easter_west", "12-26"),
}
NEAR = 14
# Between two mentions that speak of one day stands nothing, a mark or a preposition: "Thursday, the 9th".
# "1500 an hour" names a price, not a day.
PRICE = re.compile(r"\d\s*(?:[^\W\d]{1,6}\.?|[€$£₽])?\s*$")
PER = re.compile(r"(?:за|в|на|a|an)\s(?!.*\d)")
JOINED = re.compile(r"[\s,(—–-]*(?:в|во|на|до|the|on|by|v|na|do|of)?\s*")


@dataclass(frozen=True, slots=True)
class DateGrammar:
    """Tables of one language. Every shape is a regular expression; `{wd}`, `{mon}` and `{n}` stand for the words below."""

    weekdays: dict[str, int]
    months: dict[str, int]
    offsets: dict[str, int]
    units: dict[str, str]
    parts: dict[str, str]
    feasts: dict[str, str]
    shapes: list[tuple[str, str]]
    before: list[tuple[str, str]]
    modifiers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Mention:
    """A place that names a day. `relation` is the preposition: by, before, after, not_before, until, from or none."""

    start: int
    end: int
    kind: str
    words: dict[str, str]
    relation: str = ""
    scope: Mention | None = None

    def day(self, today: date, *, past: bool = False) -> date | None:
        """The day meant, seen from `today`; None where it cannot be fixed."""
        if self.relation == "not_before":
            return None
        found = RESOLVERS[self.kind](self, today, past)
        if found is None:
            return None
        if self.relation == "before" and self.kind not in ("year_end", "quarter_end", "weekend_by"):
            return found - timedelta(days=1)
        if self.relation == "after":
            return next_workday(found)
        return found


def mentions(view: View, grammar: DateGrammar) -> list[Mention]:
    """All date mentions in order; neighbours that speak of one day are made one."""
    text, found = view.text, []
    for kind, shape in _compiled(view.lang, view.folded, grammar):
        for match in shape.finditer(text):
            words = {name: value for name, value in match.groupdict().items() if value}
            words = {name: _meaning(name, value, view, grammar) for name, value in words.items()}
            if kind == "holidays":
                words["country"] = view.lang
            if PER.match(match.group()) and PRICE.search(text, 0, match.start()):
                continue
            relation = _relation(text, match.start(), view, grammar)
            end = match.start() + len(match.group().rstrip(". "))
            found.append(Mention(match.start(), end, kind, words, relation))
            text = text[: match.start()] + MASK * len(match.group()) + text[match.end() :]
    return _united(sorted(found, key=lambda one: one.start), view.text)


def next_workday(day: date) -> date:
    day += timedelta(days=1)
    while day.weekday() >= 5:
        day += timedelta(days=1)
    return day


def add_workdays(day: date, count: int) -> date:
    for _ in range(min(count, 400)):
        day = next_workday(day)
    return day


def add_months(day: date, count: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + count, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def last_day(year: int, month: int) -> date:
    return date(year, month, calendar.monthrange(year, month)[1])


def orthodox_easter(year: int) -> date:
    """Meeus' Julian algorithm; 13 days to the Gregorian calendar, right from 1900 to 2099."""
    a, b, c = year % 4, year % 7, year % 19
    d = (19 * c + 15) % 30
    e = (2 * a + 4 * b - d + 34) % 7
    return date(year, (d + e + 114) // 31, (d + e + 114) % 31 + 1) + timedelta(days=13)


def western_easter(year: int) -> date:
    """The anonymous Gregorian algorithm."""
    a, b, c = year % 19, year // 100, year % 100
    h = (19 * a + b - b // 4 - (b - (b + 8) // 25 + 1) // 3 + 15) % 30
    rest = (32 + 2 * (b % 4) + 2 * (c // 4) - h - c % 4) % 7
    m = (a + 11 * h + 22 * rest) // 451
    return date(year, (h + rest - 7 * m + 114) // 31, (h + rest - 7 * m + 114) % 31 + 1)


def _explicit(mention: Mention, today: date, past: bool) -> date | None:
    words = mention.words
    month, day = int(words["m"]), int(words["d"])
    if month > 12 >= day:
        month, day = day, month
    try:
        if "y" in words:
            year = int(words["y"])
            return date(year + 2000 if year < 100 else year, month, day)
        candidates = [date(year, month, day) for year in (today.year - 1, today.year, today.year + 1)]
    except ValueError:
        return None
    if past:
        return max((one for one in candidates if one <= today), default=None)
    return min((one for one in candidates if one >= today), default=None)


def _day_of_month(mention: Mention, today: date, past: bool) -> date | None:
    number, step = int(mention.words["d"]), -1 if past else 1
    if not 1 <= number <= 31:
        return None
    first = today.replace(day=1)
    if mention.words.get("mod") == "next":
        first, step = add_months(first, 1), 1
    for ahead in range(4):
        month = add_months(first, step * ahead)
        if number <= last_day(month.year, month.month).day:
            day = month.replace(day=number)
            if (day <= today) if past else (day >= today):
                return day
    return None


def _weekday(mention: Mention, today: date, past: bool) -> date | None:
    wanted = int(mention.words["wd"])
    monday = today - timedelta(days=today.weekday())
    if mention.scope is not None:
        inside = mention.scope.day(today, past=past)
        return inside and inside - timedelta(days=inside.weekday() - wanted)
    mod = mention.words.get("mod", "")
    if past or mod == "last":
        return today - timedelta(days=(today.weekday() - wanted - 1) % 7 + 1)
    if mod == "this":
        return monday + timedelta(days=wanted)
    if mod == "next":
        return monday + timedelta(days=7 + wanted)
    coming = today + timedelta(days=(wanted - today.weekday() - 1) % 7 + 1)
    return coming + timedelta(days={"week": 7, "fortnight": 14}.get(mention.words.get("suffix", ""), 0))


def _in(mention: Mention, today: date, past: bool) -> date | None:
    words = mention.words
    count, unit = int(words.get("n", "1") or 1), words["unit"]
    if count > 1000:
        return None
    sign = -1 if past or mention.kind == "ago" else 1
    if unit == "hour":
        return today + timedelta(days=sign * (count // 24 if count >= 24 else 0))
    if unit == "workday":
        return add_workdays(today, count) if sign > 0 else today - timedelta(days=count)
    if unit == "half_month":
        return today + timedelta(days=15)
    if unit in ("month", "quarter"):
        return add_months(today, sign * count * (3 if unit == "quarter" else 1))
    return today + timedelta(days=sign * count * {"day": 1, "week": 7, "fortnight": 14}[unit])


def _offset(mention: Mention, today: date, past: bool) -> date | None:
    return today + timedelta(days=int(mention.words.get("offset", "0")))


def _week(mention: Mention, today: date, past: bool) -> date | None:
    monday, mod, part = (
        today - timedelta(days=today.weekday()),
        mention.words.get("mod", ""),
        mention.words.get("part", ""),
    )
    if mod == "next":
        monday += timedelta(days=7)
    elif mod == "last" or (past and not mod):
        monday -= timedelta(days=7)
    found = monday + timedelta(days=WEEK_PARTS[part])
    return found + timedelta(days=7) if found < today and not (mod or past) else found


def _iso_week(mention: Mention, today: date, past: bool) -> date | None:
    number = int(mention.words["d"])
    if not 1 <= number <= 53:
        return None
    year = today.year if number >= today.isocalendar().week else today.year + 1
    try:
        return date.fromisocalendar(year, number, FRIDAY + 1)
    except ValueError:
        return None


def _week_of(mention: Mention, today: date, past: bool) -> date | None:
    day = _explicit(mention, today, past) if "m" in mention.words else _day_of_month(mention, today, past)
    return day and day + timedelta(days=FRIDAY - day.weekday())


def _month(mention: Mention, today: date, past: bool) -> date | None:
    words, first = mention.words, today.replace(day=1)
    part = words.get("part", "")
    if "m" in words:
        month = int(words["m"])
        year = today.year + (month < today.month) if not past else today.year - (month > today.month)
        first = date(year, month, 1)
    elif words.get("mod") == "next":
        first = add_months(first, 1)
    elif words.get("mod") == "last":
        first = add_months(first, -1)
    day = first.replace(day=MONTH_PARTS[part]) if part in MONTH_PARTS else last_day(first.year, first.month)
    if day < today and not past and "m" not in words and not words.get("mod"):
        first = add_months(first, 1)
        day = first.replace(day=MONTH_PARTS[part]) if part in MONTH_PARTS else last_day(first.year, first.month)
    return day


def _quarter_end(mention: Mention, today: date, past: bool) -> date:
    month = (today.month - 1) // 3 * 3 + 3
    return last_day(today.year, month)


def _year_end(mention: Mention, today: date, past: bool) -> date:
    return date(today.year, 12, 31)


def _weekend(mention: Mention, today: date, past: bool) -> date:
    monday = today - timedelta(days=today.weekday()) + timedelta(days=7 if mention.words.get("mod") == "next" else 0)
    return monday + timedelta(days=WEEKENDS[mention.kind])


def _feast(mention: Mention, today: date, past: bool) -> date | None:
    for year in (today.year, today.year + 1):
        day = _named_day(mention.words["feast"], year)
        if day >= today:
            return day
    return None


def _named_day(name: str, year: int) -> date:
    if name in MOVABLE:
        easter, shift = MOVABLE[name]
        return easter(year) + timedelta(days=shift)
    return date(year, int(name[:2]), int(name[3:]))


def _holidays(mention: Mention, today: date, past: bool) -> date | None:
    """The last day of the next public holidays; "after" moves on to the first working day."""
    if "last" in mention.words:
        return date.fromisoformat(mention.words["last"])
    days = []
    for year in (today.year, today.year + 1):
        for one in HOLIDAYS[mention.words["country"]]:
            days.append(_named_day(one, year) + timedelta(days=one.startswith("easter")))
    return min((day for day in days if day >= today), default=None)


MOVABLE = {
    "easter_west": (western_easter, 0),
    "good_friday": (western_easter, -2),
    "easter_monday": (western_easter, 1),
    "easter_east": (orthodox_easter, 0),
    "easter_east_palm": (orthodox_easter, -7),
}
RESOLVERS = {
    "date": _explicit,
    "range": _explicit,
    "day": _day_of_month,
    "weekday": _weekday,
    "in": _in,
    "span": _in,
    "ago": _in,
    "offset": _offset,
    "now": _offset,
    "week": _week,
    "iso_week": _iso_week,
    "week_of": _week_of,
    "month": _month,
    "quarter_end": _quarter_end,
    "year_end": _year_end,
    **dict.fromkeys(WEEKENDS, _weekend),
    "feast": _feast,
    "holidays": _holidays,
}


@cache
def _compile(lang: str, folded: bool, shapes: tuple[tuple[str, str], ...]) -> list[tuple[str, re.Pattern[str]]]:
    return [(kind, re.compile(fold_phrase(shape, lang) if folded else shape)) for kind, shape in shapes]


def _compiled(lang: str, folded: bool, grammar: DateGrammar) -> list[tuple[str, re.Pattern[str]]]:
    return _compile(lang, folded, _shapes(lang, grammar))


_SHAPES: dict[str, tuple[tuple[str, str], ...]] = {}


def _shapes(lang: str, grammar: DateGrammar) -> tuple[tuple[str, str], ...]:
    if lang not in _SHAPES:
        words = {
            "wd": _any(grammar.weekdays),
            "mon": _any(grammar.months),
            "off": _any(grammar.offsets),
            "unit": _any(grammar.units),
            "part": _any(grammar.parts),
            "feast": _any(grammar.feasts),
            "mod": _any(grammar.modifiers),
            "n": r"\d{1,3}(?:\s*(?:-|–|—|или|или|or|to|до|и)\s*\d{1,3})?",
        }
        _SHAPES[lang] = tuple(
            (kind, r"(?<![\w\x01])" + _filled(shape, words) + r"(?![\w])") for kind, shape in grammar.shapes
        )
    return _SHAPES[lang]


def _filled(shape: str, words: dict[str, str]) -> str:
    return re.sub(r"\{([a-z]+)\}", lambda found: words[found[1]], shape)


def _any(table: dict[str, object] | dict[str, str] | dict[str, int]) -> str:
    return "(?:" + "|".join(table) + ")"


def _meaning(name: str, written: str, view: View, grammar: DateGrammar) -> str:
    """The value of a named group: digits stay, words are looked up in their table."""
    if name == "n":
        return re.findall(r"\d+", written)[-1] if any(char.isdigit() for char in written) else _few(written)
    tables: dict[str, dict[str, str]] = {
        "wd": {key: str(value) for key, value in grammar.weekdays.items()},
        "m": {key: str(value) for key, value in grammar.months.items()},
        "offset": {key: str(value) for key, value in grammar.offsets.items()},
        "unit": grammar.units,
        "part": grammar.parts,
        "feast": grammar.feasts,
        "mod": grammar.modifiers,
    }
    if name not in tables or written.isdigit():
        return written
    for shape, value in tables[name].items():
        if re.fullmatch(fold_phrase(shape, view.lang) if view.folded else shape, written):
            return value
    return ""


def _few(written: str) -> str:
    return "2" if re.match(r"(?:a )?couple|пар|чифт", written) else "1"


def _relation(text: str, start: int, view: View, grammar: DateGrammar) -> str:
    head = text[max(0, start - 30) : start].rstrip(" ,")
    for name, shape in grammar.before:
        if re.search(rf"(?<!\w){fold_phrase(shape, view.lang) if view.folded else shape}$", head):
            return name
    return ""


def _united(found: list[Mention], text: str) -> list[Mention]:
    """Drop what only repeats its neighbour: "Thursday, the 9th" is the 9th, "Thursday next week" lies in next week."""
    kept: list[Mention] = []
    for one in found:
        other = kept[-1] if kept else None
        gap = text[other.end : one.start] if other else ""
        if other and other.scope and one.kind == "weekday" and len(gap) <= NEAR:
            kept.append(replace(one, scope=other.scope))
        elif other is None or len(gap) > 40 or re.search(r"[.!?\n]\s*\w", gap) or " или " in gap or " or " in gap:
            kept.append(one)
        elif _is_week(other) and one.kind == "weekday" and "mod" not in one.words:
            kept[-1] = replace(one, scope=other)
        elif other.kind == "weekday" and _is_week(one) and len(gap) <= NEAR and "mod" not in other.words:
            kept[-1] = replace(other, end=one.end, scope=one)
        elif JOINED.fullmatch(gap) and other.kind == "weekday" and one.kind in ("date", "day"):
            kept[-1] = replace(one, start=other.start, relation=one.relation or other.relation)
        elif JOINED.fullmatch(gap) and one.kind == "weekday" and other.kind in ("date", "day", "offset", "range"):
            kept[-1] = replace(other, end=one.end)
        elif (len(gap) <= NEAR and one.kind == "now") or (other.kind == "now" and len(gap) <= NEAR):
            kept[-1] = one if other.kind == "now" else other
        else:
            kept.append(one)
    return kept


def _is_week(mention: Mention) -> bool:
    return mention.kind == "week" and bool(mention.words.get("mod"))
