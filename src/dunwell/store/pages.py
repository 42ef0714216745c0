"""The pay page's links and what happens on them, read and written.

A token is found by its digest, before anybody knows whose page it is (`guards.PAGE_LINK_BY_TOKEN`); everything else happens in the
scope of the creditor that the link names.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection, transaction
from django.db.models import OuterRef, Q, QuerySet, Subquery, TextField, Value
from django.db.models.functions import Coalesce

from dunwell.store import bulk, scope
from dunwell.store.models import PageAnswer, PageAnswerSettled, PageLink

REOPENED = "reopened"
"""The word that takes back that an answer was dealt with."""


@dataclass(frozen=True)
class NewLink:
    """A link that a letter carries; `token` stands in the letter and nowhere else."""

    token: str
    customer_id: int
    contact_id: int | None
    person_key: str
    channel: str
    receivables: tuple[int, ...]
    later: tuple[int, ...]
    shows_all: bool
    is_shared: bool
    locale: str
    look: str
    level: int
    pay_by: date | None
    last_day: date
    rehearsal: bool
    asks_survey: bool = False


LINK = (
    "creditor_id, effective_on, by, why, token_hash, customer_id, contact_id, person_key, channel, receivables, later, shows_all, "
    "is_shared, locale, look, level, pay_by, last_day, rehearsal, asks_survey"
)


def token_hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def add(creditor_id: int, links: Iterable[NewLink], *, on: date, by: str) -> None:
    """Make the links of letters that go into the outbox; a letter written again has the same link and adds none."""
    rows = [_row(creditor_id, link, on, by) for link in links]
    if not rows:
        return
    with scope.of(creditor_id), connection.cursor() as cursor:
        cursor.execute(
            f"CREATE TEMP TABLE IF NOT EXISTS fresh_page_link ON COMMIT DROP AS SELECT {LINK} FROM page_link WITH NO DATA"
        )
        with cursor.copy(f"COPY fresh_page_link ({LINK}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
        cursor.execute(
            f"INSERT INTO page_link ({LINK}) SELECT {LINK} FROM fresh_page_link ON CONFLICT (token_hash) DO NOTHING"
        )
        cursor.execute("DROP TABLE fresh_page_link")


def find(token: str) -> PageLink | None:
    """The link of a token, whoever's it is."""
    wanted = token_hash(token)
    with transaction.atomic():
        bulk.rows("SELECT set_config('dunwell.page_token', %s, true)", wanted)
        found = PageLink.objects.filter(token_hash=wanted).first()
        bulk.rows("SELECT set_config('dunwell.page_token', '', true)")
    return found


def surveyed_since(creditor_id: int, since: date, *, rehearsal: bool) -> frozenset[int]:
    """Customers who were asked how happy they are since a day; their numbers."""
    with scope.of(creditor_id):
        rows = PageLink.objects.filter(asks_survey=True, effective_on__gt=since)
        return frozenset((rows if rehearsal else rows.filter(rehearsal=False)).values_list("customer_id", flat=True))


def opened(link: PageLink, *, is_robot: bool, on: date) -> None:
    """A link was opened: one row a day; a person's first opening of a day is a sign of life of the customer."""
    with scope.of(link.creditor_id):
        is_first = bulk.execute(
            "INSERT INTO page_opening (creditor_id, link_id, effective_on, by, why, is_robot) VALUES (%s, %s, %s, '', '', %s) "
            "ON CONFLICT DO NOTHING",
            link.creditor_id,
            link.pk,
            on,
            is_robot,
        )
        if is_first and not is_robot:
            sign(link, "opened", on=on)


def answers(*words: str) -> QuerySet[PageAnswer]:
    """Answers whose last word of a person is one of these; one of which nobody said anything is `REOPENED`, it waits as well."""
    said = PageAnswerSettled.objects.filter(answer=OuterRef("pk")).order_by("-pk").values("outcome")
    last = Coalesce(Subquery(said[:1]), Value(REOPENED, TextField()))
    return PageAnswer.objects.alias(last_word=last).filter(Q(last_word__in=words))


