"""Builders: a creditor with customers who owe, and messages in the outbox that ask them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import count

from dunwell.store import enqueue, scope, switches
from dunwell.store.enqueue import Draft, DraftItem, DraftRecipient
from dunwell.store.models import Coverage, Customer, Invoice, Message, Receivable, Switch

DAY = date(2026, 3, 2)
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
_numbers = count(1)


def owing(creditor, *amounts: int, currency: str = "EUR") -> list[Receivable]:
    """A new customer with one open receivable per amount."""
    number = next(_numbers)
    with scope.of(creditor.id):
        customer = Customer.objects.create(
            creditor=creditor, external_id=f"C{number}", name=f"Клиент {number}", known_on=DAY
        )
        return [receivable(creditor, customer, amount, currency) for amount in amounts]


def receivable(creditor, customer, amount: int, currency: str = "EUR") -> Receivable:
    number = next(_numbers)
    invoice = Invoice.objects.create(
        creditor=creditor,
        external_id=f"I{number}",
        customer=customer,
        number=str(number),
        issue_date=DAY - timedelta(40),
        currency=currency,
        total=amount,
        known_on=DAY,
    )
    return Receivable.objects.create(
        creditor=creditor,
        invoice=invoice,
        customer=customer,
        currency=currency,
        amount=amount,
        due_date=DAY - timedelta(10),
    )


def draft(receivables: list[Receivable], **changes) -> Draft:
    """A message that asks for all of these."""
    key = changes.pop("key", f"key-{next(_numbers)}")
    values = {
        "customer_id": receivables[0].customer_id,
        "slot_on": DAY,
        "purpose": "request",
        "channel": "email",
        "step": "first-reminder",
        "policy": "standard",
        "content": "reminder",
        "level": 2,
        "locale": "bg",
        "key": key,
        "content_hash": f"hash-of-{key}",
        "message_id": f"<{key}@dunwell.test>",
        "rehearsal": False,
        "needs_approval": False,
        "reasons": "step_due=first-reminder",
        "not_before": NOON - timedelta(hours=2),
        "not_after": NOON + timedelta(hours=6),
        "subject": "Напомняне",
        "text": "Здравейте!",
        "html": "",
        "mime": mime(key),
        "envelope_from": "office@creditor.test",
        "items": tuple(DraftItem(r.id, "first-reminder", "asked", r.amount, r.currency) for r in receivables),
        "recipients": (DraftRecipient(None, f"person-of-{key}", f"{key}@customer.test"),),
    }
    return Draft(**{**values, **changes})


def mime(key: str) -> bytes:
    return (
        f"Message-ID: <{key}@dunwell.test>\r\nFrom: office@creditor.test\r\nTo: {key}@customer.test\r\n"
        "Subject: Reminder\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nHello,\r\n.\r\n..two\r\n"
    ).encode()


def queued(creditor, *amounts: int, **changes) -> Message:
    """One message in the outbox, asking a new customer for these amounts."""
    one = draft(owing(creditor, *(amounts or (10000,))), **changes)
    enqueue.enqueue(creditor.id, [one])
    with scope.of(creditor.id):
        return Message.objects.get(key=one.key, state__in=["queued", "waiting"])


def go_live(creditor) -> None:
    """Live, with money complete up to today."""
    switches.turn(creditor.id, Switch.MODE, switches.LIVE, by="Ани", why="test", on=DAY)
    with scope.of(creditor.id):
        Coverage.objects.create(creditor=creditor, effective_on=DAY, source="bank", covered_until=DAY)


def reload(message: Message) -> Message:
    with scope.of(message.creditor_id):
        return Message.objects.get(pk=message.pk)
