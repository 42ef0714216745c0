"""A letter by post: the words of the task, on paper, with the address in the window."""

from __future__ import annotations

import io
import subprocess
from datetime import date
from pathlib import Path

import pytest
import zxingcpp
from PIL import Image
from pypdf import PdfReader

from content import samples
from dunwell.core import tracking
from dunwell.core.message import Draft
from dunwell.engine import render
from dunwell.run import packs, posted
from dunwell.store import scope
from dunwell.store.models import Creditor, Customer, Receivable, Task, TaskItem, TaskOutcome
from regressions import world

PACK = render.prepare(packs.standard())


@pytest.mark.parametrize("locale", ["ru", "bg", "en"])
@pytest.mark.parametrize("key", ["formal", "final", "firm"])
def test_a_printed_letter_says_what_the_mail_says_without_buttons(key: str, locale: str) -> None:
    mail = render.compose(samples.facts(key, locale), PACK)
    paper = render.compose(samples.facts(key, locale, "letter"), PACK)
    assert isinstance(mail, Draft) and isinstance(paper, Draft)
    subject, *paragraphs = paper.text.strip().split("\n\n")
    assert subject == mail.subject
    assert set(paragraphs) < set(mail.text.split("\n\n"))
    assert "mailto:" not in paper.text and not paper.html


def test_the_letter_of_a_task_goes_into_the_envelope(creditor: Creditor, tmp_path: Path) -> None:
    firm = world.fresh(creditor, tmp_path)
    firm.client("C1", name="Daisy Ltd")
    text = "Daisy Ltd: unpaid invoice 7\n\nDear Ms Brown,\n\nPlease pay.\n\nMaria"
    with scope.of(creditor.pk):
        customer = Customer.objects.get(external_id="C1")
        task = Task.objects.create(
            creditor_id=creditor.pk, effective_on=date(2026, 5, 4), customer=customer, kind="letter", due_on=date(2026, 5, 4),
            text=text, rehearsal=True,
        )  # fmt: skip
    with pytest.raises(posted.NoPostalAddress):
        posted.pdf(creditor, task.pk)
    with scope.of(creditor.pk):
        Customer.objects.filter(pk=customer.pk).update(address="8 Mill Road, Leeds, LS1 4AP")
    printed = posted.pdf(creditor, task.pk)
    said = PdfReader(io.BytesIO(printed)).pages[0].extract_text().replace("\xa0", " ")
    for line in ("Daisy Ltd", "8 Mill Road", "LS1 4AP", "unpaid invoice 7", "Please pay.", "4 May 2026"):
        assert line in said
    assert posted.pdf(creditor, task.pk) == printed
    with pytest.raises(posted.NoLetterTask):
        posted.pdf(creditor, task.pk + 1)


def letter_task(firm: world.World, text: str, *, number: str = "C1-1") -> Task:
    with scope.of(firm.creditor.pk):
        receivable = Receivable.objects.get(invoice__number=number)
        Customer.objects.filter(pk=receivable.customer_id).update(address="8 Mill Road, Leeds, LS1 4AP")
        task = Task.objects.create(
            creditor_id=firm.creditor.pk, effective_on=date(2026, 5, 4), customer_id=receivable.customer_id, kind="letter",
            due_on=date(2026, 5, 4), text=text, rehearsal=True,
        )  # fmt: skip
        TaskItem.objects.create(creditor_id=firm.creditor.pk, task=task, receivable=receivable, step="formal")
    return task


TEXT = "C1 Ltd: unpaid invoice C1-1\n\nDear Ms Brown,\n\nPlease pay €100.00 for C1-1.\n\nMaria"


def test_a_printed_letter_carries_the_code_to_pay_by(creditor: Creditor, tmp_path: Path) -> None:
    firm = world.fresh(creditor, tmp_path)
    firm.owing("2026-03-31")
    printed = posted.pdf(creditor, letter_task(firm, TEXT).pk)
    assert "Scan the code" in PdfReader(io.BytesIO(printed)).pages[0].extract_text()
    folder = tmp_path / "seen"
    folder.mkdir()
    (folder / "letter.pdf").write_bytes(printed)
    subprocess.run(["pdftoppm", "-png", "-r", "150", "letter.pdf", "page"], cwd=folder, check=True)
    (found,) = zxingcpp.read_barcodes(Image.open(next(folder.glob("page*.png"))))
    assert "BG80BNBG96611020345678" in found.text and "EUR100.00" in found.text and "C1-1" in found.text
    # A letter that names another sum has no code that would contradict it.
    other = posted.pdf(creditor, letter_task(firm, TEXT.replace("€100.00", "€90.00")).pk)
    assert "Scan the code" not in PdfReader(io.BytesIO(other)).pages[0].extract_text()


def test_what_was_paid_meanwhile_is_not_printed(creditor: Creditor, tmp_path: Path) -> None:
    firm = world.fresh(creditor, tmp_path)
    firm.owing("2026-03-31")
    task = letter_task(firm, TEXT)
    firm.paid("2026-05-04,100.00,EUR,C1 Ltd,C1-1", on=date(2026, 5, 4))
    firm.plan(date(2026, 5, 4))
    with pytest.raises(posted.LetterSettled):
        posted.pdf(creditor, task.pk)


def test_all_that_wait_are_printed_at_once_and_posted_one_by_one(creditor: Creditor, tmp_path: Path) -> None:
    firm = world.fresh(creditor, tmp_path)
    firm.owing("2026-03-31", "2026-04-02")
    tasks = [letter_task(firm, TEXT), letter_task(firm, TEXT.replace("C1-1", "C1-2"), number="C1-2")]
    waiting = [one.pk for one in posted.waiting(creditor)]
    assert waiting == [one.pk for one in tasks]
    pages = PdfReader(io.BytesIO(posted.together(creditor, waiting))).pages
    assert len(pages) == 4, "each letter begins on a sheet of its own"
    on = date(2026, 5, 5)
    with pytest.raises(tracking.TrackingMistyped):
        posted.post(creditor, waiting[0], "RR123456789BG", on=on, by="anna")
    assert posted.post(creditor, waiting[0], "rr 123456785 bg", on=on, by="anna") == "RR123456785BG"
    with scope.of(creditor.pk):
        outcome = TaskOutcome.objects.get(task=waiting[0])
    assert (outcome.outcome, outcome.done, outcome.why) == ("posted", True, "RR123456785BG")
    assert [one.pk for one in posted.waiting(creditor)] == waiting[1:]
