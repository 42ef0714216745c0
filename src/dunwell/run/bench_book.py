"""Speed, shown and never tested: each bench fills a creditor of its own, works, and prints one JSON line.

Where the time goes is said by the line itself: seconds to load, to think, to write.
"""

from __future__ import annotations

import os
import resource
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

from django.db import transaction

from dunwell.store import bulk, scope
from dunwell.store.models import BankAccount, Creditor, PolicyChoice, Staff

DAY = date(2026, 3, 2)


def peak_rss_mb() -> int:
    """The most memory this process ever held, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


@contextmanager
def together() -> Iterator[Callable[[], int]]:
    """Gives what to ask for the most memory that this process and those it started held at once, in MB, looked at five times a second.

    What the system itself keeps of ended processes cannot be used: a new one begins with its parent's record.
    """
    over = threading.Event()
    seen = [0]

    def look() -> None:
        while not over.wait(0.2):
            seen.append(sum(_rss_mb(process) for process in (os.getpid(), *_children())))

    watcher = threading.Thread(target=look, daemon=True)
    watcher.start()
    try:
        yield lambda: max(peak_rss_mb(), *seen)
    finally:
        over.set()
        watcher.join()


def _children() -> list[int]:
    return [int(one) for task in Path("/proc/self/task").iterdir() for one in (task / "children").read_text().split()]


def _rss_mb(process: int) -> int:
    try:
        pages = int(Path(f"/proc/{process}/statm").read_text().split()[1])
    except (OSError, IndexError):  # it ended meanwhile
        return 0
    return pages * resource.getpagesize() // 2**20


@contextmanager
def stopwatch(times: dict[str, float], name: str) -> Iterator[None]:
    """Add the seconds of the block to `times[name]`."""
    start = time.perf_counter()
    yield
    times[name] = round(times.get(name, 0.0) + time.perf_counter() - start, 3)


def big_book(slug: str, *, invoices: int, customers: int) -> Creditor:
    """A creditor with so many open invoices in three languages and countries; a named one is made once and found again.

    Customers are billed in the currency of their country, every tenth one in all three.
    """
    found = Creditor.objects.filter(slug=slug).first()
    if found:
        return found
    with transaction.atomic():
        creditor = new_creditor(slug)
        _fill(creditor, invoices=invoices, customers=customers)
    return creditor


def at_rest() -> None:
    """Let the database finish with what was just filled in: its own cleaning would run beside the measurement."""
    for table in ("customer", "contact", "contact_point", "invoice", "receivable"):
        bulk.execute(f"VACUUM (ANALYZE) {table}")


def new_creditor(slug: str = "") -> Creditor:
    """A creditor of the bench's own, with a person who signs and accounts in three currencies."""
    creditor = Creditor.objects.create(
        reply_address="office@bench.example",
        slug=slug or f"bench-{time.time_ns()}",
        name="Bench",
        registered_name="Bench Ltd",
        country="BG",
        locale="bg",
        timezone="Europe/Sofia",
        currency="EUR",
        is_demo=True,
    )
    with scope.of(creditor.pk):
        Staff.objects.create(creditor=creditor, name="Maria Cole", email="maria@bench.example", phone="+359 2 000 0000")
        for account in ACCOUNTS:
            BankAccount.objects.create(
                creditor=creditor, holder="Bench Ltd", since=date(2025, 1, 1), confirmed_by="bench", **account
            )
    return creditor


