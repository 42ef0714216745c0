"""Letters that people and facts decide on: an apology, the end of a pause, a changed bank account, the answer to a dispute.

Each is looked at first; what is then sent is written once, queued like every letter and delivered with the same last check.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import polars as pl

from dunwell.core import message
from dunwell.core.frames import Portfolio, Proposal
from dunwell.core.ledger import Purpose, TaskKind
from dunwell.core.money import Money
from dunwell.core.refusal import Refusal
from dunwell.engine import news as engine
from dunwell.engine import simulate
from dunwell.run import letters, portfolio, subjects
from dunwell.run.desk import Desk
from dunwell.run.letters import Letter
from dunwell.store import audit, enqueue, load_news, pages, record_plan, scope, switches
from dunwell.store.enqueue import Draft
from dunwell.store.load_news import LetterReader
from dunwell.store.models import Creditor, Customer, Receivable
from dunwell.store.record_plan import NewTask

WRITTEN = ("email", "sms")


class NothingWasSent(Refusal):
    """No letter about {what} was sent: there is nothing to write about it."""


class StillAsked(Refusal):
    """{left} of {number} would be asked for again, and the letter says that no reminder follows: set the payment against it, cancel,
    dispute or hold it first."""


class NothingPaid(Refusal):
    """Nothing of {customer} has been paid lately: the letter would thank for a payment that did not come."""


class NobodyToWrite(Refusal):
    """Nobody of {customer} has an e-mail address: add a contact first."""


class NotNow(Refusal):
    """{customer} cannot be written to on {on} ({reason}){later}."""


class NotWritten(Refusal):
    """The letter could not be written: {finding}"""


@dataclass(frozen=True, slots=True)
class Prepared:
    """A letter to be looked at, and the draft that would be queued."""

    letter: Letter
    draft: Draft


def apology(creditor: Creditor, number: str, *, on: date) -> Prepared:
    """The letter that takes back a wrong reminder about a document, to whom the reminder went; nothing is queued."""
    rehearsal = not switches.is_live(creditor.pk)
    rows = subjects.receivables_of(creditor, number)
    ids = [one.pk for one in rows]
    last = load_news.last_letter(creditor.pk, customer_id=rows[0].customer_id, receivables=ids, rehearsal=rehearsal)
    if last is None:
        raise NothingWasSent(what=number)
    if left := load_news.still_asked(creditor.pk, ids):
        raise StillAsked(number=number, left=Money(left, rows[0].currency))
    told = [(one.pk, one.currency) for one in rows]
    prepared = prepare(creditor, Purpose.APOLOGY, last.reader, told, on=on, rehearsal=rehearsal)
    payment = prepared.letter.facts.last_payment
    if payment is None or payment.paid_on <= last.sent_on:
        return prepared
    # What was paid after the reminder was no reason to call that a mistake.
    return prepare(
        creditor, Purpose.APOLOGY, last.reader, told, on=on, rehearsal=rehearsal, said={"last_payment": None}
    )


def lifted(
    creditor: Creditor, customer_name: str, *, on: date, start_on: date | None = None, next_step: str = ""
) -> Prepared:
    """The letter that says that a pause is over, thanks to a payment; `next_step` are the creditor's own words. Nothing is queued."""
    rehearsal = not switches.is_live(creditor.pk)
    customer = subjects.customer(creditor, customer_name)
    last = load_news.last_letter(creditor.pk, customer_id=customer.pk, rehearsal=rehearsal)
    if last is None:
        raise NothingWasSent(what=customer_name)
    order = message.OrderFacts(valid_until=start_on, start_if_paid=start_on) if start_on else None
    said = {"next_step": next_step, "order": order}
    prepared = prepare(creditor, Purpose.LIFTED, last.reader, [], on=on, rehearsal=rehearsal, said=said)
    if prepared.letter.facts.last_payment is None:
        raise NothingPaid(customer=customer_name)
    return prepared


def about(creditor: Creditor, purpose: Purpose, receivable: Receivable, said: dict[str, Any], *, on: date) -> Prepared:
    """A letter of a person's about one receivable, to whoever had the last one about it. Nothing is queued."""
    rehearsal = not switches.is_live(creditor.pk)
    last = load_news.last_letter(
        creditor.pk, customer_id=receivable.customer_id, receivables=[receivable.pk], rehearsal=rehearsal
    )
    if last is None:
        raise NothingWasSent(what=receivable.invoice.number)
    told = [(receivable.pk, receivable.currency)]
    return prepare(creditor, purpose, last.reader, told, on=on, rehearsal=rehearsal, said=said)


def to_customer(
    creditor: Creditor,
    purpose: Purpose,
    customer: Customer,
    said: dict[str, Any],
    *,
    on: date,
    told: Sequence[int] = (),
) -> Prepared:
    """A letter to whoever had the last one, else to the customer's first address. Nothing is queued."""
    rehearsal = not switches.is_live(creditor.pk)
    last = load_news.last_letter(creditor.pk, customer_id=customer.pk, receivables=told, rehearsal=rehearsal)
    reader = last.reader if last else load_news.first_reader(creditor.pk, customer.pk)
    if reader is None:
        raise NobodyToWrite(customer=customer.name)
    return prepare(creditor, purpose, reader, [], on=on, rehearsal=rehearsal, said=said)


