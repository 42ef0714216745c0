"""Days as customers name them, by the table of the labelling guide; the day of receipt is Wednesday, 11 March 2026."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dunwell.plugins.readers.dates import (
    add_months,
    add_workdays,
    mentions,
    next_workday,
    orthodox_easter,
    western_easter,
)
from dunwell.plugins.readers.evidence import DATES
from dunwell.plugins.readers.numbers import in_digits
from dunwell.plugins.readers.words import prepare

TODAY = date(2026, 3, 11)
EXPRESSIONS = [
    ("ru", "до пятницы", "2026-03-13"),
    ("ru", "не позднее 20 марта", "2026-03-20"),
    ("ru", "ne pozdnee 20 marta", "2026-03-20"),
    ("ru", "позднее 20 марта", "2026-03-23"),
    ("ru", "через день", "2026-03-13"),
    ("ru", "за день-два", "2026-03-13"),
    ("bg", "не по-късно от 20 март", "2026-03-20"),
    ("bg", "до ден-два", "2026-03-13"),
    ("bg", "в последния работен ден на месеца", "2026-03-31"),
    ("en", "on or before 20 March", "2026-03-20"),
    ("en", "in a day or two", "2026-03-13"),
    ("en", "in the first few days of April", "2026-04-05"),
    ("en", "on the last working day of the month", "2026-03-31"),
    ("en", "by year end", "2026-12-31"),
    ("ru", "в следующую пятницу", "2026-03-20"),
    ("ru", "через две недели", "2026-03-25"),
    ("ru", "дня через два", "2026-03-13"),
    ("ru", "28.03", "2026-03-28"),
    ("ru", "25 числа", "2026-03-25"),
    ("ru", "двадцать пятого марта", "2026-03-25"),
    ("ru", "в начале следующей недели, во вторник", "2026-03-17"),
    ("ru", "до конца месяца", "2026-03-31"),
    ("ru", "в течение 5 рабочих дней", "2026-03-18"),
    ("ru", "в течение трёх банковских дней", "2026-03-16"),
    ("ru", "после праздников", "2026-05-04"),
    ("ru", "poslezavtra", "2026-03-13"),
    ("ru", "до выходных", "2026-03-13"),
    ("ru", "сразу после 15 числа", "2026-03-16"),
    ("ru", "в апреле", "2026-04-30"),
    ("ru", "до Нового года", "2026-12-31"),
    ("bg", "до петък", "2026-03-13"),
    ("bg", "този петък", "2026-03-13"),
    ("bg", "следващия петък", "2026-03-20"),
    ("bg", "на 22-ри", "2026-03-22"),
    ("bg", "преди 20 март", "2026-03-19"),
    ("bg", "в рамките на 10 работни дни", "2026-03-25"),
    ("bg", "след празниците", "2026-04-14"),
    ("bg", "на Гергьовден", "2026-05-06"),
    ("bg", "преди да изтече годината", "2026-12-31"),
    ("bg", "v petak", "2026-03-13"),
    ("bg", "на двайсет и пети март", "2026-03-25"),
    ("bg", "след уикенда", "2026-03-16"),
    ("en", "in a fortnight", "2026-03-25"),
    ("en", "Monday week", "2026-03-23"),
    ("en", "Friday fortnight", "2026-03-27"),
    ("en", "Thursday payment run next week", "2026-03-19"),
    ("en", "calendar week 17", "2026-04-24"),
    ("en", "w/c 23 March", "2026-03-27"),
    ("en", "before the 20th", "2026-03-19"),
    ("en", "straight after the 1st", "2026-04-02"),
    ("en", "start of next week", "2026-03-17"),
    ("en", "by the end of next month", "2026-04-30"),
    ("en", "within 3 working days", "2026-03-16"),
    ("en", "on Thursday 19th", "2026-03-19"),
    ("en", "not before 20 March", None),
]
PAST = [
    ("ru", "в среду", "2026-03-04"),
    ("ru", "в прошлую пятницу", "2026-03-06"),
    ("bg", "онзи ден", "2026-03-09"),
    ("en", "on the 8th", "2026-03-08"),
]
NO_DATES = [
    ("ru", "на днях"),
    ("ru", "скоро оплатим"),
    ("bg", "тези дни"),
    ("en", "soon"),
    ("en", "may we have it"),
    ("ru", "п. 6.4 договора"),
    ("en", "clause 7.2"),
]


def named(lang: str, text: str, *, past: bool = False) -> list[date | None]:
    view = in_digits(prepare(text, lang).views[0])
    return [mention.day(TODAY, past=past) for mention in mentions(view, DATES[view.lang])]


@pytest.mark.parametrize(("lang", "text", "day"), EXPRESSIONS)
def test_days_ahead(lang: str, text: str, day: str | None) -> None:
    assert named(lang, text) == [day and date.fromisoformat(day)]


@pytest.mark.parametrize(("lang", "text", "day"), PAST)
def test_days_past(lang: str, text: str, day: str) -> None:
    assert named(lang, text, past=True) == [date.fromisoformat(day)]


@pytest.mark.parametrize(("lang", "text"), NO_DATES)
def test_no_day_is_found_where_none_is(lang: str, text: str) -> None:
    assert named(lang, text) == []


@given(st.dates(date(2000, 1, 1), date(2090, 1, 1)), st.integers(0, 60))
def test_working_days_are_weekdays(day: date, count: int) -> None:
    assert next_workday(day).weekday() < 5
    assert (add_workdays(day, count) - day).days >= count


@given(st.dates(date(2000, 1, 1), date(2090, 1, 1)), st.integers(-24, 24))
def test_months_keep_the_day_or_shorten_it(day: date, count: int) -> None:
    moved = add_months(day, count)
    assert (moved.year * 12 + moved.month) - (day.year * 12 + day.month) == count
    assert moved.day <= day.day


@pytest.mark.parametrize(
    ("year", "east", "west"),
    [
        (2024, "2024-05-05", "2024-03-31"),
        (2025, "2025-04-20", "2025-04-20"),
        (2026, "2026-04-12", "2026-04-05"),
        (2027, "2027-05-02", "2027-03-28"),
    ],
)
def test_easter(year: int, east: str, west: str) -> None:
    assert orthodox_easter(year) == date.fromisoformat(east)
    assert western_easter(year) == date.fromisoformat(west)
