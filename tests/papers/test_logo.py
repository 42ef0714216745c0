"""The creditor's logo stands on every paper that leaves: claims, agreements, schedules, letters by post."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image
from pypdf import PdfReader

from dunwell.core.instalments import Every, Wish
from dunwell.run import agreements, claim, instalments, papers, posted, rights
from dunwell.run.claim import Desk
from dunwell.run.claim_facts import Asked
from dunwell.run.instalments import Fact
from dunwell.store import scope
from dunwell.store.models import Creditor, Customer, PaymentPlanPaper, Task
from regressions import world
from regressions.world import World

DAY = date(2026, 5, 4)


@pytest.fixture
def firm(creditor: Creditor, tmp_path: Path) -> World:
    found = world.fresh(creditor, tmp_path)
    found.owing("2026-03-31", sum_="1000.00")
    found.cover(DAY)
    return found


def claimed(firm: World) -> bytes:
    desk = Desk(firm.creditor, firm.folder, datetime.combine(DAY, datetime.min.time(), UTC), DAY, "anna")
    return (claim.prepare(desk, "C1-1", Asked(locale="en")).folder / "claim.pdf").read_bytes()


def agreed(firm: World) -> bytes:
    with scope.of(firm.creditor.pk):
        customer = Customer.objects.get(external_id="C1")
    rights.agree(firm.creditor, customer, {"net_days": "14"}, agreed_on=DAY, evidence="signed", on=DAY, by="anna")
    return agreements.printed(firm.creditor, "C1", DAY)


def scheduled(firm: World) -> bytes:
    found = instalments.of_invoices(firm.creditor, ["C1-1"], DAY)
    parts = instalments.parts_of(found, Wish(parts=2, first=DAY + timedelta(14), every=Every.TWO_WEEKS), DAY)
    plan = instalments.agree(found, parts, Fact(DAY, "anna", "by telephone"), locale="en", evidence="a call")
    with scope.of(firm.creditor.pk):
        return bytes(PaymentPlanPaper.objects.get(plan=plan).content)


def by_post(firm: World) -> bytes:
    with scope.of(firm.creditor.pk):
        Customer.objects.filter(external_id="C1").update(address="8 Mill Road, Leeds, LS1 4AP")
        task = Task.objects.create(
            creditor=firm.creditor, effective_on=DAY, customer=Customer.objects.get(external_id="C1"), kind="letter",
            due_on=DAY, text="Invoice 7\n\nDear Ms Brown,\n\nPlease pay.", rehearsal=True,
        )  # fmt: skip
    return posted.pdf(firm.creditor, task.pk)


@pytest.mark.parametrize("paper", [claimed, agreed, scheduled, by_post])
@pytest.mark.parametrize("since", [DAY, DAY + timedelta(1)])
def test_the_logo_of_its_day_stands_at_the_head(firm: World, paper: Callable[[World], bytes], since: date) -> None:
    drawn = BytesIO()
    Image.new("RGB", (300, 100), (30, 110, 90)).save(drawn, "PNG")
    papers.set_logo(firm.creditor, drawn.getvalue(), on=since, by="anna")
    first = PdfReader(BytesIO(paper(firm))).pages[0]
    assert len(first.images) == (since == DAY)