def send(creditor: Creditor, prepared: Prepared, *, by: str, why: str) -> int:
    """Queue the letter that was looked at; gives how many were added: a second time none."""
    draft, customer = prepared.draft, prepared.letter.facts.customer
    with scope.of(creditor.pk):
        added = enqueue.enqueue(creditor.pk, [draft]).added
        if prepared.letter.link:
            pages.add(creditor.pk, [prepared.letter.link], on=draft.slot_on, by=by)
        content = {"customer": customer.number, "content_hash": draft.content_hash, "why": why}
        audit.link(creditor.pk, actor=by, kind=draft.purpose, subject=customer.name, content=content)
    return added


def announce(creditor: Creditor, book: Portfolio, proposal: Proposal, *, run_id: int, rehearsal: bool, by: str) -> int:
    """Tell those who know only the old bank account of the new one, by another way than their letters take; gives how many letters.

    Where there is no other way, a person calls.
    """
    as_of = proposal.as_of
    old = load_news.knows_old_account(creditor.pk, as_of, rehearsal=rehearsal)
    if old.is_empty():
        return 0
    owing = book.receivables.filter(pl.col("balance") > 0).select("customer_id", "currency").unique()
    old = old.join(owing, on=["customer_id", "currency"], how="semi")
    # The letters of today count for the people whom they reach.
    today = simulate.touches(proposal, book)
    seen = replace(book, touches=pl.concat([book.touches, today]))
    ways = _second_ways(old, seen)
    by_letter = ways.filter(pl.col("channel").is_not_null()).with_columns(
        purpose=pl.lit(Purpose.BANK_DETAILS.value), copies=pl.lit([], pl.List(pl.Int64))
    )
    told, _ = engine.propose(seen, as_of, by_letter, _told([]))
    desk = Desk(seen, told, rehearsal)
    written = letters.write(creditor, seen, told, rehearsal=rehearsal)
    added = enqueue.enqueue(creditor.pk, desk.drafts(written), run_id=run_id).added
    record_plan.findings(creditor.pk, desk.found, as_of=as_of, by=by)
    nobody = ways.filter(pl.col("channel").is_null()).select("customer_id", "contact_id")
    calls = [
        NewTask(customer, contact, TaskKind.CALL.value, "", Purpose.BANK_DETAILS.value, 0, "", ())
        for customer, contact in nobody.iter_rows()
    ]
    record_plan.tasks(creditor.pk, run_id, calls, as_of=as_of, rehearsal=rehearsal, by=by)
    return added


def prepare(
    creditor: Creditor,
    purpose: Purpose,
    reader: LetterReader,
    told: Sequence[tuple[int, str]],
    *,
    on: date,
    rehearsal: bool,
    said: dict[str, Any] | None = None,
    thread: tuple[str, ...] = (),
    files: tuple[message.Attachment, ...] = (),
    gap: int | None = None,
) -> Prepared:
    """One letter to somebody, checked like any other; `gap` are the days to keep after the last contact, None where none."""
    seen = portfolio.of(creditor, on, rehearsal=rehearsal, customers=(reader.customer_id,))
    wanted = pl.DataFrame(
        [(reader.customer_id, purpose.value, reader.contact_id, reader.channel, list(reader.copies), gap)],
        schema={**engine.WANTED, "copies": pl.List(pl.Int64), "gap": pl.Int32},
        orient="row",
    )
    proposal, refused = engine.propose(seen, on, wanted, _told([(reader.customer_id, *one) for one in told]))
    for _, reason, allowed_on in refused.iter_rows():
        later = f"; from {allowed_on} on it can go" if allowed_on else ""
        raise NotNow(customer=reader.customer, on=on, reason=reason, later=later, allowed_on=allowed_on)
    (letter,) = letters.write(creditor, seen, proposal, rehearsal=rehearsal, said=said, thread=thread, files=files)
    if letter.findings:
        raise NotWritten(finding=letter.findings[0])
    (draft,) = Desk(seen, proposal, rehearsal).drafts(iter([letter]))
    return Prepared(letter, draft)


def _second_ways(old: pl.DataFrame, seen: Portfolio) -> pl.DataFrame:
    """Per customer the contact and channel of another way than the last letter's: of the same person first; null = nobody has one."""
    others = seen.contacts.filter(pl.col("is_usable") & pl.col("channel").is_in(WRITTEN))
    found = (
        old.select("customer_id", told="contact_id", used="channel")
        .join(others, on="customer_id")
        .filter(pl.col("channel") != pl.col("used"))
        .sort("customer_id", pl.col("contact_id") != pl.col("told"), "rank", "contact_id")
        .unique("customer_id", keep="first", maintain_order=True)
        .select("customer_id", "contact_id", "channel")
    )
    return (
        old.select("customer_id", told="contact_id")
        .join(found, on="customer_id", how="left")
        .select("customer_id", "channel", contact_id=pl.coalesce("contact_id", "told"))
    )


def _told(rows: Sequence[tuple[int, int, str]]) -> pl.DataFrame:
    schema = {"customer_id": pl.Int64, "receivable_id": pl.Int64, "currency": pl.String}
    return pl.DataFrame(list(rows), schema=schema, orient="row")
