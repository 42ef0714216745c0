"""Days off by country, moved days and the creditor's corrections; what is not known is said."""

from datetime import date
from pathlib import Path

import pytest

from dunwell.core import calendar_text
from dunwell.core.calendar_text import Correction
from dunwell.run import calendars, jurisdictions, toml_files

PROFILES = jurisdictions.load_all()
CALENDARS = calendars.load(["RU", "BG", "GB", "DE", "XX"], range(2025, 2028), PROFILES, {})


@pytest.mark.parametrize(
    ("day", "works_in"),
    [
        (date(2026, 5, 1), {"GB"}),
        (date(2026, 5, 25), {"RU"}),  # Cyril and Methodius moved to Monday; Spring Bank Holiday; Whit Monday
        (date(2026, 4, 10), {"RU", "GB", "DE"}),  # Orthodox Good Friday
        (date(2026, 4, 13), {"RU", "GB", "DE"}),  # Orthodox Easter Monday
        (date(2026, 4, 6), {"RU", "BG"}),  # Western Easter Monday
        (date(2026, 1, 9), {"BG", "GB", "DE"}),  # moved from a Saturday by decree
        (date(2026, 1, 2), {"GB", "DE"}),  # a day off by decision in Bulgaria
        (date(2025, 11, 1), {"RU"}),  # a Saturday that works
        (date(2027, 2, 20), {"RU"}),
        (date(2026, 8, 31), {"RU", "BG", "DE"}),  # England's summer bank holiday
        (date(2026, 9, 7), {"RU", "GB", "DE"}),  # Unification Day fell on a Sunday
    ],
)
def test_a_day_works_where_it_works(day: date, works_in: set[str]) -> None:
    assert {country for country in ("RU", "BG", "GB", "DE") if CALENDARS[country].is_business_day(day)} == works_in


def test_a_country_that_nobody_knows_rests_on_weekends() -> None:
    assert CALENDARS["XX"].is_business_day(date(2026, 1, 1))
    assert not CALENDARS["XX"].is_business_day(date(2026, 1, 3))


def test_the_creditors_word_comes_last() -> None:
    corrections = {"RU": Correction(frozenset({date(2026, 3, 10)}), frozenset({date(2026, 1, 9)}))}
    corrected = calendars.load(["RU"], range(2026, 2027), PROFILES, corrections)["RU"]
    assert not corrected.is_business_day(date(2026, 3, 10))
    assert corrected.is_business_day(date(2026, 1, 9))


def test_what_is_not_known_yet_is_said() -> None:
    said = calendars.unknowns(["RU", "BG", "DE", "XX"], range(2026, 2030), PROFILES, {})
    assert {(one.code, one.value) for one in said} >= {
        ("calendar_incomplete", "RU 2029"),
        ("calendar_incomplete", "BG 2029"),
        ("calendar_unknown", "XX"),
    }
    assert not {"RU 2026", "BG 2026", "DE 2029"} & {one.value for one in said}
    corrected = {"RU": Correction(frozenset({date(2029, 1, 9)}))}
    assert "RU 2029" not in {one.value for one in calendars.unknowns(["RU"], [2029], PROFILES, corrected)}


def test_corrections_are_read_from_the_creditors_folder(tmp_path: Path) -> None:
    assert calendars.load_corrections(tmp_path) == calendars.load_corrections(None) == {}
    (tmp_path / "calendars.toml").write_text("[BG]\nholidays = [2026-06-12]\n", encoding="utf-8")
    assert calendars.load_corrections(tmp_path) == {"BG": Correction(frozenset({date(2026, 6, 12)}))}
    (tmp_path / "calendars.toml").write_text("[BG]\nholiday = [2026-06-12]\n", encoding="utf-8")
    with pytest.raises(toml_files.FileUnusable, match=r"calendars\.toml:2 .*Did you mean 'holidays'"):
        calendars.load_corrections(tmp_path)


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("[Bulgaria]\nholidays = []\n", 1, "[BG]"),
        ('[BG]\nholidays = ["2026-06-12"]\n', 2, "2026-03-16"),
        ("[BG]\nholidays = [2026-06-12]\nworkdays = [2026-06-12]\n", 3, "2026-06-12"),
    ],
)
def test_a_mistake_in_them_is_named_with_its_line(text: str, line: int, says: str) -> None:
    found, findings = calendar_text.read(text, "calendars.toml")
    assert found == {}
    assert findings[0].line == line
    assert says in str(findings[0])
