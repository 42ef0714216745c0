"""The tact check and the pre-flight catch what they promise to catch."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import holidays
import pytest

from content import samples
from dunwell.core.message import CONTENT_KEYS, Consequence, Draft, LetterFacts, PaymentMethod
from dunwell.core.money import Money
from dunwell.core.placeholders import PLACEHOLDERS
from dunwell.engine import handbook, preflight, tact
from dunwell.engine.parts import PARTS
from dunwell.engine.render import compose, prepare
from dunwell.engine.scene import HOLDS, VALUES
from dunwell.engine.texts import TAGS
from dunwell.run import packs

SOURCE = packs.standard()
PACK = prepare(SOURCE)
BULGARIA = holidays.country_holidays("BG").is_working_day
RUSSIA = holidays.country_holidays("RU").is_working_day
DOCS = Path(__file__).parents[2] / "docs" / "content.md"


def codes(letter: LetterFacts, *, live: bool = False, **changes: object) -> set[str]:
    draft = compose(letter, PACK)
    assert isinstance(draft, Draft), draft
    found = preflight.preflight(replace(draft, **changes), letter, BULGARIA, live=live)  # type: ignore[arg-type]
    return {one.code for one in found}


@pytest.mark.parametrize(
    ("locale", "text", "code"),
    [
        ("ru", "Вы игнорируете наши письма.", "blame"),
        ("ru", "Мы вынуждены обратиться к вам.", "pity"),
        ("ru", "Убедительно просим оплатить.", "pity"),
        ("ru", "Мы обратимся в суд.", "threat"),
        ("ru", "Оплатите срочно!", "false_urgency"),
        ("ru", "Доброго времени суток!", "office_phrase"),
        ("bg", "Игнорирате писмата ни.", "blame"),
        ("bg", "Принудени сме да спрем.", "pity"),
        ("bg", "Ще се обърнем към съда. Съдът решава, чрез съд.", "threat"),
        ("bg", "Платете незабавно.", "false_urgency"),
        ("bg", "Съгласно гореизложеното молим.", "office_phrase"),
        ("en", "You have ignored our letters.", "blame"),
        ("en", "We are forced to write again.", "pity"),
        ("en", "We will take legal action.", "threat"),
        ("en", "This is your last chance.", "false_urgency"),
        ("en", "Kindly pay as per the invoice.", "office_phrase"),
    ],
)
def test_tactless_words_are_found(locale: str, text: str, code: str) -> None:
    assert code in {found.code for found in tact.check_words(text, locale)}


@pytest.mark.parametrize(
    ("locale", "text"),
    [("ru", "Обсудим судьбу проекта и судно."), ("bg", "Да обсъдим съдържанието."), ("en", "Courtesy matters.")],
)
def test_harmless_words_are_left_alone(locale: str, text: str) -> None:
    assert tact.check_words(text, locale) == []


def checked(locale: str, key: str, channel: str, text: str) -> set[str]:
    place = (locale, key, channel)
    pack = prepare(replace(SOURCE, texts={place: text}))
    return {found.code for found in (*pack.findings, *tact.check_text(pack.texts[place], locale))}


def test_no_pattern_asks_for_a_digit() -> None:
    """All numbers are one to the check: it would be blind to a pattern that tells them apart."""
    patterns = [one for _, by_locale in tact.NEVER.values() for found in by_locale.values() for one in found]
    assert not [one for one in patterns if "\\d" in one or any(map(str.isdigit, one))]


def test_a_text_must_be_able_to_say_what_it_asks_for() -> None:
    assert checked("en", "firm", "email", "---\nsubject: x\n---\n{greeting}\n") == {"need_missing"}
    assert checked("en", "thanks", "email", "---\nsubject: x\n---\n{greeting}\n") == set()


@pytest.mark.parametrize(
    ("locale", "written"),
    [("ru", 'счёт "1"'), ("ru", "счет"), ("ru", "да - нет"), ("bg", "„край”"), ("bg", "ще ви пишем"), ("en", "it's")],
)
def test_marks_are_those_of_the_language(locale: str, written: str) -> None:
    assert "typography" in checked(locale, "thanks", "email", f"---\nsubject: x\n---\n{written}\n")


def test_a_firm_letter_has_no_exclamation_mark() -> None:
    assert "exclamation" in checked("en", "firm", "email", "---\nsubject: x\n---\nPlease!\n")
    assert "sms_alphabet" in checked(
        "en", "firm", "sms", "---\n---\nPay – now\n".replace("---\n---", "---\nbody: x\n---")
    )


def test_sums_that_do_not_agree_stop_the_letter() -> None:
    letter = samples.facts("firm", "bg")
    assert codes(letter) == set()
    assert "to_pay_differs" in codes(replace(letter, to_pay=(Money(1, "EUR"),)))
    assert "totals_differ" in codes(replace(letter, totals=(Money(1, "EUR"),)))
    assert "sum_missing" in codes(letter, text="Мария, „Студио Пример“ ООД: платете.\n\n.")
    credited = samples.summed(replace(letter, credit=(Money(20_000, "EUR"),)))
    assert codes(credited) == set()
    draft = compose(credited, PACK)
    assert isinstance(draft, Draft)
    assert "Приспаднахме 200,00\u00a0€ във Ваша полза" in draft.text


def test_a_date_asked_for_is_a_working_day_where_the_reader_lives() -> None:
    letter = replace(samples.facts("reminder", "bg"), as_of=date(2026, 4, 8))
    easter_monday = replace(
        letter, history=(), items=(replace(letter.items[0], days_overdue=0),), pay_by=date(2026, 4, 13)
    )
    assert codes(easter_monday) == {"date_is_day_off"}
    draft = compose(easter_monday, PACK)
    assert isinstance(draft, Draft)
    assert preflight.preflight(draft, easter_monday, RUSSIA) == ()
    assert "date_not_sane" in codes(replace(easter_monday, pay_by=date(2026, 4, 1)))
    assert preflight.working_day_on_or_after(date(2026, 4, 10), BULGARIA) == date(2026, 4, 14)


def test_a_reason_must_be_true_on_its_day() -> None:
    letter = samples.facts("firm", "bg")
    assert codes(replace(letter, as_of=date(2026, 4, 15), pay_by=date(2026, 4, 21), history=())) == {"reason_untrue"}
    assert codes(replace(letter, pay_by=date(2026, 5, 5))) == {"reason_untrue"}


def test_a_consequence_is_dated_after_what_it_asks_for() -> None:
    letter = samples.facts("formal", "bg")
    assert codes(replace(letter, consequence=Consequence("work_pauses", date(2026, 5, 22)))) == {
        "consequence_too_early"
    }


def test_the_right_reader() -> None:
    letter = samples.facts("firm", "bg")
    assert "address_invalid" in codes(replace(letter, reader=replace(letter.reader, email="anna")))
    assert "recipient_is_writer" in codes(replace(letter, reader=replace(letter.reader, email=letter.writer.email)))
    assert "copies_to_person" in codes(replace(samples.person(letter), copies=(samples.DIRECTOR["bg"],)))
    assert "phone_invalid" in codes(
        replace(samples.facts("firm", "bg", "sms"), reader=replace(letter.reader, phone="12"))
    )


def test_a_persons_letter_keeps_money_from_the_open() -> None:
    letter = samples.person(samples.facts("firm", "bg"))
    assert codes(letter) == set()
    assert "debt_in_the_open" in codes(letter, subject="Просрочена фактура")


def test_a_document_that_is_promised_is_there() -> None:
    assert codes(samples.facts("request", "bg")) == {"documents_missing"}
    assert codes(replace(samples.facts("request", "bg"), sends_documents=False)) == set()


def test_what_is_unresolved_or_threatening_stops_the_letter() -> None:
    letter = samples.facts("firm", "bg")
    text = compose(letter, PACK).text  # type: ignore[union-attr]
    assert "placeholder_left" in codes(letter, text=text + " {lead}")
    assert "threat" in codes(letter, text=text + " Ще Ви дадем на съд.")
    assert "writer_missing" in codes(letter, text=text.replace("Мария", "Г"))
    assert "creditor_missing" in codes(letter, text=text.replace("„Студио Пример“ ООД", ""))
    assert "account_invalid" in {
        found.code
        for found in preflight.preflight(
            compose(letter, PACK),  # type: ignore[arg-type]
            replace(
                letter,
                creditor=replace(
                    letter.creditor, accounts=(replace(samples.BG_ACCOUNT, iban="BG81BNBG96611020345678"),)
                ),
            ),
            BULGARIA,
        )
    }


@pytest.mark.parametrize(
    "link",
    ["http://localhost/p/1", "https://10.1.2.3/p", "http://127.0.0.1:8000/", "https://box.local/x", "http://[::1]/"],
)
def test_a_live_letter_never_holds_a_private_address(link: str) -> None:
    letter = samples.facts("firm", "bg")
    assert codes(replace(letter, page_link=link), live=True) == {"link_not_public"}
    assert codes(replace(letter, methods=(*letter.methods, PaymentMethod("card", link=link))), live=True) == {
        "link_not_public"
    }
    assert codes(replace(letter, page_link="https://pay.studio.example/x7K"), live=True) == set()


def test_every_placeholder_renders_and_none_is_secret() -> None:
    assert set(PLACEHOLDERS) == set(VALUES) | set(HOLDS) | set(PARTS)
    assert {name for name, one in PLACEHOLDERS.items() if one.stands_alone} == set(PARTS)
    assert all(one.description and one.needs and one.sample for one in PLACEHOLDERS.values())


def test_the_writers_page_lists_every_placeholder_and_tag() -> None:
    page = DOCS.read_text("utf-8")
    assert handbook.placeholder_table() in page
    assert handbook.tag_table() in page
    assert set(handbook.TAG_MEANINGS) == TAGS


def test_every_shipped_key_is_written_in_every_language() -> None:
    assert {key for _, key, _ in SOURCE.texts} == set(CONTENT_KEYS)
