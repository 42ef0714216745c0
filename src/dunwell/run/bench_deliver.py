"""`bench deliver`: queue messages of a live creditor and send them all by real SMTP; one JSON line says how fast.

Everything counts that a live delivery does: claims, the last question per message with its commit, the conversation, the
receipts. Without `--smtp` the server is an aiosmtpd in a process of its own, which may be told to think about each message.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta

from dunwell.plugins.channels.smtp import Config, Smtp
from dunwell.run.deliver import Delivery, deliver
from dunwell.store import enqueue, scope, switches
from dunwell.store.enqueue import Draft, DraftItem, DraftRecipient
from dunwell.store.models import Coverage, Creditor, Customer, Invoice, Receivable, Switch

DAY = date(2026, 3, 2)
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
BODY_BYTES = 6_000
"""About a letter with text and HTML."""
DOMAINS = 200


class Undelivered(AssertionError):
    """A benchmark that lost messages measures nothing."""


def bench(*, messages: int, smtp: str = "", connections: int = 10, delay_ms: int = 0) -> str:
    """One JSON line; `smtp` is `host:port` of another server, else one of our own is started: it answers the end of a message so many
    milliseconds later than it could.
    """
    start = time.perf_counter()
    creditor_id = _creditor(messages)
    loaded = time.perf_counter()
    with _server(smtp, delay_ms) as address:
        host, _, port = address.rpartition(":")
        way = Smtp(Config(host=host, port=int(port), security="none", connections=connections, per_domain_per_minute=0))
        sending = time.perf_counter()
        report = deliver(creditor_id, NOON, {"email": way})
        sent = time.perf_counter()
        way.close()
    _check(report, messages)
    return json.dumps(
        {
            "bench": "deliver",
            "invoices": messages,
            "customers": messages,
            "messages": messages,
            "load_s": round(loaded - start, 2),
            "plan_s": 0.0,
            "render_s": 0.0,
            "record_s": round(sent - sending, 2),
            "total_s": round(sent - sending, 2),
            "per_s": round(messages / (sent - sending)),
            "peak_rss_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
            "connections": connections,
            "delay_ms": delay_ms,
        }
    )


def _check(report: Delivery, messages: int) -> None:
    if report.sent != messages:
        raise Undelivered(f"{report}")


@contextmanager
def _server(smtp: str, delay_ms: int) -> Iterator[str]:
    if smtp:
        yield smtp
        return
    process = subprocess.Popen([sys.executable, "-c", _SINK, str(delay_ms)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        yield f"127.0.0.1:{process.stdout.readline().strip()}"
    finally:
        process.terminate()
        process.wait()


_SINK = """
import asyncio
import sys

from aiosmtpd.smtp import SMTP

DELAY_S = int(sys.argv[1]) / 1000

class Sink:
    async def handle_DATA(self, server, session, envelope):
        if DELAY_S:
            await asyncio.sleep(DELAY_S)
        return "250 taken"

async def main():
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(Sink(), loop=loop), "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()

asyncio.run(main())
"""


def _creditor(messages: int) -> int:
    creditor = Creditor.objects.create(
        slug=f"bench-{time.time_ns()}",
        name="Bench",
        registered_name="Bench",
        country="BG",
        locale="bg",
        timezone="Europe/Sofia",
        currency="EUR",
    )
    switches.turn(creditor.pk, Switch.MODE, switches.LIVE, by="bench", why="bench", on=DAY)
    with scope.of(creditor.pk):
        Coverage.objects.create(creditor=creditor, effective_on=DAY, source="bank", covered_until=DAY)
        enqueue.enqueue(creditor.pk, (_draft(*pair) for pair in _book(creditor.pk, messages)))
    return creditor.pk


def _book(creditor_id: int, messages: int) -> Iterator[tuple[int, int]]:
    """So many customers with one open invoice each: (customer, receivable)."""
    customers = Customer.objects.bulk_create(
        Customer(creditor_id=creditor_id, source="bench", external_id=str(n), name=f"Customer {n}", known_on=DAY)
        for n in range(messages)
    )
    invoices = Invoice.objects.bulk_create(
        Invoice(
            creditor_id=creditor_id,
            source="bench",
            external_id=customer.external_id,
            customer=customer,
            number=customer.external_id,
            issue_date=DAY - timedelta(40),
            currency="EUR",
            total=10000,
            known_on=DAY,
        )
        for customer in customers
    )
    for receivable in Receivable.objects.bulk_create(
        Receivable(
            creditor_id=creditor_id,
            invoice=invoice,
            customer=invoice.customer,
            currency="EUR",
            amount=10000,
            due_date=DAY - timedelta(10),
        )
        for invoice in invoices
    ):
        yield receivable.customer.pk, receivable.pk


def _draft(customer_id: int, receivable_id: int) -> Draft:
    key = f"bench-{customer_id}"
    head = f"Message-ID: <{key}@bench.test>\r\nFrom: office@bench.test\r\nTo: a{customer_id}@bench.test\r\nSubject: Bench\r\n"
    line = "x" * 76 + "\r\n"
    return Draft(
        customer_id=customer_id,
        slot_on=DAY,
        purpose="request",
        channel="email",
        step="first",
        policy="standard",
        content="reminder",
        level=2,
        locale="bg",
        key=key,
        content_hash=key,
        message_id=f"<{key}@bench.test>",
        rehearsal=False,
        needs_approval=False,
        reasons="step_due=first",
        not_before=NOON - timedelta(hours=1),
        not_after=NOON + timedelta(hours=9),
        subject="Bench",
        text="Hello",
        html="",
        mime=(head + "\r\n" + line * (BODY_BYTES // len(line))).encode(),
        envelope_from="office@bench.test",
        items=(DraftItem(receivable_id, "first", "asked", 10000, "EUR"),),
        recipients=(DraftRecipient(None, key, f"a{customer_id}@bench{customer_id % DOMAINS}.test"),),
    )