def sign(link: PageLink, kind: str, *, on: date) -> None:
    """A sign of life of the link's customer; no more than one of a kind and link a day."""
    bulk.execute(
        """
        INSERT INTO sign (creditor_id, customer_id, person_key, channel, kind, rehearsal, effective_on, by, why)
        SELECT %s, %s, %s, 'page', %s, %s, %s, 'page', ''""",
        *(link.creditor_id, link.customer_id, link.person_key, kind, link.rehearsal, on),
    )


@dataclass(frozen=True, slots=True)
class Owed:
    """A receivable as the page shows it; sums in minor units, `disputed` a part of `balance`."""

    receivable_id: int
    invoice_id: int
    kind: str
    number: str
    instalment: int
    instalments: int
    issue_date: date
    due_date: date | None
    valid_until: date | None
    currency: str
    amount: int
    balance: int
    disputed: int
    is_cancelled: bool
    what_for: str
    reference: str
    promised_for: date | None
    claimed_until: date | None
    is_credited: bool  # what is set aside awaits our credit note: nobody contests it
    is_later: bool  # shown apart: its day has not come, and the message does not ask for it
    accepted_on: date | None = None  # of a request before work
    payment_on: date | None = None  # of an agreed schedule that stands: its next payment, and what of it is asked here
    payment_left: int = 0

    @property
    def open(self) -> int:
        """What is open, not contested, not cancelled."""
        return 0 if self.is_cancelled else max(0, self.balance - self.disputed)

    @property
    def asked(self) -> int:
        """What is to be paid now."""
        if self.payment_on:
            return min(self.open, self.payment_left)
        return 0 if self.is_later else self.open


def owed(link: PageLink, on: date) -> list[Owed]:
    """What a link shows: the receivables of its message, and all that is open where its readers may see that."""
    sql = """
    SELECT r.id, i.id, i.kind, i.number, r.instalment, n.instalments, i.issue_date, r.due_date, i.valid_until, r.currency, r.amount,
      o.balance, o.disputed, o.is_cancelled, i.what_for, i.reference,
      (SELECT max(p.promised_date) FROM promise p WHERE p.receivable_id = r.id AND p.plan_id IS NULL AND p.promised_date >= %(on)s
         AND (%(rehearsal)s OR NOT p.rehearsal) AND NOT EXISTS (SELECT FROM ending e WHERE e.promise_id = p.id)),
      (SELECT max(coalesce(h.until_date, %(on)s)) FROM hold h WHERE h.receivable_id = r.id AND h.reason = 'claimed_paid'
         AND (h.until_date IS NULL OR h.until_date >= %(on)s) AND (%(rehearsal)s OR NOT h.rehearsal)
         AND NOT EXISTS (SELECT FROM ending e WHERE e.hold_id = h.id)),
      NOT EXISTS (SELECT FROM dispute d WHERE d.receivable_id = r.id AND d.cause <> 'credit_due' AND (%(rehearsal)s OR NOT d.rehearsal)
         AND NOT EXISTS (SELECT FROM ending e WHERE e.dispute_id = d.id)),
      coalesce(r.due_date, i.valid_until, %(on)s) > %(on)s AND NOT r.id = ANY(%(receivables)s),
      (SELECT max(c.effective_on) FROM acceptance c WHERE c.request_id = i.id AND (%(rehearsal)s OR NOT c.rehearsal)
         AND NOT EXISTS (SELECT FROM acceptance_end e WHERE e.acceptance_id = c.id))
    FROM receivable r JOIN invoice i ON i.id = r.invoice_id
    CROSS JOIN LATERAL dunwell_owed(r.id, %(rehearsal)s) o
    CROSS JOIN LATERAL (SELECT count(*) AS instalments FROM receivable q WHERE q.invoice_id = i.id) n
    WHERE r.customer_id = %(customer)s AND i.kind <> 'credit_note'
      AND (r.id = ANY(%(receivables)s) OR r.id = ANY(%(later)s) OR (%(all)s AND o.balance > 0 AND NOT o.is_cancelled)
           -- a request that became an invoice is shown as that
           OR i.id IN (SELECT b.invoice_id FROM became_invoice b JOIN receivable q ON q.invoice_id = b.request_id
                       WHERE q.id = ANY(%(receivables)s) AND NOT EXISTS (SELECT FROM became_invoice_end e WHERE e.became_id = b.id)))
      AND NOT EXISTS (SELECT FROM became_invoice b WHERE b.request_id = i.id
                      AND NOT EXISTS (SELECT FROM became_invoice_end e WHERE e.became_id = b.id))
    ORDER BY coalesce(r.due_date, i.valid_until, i.issue_date), r.id
    """
    values: dict[str, Any] = {
        "customer": link.customer_id,
        "receivables": link.receivables,
        "later": link.later,
        "all": link.shows_all,
        "rehearsal": link.rehearsal,
        "on": on,
    }
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return [Owed(*row) for row in cursor.fetchall()]