def _fill(creditor: Creditor, *, invoices: int, customers: int) -> None:
    with scope.of(creditor.pk):
        for kind in ("business", "person"):
            name = "standard" if kind == "business" else "standard-person"
            PolicyChoice.objects.create(
                creditor=creditor,
                effective_on=date(2025, 1, 1),
                scope="creditor",
                document="invoice",
                customer_kind=kind,
                policy=name,
            )
        bulk.execute(
            "INSERT INTO coverage (creditor_id, effective_on, source, covered_until, required, by, why) "
            "VALUES (%s, %s, 'bench', %s, true, 'bench', '')",
            creditor.pk,
            DAY,
            DAY,
        )
        bulk.execute(FILL_CUSTOMERS, creditor.pk, DAY, customers)
        bulk.execute(FILL_CONTACTS, creditor.pk)
        bulk.execute(FILL_POINTS, creditor.pk)
        # Due dates from 150 days ago to 30 days ahead, so that the day finds every step of the ladder.
        bulk.execute(FILL_INVOICES, creditor.pk, customers, invoices, DAY)
        bulk.execute(FILL_RECEIVABLES, creditor.pk)


ACCOUNTS = (
    {"currency": "EUR", "iban": "BG80BNBG96611020345678", "bic": "BNBGBGSD"},
    {"currency": "GBP", "iban": "GB82WEST12345698765432", "bic": "WESTGB22"},
    {
        "currency": "RUB",
        "bank": "Bank",
        "account": "40702810100000000017",
        "bic": "044525225",
        "correspondent": "30101810400000000225",
        "tax_id": "7707083893",
        "kpp": "773601001",
    },
)
FILL_CUSTOMERS = """
INSERT INTO customer (creditor_id, source, external_id, name, name_key, kind, country, locale, timezone, registration_number,
  tax_id, address, segment, owner, payment_terms, known_on)
SELECT %s, 'bench', n::text, 'Customer ' || n, 'customer ' || n, CASE WHEN n %% 10 = 0 THEN 'person' ELSE 'business' END,
  (ARRAY['BG','RU','GB'])[1 + n %% 3], (ARRAY['bg','ru','en'])[1 + n %% 3], '', '', '', '', '', '', '', %s
FROM generate_series(1::bigint, %s) n
"""
FILL_CONTACTS = """
INSERT INTO contact (creditor_id, source, external_id, customer_id, role, rank, given_name, family_name, patronymic, gender,
  locale, timezone, postal_address, note)
SELECT c.creditor_id, 'bench', c.external_id, c.id, 'payable', 0, 'Anna', 'Ivanova', '', 'f', '', '', '', ''
FROM customer c WHERE c.creditor_id = %s ORDER BY c.id
"""
FILL_POINTS = """
INSERT INTO contact_point (creditor_id, contact_id, channel, address, person_key, is_preferred, consent_evidence)
SELECT t.creditor_id, t.id, 'email', 'a' || t.external_id || '@c' || (t.id %% 997) || '.example',
  md5('a' || t.external_id), true, ''
FROM contact t WHERE t.creditor_id = %s ORDER BY t.id
"""
FILL_INVOICES = """
INSERT INTO invoice (creditor_id, source, external_id, customer_id, kind, series, number, issue_date, currency, total, what_for,
  reference, order_number, credits_number, known_on, payment_terms, policy, owner, note, status, disputed)
SELECT c.creditor_id, 'bench', n::text, c.id, 'invoice', '', 'B-' || n, d.due - 30,
  (ARRAY['EUR','RUB','GBP'])[1 + (CASE WHEN x.customer %% 10 = 0 THEN n ELSE x.customer END) %% 3],
  1000 + (n * 7919) %% 5000000, 'Services', '', '', '', d.due - 30, '', '', '', '', '', false
FROM (SELECT n, %s AS creditor, 1 + (n * 48271) %% %s AS customer FROM generate_series(1::bigint, %s) n) x
JOIN customer c ON c.creditor_id = x.creditor AND c.source = 'bench' AND c.external_id = x.customer::text
CROSS JOIN LATERAL (SELECT %s::date - 150 + ((x.n * 31)::bigint %% 180)::int AS due) d
"""
FILL_RECEIVABLES = """
INSERT INTO receivable (creditor_id, invoice_id, customer_id, instalment, currency, amount, due_date)
SELECT i.creditor_id, i.id, i.customer_id, 1, i.currency, i.total, i.issue_date + 30 FROM invoice i
WHERE i.creditor_id = %s ORDER BY i.id
"""
