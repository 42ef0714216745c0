"""What the law profiles say, and what the loader refuses."""

from datetime import date, time
from pathlib import Path

import pytest

from dunwell.core import jurisdiction_text
from dunwell.core.ledger import CustomerKind
from dunwell.run import jurisdictions, toml_files

ALL = jurisdictions.load_all()
BULGARIA = toml_files.named(jurisdictions.KIND, None)["bg"].read_text(encoding="utf-8")


def caps(code: str, kind: CustomerKind) -> set[tuple[str, int, int]]:
    return {("+".join(sorted(cap.channels)), cap.count, cap.days) for cap in ALL[code].caps[kind]}


def test_the_four_are_there() -> None:
    assert set(ALL) == {"ru", "bg", "eu", "gb"}


def test_a_person_in_russia_is_protected_by_law() -> None:
    assert caps("ru", CustomerKind.PERSON) == {
        ("call", 1, 1), ("call", 2, 7), ("call", 8, 30),
        ("email+sms", 2, 1), ("email+sms", 4, 7), ("email+sms", 16, 30),
        ("visit", 1, 7),
    }  # fmt: skip
    assert {cap.basis for cap in ALL["ru"].caps[CustomerKind.PERSON]} == {"law"}
    hours = ALL["ru"].hours[CustomerKind.PERSON]
    assert hours.business_days == (time(8), time(22))
    assert hours.rest_days == (time(9), time(20))


@pytest.mark.parametrize("code", ["bg", "eu", "gb"])
def test_elsewhere_the_same_numbers_are_courtesy_without_days_of_rest(code: str) -> None:
    assert caps(code, CustomerKind.PERSON) == caps("ru", CustomerKind.PERSON) - {("visit", 1, 7)}
    assert {cap.basis for cap in ALL[code].caps[CustomerKind.PERSON]} == {"courtesy"}
    hours = ALL[code].hours[CustomerKind.PERSON]
    assert (hours.business_days, hours.rest_days) == ((time(9), time(19)), None)


@pytest.mark.parametrize("code", sorted(ALL))
def test_a_business_gets_one_mail_in_two_business_days_and_no_calls_in_the_evening(code: str) -> None:
    assert caps(code, CustomerKind.BUSINESS) == {("call", 1, 1), ("call", 2, 7), ("email", 1, 2), ("sms", 1, 7)}
    assert [cap.business_days for cap in ALL[code].caps[CustomerKind.BUSINESS] if "email" in cap.channels] == [True]
    hours = ALL[code].hours[CustomerKind.BUSINESS]
    assert (hours.business_days, hours.rest_days) == ((time(9), time(18)), None)


@pytest.mark.parametrize("code", sorted(ALL))
def test_every_value_has_a_source_and_a_date(code: str) -> None:
    one = ALL[code]
    for kind in CustomerKind:
        for value in (*one.caps[kind], one.hours[kind]):
            assert value.source
            assert value.verified_on is not None and value.verified_on >= one.verified_on > date(2026, 1, 1)
    assert "STOP" in one.stop_words
    assert {"creditor_name", "contact_person", "sum", "opt_out"} <= set(one.required_lines)


@pytest.mark.parametrize(
    ("country", "code", "zone"),
    [
        ("RU", "ru", "Europe/Moscow"),
        ("BG", "bg", "Europe/Sofia"),
        ("GB", "gb", "Europe/London"),
        ("GR", "eu", "Europe/Athens"),
        ("US", "eu", "Europe/Brussels"),
    ],
)
def test_a_country_has_its_jurisdiction_or_the_careful_fallback(country: str, code: str, zone: str) -> None:
    assert jurisdictions.of_country(country, ALL).code == code
    assert jurisdictions.timezone_of(country, ALL) == zone


@pytest.mark.parametrize(
    ("old", "new", "code", "says"),
    [
        ('basis = "courtesy"', 'basis = "habit"', "unknown_value", "courtesy, law"),
        ("verified = 2026-11-21", "", "missing_key", "verified"),
        ('source = "Proposal', '#source = "Proposal', "missing_key", "source"),
        ('"09:00-19:00"', '"19:00-09:00"', "hours_unreadable", "09:00-18:00"),
        ('"Europe/Sofia"', '"Europe/Sofya"', "timezone_unknown", "Europe/Sofia"),
        ('["BG"]', '["Bulgaria"]', "country_unreadable", "two capitals"),
        ('channels = ["call"]', 'channels = ["phone"]', "unknown_value", "phone"),
        ("count = 1", "count = -1", "out_of_range", "0 or more"),
    ],
)
def test_a_mistake_is_named_with_its_line(old: str, new: str, code: str, says: str) -> None:
    assert old in BULGARIA
    found, findings = jurisdiction_text.read(BULGARIA.replace(old, new, 1), "bg.toml")
    assert found is None
    assert findings[0].code == code
    assert says in str(findings[0])
    assert findings[0].line and findings[0].remedy


def test_a_creditors_own_file_counts_and_a_broken_one_is_refused(tmp_path: Path) -> None:
    (tmp_path / "bg.toml").write_text(BULGARIA.replace("count = 8", "count = 4", 1), encoding="utf-8")
    calls = [cap.count for cap in jurisdictions.load("bg", tmp_path).caps[CustomerKind.PERSON] if cap.days == 30]
    assert calls[0] == 4
    (tmp_path / "bg.toml").write_text("code = ", encoding="utf-8")
    with pytest.raises(toml_files.FileUnusable, match=r"bg\.toml:1"):
        jurisdictions.load("bg", tmp_path)
