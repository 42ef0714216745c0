"""A document with its story: facts → rule → decision → message → receipt."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse

from dunwell.core.ledger import DocumentKind
from dunwell.core.money import Money
from dunwell.run import before_work, forecasting, stories
from dunwell.run.stories import Told
from dunwell.store import bulk, customer_view
from dunwell.store.models import Invoice, Receivable
from dunwell.web.console import deeds, labels
from dunwell.web.console import show as answer
from dunwell.web.console.desk import Desk
from dunwell.web.console.pages import instalments as instalments_page
from dunwell.web.console.templatetags.look import locale
from dunwell.web.console.timeline import told


def show(request: HttpRequest, desk: Desk, number: int) -> HttpResponse:
    """The document, its instalments, what was set against them, and what happened."""
    invoice: Invoice = deeds.found(Invoice, number)
    receivables = list(Receivable.objects.filter(invoice=invoice).order_by("instalment"))
    numbers = [one.pk for one in receivables]
    rows = {
        one.receivable: one
        for one in customer_view.owed(invoice.customer_id, as_of=desk.today, rehearsal=desk.is_rehearsal)
    }
    context = {
        "section": "invoices",
        "invoice": invoice,
        "total": Money(invoice.total, invoice.currency),
        "balance": Money(sum(rows[one].balance.minor for one in numbers if one in rows), invoice.currency),
        "late": max([rows[one].late for one in numbers if one in rows], default=0),
        "instalments": [(one, rows.get(one.pk)) for one in receivables],
        "lines": invoice.lines.order_by("position"),
        "allocations": [
            (pk, on, Money(minor, invoice.currency), basis, payment, who, undone)
            for pk, on, minor, basis, payment, who, undone in bulk.rows(ALLOCATIONS, numbers)
        ],
        "pauses": [
            one
            for one in customer_view.pauses(invoice.customer_id, rehearsal=desk.is_rehearsal)
            if one.invoice in ("", invoice.number)
        ],
        "plans": instalments_page.standing(desk, invoice.customer_id, invoice.pk),
        "events": told(desk, customer_view.story(numbers)),
        "life": before_work.life(desk.creditor, invoice, desk.today, rehearsal=desk.is_rehearsal)
        if invoice.kind == DocumentKind.REQUEST
        else None,
        "is_cancelled": bool(bulk.rows("SELECT 1 FROM cancellation WHERE invoice_id = %s", invoice.pk)),
    }
    return answer.page(request, desk, "invoice.html", context)


def story(request: HttpRequest, desk: Desk, number: int) -> HttpResponse:
    """What the planner thinks of it today, asked now: facts, ladder, decision with reasons, what comes next by itself."""
    invoice: Invoice = deeds.found(Invoice, number)
    found = stories.of_document(desk.creditor, invoice, desk.today, rehearsal=desk.is_rehearsal)
    context = {"stories": [_pictured(one) for one in found if one.story is not None]}
    return answer.part(request, desk, "part_story.html", context)


def _pictured(one: Told) -> dict[str, Any]:
    """A story as the page draws it: facts in words, rungs in the order of days, the decision's sentences."""
    assert one.story is not None
    story = one.story
    facts = [
        (labels.word("fact", name), _plain(name, value, one.currency))
        for name, value in story.facts
        if value and name != "currency"
    ]
    return {
        "told": one,
        "policy": story.policy,
        "facts": facts,
        "rungs": story.ladder,
        "decision": labels.word("decision", story.code),
        "code": story.code,
        "step": story.step,
        "reasons": labels.sentences(story.reasons),
        "next_on": story.next_on,
        "forecast": forecasting.sentences(one.forecast, locale()) if one.forecast else [],
    }


def _plain(name: str, value: Any, currency: str) -> Any:
    """A fact's value for a person: sums as money, the rest as it stands."""
    if name in ("balance", "disputed") and isinstance(value, int):
        return Money(value, currency)
    if isinstance(value, date | bool):
        return value
    return labels.word("fact_value", str(value))


ALLOCATIONS = """
SELECT a.id, a.effective_on, a.amount, a.basis, coalesce(a.payment_id, 0), coalesce(nullif(p.payer_name, ''), p.remittance, c.number, ''),
  a.undoes_id IS NOT NULL OR EXISTS (SELECT FROM allocation u WHERE u.undoes_id = a.id)
FROM allocation a LEFT JOIN payment p ON p.id = a.payment_id LEFT JOIN invoice c ON c.id = a.credit_note_id
WHERE a.receivable_id = ANY(%s) ORDER BY a.effective_on, a.id
"""