def lines(invoices: Sequence[int]) -> dict[int, list[tuple[str, int]]]:
    """The lines of invoices: text and minor units, in their order."""
    found: dict[int, list[tuple[str, int]]] = {}
    for invoice, text, amount in bulk.rows(
        "SELECT invoice_id, text, amount FROM invoice_line WHERE invoice_id = ANY(%s) ORDER BY invoice_id, position",
        list(invoices),
    ):
        found.setdefault(invoice, []).append((text, amount))
    return found


def credit(customer_id: int) -> dict[str, int]:
    """What a customer has to their credit, by currency: `balances.credit_sql` of one customer, by its indexes."""
    return dict(bulk.rows(CREDIT_OF_CUSTOMER, customer_id, customer_id, customer_id))


CREDIT_OF_CUSTOMER = """
SELECT currency, sum(amount)::bigint FROM (
  SELECT p.currency, p.amount - coalesce((SELECT sum(a.amount) FROM allocation a WHERE a.payment_id = p.id), 0)
    + coalesce((SELECT sum(v.amount) FROM payment v WHERE v.reverses_id = p.id), 0) AS amount
  FROM payment p
  JOIN LATERAL (SELECT o.customer_id, o.taken_back FROM on_account o WHERE o.payment_id = p.id ORDER BY o.id DESC LIMIT 1) o ON true
  WHERE p.id IN (SELECT payment_id FROM on_account WHERE customer_id = %s) AND o.customer_id = %s AND NOT o.taken_back
    AND p.reverses_id IS NULL
  UNION ALL
  SELECT i.currency, i.total - coalesce((SELECT sum(a.amount) FROM allocation a WHERE a.credit_note_id = i.id), 0)
  FROM invoice i WHERE i.customer_id = %s AND i.kind = 'credit_note'
    AND NOT EXISTS (SELECT FROM cancellation x WHERE x.invoice_id = i.id)
) c WHERE amount > 0 GROUP BY currency
"""


def has_unmatched_money(link: PageLink) -> bool:
    """Whether money of this customer has come that nobody has set against anything yet."""
    return bool(
        bulk.rows("SELECT EXISTS (SELECT FROM dunwell_unmatched(%s, %s))", link.creditor_id, link.customer_id)[0][0]
    )


def is_ended(link: PageLink) -> bool:
    return bool(bulk.rows("SELECT EXISTS (SELECT FROM page_link_end WHERE link_id = %s)", link.pk)[0][0])


def _row(creditor_id: int, link: NewLink, on: date, by: str) -> tuple[Any, ...]:
    return (
        *(
            creditor_id,
            on,
            by,
            "",
            token_hash(link.token),
            link.customer_id,
            link.contact_id,
            link.person_key,
            link.channel,
        ),
        *(
            list(link.receivables),
            list(link.later),
            link.shows_all,
            link.is_shared,
            link.locale,
            link.look,
            link.level,
            link.pay_by,
        ),
        *(link.last_day, link.rehearsal, link.asks_survey),
    )
