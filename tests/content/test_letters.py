"""Every letter of the standard pack as golden files, so that a review reads the letters.

`DUNWELL_GOLDEN=write pytest tests/content/test_letters.py` writes them anew.
"""

from __future__ import annotations

import os
import re
from dataclasses import replace
from datetime import date
from html import unescape
from pathlib import Path
from urllib.parse import unquote

import holidays
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from content import samples
from dunwell.core.message import (
    CONTENT_KEYS,
    LOCALES,
    LOOKS,
    NEWS_KEYS,
    TASK_KEYS,
    Attachment,
    Draft,
    LetterFacts,
    StepFacts,
)
from dunwell.core.money import Money
from dunwell.core.refusal import Finding
from dunwell.engine import preflight, tact, terms
from dunwell.engine.render import compose, prepare
from dunwell.engine.scene import FIRM_KEYS
from dunwell.engine.terms import CONTROL
from dunwell.run import packs

OUR_TAGS = set("html head title meta body div table tbody tr td p a br span strong img noscript xml o style".split())
GOLDEN = Path(__file__).parent / "golden"
PAPER = Attachment("1042.pdf", "application/pdf", b"%PDF-1.7")
PACK = prepare(packs.standard())
CALENDAR = {
    "ru": holidays.country_holidays("RU"),
    "bg": holidays.country_holidays("BG"),
    "en": holidays.country_holidays("GB", subdiv="ENG"),
}
CHANNELS = {key: ("task",) if key in TASK_KEYS else ("email", "sms") for key in CONTENT_KEYS}
LETTERS = [(key, channel, locale) for locale in LOCALES for key in CONTENT_KEYS for channel in CHANNELS[key]]


def variants(letter: LetterFacts) -> dict[str, LetterFacts]:
    """One invoice of a company, then the many-invoice and the person's letters of the same step."""
    found = {"": letter}
    if letter.items:
        found[".many"] = samples.many(letter)
    if letter.step.content_key in FIRM_KEYS and letter.channel == "email":
        found |= {f"{name}.attached": replace(one, sends_documents=True) for name, one in found.items()}
    if letter.channel != "task":
        found |= {f"{name}.person": samples.person(one) for name, one in found.items()}
    return found


def composed(letter: LetterFacts) -> Draft:
    draft = compose(letter, PACK, (PAPER,) if letter.sends_documents else ())
    assert isinstance(draft, Draft), draft
    return draft


def written(draft: Draft) -> str:
    head = [f"From: {draft.sender}", f"To: {', '.join(draft.to)}"]
    head += [f"Cc: {', '.join(draft.cc)}"] if draft.cc else []
    head += [f"Subject: {draft.subject}"] if draft.subject else []
    head += [f"Blocks: {', '.join(draft.blocks)}", f"Text: {draft.text_version}"]
    head += [f"Attached: {one.file_name}" for one in draft.attachments]
    return "\n".join(head) + "\n\n" + draft.text.rstrip("\n") + "\n"


@pytest.mark.parametrize(("key", "channel", "locale"), LETTERS)
def test_the_letter_reads_as_reviewed(key: str, channel: str, locale: str) -> None:
    for name, letter in variants(samples.facts(key, locale, channel)).items():
        check_golden(GOLDEN / locale / f"{key}.{channel}{name}.txt", written(composed(letter)))


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("look", LOOKS)
def test_the_page_looks_as_reviewed(look: str, locale: str) -> None:
    letter = replace(samples.many(samples.facts("firm", locale)), step=StepFacts("firm", look=look))
    html = composed(letter).html
    check_golden(GOLDEN / locale / f"firm.{look}.html", html + "\n")
    assert "http://" not in html.replace("http://www.w3.org", "")
    assert "https://" not in html
    assert 'src="cid:' in html


@pytest.mark.parametrize(("key", "channel", "locale"), LETTERS)
def test_every_letter_passes_its_own_checks(key: str, channel: str, locale: str) -> None:
    for letter in variants(samples.facts(key, locale, channel)).values():
        draft = composed(letter)
        assert preflight.preflight(draft, letter, CALENDAR[locale].is_working_day) == ()
        assert len(draft.subject) <= preflight.SUBJECT_MAX


def test_the_pack_is_whole_and_tactful() -> None:
    assert tact.check_pack(PACK) == ()


@pytest.mark.parametrize("locale", LOCALES)
def test_nothing_is_guessed_about_an_unknown_reader(locale: str) -> None:
    for key in CONTENT_KEYS:
        for channel in CHANNELS[key]:
            letter = samples.facts(key, locale, channel)
            draft = composed(
                replace(letter, reader=samples.ReaderFacts(email="ap@client.example", phone="+1 202 555 0100"))
            )
            assert "Анна" not in draft.text
            assert "Anna" not in draft.text
            assert not draft.text.startswith((",", " "))


