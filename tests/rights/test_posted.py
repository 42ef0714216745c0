"""A letter by post: the words of the task, on paper, with the address in the window."""

from __future__ import annotations

import io
from datetime import date
from pathlib import Path

import pytest
from pypdf import PdfReader

from content import samples
from dunwell.core.message import Draft
from dunwell.engine import render
from dunwell.run import packs, posted
from dunwell.store import scope
from dunwell.store.models import Creditor, Customer, Task
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
