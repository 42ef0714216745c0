"""What a reply is read as; every claim is quoted from the customer's own words."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dunwell.core.reading import INTENTS, OpenInvoice, Reading, ReplyContext
from dunwell.plugins.readers import READERS
from dunwell.plugins.readers.visible import visible_from_text

READER = READERS["local"]()
WEDNESDAY = date(2026, 3, 11)


def read(text: str, lang: str, total: str = "1000") -> Reading:
    return READER.read(text, ReplyContext(WEDNESDAY, lang, "email", (OpenInvoice("INV-7731", Decimal(total), "EUR"),)))


@pytest.mark.parametrize(
    ("lang", "text", "day"),
    [
        ("ru", "Добрый день, счёт оплатим в четверг на следующей неделе.", "2026-03-19"),
        ("bg", "Ще преведем сумата до края на месеца.", "2026-03-31"),
        ("en", "We will transfer the money on 20 March.", "2026-03-20"),
        ("ru", "До пятницы не сможем, оплатим 25 марта.", "2026-03-25"),
        ("ru", "Оплатим в четверг, нет, в пятницу.", "2026-03-13"),
        ("en", "Is there any chance we could move this to 25 March?", None),
        ("ru", "Можно ли перенести оплату на 25 марта?", None),
    ],
)
def test_promised_date(lang: str, text: str, day: str | None) -> None:
    claim = read(text, lang).promised_date
    assert (claim and claim.value.isoformat()) == day


def test_a_quoted_reminder_promises_nothing() -> None:
    reading = read(
        "Спасибо, получили.\n\n9 марта 2026 г., в 10:02, Отдел <a@b.example> написал(а):\n> Оплатите до 20.03.2026",
        "ru",
    )
    assert reading.promised_date is None
    assert reading.primary == "acknowledgement"


@pytest.mark.parametrize(
    ("lang", "text", "part"),
    [
        ("ru", "Перечислим 400 евро в пятницу, по остатку сообщим позже.", "400"),
        ("en", "We can pay 2k by Friday.", "2000"),
        ("bg", "Ще платим половината до петък.", "2500"),
        ("en", "We will pay 5000 EUR on Friday.", None),
        ("en", "We will pay INV-7731 on Friday.", None),
    ],
)
def test_promised_amount(lang: str, text: str, part: str | None) -> None:
    claim = read(text, lang, total="5000").promised_amount
    assert (claim and str(int(claim.value))) == part


@pytest.mark.parametrize(
    ("lang", "text"), [("ru", "не пишите мне больше"), ("bg", "спрете да ми пишете"), ("en", "stop texting me")]
)
def test_a_demand_to_stop_pauses_and_calls_a_person(lang: str, text: str) -> None:
    reading = read(text, lang)
    assert "stop_contact" in [claim.value for claim in reading.intents]
    assert reading.pause_reminders
    assert reading.needs_human


def test_another_contact_is_taken_from_the_text() -> None:
    reading = read("I no longer work in accounts, please write to ap@oddwater.example.", "en")
    assert reading.redirect_contact is not None
    assert reading.redirect_contact.value == "ap@oddwater.example"
    assert not reading.needs_human


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=300), st.sampled_from(["ru", "bg", "en", "", "xx"]))
def test_any_text_is_read_and_quoted(text: str, lang: str) -> None:
    reading = read(text, lang)
    assert reading.primary in INTENTS
    assert reading.primary in [claim.value for claim in reading.intents]
    assert all(0 <= claim.confidence <= 1 for claim in reading.intents)
    assert reading.promised_date is None or reading.pause_reminders


WORDS = "оплатим до пятницы не 25 числа ще платим на 22-ри we will pay by Friday 500 руб. half , . ? ! \n > oplatim v ponedelnik".split(
    " "
)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.sampled_from(WORDS), max_size=40), st.sampled_from(["ru", "bg", "en"]))
def test_quotations_are_the_customers_words(words: list[str], lang: str) -> None:
    text = " ".join(words)
    visible = visible_from_text(text)
    reading = read(text, lang)
    for claim in (
        *reading.intents,
        reading.promised_date,
        reading.promised_amount,
        reading.return_date,
        reading.paid_on,
    ):
        assert claim is None or claim.quotation in visible
    assert reading.promised_date is None or reading.promised_date.value >= WEDNESDAY


@pytest.mark.parametrize(
    "text",
    [
        "не " * 5000,
        "pay " * 5000,
        "оплатим " * 3000,
        "1 " * 9000,
        "a@b.example " * 1500,
        ", ".join(["в пятницу"] * 1500),
    ],
)
def test_long_replies_take_no_time(text: str) -> None:
    read(text, "ru")
