"""Questions to the books about mail: whose it is, what is still unsettled. Inside a transaction of the creditor."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from django.db import connection
from django.db.models import Max, OuterRef, Q, QuerySet, Subquery

from dunwell.core import names
from dunwell.core.inbox import MailKind, Settled
from dunwell.core.refusal import Refusal
from dunwell.store import balances, bulk
from dunwell.store.models import (
    ContactPoint,
    Customer,
    Inbound,
    InboundMatch,
    Invoice,
    Message,
    Receivable,
    Recipient,
    ReplyDecision,
    ReplyProposal,
)


class NoSuchProposal(Refusal):
    """There is no proposal number {number} that waits: `dunwell work` shows those that do."""


LAST = Subquery(ReplyDecision.objects.filter(proposal=OuterRef("pk")).order_by("-id").values("outcome")[:1])
OPEN = (None, Settled.REOPENED.value)
"""The last words of a proposal that waits."""
NUMBER_LENGTH_MIN = 3
BY = "inbox"
"""Who the program is where it settles something by itself."""


@dataclass(frozen=True, slots=True)
class Open:
    """An invoice of a customer with what is open on it."""

    number: str
    minor: int
    currency: str


def answered(message_ids: Sequence[str]) -> Message | None:
    """The message of ours that a mail answers: the nearest of its references."""
    found = {one.message_id: one for one in Message.objects.filter(message_id__in=message_ids).order_by("pk")}
    return next((found[one] for one in message_ids if one in found), None)


def customer(number: int) -> Customer | None:
    return Customer.objects.filter(pk=number).first()


def by_sender(address: str) -> list[Customer]:
    """The customers who can be reached under an address or a telephone number; at most two are looked for."""
    points = ContactPoint.objects.filter(person_key=names.person_key(address))
    return list(Customer.objects.filter(contacts__in=points.values("contact")).distinct().order_by("pk")[:2])


def by_invoice(text: str) -> list[tuple[Customer, str]]:
    """The customers whose invoice numbers stand in a text, with the number; at most two are looked for."""
    rows = bulk.rows(
        "SELECT DISTINCT ON (customer_id) customer_id, number FROM invoice "
        "WHERE length(number) >= %s AND number ~ '[0-9]' AND position(lower(number) IN lower(%s)) > 0 "
        "ORDER BY customer_id, number LIMIT 2",
        NUMBER_LENGTH_MIN,
        text,
    )
    names = {one.pk: one for one in Customer.objects.filter(pk__in=[row[0] for row in rows])}
    return [(names[row[0]], row[1]) for row in rows]


def open_invoices(customer_id: int) -> list[Open]:
    """The invoices of a customer with something open, the oldest due first; requests and credit notes are none."""
    sql = balances.balances_sql(as_of=None, rehearsal=False)
    rows = bulk.rows(
        f"SELECT i.number, sum(b.balance)::bigint, i.currency FROM ({sql}) b JOIN receivable r ON r.id = b.receivable_id "
        "JOIN invoice i ON i.id = r.invoice_id "
        "WHERE r.customer_id = %s AND i.kind = 'invoice' AND b.balance > 0 AND NOT b.is_cancelled "
        "GROUP BY i.id, i.number, i.currency ORDER BY min(r.due_date), i.id",
        customer_id,
    )
    return [Open(*row) for row in rows]


def currencies(customers: Collection[int]) -> dict[int, str]:
    """Customer → the currency of their newest invoice: what a sum without one is meant in."""
    sql = "SELECT DISTINCT ON (customer_id) customer_id, currency FROM invoice WHERE customer_id = ANY(%s) ORDER BY customer_id, id DESC"
    return dict(bulk.rows(sql, list(customers)))


def asked_in(message: Message) -> set[str]:
    """The numbers of the invoices that a message asked for."""
    rows = Receivable.objects.filter(messageitem__message=message, messageitem__part__in=["asked", "listed"])
    return set(rows.values_list("invoice__number", flat=True))


def sent_to(address: str, message_ids: Sequence[str]) -> Message | None:
    """The message that came back from an address: the one the report returns, else the last one sent there."""
    rows = Recipient.objects.filter(address__iexact=address).select_related("message").order_by("-message_id")
    returned = rows.filter(message__message_id__in=message_ids).first()
    found = returned or rows.filter(message__state="sent").first()
    return found.message if found else None


def unsettled() -> QuerySet[ReplyProposal]:
    """Proposals that wait for a person, the oldest first."""
    return read().filter(Q(last=None) | Q(last=Settled.REOPENED.value))


def read() -> QuerySet[ReplyProposal]:
    """All proposals, each with the last word about it in `last`."""
    rows = ReplyProposal.objects.annotate(last=LAST)
    return rows.select_related("mail__content", "customer").order_by("pk")


def last_word(proposal: ReplyProposal) -> Settled | None:
    """What a person made of a proposal that `read` found; None while it waits."""
    said = getattr(proposal, "last", None)
    return None if said in OPEN else Settled(said)


def meant_instead(proposal: ReplyProposal) -> str:
    """The intent that a person named when they rejected a proposal that `read` found; empty where none stands."""
    if last_word(proposal) is not Settled.REJECTED:
        return ""
    return str(proposal.decisions.order_by("-pk")[0].values.get("means", ""))


def proposal(number: int) -> ReplyProposal:
    """A proposal by its number, settled or not."""
    found = read().filter(pk=number).first()
    if found is None:
        raise NoSuchProposal(number=number)
    return found


def unmatched() -> QuerySet[Inbound]:
    """Replies of nobody we know, that no person has placed yet."""
    rows = Inbound.objects.filter(customer=None, kind=MailKind.REPLY.value)
    return rows.exclude(pk__in=InboundMatch.objects.values("mail")).select_related("content").order_by("pk")


def last_uid(mailbox: str) -> int:
    return Inbound.objects.filter(mailbox=mailbox).aggregate(last=Max("uid"))["last"] or 0


def alone(proposal_id: int) -> None:
    """Two people who settle one proposal do so one after the other."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('dunwell.reply', %s))", [proposal_id])


def has_invoice(number: str, customer_id: int) -> bool:
    return Invoice.objects.filter(number=number, customer_id=customer_id).exists()


def settled_by_month() -> list[tuple[date, str, int]]:
    """First day of the month in which a reply came, what people made of what was read in it, and how often."""
    return [(row[0], row[1], row[2]) for row in bulk.rows(SETTLED_BY_MONTH, BY, Settled.REOPENED.value)]


SETTLED_BY_MONTH = """
SELECT date_trunc('month', p.effective_on)::date, last.outcome, count(*)
FROM reply_proposal p
JOIN LATERAL (SELECT d.outcome, d.by FROM reply_decision d WHERE d.proposal_id = p.id ORDER BY d.id DESC LIMIT 1) last ON true
WHERE last.by <> %s AND last.outcome <> %s
GROUP BY 1, 2 ORDER BY 1, 2
"""
