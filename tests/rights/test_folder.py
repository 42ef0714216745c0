"""Papers for people: what they show, what they keep silent about, and when they are refused."""

from __future__ import annotations

import io
import tomllib
from datetime import UTC, date, datetime, time
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pypdf import PdfReader

from dunwell.core.money import Money
from dunwell.engine import folder as engine
from dunwell.run import folder, news, own_letter, people, rights
from dunwell.run.folder import Wanted
from dunwell.store import scope
from dunwell.store.models import Creditor, Customer
from regressions import world
from regressions.world import World

TODAY = date(2026, 5, 4)


@pytest.fixture
def firm(creditor: Creditor, tmp_path: Path) -> World:
    """A client who owes 1 000 euro since 31 March, with an address and a language."""
    firm = world.fresh(creditor, tmp_path)
    firm.owing("2026-03-31", sum_="1000.00")
    with scope.of(creditor.pk):
        Customer.objects.update(address="ul. Vitosha 5, 1000 Sofia")
    firm.cover(TODAY)
    return firm


def text(firm: World, kind: str, *, locale: str = "en", **more: Any) -> str:
    with scope.of(firm.creditor.pk):
        Customer.objects.update(locale=locale)
    now = datetime.combine(TODAY, time(9), UTC)
    printed = folder.pdf(firm.creditor, "C1", Wanted(kind, **more), on=TODAY, now=now)
    return read(printed)


def read(pdf: bytes) -> str:
    pages = PdfReader(io.BytesIO(pdf)).pages
    return " ".join("\n".join(page.extract_text() for page in pages).replace("\xa0", " ").split())


@pytest.mark.parametrize("locale", ["ru", "bg", "en"])
def test_a_visit_shows_results_and_speaks_of_no_sum(firm: World, locale: str) -> None:
    said = text(firm, "visit", locale=locale)
    assert "Design" in said and "ul. Vitosha 5" in said
    assert "30,00 €" in said or "€30.00" in said, "what may be brought"
    assert "1 000" not in said and "1,000" not in said and "C1-1" not in said


def test_nothing_is_given_to_a_public_body(firm: World) -> None:
    with scope.of(firm.creditor.pk):
        Customer.objects.update(segment=folder.PUBLIC_SEGMENT)
    said = text(firm, "visit")
    assert "public body" in said and "€30.00" not in said and "share over tea" not in said


@pytest.mark.parametrize("kind", ["visit", "talk", "termination"])
def test_a_natural_person_is_not_visited(firm: World, kind: str) -> None:
    with scope.of(firm.creditor.pk):
        Customer.objects.update(kind="person")
    with pytest.raises(folder.PaperForPerson):
        text(firm, kind)


def test_a_talk_has_its_agenda_and_three_ways(firm: World) -> None:
    said = text(firm, "talk")
    assert "€1,000.00" in said and "31 March 2026" in said
    assert "3 equal monthly payments" in said and "Part as friends" in said
    assert "Retainer" not in said, "two months of history are no average"


@pytest.mark.parametrize("locale", ["ru", "bg", "en"])
def test_a_proposal_in_parts_adds_up_and_falls_on_working_days(firm: World, locale: str) -> None:
    said = text(firm, "restructuring", locale=locale)
    for part in ("333,34", "333,33") if locale != "en" else ("333.34", "333.33"):
        assert part in said
    assert "C1-1" in said


def test_what_cannot_be_proposed_is_refused(firm: World) -> None:
    with pytest.raises(folder.PartsOutside):
        text(firm, "restructuring", parts=12)
    with pytest.raises(folder.ContractUnknown):
        text(firm, "termination")
    with pytest.raises(folder.PaperUnknown, match="visit"):
        text(firm, "vist")
    agree = {"contract": "№ 7 от 12 януари 2026 г."}
    rights.agree(firm.creditor, "C1", agree, agreed_on=date(2026, 1, 12), evidence="signed", on=TODAY, by="anna")
    with pytest.raises(folder.BasisMissing):
        text(firm, "termination")
    with pytest.raises(folder.NoticeTooShort):
        text(firm, "termination", basis="8.2", ends_on=date(2026, 5, 8))
    people.our_side(firm.creditor, "C1", "answer", done=False, on=TODAY, by="anna", why="")
    with pytest.raises(folder.PaperObjected, match="our own side"):
        text(firm, "termination", basis="8.2")