def test_the_gender_of_the_writer_is_told_or_left_out() -> None:
    letter = samples.facts("firm", "ru")
    said = {
        gender: composed(replace(letter, writer=replace(letter.writer, gender=gender))).text
        for gender in ("f", "m", "")
    }
    assert "Я писала вам" in said["f"]
    assert "Я писал вам" in said["m"]
    assert "Мы писали вам" in said[""]


def test_a_formal_salutation_uses_only_what_is_known() -> None:
    letter = samples.facts("formal", "ru")

    def begins(**known: str) -> str:
        reader = replace(letter.reader, given_name="", family_name="", patronymic="", gender="")
        return composed(replace(letter, copies=(), reader=replace(reader, **known))).text.split("\n")[0]

    assert (
        begins(given_name="Анна", family_name="Иванова", patronymic="Сергеевна", gender="f")
        == "Уважаемая Анна Сергеевна!"
    )
    assert begins(given_name="Анна", family_name="Иванова", gender="f") == "Здравствуйте, Анна Иванова!"
    assert begins(given_name="Женя", family_name="Ли", patronymic="Янович") == "Здравствуйте, Женя Ли!"
    assert begins() == "Уважаемые коллеги!"


def test_the_answers_are_ready_e_mails() -> None:
    letter = replace(samples.facts("reached", "ru"), reply_to="maria+pay@studio.example")
    links = re.findall(r'href="mailto:([^"]+)"', composed(letter).html)
    assert len(links) == 3
    for link in links:
        address, _, query = unescape(link).partition("?")
        fields = dict(field.split("=", 1) for field in query.split("&"))
        assert unquote(address) == "maria+pay@studio.example"
        assert address.count("@") == 1
        assert unquote(fields["subject"]).endswith(": счёт №\u00a01042")
        assert unquote(fields["body"]).startswith("Здравствуйте!")


def test_a_block_stands_only_where_its_fact_does() -> None:
    letter = samples.facts("upcoming", "en")
    assert "Thank you for paying so promptly in March" in composed(letter).text
    silent = composed(replace(letter, last_payment=None))
    assert "hank you for paying" not in silent.text
    assert "thanks_line" not in silent.blocks
    promised = composed(replace(samples.facts("reminder", "en"), promised_for=samples.date(2026, 4, 20)))
    assert promised.text.split("\n\n")[1].startswith("You mentioned 20")


def test_the_emoji_are_a_switch_of_the_pack() -> None:
    letter = samples.facts("upcoming", "en")
    smiling = compose(letter, prepare(packs.standard(emoji=True)))
    assert isinstance(smiling, Draft)
    assert "☀️" in smiling.text
    assert "☀️" not in composed(letter).text


def test_a_missing_locale_is_a_finding_and_never_an_english_letter() -> None:
    found = compose(replace(samples.facts("request", "en"), locale="de"), PACK)
    assert isinstance(found, Finding)
    assert found.code == "locale_missing"
    source = packs.standard()
    without = replace(
        source, texts={place: text for place, text in source.texts.items() if place != ("bg", "firm", "email")}
    )
    lost = compose(samples.facts("firm", "bg"), prepare(without))
    assert isinstance(lost, Finding)
    assert lost.code == "text_missing"


def test_a_missing_fact_is_a_finding_and_never_half_a_letter() -> None:
    found = compose(replace(samples.facts("firm", "en"), pay_by=None), PACK)
    assert isinstance(found, Finding)
    assert found.code == "fact_missing"
    assert found.field == "pay_by"


def test_an_override_is_the_same_markdown_with_the_same_checks_and_a_version() -> None:
    place = ("en", "thanks", "email")
    source = packs.with_overrides(
        packs.standard(), {place: ("---\nsubject: Got it\n---\n{greeting}\n\n**All** is in.\n\n{signature}\n", 3)}
    )
    draft = compose(samples.facts("thanks", "en"), prepare(source))
    assert isinstance(draft, Draft)
    assert draft.text_version == "override 3"
    assert "All is in." in draft.text
    assert "<strong>All</strong> is in." in draft.html
    bad = prepare(
        packs.with_overrides(source, {place: ("---\nsubject: {amount.__class__}\n---\n{greeting} {nope}\n", 4)})
    )
    assert [(found.code, found.line) for found in bad.findings] == [
        ("unknown_placeholder", 2),
        ("unknown_placeholder", 4),
    ]
    assert isinstance(compose(samples.facts("thanks", "en"), bad), Finding)


