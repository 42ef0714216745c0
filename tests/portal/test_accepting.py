"""A client accepts the order of a request before work on its page; paid, the page says that work can begin."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from dunwell.core.ledger import DocumentKind
from dunwell.core.money import Money
from dunwell.run import before_work, before_work_invoice, numbers
from dunwell.store import scope
from dunwell.store.models import Acceptance, PageAnswer
from portal.clients import Reader, link_in
from regressions.world import DAY

UNTIL = date(2026, 3, 16)
NEXT = DAY + timedelta(1)


@pytest.fixture
def ordered(firm):
    """The page of a request of 300.00, a deposit of 1000.00."""
    firm.client("C1")
    for kind in (DocumentKind.REQUEST, DocumentKind.INVOICE):
        numbers.set_pattern(firm.creditor, kind, f"{kind.value[:1]}{{number}}", on=DAY, by="anna")
    wanted = before_work.Wanted("Website", Money(100000, "EUR"), UNTIL, Decimal(30))
    before_work.ask(firm.creditor, "C1", wanted, on=DAY, by="anna")
    firm.day(DAY)
    (message,) = firm.sent()
    return Reader(link_in(message))


def rows(firm, model):
    with scope.of(firm.creditor.pk):
        return list(model.objects.order_by("pk"))


def test_one_click_accepts_it_once_and_the_page_says_so(firm, ordered):
    assert "Accept the order" in ordered.read()
    done = ordered.say("accept", name="Anna Brown")
    assert done.status_code == 302, done.content
    (row,) = rows(firm, Acceptance)
    assert (row.name, row.rehearsal, row.effective_on) == ("Anna Brown", True, DAY)
    assert "the order stands" in ordered.read("done/accept")
    page = ordered.read()
    assert "Accepted on" in page and 'accept">' not in page
    form = ordered.mark()
    again = ordered.client.post(f"{ordered.path}/en/accept", {"mark": form, "name": "Anna Brown"})
    assert again.status_code == 422 and len(rows(firm, Acceptance)) == 1


def test_a_name_is_needed(firm, ordered):
    said = ordered.say("accept", name=" ")
    assert said.status_code == 422 and "write your name" in said.content.decode()
    assert not rows(firm, Acceptance) and not rows(firm, PageAnswer)


def test_who_accepted_is_not_asked_whether_it_arrived(firm, ordered):
    ordered.say("accept", name="Anna Brown")
    firm.days(NEXT, UNTIL)
    assert firm.steps("r1") == ["request", "last"]


def test_paid_the_work_can_begin_and_its_invoice_takes_its_place(firm, ordered):
    firm.paid(f"{NEXT},300.00,EUR,C1 Ltd,r1", on=NEXT)
    firm.day(NEXT)
    assert "we can begin" in ordered.read()
    before_work_invoice.become(firm.creditor, "r1", on=NEXT, by="anna")
    page = ordered.read()
    assert "i1" in page and "700.00" in page and "Cancelled" not in page


def test_an_ordinary_invoice_has_nothing_to_accept(firm, reader):
    assert "Accept the order" not in reader.read()
    said = reader.client.post(f"{reader.path}/en/accept", {"mark": reader.mark(), "name": "Anna"})
    assert said.status_code == 422 and not rows(firm, Acceptance)
