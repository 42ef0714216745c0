"""Put messages into the outbox in bulk: by COPY into temporary tables, then one INSERT … SELECT per table.

Safe to repeat: a message whose key is there already, or whose slot is taken by one that has begun, adds nothing. A draft
with changed content replaces an older one of its slot as long as nobody has claimed that.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice
from typing import Any

from django.db import connection

from dunwell.store import scope

CHUNK = 2_000
"""Messages copied at once: with their bytes some twenty megabytes."""


# Drafts come from other processes: what has slots is taken apart and put together by Python there, what has none by C.
@dataclass(frozen=True)
class DraftItem:
    receivable_id: int
    step: str | None
    part: str  # asked | listed | not_due | thanked
    amount: int
    currency: str
    credit: int = 0


@dataclass(frozen=True)
class DraftRecipient:
    contact_id: int | None
    person_key: str
    address: str
    copy: bool = False


@dataclass(frozen=True)
class Draft:
    """A message ready to wait or to go; `mime` are the final bytes of an e-mail without `Date`, with CRLF line ends."""

    customer_id: int
    slot_on: date
    purpose: str
    channel: str
    step: str | None
    policy: str
    content: str
    level: int
    locale: str
    key: str
    content_hash: str
    message_id: str
    rehearsal: bool
    needs_approval: bool
    reasons: str
    not_before: datetime
    not_after: datetime
    subject: str
    text: str
    html: str
    mime: bytes | None
    envelope_from: str
    items: tuple[DraftItem, ...]
    recipients: tuple[DraftRecipient, ...]
    had_link: bool = False
    credit: str = ""  # the customer's, as `balances.credit_text` writes it

    @property
    def domain(self) -> str:
        return self.recipients[0].address.rpartition("@")[2].lower() if self.recipients else ""


@dataclass(frozen=True, slots=True)
class Enqueued:
    added: int
    replaced: int  # older drafts of the same slots, now withdrawn


def enqueue(creditor_id: int, drafts: Iterable[Draft], *, run_id: int | None = None) -> Enqueued:
    """Add drafts (of a run) to the outbox, all of them or none: queued, or waiting for approval."""
    added = replaced = 0
    with scope.of(creditor_id):
        for chunk in _chunks(iter(drafts)):
            more, older = _enqueue(creditor_id, run_id, chunk)
            added, replaced = added + more, replaced + older
    return Enqueued(added, replaced)


MESSAGE = (
    "id, creditor_id, customer_id, run_id, slot_on, purpose, channel, step, policy, content, level, locale, key, content_hash, "
    "message_id, domain, state, state_reason, rehearsal, needs_approval, reasons, not_before, not_after, token, attempts, "
    "had_link, credit"
)
ITEM = "creditor_id, message_id, receivable_id, step, part, amount, currency, credit"
CONTENT = "creditor_id, message_id, subject, text, html, mime, envelope_from"
# As text every byte of a message would be two; the other tables are small.
BINARY_TYPES = {"message_content": ("int8", "int8", "text", "text", "text", "bytea", "text")}
RECIPIENT = "creditor_id, message_id, contact_id, person_key, address, copy"


def _enqueue(creditor_id: int, run_id: int | None, drafts: Sequence[Draft]) -> tuple[int, int]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence('message', 'id')) FROM generate_series(1, %s)", [len(drafts)]
        )
        numbered = list(zip((row[0] for row in cursor.fetchall()), drafts, strict=True))
        _copy(cursor, "message", MESSAGE, (_message(creditor_id, run_id, n, draft) for n, draft in numbered))
        cursor.execute(
            """UPDATE message m SET state = 'withdrawn', state_reason = 'replaced' FROM fresh_message f
               WHERE m.creditor_id = f.creditor_id AND m.customer_id = f.customer_id AND m.slot_on = f.slot_on
                 AND m.purpose = f.purpose AND m.rehearsal = f.rehearsal AND m.key <> f.key
                 AND m.state IN ('planned', 'waiting', 'approved', 'queued')"""
        )
        replaced = cursor.rowcount
        cursor.execute(
            f"INSERT INTO message ({MESSAGE}) SELECT {MESSAGE} FROM fresh_message ORDER BY id ON CONFLICT DO NOTHING"
        )
        added = cursor.rowcount
        for table, columns, rows in (
            ("message_item", ITEM, (row for n, draft in numbered for row in _items(creditor_id, n, draft))),
            ("message_content", CONTENT, (_content(creditor_id, n, draft) for n, draft in numbered)),
            ("recipient", RECIPIENT, (row for n, draft in numbered for row in _recipients(creditor_id, n, draft))),
        ):
            _copy(cursor, table, columns, rows)
            cursor.execute(
                f"""INSERT INTO {table} ({columns}) SELECT {columns} FROM fresh_{table} f
                    WHERE EXISTS (SELECT FROM message m WHERE m.id = f.message_id)"""
            )
    return added, replaced


def _copy(cursor: Any, table: str, columns: str, rows: Iterable[tuple[Any, ...]]) -> None:
    """Rows into the temporary table `fresh_<table>`: COPY is refused where row-level security binds."""
    cursor.execute(f"DROP TABLE IF EXISTS fresh_{table}")
    cursor.execute(f"CREATE TEMP TABLE fresh_{table} ON COMMIT DROP AS SELECT {columns} FROM {table} WITH NO DATA")
    types = BINARY_TYPES.get(table)
    if types:
        cursor.execute(f"ALTER TABLE fresh_{table} ALTER mime SET STORAGE EXTERNAL, SET (toast_tuple_target = 4080)")
    with cursor.copy(f"COPY fresh_{table} ({columns}) FROM STDIN{' (FORMAT binary)' if types else ''}") as copy:
        if types:
            copy.set_types(types)
        for row in rows:
            copy.write_row(row)


def _message(creditor_id: int, run_id: int | None, number: int, draft: Draft) -> tuple[Any, ...]:
    state = "waiting" if draft.needs_approval else "queued"
    return (
        *(
            number,
            creditor_id,
            draft.customer_id,
            run_id,
            draft.slot_on,
            draft.purpose,
            draft.channel,
            draft.step,
        ),
        *(draft.policy, draft.content, draft.level, draft.locale, draft.key, draft.content_hash, draft.message_id),
        *(draft.domain, state, "", draft.rehearsal, draft.needs_approval, draft.reasons, draft.not_before),
        *(draft.not_after, 0, 0, draft.had_link, draft.credit),
    )


def _items(creditor_id: int, number: int, draft: Draft) -> Iterator[tuple[Any, ...]]:
    for i in draft.items:
        yield creditor_id, number, i.receivable_id, i.step, i.part, i.amount, i.currency, i.credit


def _content(creditor_id: int, number: int, draft: Draft) -> tuple[Any, ...]:
    return creditor_id, number, draft.subject, draft.text, draft.html, draft.mime, draft.envelope_from


def _recipients(creditor_id: int, number: int, draft: Draft) -> Iterator[tuple[Any, ...]]:
    for r in draft.recipients:
        yield creditor_id, number, r.contact_id, r.person_key, r.address, r.copy


def _chunks(drafts: Iterator[Draft]) -> Iterator[list[Draft]]:
    while chunk := list(islice(drafts, CHUNK)):
        yield chunk
