"""What `dunwell bench pages` measures: how long the server needs for each page of the console over a book that was lived in.

Pages are asked for as a browser does, through every middleware, by a signed-in administrator. `first_ms` is with nothing
remembered, `ms` the median of the askings after it, `queries` what the first one asked the database.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator
from typing import Any

from django.contrib.auth.models import User
from django.core.cache import cache
from django.db import connection, transaction
from django.test import Client

from dunwell.engine import plan as engine
from dunwell.run import benches, portfolio, users
from dunwell.run import plan as planning
from dunwell.run.bench_book import DAY, at_rest, big_book
from dunwell.store import audit, bulk, record, record_plan, scope
from dunwell.store.models import Creditor, Customer, Invoice, Message, Payment, Run, Task

CUSTOMERS_PER_INVOICES = 4
LETTERS = 3_000
ASKINGS = 5
DEEP = 100
"""The hundredth page of a list is asked for too."""
ROWS = 50
ANSWERS = (200, 302)
"""A search that finds one thing alone leads straight to it."""
PAGES = (
    ("today", ""),
    ("today, one kind", "?kind=approval"),
    ("customers", "customers"),
    ("customers, page 100", "customers?after={deep_customer}"),
    ("customers, filtered", "customers?q=omer+77777"),
    ("customers, none found", "customers?q=nobody"),
    ("customers of an owner", "customers?owner=Anna"),
    ("customer", "customers/{customer}"),
    ("call", "customers/{customer}/call"),
    ("write by hand", "customers/{customer}/write"),
    ("invoices", "invoices"),
    ("invoices, page 100", "invoices?after={deep_invoice}"),
    ("invoices, all", "invoices?show=all"),
    ("invoices, by number", "invoices?q=B-7777"),
    ("invoice", "invoices/{invoice}"),
    ("search, a name", "search?q=Customer+77777"),
    ("search, a number", "search?q=B-77777"),
    ("search, a sum", "search?q=12345.67"),
    ("search, an address", "search?q=a77777@"),
    ("search, a telephone", "search?q=%2B359+88+877+777"),
    ("search, nothing", "search?q=nobody"),
    ("replies", "replies"),
    ("money", "money"),
    ("money, page 100", "money?after={deep_payment}"),
    ("money, filtered", "money?q=omer+7777"),
    ("payment", "money/payments/{payment}"),
    ("files", "money/files"),
    ("message", "messages/{message}"),
    ("policies", "policies"),
    ("texts", "texts"),
    ("settings", "settings"),
    ("audit chain", "settings/audit"),
    # Counted beside the page in a book of a million: last, since the counting goes on while the next one is asked for.
    ("today, figures", "figures"),
    ("reports", "reports"),
    ("reports, ageing by customer", "reports?by=customer"),
    ("outlook", "outlook"),
)


def pages(*, invoices: int, only: str = "") -> Iterator[dict[str, Any]]:
    """One line for each page; `only` those whose name holds that text."""
    creditor = _lived_in(invoices)
    client, places = _signed_in(creditor), _places(creditor)
    base = f"/c/{creditor.slug}/"
    client.get(f"{base}policies")  # templates are compiled once for all
    for name, address in PAGES:
        if only in name:
            yield {
                "bench": "pages",
                "invoices": invoices,
                "page": name,
                **_timed(client, base + address.format(**places)),
            }


def _timed(client: Client, address: str) -> dict[str, Any]:
    asked = [0]

    def counted(execute: Callable[..., Any], *given: Any) -> Any:
        asked[0] += 1
        return execute(*given)

    cache.clear()
    with connection.execute_wrapper(counted):
        first = _milliseconds(client, address)
    later = [_milliseconds(client, address) for _ in range(ASKINGS)]
    return {"first_ms": first, "ms": round(statistics.median(later), 1), "queries": asked[0]}


def _milliseconds(client: Client, address: str) -> float:
    start = time.perf_counter()
    response = client.get(address)
    took = time.perf_counter() - start
    if response.status_code not in ANSWERS:
        raise AssertionError(f"{address} answered {response.status_code}")
    return round(1000 * took, 1)


def _signed_in(creditor: Creditor) -> Client:
    users.add(creditor, f"{creditor.slug}-admin", role="admin", by="bench")
    client = Client(headers={"host": "localhost"})
    client.force_login(
        User.objects.get(username=f"{creditor.slug}-admin"), backend="django.contrib.auth.backends.ModelBackend"
    )
    return client


def _places(creditor: Creditor) -> dict[str, int]:
    """Numbers for the addresses: rows of the middle of the book, and where the hundredth page of each list begins."""
    deep = ROWS * DEEP
    with scope.of(creditor.pk):
        called = Task.objects.filter(kind="call", outcome=None).order_by("pk").first()
        message = Message.objects.order_by("pk").first()
        assert message is not None
        customers = Customer.objects.order_by("name_key", "pk")
        documents, money = Invoice.objects.order_by("-pk"), Payment.objects.order_by("-date", "-pk")
        offset = min(deep, customers.count() // 2)
        return {
            "customer": called.customer_id if called else message.customer_id,
            "invoice": documents[offset].pk,
            "payment": money[offset].pk,
            "message": message.pk,
            "deep_customer": customers[offset].pk,
            "deep_invoice": documents[offset].pk,
            "deep_payment": money[offset].pk,
        }


def _lived_in(invoices: int) -> Creditor:
    """A book with money, promises, disputes, files, findings, a run and its letters; made once and found again."""
    slug = f"bench-pages-{invoices}"
    creditor = big_book(slug, invoices=invoices, customers=max(1, invoices // CUSTOMERS_PER_INVOICES))
    with scope.of(creditor.pk):
        is_lived_in = Run.objects.exists()
    if not is_lived_in:
        at_rest()
        with transaction.atomic(), scope.of(creditor.pk):
            with connection.cursor() as cursor:
                for table, sql in LIFE:
                    cursor.execute(sql, {"creditor": creditor.pk, "day": DAY})
                    bulk.analyze(table)
            audit.link(creditor.pk, actor="bench", kind="bench", content={"invoices": invoices})
        bulk.execute("VACUUM ANALYZE")
        _run(creditor)
        bulk.execute("VACUUM ANALYZE")
    return creditor


def _run(creditor: Creditor) -> None:
    """The day planned and recorded, with the first letters and tasks of it."""
    seen = portfolio.of(creditor, DAY, rehearsal=True)
    proposal = engine.propose(seen, DAY)
    known = record.last_outcomes(creditor.pk, rehearsal=True)
    recorded = benches.recorded(creditor, proposal, known, rehearsal=True)
    some = benches.first_of(proposal, proposal.actions.head(LETTERS))
    with planning.writing(creditor, seen, some, rehearsal=True) as written:
        desk = planning.queue(creditor, seen, some, written, run_id=recorded.run_id, rehearsal=True)
    record_plan.tasks(creditor.pk, recorded.run_id, desk.tasks(), as_of=DAY, rehearsal=True, by="bench")


LIFE = (
    # Every fifth customer can be called.
    (
        "contact_point",
        """