def test_r8_thirty_invoices_in_two_currencies_are_one_letter_with_a_sum_per_currency() -> None:
    letter = samples.many(samples.facts("firm", "ru"))
    items = tuple(replace(letter.items[number % 3], number=str(2000 + number)) for number in range(30))
    whole = samples.summed(replace(letter, items=items))
    text = composed(whole).text
    assert all(f"№\u00a0{2000 + number} от" in text for number in range(30))
    assert text.count("Всего: ") == 2
    assert {amount.currency for amount in whole.totals} == {"EUR", "RUB"}


def test_the_same_facts_give_the_same_bytes() -> None:
    for locale in LOCALES:
        for key in ("firm", "formal", "thanks"):
            one, other = (composed(samples.facts(key, locale)) for _ in range(2))
            assert one == other
            assert len(one.content_hash) == 64


@pytest.mark.parametrize("key", [key for key in CONTENT_KEYS if key not in NEWS_KEYS and key not in TASK_KEYS])
def test_a_letter_is_complete_without_a_page(key: str) -> None:
    draft = composed(samples.facts(key, "bg"))
    assert "BG80 BNBG 9661 1020 3456 78" in draft.text
    assert [one.content_id for one in draft.attachments if one.content_id] == ["qr-eur@dunwell"]
    assert "://" not in draft.text


@settings(max_examples=200, deadline=None)
@given(
    locale=st.sampled_from(LOCALES),
    key=st.sampled_from([key for key in CONTENT_KEYS if key not in TASK_KEYS]),
    number=st.text(st.characters(blacklist_categories=("Cs",)), min_size=1, max_size=20),
    what=st.text(st.characters(blacklist_categories=("Cs",)), max_size=60),
    minor=st.integers(1, 10**13),
    is_person=st.booleans(),
    is_many=st.booleans(),
)
def test_whatever_the_facts_are_a_letter_says_them_and_nothing_else(
    locale: str, key: str, number: str, what: str, minor: int, is_person: bool, is_many: bool
) -> None:
    letter = samples.facts(key, locale)
    currency = samples.AMOUNT[locale].currency
    sum_asked = Money(minor, currency)
    items = tuple(
        replace(item, number=number, what_for=what, balance=sum_asked, original=sum_asked) for item in letter.items
    )
    letter = samples.summed(replace(letter, items=items))
    letter = samples.many(letter) if is_many and letter.items else letter
    draft = composed(samples.person(letter) if is_person else letter)
    for amount in letter.to_pay if key not in NEWS_KEYS else ():
        assert terms.money(amount, locale) in draft.text
    for text in (draft.subject, draft.preheader):
        assert not CONTROL.search(text)
    assert "\x01" not in draft.text + draft.html
    # Only our own tags are in the page: whatever a fact brings is text.
    assert set(re.findall(r"<(\w+)", draft.html)) <= OUR_TAGS


def check_golden(path: Path, text: str) -> None:
    if os.environ.get("DUNWELL_GOLDEN") == "write":
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    assert path.read_text("utf-8") == text, f"{path.name} differs: read the letter, then write it anew"


@pytest.mark.parametrize(("locale", "denies"), [("en", "haven’t seen"), ("ru", "не видим"), ("bg", "не виждаме")])
@pytest.mark.parametrize("kind", ["business", "person"])
@pytest.mark.parametrize("count", [1, 2])
def test_a_question_after_a_part_payment_does_not_deny_it(locale: str, denies: str, kind: str, count: int) -> None:
    whole = samples.facts("reached", locale)
    whole = samples.many(whole) if count > 1 else whole
    whole = samples.person(whole) if kind == "person" else whole
    whole = replace(whole, items=tuple(replace(item, original=item.balance) for item in whole.items))
    first = replace(whole.items[0], original=whole.items[0].balance + whole.items[0].balance)
    part = replace(whole, items=(first, *whole.items[1:]))
    assert denies in composed(whole).text
    assert denies not in composed(part).text


def test_an_english_formal_letter_to_an_unknown_reader_ends_faithfully() -> None:
    known = samples.facts("formal", "en")
    unknown = replace(known, reader=replace(known.reader, given_name="", family_name="", gender=""))
    assert "Yours sincerely," in composed(known).text
    assert "Dear Sir or Madam," in composed(unknown).text and "Yours faithfully," in composed(unknown).text


def test_a_russian_short_date_has_its_leading_zero() -> None:
    assert terms.short_date(date(2026, 3, 5), "ru") == "05.03"
    assert terms.short_date(date(2026, 3, 5), "bg") == "5.03"
