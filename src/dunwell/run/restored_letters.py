"""What may have gone out since a backup, put together: from the plan's own simulation, and from the folder of sent mail."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum

import polars as pl

from dunwell.core import names
from dunwell.run import mailboxes, simulate
from dunwell.run.mailboxes import SentMail
from dunwell.store import bulk, scope
from dunwell.store.gone_out import Item, Letter
from dunwell.store.models import ContactPoint, Creditor, Customer, Run

SHOWN = 8
"""Figures of a letter's key by which a person names it."""
NEAR = timedelta(days=1)
"""A letter of the plan and a mail so far apart are one: the server's clock and hours of contact may move it over midnight."""
ITEMS = """
SELECT r.id, i.number, i.issue_date, r.instalment, r.amount, r.currency
FROM receivable r JOIN invoice i ON i.id = r.invoice_id WHERE r.id = ANY (%s::bigint[])
"""


class Basis(StrEnum):
    """What says that a letter went out, the surest first."""

    REPLACED = "replaced"  # the replaced books know that it left
    MAILBOX = "mailbox"  # it lies in the folder of sent mail
    WAITED = "waited"  # it waited in the outbox at the backup's moment
    PLAN = "plan"  # the plan would have sent it on that day


@dataclass(frozen=True, slots=True)
class MayHaveGone:
    """A letter of which the books do not know whether it left; `name` is how a person names it."""

    letter: Letter
    basis: Basis

    @property
    def name(self) -> str:
        return self.letter.key[:SHOWN]

    @property
    def is_certain(self) -> bool:
        return self.basis in (Basis.REPLACED, Basis.MAILBOX)


def planned(creditor: Creditor, since: date, until: date) -> list[Letter]:
    """What the plan would have sent; the first day counts where no run stands recorded for it."""
    with scope.of(creditor.pk):
        has_run = Run.objects.filter(effective_on=since, rehearsal=False).exists()
    first = since + timedelta(1) if has_run else since
    if first > until:
        return []
    (lived,) = simulate.run(creditor, since=first, until=until, named=[]).values()
    sent = lived.sent.filter(pl.col("task").is_null())
    with scope.of(creditor.pk):
        customers = {one.pk: one for one in Customer.objects.filter(pk__in=sent["customer_id"].unique().to_list())}
        documents = {row[0]: row[1:] for row in bulk.rows(ITEMS, lived.done["receivable_id"].unique().to_list())}
        points = ContactPoint.objects.filter(person_key__in=sent["person_key"].drop_nulls().unique().to_list())
        addresses = dict(points.values_list("person_key", "address"))
    taken = defaultdict(list)
    customer_of = lived.done.join(sent.select("customer_id", "contact_id", "on"), on=["contact_id", "on"])
    for receivable, step, customer, on in customer_of.select("receivable_id", "step", "customer_id", "on").iter_rows():
        number, issued, instalment, amount, currency = documents[receivable]
        taken[customer, on].append(Item(number, issued, instalment, step, "asked", amount, currency))
    return [
        _letter(
            customers[row["customer_id"]],
            row["on"],
            told=f"{row['on']} {row['purpose']}",
            purpose=row["purpose"],
            channel=row["channel"],
            step=row["step"],
            level=row["level"],
            items=tuple(taken[row["customer_id"], row["on"]]) if row["step"] else (),
            recipients=(addresses[row["person_key"]],) if row["person_key"] in addresses else (),
        )
        for row in sent.iter_rows(named=True)
    ]


def without_steps_of(letters: Sequence[Letter], others: Sequence[Letter]) -> list[Letter]:
    """Those letters that take a step which none of the others takes."""
    taken = {(item.number, item.issue_date, item.instalment, item.step) for one in others for item in one.items}
    return [
        one
        for one in letters
        if not one.items
        or any((item.number, item.issue_date, item.instalment, item.step) not in taken for item in one.items)
    ]


def with_mails(creditor: Creditor, found: list[MayHaveGone], *, folder: str, since: date) -> list[MayHaveGone]:
    """Certain where the folder of sent mail holds them; what lies there to our customers and nobody expected is added."""
    for mail in mailboxes.sent_since(creditor, folder, since):
        with scope.of(creditor.pk):
            keys = [names.person_key(address) for address in mail.to]
            point = ContactPoint.objects.filter(person_key__in=keys).select_related("contact__customer").first()
        if point is None:
            continue
        customer = point.contact.customer
        place = _place(found, mail, customer)
        if place is not None:
            found[place] = replace(found[place], basis=Basis.MAILBOX)
            continue
        letter = _letter(customer, mail.on, told=mail.message_id, subject=mail.subject, recipients=mail.to)
        found.append(MayHaveGone(replace(letter, message_id=mail.message_id), Basis.MAILBOX))
    return found


def _place(found: Sequence[MayHaveGone], mail: SentMail, customer: Customer) -> int | None:
    """Which of the letters the mail is: the same Message-ID, else one to the same customer on about the same day."""
    for number, one in enumerate(found):
        if one.letter.message_id == mail.message_id:
            return number
    for number, one in enumerate(found):
        is_near = abs(one.letter.on - mail.on) <= NEAR and one.letter.customer_id == customer.external_id
        if is_near and not one.is_certain:
            return number
    return None


def _letter(
    customer: Customer,
    on: date,
    *,
    told: str,
    purpose: str = "request",
    channel: str = "email",
    step: str | None = None,
    level: int = 0,
    items: tuple[Item, ...] = (),
    recipients: tuple[str, ...] = (),
    subject: str = "",
) -> Letter:
    """A letter of which only this is known; its key is of its own."""
    key = hashlib.sha256(f"restored\n{customer.external_id}\n{told}".encode()).hexdigest()
    return Letter(
        key=key, on=on, customer_id=customer.external_id, customer=customer.name, purpose=purpose, channel=channel,
        step=step, policy="", content="", level=level, locale=customer.locale, message_id="", content_hash="",
        subject=subject, text="", html="", mime=None, sender="", items=items, recipients=recipients,
    )  # fmt: skip