INSERT INTO contact_point (creditor_id, contact_id, channel, address, person_key, is_preferred, consent_evidence)
SELECT t.creditor_id, t.id, 'call', '+35988' || lpad(t.external_id, 7, '0'), md5('p' || t.external_id), false, ''
FROM contact t WHERE t.creditor_id = %(creditor)s AND t.external_id::int %% 5 = 2 ORDER BY t.id
""",
    ),
    # Every other invoice is paid, up to nineteen days late.
    (
        "payment",
        """
INSERT INTO payment (creditor_id, source, external_id, customer_id, date, is_date_known, currency, amount, payer_name,
  payer_account, payer_tax_id, remittance, reference, recorded_on)
SELECT i.creditor_id, 'bench', i.external_id, i.customer_id, d.on, true, i.currency, i.total, 'Customer ' || i.customer_id,
  '', '', 'Invoice ' || i.number, '', d.on
FROM invoice i CROSS JOIN LATERAL (SELECT i.issue_date + 30 + i.external_id::int %% 20 AS on) d
WHERE i.creditor_id = %(creditor)s AND i.external_id::int %% 2 = 0 AND d.on <= %(day)s ORDER BY i.id
""",
    ),
    (
        "allocation",
        """
INSERT INTO allocation (creditor_id, effective_on, by, why, payment_id, receivable_id, currency, amount, basis)
SELECT p.creditor_id, p.date, 'bench', '', p.id, r.id, p.currency, p.amount, 'reference'
FROM payment p JOIN invoice i ON i.creditor_id = p.creditor_id AND i.kind = 'invoice' AND i.series = ''
  AND i.number = 'B-' || p.external_id AND i.issue_date = p.date - 30 - p.external_id::int %% 20