@pytest.mark.parametrize("locale", ["ru", "bg", "en"])
def test_a_contract_ends_on_condition_that_the_work_done_is_paid(firm: World, locale: str) -> None:
    agree = {"contract": "№ 7"}
    rights.agree(firm.creditor, "C1", agree, agreed_on=date(2026, 1, 12), evidence="signed", on=TODAY, by="anna")
    said = text(firm, "termination", locale=locale, basis="8.2")
    assert "№ 7" in said and "8.2" in said and "C1-1" in said
    assert {
        "en": "on condition that it is paid",
        "ru": "при условии, что сделанное оплачено",
        "bg": "при условие, че извършеното бъде платено",
    }[locale] in said


@pytest.mark.parametrize(
    ("locale", "kind", "subject", "sentence"),
    [
        ("en", "termination", "Ending contract № 7", "on condition that it is paid"),
        ("ru", "termination", "Окончание договора № 7", "при условии, что сделанное оплачено"),
        ("bg", "restructuring", "Предложение: плащане на части", "333,34 €"),
        ("en", "restructuring", "Proposal: payment in parts", "18 May 2026: €333.34"),
    ],
)
def test_a_proposal_and_a_notice_go_by_mail_with_the_very_paper(
    firm: World, locale: str, kind: str, subject: str, sentence: str
) -> None:
    agree = {"contract": "№ 7"}
    rights.agree(firm.creditor, "C1", agree, agreed_on=date(2026, 1, 12), evidence="signed", on=TODAY, by="anna")
    printed = text(firm, kind, locale=locale, basis="8.2")
    now = datetime.combine(TODAY, time(9), UTC)
    prepared = folder.letter(firm.creditor, "C1", Wanted(kind, basis="8.2"), on=TODAY, now=now)
    draft = prepared.letter.draft
    assert draft is not None and draft.subject.replace("\xa0", " ") == subject
    assert sentence in draft.text.replace("\xa0", " ")
    (sheet,) = [one for one in draft.attachments if not one.content_id]
    assert read(sheet.content) == printed
    assert news.send(firm.creditor, prepared, by="anna", why="agreed in the talk") == 1
    (message,) = firm.messages("queued")
    assert b"application/pdf" in bytes(message.content_row.mime), "what goes is what was looked at, with the paper"
    with pytest.raises(own_letter.WrittenToday):
        folder.letter(firm.creditor, "C1", Wanted(kind, basis="8.2"), on=TODAY, now=now)


def test_what_is_for_our_own_people_is_not_sent(firm: World) -> None:
    now = datetime.combine(TODAY, time(9), UTC)
    with pytest.raises(folder.PaperForUs):
        folder.letter(firm.creditor, "C1", Wanted("talk"), on=TODAY, now=now)


@given(st.integers(1, 10**12), st.integers(1, 12))
def test_parts_add_up(minor: int, parts: int) -> None:
    found = engine.split(Money(minor, "EUR"), parts)
    assert sum(one.minor for one in found) == minor
    assert max(found).minor - min(found).minor < parts


@given(st.dates(date(2000, 1, 1), date(2099, 1, 1)), st.integers(1, 24))
def test_each_part_has_a_month_of_its_own(first: date, count: int) -> None:
    found = engine.monthly(first, count)
    months = [day.year * 12 + day.month for day in found]
    assert months == list(range(months[0], months[0] + count)) and found[0] == first


def test_every_language_has_every_sentence() -> None:
    def keys(locale: str) -> dict[str, Any]:
        found = folder.words(locale)
        return {name: sorted(part) if isinstance(part, dict) else type(part) for name, part in found.items()}

    assert keys("ru") == keys("bg") == keys("en")


def test_every_gift_has_its_source() -> None:
    rows = tomllib.loads((files("dunwell") / "content" / "folder" / "gifts.toml").read_text("utf-8"))
    assert all({"limit", "ru", "bg", "en", "source", "verified"} == set(row) for row in rows.values())
