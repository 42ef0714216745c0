"""Grammar: sums as CLDR writes them, counted forms, lists of days, salutations, short texts."""

from __future__ import annotations

from datetime import date

import pytest
from babel.numbers import format_currency, get_currency_precision
from hypothesis import given
from hypothesis import strategies as st

from dunwell.core.money import CURRENCIES, Money, minor_digits
from dunwell.engine import sms, terms
from dunwell.run import packs

# CLDR shows some currencies without the decimals that ISO 4217 gives them; we never drop a minor unit.
SHARED = [code for code in sorted(CURRENCIES) if get_currency_precision(code) == minor_digits(code)]
TERMS = packs.standard().terms


@pytest.mark.parametrize(
    ("amount", "locale", "text", "short"),
    [
        (Money(4_800_000, "RUB"), "ru", "48 000 ₽", "48 000 р."),
        (Money(4_800_050, "RUB"), "ru", "48 000,50 ₽", "48 000,50 р."),
        (Money(124_000, "EUR"), "bg", "1 240,00 €", "1 240 €"),
        (Money(124_000, "EUR"), "en", "€1,240.00", "EUR 1,240"),
        (Money(62_050, "GBP"), "en", "£620.50", "£620.50"),
        (Money(5, "EUR"), "en", "€0.05", "EUR 0.05"),
        (Money(1_240_000, "RUB"), "en", "RUB 12,400.00", "RUB 12,400"),
        (Money(1_500, "JPY"), "en", "JP¥1,500", "JPY 1,500"),
    ],
)
def test_a_sum_as_a_person_writes_it(amount: Money, locale: str, text: str, short: str) -> None:
    assert terms.plain_spaces(terms.money(amount, locale)) == text
    assert terms.money(amount, locale, "sms") == short


@given(st.integers(10_000_000, 10**14), st.sampled_from(SHARED), st.sampled_from(["ru", "bg", "en"]))
def test_our_filling_is_cldrs(minor: int, currency: str, locale: str) -> None:
    minor = minor if minor % 10 ** minor_digits(currency) else minor + 1
    ours = terms.money(Money(minor, currency), locale)
    theirs = format_currency(Money(minor, currency).decimal, currency, locale=terms.CLDR[locale])
    assert "".join(ours.split()) == "".join(theirs.split())


@pytest.mark.parametrize(
    ("number", "ru", "bg", "en"),
    [(1, "1 счёт", "1 фактура", "1 invoice"), (3, "3 счёта", "3 фактури", "3 invoices"), (5, "5 счетов", "5 фактури", "5 invoices"),
     (11, "11 счетов", "11 фактури", "11 invoices"), (21, "21 счёт", "21 фактури", "21 invoices"), (112, "112 счетов", "112 фактури", "112 invoices")],
)  # fmt: skip
def test_counted_forms(number: int, ru: str, bg: str, en: str) -> None:
    for locale, text in (("ru", ru), ("bg", bg), ("en", en)):
        forms = TERMS[locale]["counted"]["invoices"]  # type: ignore[index]
        assert terms.plain_spaces(terms.counted(number, forms, locale)) == text


def test_bulgarian_things_take_the_count_form_after_a_number() -> None:
    assert terms.counted(3, {"one": "{n} превод", "other": "{n} превода"}, "bg") == "3\u00a0превода"


def test_days_of_one_month_share_its_name() -> None:
    days = [date(2026, 4, 28), date(2026, 4, 17), date(2026, 4, 21), date(2026, 5, 5), date(2026, 4, 17)]
    assert terms.plain_spaces(terms.days_listed(days[:3], "ru", "и", 2026)) == "17, 21 и 28 апреля"
    assert terms.plain_spaces(terms.days_listed(days, "en", "and", 2026)) == "17, 21, 28 April and 5 May"
    assert (
        terms.plain_spaces(terms.days_listed([date(2025, 12, 30), date(2026, 1, 9)], "bg", "и", 2026))
        == "30 декември 2025 г. и 9 януари"
    )


@pytest.mark.parametrize(
    ("text", "parts"),
    [("a" * 160, 1), ("a" * 161, 2), ("a" * 306, 2), ("a" * 307, 3), ("€" * 80, 1), ("€" * 81, 2), ("я" * 70, 1), ("я" * 71, 2),
     ("a" * 70 + "–", 2), ("a\u00a0b", 1), ("🙂" * 35, 1), ("🙂" * 36, 2)],
)  # fmt: skip
def test_parts_of_a_short_text(text: str, parts: int) -> None:
    assert sms.parts(text) == parts
    assert sms.cost(text, Money(7, "EUR")) == Money(7 * parts, "EUR")


def test_a_name_within_quotation_marks_takes_the_inner_kind() -> None:
    assert terms.quoted_inside('Каталог "Весна"', "ru") == "Каталог „Весна“"
    assert terms.quoted_inside("Каталог «Весна»", "ru") == "Каталог „Весна“"
    assert terms.quoted_inside("каталог „Пролет“", "bg") == "каталог «Пролет»"


def test_every_language_has_the_same_tables() -> None:
    tables = {locale: {name: set(table) for name, table in own.items()} for locale, own in TERMS.items()}  # type: ignore[call-overload]
    for locale in ("bg", "en"):
        assert tables[locale]["labels"] == tables["ru"]["labels"]
        assert tables[locale]["words"] == tables["ru"]["words"]
        bases = {name.split(".")[0] for name in tables[locale]["blocks"]}
        assert bases == {name.split(".")[0] for name in tables["ru"]["blocks"]}
