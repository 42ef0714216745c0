"""Firm letters carry the invoices that they ask for: in the bytes that are approved, sent and kept as evidence."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import date
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from pypdf import PdfReader

from dunwell.core.ledger import TaskKind
from dunwell.run import approve, creditors, letter_papers, letters_preview, policies, posted, toml_files
from dunwell.store import load_evidence, scope
from dunwell.store.models import Creditor, Customer, Message, Receivable
from regressions import world
from regressions.world import World

DUE, FORMAL, POSTED = "2026-03-31", date(2026, 4, 3), date(2026, 4, 20)
LADDER = """
name = "enclosing"
version = "1"
document = "invoice"
customers = "business"

[wake_up]
name = "wake_up"
level = 3
tone = "neutral"
content = "wake_up"
audience = ["payable"]

[[step]]
name = "formal"
offset_days = 3
level = 7
tone = "formal"
look = "formal"
content = "formal"
audience = ["payable"]
channels = ["email"]
approval = true
pay_by_days = 5
attach_invoice = true

[[step]]
name = "by_post"
offset_days = 16
level = 7
tone = "formal"
content = "formal"
audience = ["payable"]
task = "letter"
pay_by_days = 5
attach_invoice = true

[[step]]
name = "hand_over"
offset_days = 30
level = 9
tone = "neutral"
task = "hand_over"
"""


@pytest.fixture(scope="module", autouse=True)
def enclosing_ladder(database: Path) -> Iterator[None]:
    folder = toml_files.in_data_folder(policies.KIND)
    assert folder is not None
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "enclosing.toml").write_text(LADDER, "utf-8")
    yield
    (folder / "enclosing.toml").unlink()


@pytest.fixture
def firm(creditor: Creditor, tmp_path: Path) -> World:
    firm = world.fresh(creditor, tmp_path)
    creditors.assign(creditor, "enclosing", customer="", invoice="", segment="", on=date(2026, 1, 1), by="anna")
    return firm


def attached(message: Message) -> dict[str, str]:
    """File name → what the PDF says."""
    parts = message_from_bytes(bytes(message.content_row.mime), policy=policy.default).iter_attachments()
    return {one.get_filename() or "": said(one.get_content()) for one in parts}


def said(pdf: bytes) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages).replace("\xa0", " ")


@pytest.mark.parametrize(
    ("language", "sentence", "name"),
    [
        ("ru", "Счета приложены к письму.", "Счёт C1-1.pdf"),
        ("bg", "Фактурите са приложени.", "Фактура C1-1.pdf"),
        ("en", "The invoices are attached.", "Invoice C1-1.pdf"),
    ],
)
def test_the_invoices_go_with_the_letter_and_into_its_evidence(
    firm: World, language: str, sentence: str, name: str
) -> None:
    firm.client("C1", language=language)
    firm.invoices(
        "C1,invoice,C1-2,2026-03-10,2026-03-31,70.00,EUR,",
        "C1,invoice,C1-1,2026-03-10,2026-03-30,100.00,EUR,",
        on=date(2026, 3, 10),
    )
    firm.go_live(FORMAL)
    firm.plan(FORMAL)
    (letter,) = firm.messages("waiting")
    found = attached(letter)
    assert list(found) == [name, name.replace("C1-1", "C1-2")], "the oldest due first"
    assert "C1-1" in found[name] and "100" in found[name] and "C1-2" not in found[name]
    assert sentence in letter.content_row.text.replace("\xa0", " ")

    approve.approve(firm.creditor, letter, by="anna", why="", on=FORMAL)
    firm.deliver(FORMAL)
    with scope.of(firm.creditor.pk):
        receivables = list(Receivable.objects.values_list("pk", flat=True))
        customer = Customer.objects.get()
    proof = load_evidence.evidence(firm.creditor.pk, customer.pk, receivables, 0, since=FORMAL, until=FORMAL)
    assert proof.messages[0].mime == bytes(letter.content_row.mime)


def test_the_same_day_gives_the_same_bytes(firm: World) -> None:
    firm.owing(DUE)
    firm.cover(FORMAL)
    looks = [letters_preview.of_day(firm.creditor, FORMAL, rehearsal=True) for _ in range(2)]
    assert looks[0][0].draft is not None and looks[0][0].draft.attachments[-1].media_type == "application/pdf"
    assert looks[0][0].draft == looks[1][0].draft


def test_more_than_a_letter_carries_is_said(firm: World, monkeypatch: pytest.MonkeyPatch) -> None:
    firm.owing(*[DUE] * (letter_papers.INVOICES_MAX + 1))
    firm.plan(FORMAL)
    (letter,) = firm.messages("waiting")
    assert len(attached(letter)) == letter_papers.INVOICES_MAX
    assert "Some of the invoices are attached; we will send copies" in letter.content_row.text

    monkeypatch.setattr(letter_papers, "BYTES_MAX", 1)
    (bare,) = letters_preview.of_day(firm.creditor, FORMAL, rehearsal=True)
    assert bare.draft is not None and not [one for one in bare.draft.attachments if not one.content_id]
    assert "attached" not in bare.draft.text, "nothing is said to be there that is not"


def test_the_printed_letter_lies_in_one_file_with_its_invoices(firm: World) -> None:
    firm.owing(DUE, sum_="250.00")
    with scope.of(firm.creditor.pk):
        Customer.objects.update(address="8 Mill Road, Leeds, LS1 4AP")
    firm.plan(FORMAL)
    approve.approve(firm.creditor, firm.messages("waiting")[0], by="anna", why="", on=FORMAL)
    firm.deliver(FORMAL)
    firm.plan(POSTED)
    (task,) = [one for one in firm.tasks() if one.kind == TaskKind.LETTER]
    assert "The invoice is attached." in task.text
    printed = posted.pdf(firm.creditor, task.pk)
    pages = [page.extract_text() for page in PdfReader(io.BytesIO(printed)).pages]
    assert "8 Mill Road" in pages[0] and "C1-1" in pages[-1] and "250" in pages[-1]
    assert len(pages) > 1 and posted.pdf(firm.creditor, task.pk) == printed
