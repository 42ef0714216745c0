"""Letters that the restored books do not know to have left: read from the outbox of the books that were replaced, or from our own
where the restore withdrew them; and the record of those of which a person says that they did leave.

Customers and documents are named as the world names them, because what was imported again has other numbers.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import date
from typing import Any

from django.db import connection

from dunwell.core import names
from dunwell.store import bulk, dumps, enqueue, scope
from dunwell.store.enqueue import DraftItem, DraftRecipient
from dunwell.store.models import Attempt, ContactPoint, Customer, Message, Receivable, Restoration

RESTORED = "restored"


@dataclass(frozen=True, slots=True)
class Item:
    """A document that a letter speaks of: number, day of issue and instalment name it."""

    number: str
    issue_date: date
    instalment: int
    step: str | None
    part: str
    amount: int
    currency: str


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter that left, or may have left; `recipients` are addresses, the first one the main."""

    key: str
    on: date
    customer_id: str  # the customer's own, as the source names it
    customer: str
    purpose: str
    channel: str
    step: str | None
    policy: str
    content: str
    level: int
    locale: str
    message_id: str
    content_hash: str
    subject: str
    text: str
    html: str
    mime: bytes | None
    sender: str
    items: tuple[Item, ...]
    recipients: tuple[str, ...]


LETTERS = """
SELECT m.key, coalesce(m.sent_on, m.slot_on), u.external_id, u.name, m.purpose, m.channel, m.step, m.policy, m.content, m.level,
  m.locale, m.message_id, m.content_hash, c.subject, c.text, c.html, c.mime, c.envelope_from,
  ARRAY(SELECT json_build_array(i.number, i.issue_date, r.instalment, t.step, t.part, coalesce(t.amount, 0), t.currency)
        FROM message_item t JOIN receivable r ON r.id = t.receivable_id JOIN invoice i ON i.id = r.invoice_id
        WHERE t.message_id = m.id ORDER BY t.id),
  ARRAY(SELECT a.address FROM recipient a WHERE a.message_id = m.id ORDER BY a.copy, a.id)
FROM message m JOIN customer u ON u.id = m.customer_id JOIN message_content c ON c.message_id = m.id
JOIN creditor k ON k.id = m.creditor_id
WHERE k.slug = %s AND NOT m.rehearsal AND {which} ORDER BY m.id
"""
LEFT = "m.state IN ('sent', 'begun', 'unknown')"
WITHDRAWN = f"m.state = 'withdrawn' AND m.state_reason = '{RESTORED}'"


def withdrawn(creditor_id: int, slug: str) -> list[Letter]:
    """The live letters that the restore withdrew: they waited at the backup's moment."""
    with scope.of(creditor_id):
        return _letters(bulk.rows(LETTERS.format(which=WITHDRAWN), slug))


def in_replaced(database: str, slug: str) -> list[Letter] | None:
    """What the replaced books say has left, or has begun to; None where they are gone, or know no such creditor."""
    if not dumps.exists(database) or not dumps.rows_of(database, "SELECT FROM creditor WHERE slug = %s", [slug]):
        return None
    return _letters(dumps.rows_of(database, LETTERS.format(which=LEFT), [slug]))


def is_unconfirmed(creditor_id: int) -> bool:
    """The books were restored, and nobody has said yet what went out since the backup."""
    with scope.of(creditor_id):
        return Restoration.objects.filter(confirmed=None).exists()


def known(creditor_id: int) -> set[str]:
    """The keys of the live letters of which these books know that they left, or may have."""
    with scope.of(creditor_id):
        return set(
            Message.objects.filter(rehearsal=False, state__in=["sent", "begun", "unknown"]).values_list(
                "key", flat=True
            )
        )


def customers(creditor_id: int, names: Sequence[str]) -> dict[str, Customer]:
    """Those of the customers that the books know."""
    with scope.of(creditor_id):
        return {one.external_id: one for one in Customer.objects.filter(external_id__in=names).order_by("-pk")}


def record(creditor_id: int, letter: Letter, *, on: date, by: str, why: str) -> None:
    """The letter left: its steps are done, its people were contacted, its key is never sent again."""
    with scope.of(creditor_id), connection.cursor() as cursor:
        enqueue.enqueue(creditor_id, [_draft(creditor_id, letter)])
        row = Message.objects.filter(key=letter.key, state="queued").first()
        if row is None:  # the slot is taken by one that is known
            return
        for state in ("claimed", "begun"):
            cursor.execute("UPDATE message SET state = %s WHERE id = %s", [state, row.pk])
        cursor.execute("UPDATE message SET state = 'sent', sent_on = %s WHERE id = %s", [letter.on, row.pk])
        Attempt.objects.create(
            creditor_id=creditor_id, message=row, outcome="sent", detail="known from before the restore", rehearsal=False,
            effective_on=on, by=by, why=why, recipients=list(letter.recipients),
        )  # fmt: skip


def _draft(creditor_id: int, letter: Letter) -> enqueue.Draft:
    customer = customers(creditor_id, [letter.customer_id])[letter.customer_id]
    day = bulk.rows("SELECT %s::date::timestamptz, (%s::date + 1)::timestamptz", letter.on, letter.on)[0]
    return enqueue.Draft(
        customer_id=customer.pk, slot_on=letter.on, purpose=letter.purpose, channel=letter.channel,
        step=letter.step, policy=letter.policy, content=letter.content, level=letter.level, locale=letter.locale,
        key=letter.key, content_hash=letter.content_hash, message_id=letter.message_id, rehearsal=False,
        needs_approval=False, reasons=RESTORED, not_before=day[0], not_after=day[1], subject=letter.subject,
        text=letter.text, html=letter.html, mime=letter.mime, envelope_from=letter.sender,
        items=tuple(_items(customer, letter)),
        recipients=tuple(_recipient(customer, address) for address in letter.recipients),
    )  # fmt: skip


def _items(customer: Customer, letter: Letter) -> Iterator[DraftItem]:
    for one in letter.items:
        found = Receivable.objects.filter(
            customer=customer,
            invoice__number=one.number,
            invoice__issue_date=one.issue_date,
            instalment=one.instalment,
        ).first()
        if found is not None:
            yield DraftItem(found.pk, one.step, one.part, one.amount, one.currency)


def _recipient(customer: Customer, address: str) -> DraftRecipient:
    key = names.person_key(address)
    point = ContactPoint.objects.filter(contact__customer=customer, person_key=key).first()
    return DraftRecipient(point.contact_id if point else None, key, address)


def _letters(rows: Sequence[tuple[Any, ...]]) -> list[Letter]:
    return [_letter(row) for row in rows]


def _letter(row: tuple[Any, ...]) -> Letter:
    values = dict(zip((one.name for one in fields(Letter)), row, strict=True))
    values["mime"] = None if values["mime"] is None else bytes(values["mime"])
    values["items"] = tuple(Item(number, date.fromisoformat(on), *rest) for number, on, *rest in values["items"])
    return Letter(**{**values, "recipients": tuple(values["recipients"])})