JOIN receivable r ON r.invoice_id = i.id WHERE p.creditor_id = %(creditor)s ORDER BY p.id
""",
    ),
    # Money of people nobody knows.
    (
        "payment",
        """
INSERT INTO payment (creditor_id, source, external_id, date, is_date_known, currency, amount, payer_name, payer_account,
  payer_tax_id, remittance, reference, recorded_on)
SELECT %(creditor)s, 'bench', 'u' || n, %(day)s::date - n %% 30, true, 'EUR', 10000 + n, 'Somebody ' || n, '', '', 'payment', '', %(day)s
FROM generate_series(1, 300) n
""",
    ),
    (
        "promise",
        """
INSERT INTO promise (creditor_id, effective_on, by, why, receivable_id, kind, currency, amount, promised_date, rehearsal)
SELECT r.creditor_id, %(day)s::date - 10, 'bench', '', r.id, 'promise', r.currency, r.amount, %(day)s::date - 5 + r.id::int %% 20, false
FROM receivable r JOIN invoice i ON i.id = r.invoice_id
WHERE r.creditor_id = %(creditor)s AND i.external_id::int %% 199 = 1 AND r.due_date < %(day)s
""",
    ),
    (
        "dispute",
        """
INSERT INTO dispute (creditor_id, effective_on, by, why, receivable_id, cause, rehearsal)
SELECT r.creditor_id, %(day)s::date - 10, 'bench', '', r.id, 'quality', false
FROM receivable r JOIN invoice i ON i.id = r.invoice_id
WHERE r.creditor_id = %(creditor)s AND i.external_id::int %% 499 = 3 AND r.due_date < %(day)s
""",
    ),
    (
        "import_file",
        """
INSERT INTO import_file (creditor_id, effective_on, by, why, name, sha256, kind, is_complete, counts)
SELECT %(creditor)s, %(day)s::date - 300 + n, 'bench', '', 'sheet-' || n || '.csv', md5(n::text), 'table', false, '{}'
FROM generate_series(1, 300) n
""",
    ),
    (
        "finding",
        """
INSERT INTO finding (creditor_id, effective_on, by, why, file_id, code, message, file_name, line, field, value, remedy, holds)
SELECT f.creditor_id, f.effective_on, 'bench', '', f.id, 'amount_unreadable', 'not a sum', f.name, n, 'amount', 'x', '', false
FROM import_file f CROSS JOIN generate_series(1, 20) n WHERE f.creditor_id = %(creditor)s
""",
    ),
    (
        "note",
        """
INSERT INTO note (creditor_id, effective_on, by, why, customer_id, text)
SELECT c.creditor_id, %(day)s::date - n, 'bench', '', c.id, 'Asked for a copy of the order.'
FROM customer c CROSS JOIN generate_series(1, 5) n WHERE c.creditor_id = %(creditor)s AND c.external_id::int %% 10 = 1
""",
    ),
)
