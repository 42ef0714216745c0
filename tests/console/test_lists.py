"""Long lists: a page begins where the last one ended, whatever lies between; filters live in the address."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from dunwell.store import lists, scope
from dunwell.store.models import Customer, Invoice
from regressions.world import World

QUERIES_MAX = 40


@pytest.fixture
def many(world: World, monkeypatch: pytest.MonkeyPatch) -> World:
    """Seven customers with an invoice each, three a page."""
    monkeypatch.setattr(lists, "ROWS", 3)
    monkeypatch.setattr("dunwell.web.console.paging.ROWS", 3)
    for number in range(1, 8):
        world.owing("2026-02-20", client=f"C{number}")
    return world


def walked(client: Client, address: str, pattern: str) -> list[str]:
    """What the pages show, one after the other, following “Further”."""
    found: list[str] = []
    following: str | None = ""
    while following is not None:
        page = client.get(address + following).content.decode()
        found += re.findall(pattern, page)
        link = re.search(r'href="(\?[^"]*)" rel="next"', page)
        following = link[1].replace("&amp;", "&") if link else None
    return found


def test_customers_come_once_each_in_the_order_of_names(client_as: Callable[..., Client], many: World) -> None:
    names = walked(client_as("viewer"), f"/c/{many.creditor.slug}/customers", r"<b>(C\d Ltd)</b>")
    assert names == [f"C{number} Ltd" for number in range(1, 8)]


def test_invoices_come_once_each_the_newest_first(client_as: Callable[..., Client], many: World) -> None:
    numbers = walked(client_as("viewer"), f"/c/{many.creditor.slug}/invoices", r'<b class="num">(C\d-1)</b>')
    assert numbers == [f"C{number}-1" for number in range(7, 0, -1)]


def test_a_paid_invoice_leaves_the_open_ones(client_as: Callable[..., Client], many: World) -> None:
    many.paid("2026-03-01,100.00,EUR,C3 Ltd,C3-1")
    many.plan()
    client, address = client_as("viewer"), f"/c/{many.creditor.slug}/invoices"
    assert "C3-1" not in walked(client, address, r'<b class="num">(C\d-1)</b>')
    assert "C3-1" in walked(client, f"{address}?show=all", r'<b class="num">(C\d-1)</b>')[:7]


def test_a_percent_sign_is_a_letter(client_as: Callable[..., Client], many: World) -> None:
    assert (
        "No customer is like that"
        in client_as("viewer").get(f"/c/{many.creditor.slug}/customers?q=%25").content.decode()
    )


LISTS = (
    *(
        "",
        "?whose=mine",
        "figures",
        "customers",
        "customers?owner=Anna",
        "invoices",
        "invoices?show=all",
        "invoices?q=C1",
    ),
    *(
        "search?q=C1",
        "search?q=100.00",
        "replies",
        "money",
        "money/files",
        "policies",
        "texts",
        "offers",
        "settings/audit",
    ),
)


@pytest.mark.parametrize("page", LISTS)
def test_a_page_asks_the_same_number_of_questions_for_many_as_for_few(
    client_as: Callable[..., Client], world: World, page: str
) -> None:
    client, address = client_as("admin"), f"/c/{world.creditor.slug}/{page}"
    for number in range(1, 3):
        world.owing("2026-02-20", client=f"C{number}")
    world.paid("2026-03-01,60.00,EUR,C1 Ltd,C1-1")
    client.get(address)
    with CaptureQueriesContext(connection) as few:
        client.get(address)
    for number in range(3, 8):
        world.owing("2026-02-20", client=f"C{number}")
        world.paid(f"2026-03-01,60.00,EUR,C{number} Ltd,C{number}-1")
    client.get(address)  # the first look after a change fills what is remembered
    with CaptureQueriesContext(connection) as many:
        client.get(address)
    assert len(many) == len(few)
    assert len(many) < QUERIES_MAX


BIG = (
    *(
        "customer",
        "contact",
        "contact_point",
        "invoice",
        "receivable",
        "payment",
        "allocation",
        "message",
        "message_item",
    ),
    *("message_content", "recipient", "outcome", "audit"),
)
"""Tables that grow for ever."""


@pytest.mark.parametrize(
    "page",
    [
        *(
            "",
            "?kind=dispute",
            "customers",
            "customers?after={customer}",
            "customers/{customer}",
            "customers/{customer}/call",
        ),
        *(
            "invoices",
            "invoices?after={invoice}",
            "invoices?q=C1",
            "invoices/{invoice}",
            "money",
            "money/files",
            "replies",
        ),
        "settings/audit",
    ],
)
def test_no_list_reads_a_growing_table_whole(client_as: Callable[..., Client], world: World, page: str) -> None:
    """The database is told that each of these tables has a million rows; the plans it then makes go by indexes alone."""
    world.owing("2026-02-20")
    world.paid("2026-03-01,60.00,EUR,C1 Ltd,C1-1")
    world.day()
    with scope.of(world.creditor.pk):
        numbers = {"customer": Customer.objects.get().pk, "invoice": Invoice.objects.get().pk}
    asked: list[tuple[str, Any]] = []

    def listen(execute: Any, sql: str, values: Any, many: bool, context: Any) -> Any:
        asked.append((sql, values))
        return execute(sql, values, many, context)

    client = client_as("viewer" if "call" not in page else "collector")
    cache.clear()
    with connection.execute_wrapper(listen):
        client.get(f"/c/{world.creditor.slug}/{page.format(**numbers)}")
    whole = [line for line in plans_at_a_million(world, asked) if SEQUENTIAL.search(line)]
    assert not whole


SEQUENTIAL = re.compile(rf"Seq Scan on ({'|'.join(BIG)}) ")


def plans_at_a_million(world: World, asked: list[tuple[str, Any]]) -> list[str]:
    """How each query would be answered; what the database believes of its tables is taken back afterwards."""
    lines: list[str] = []
    with scope.of(world.creditor.pk), connection.cursor() as cursor:
        point = transaction.savepoint()
        for table in BIG:
            cursor.execute(
                "SELECT pg_restore_relation_stats('schemaname', 'public', 'relname', %s::text, 'relpages', 1, 'reltuples', 1000000::real)",
                [table],
            )
        for sql, values in asked:
            if sql.lstrip().upper().startswith(("SELECT", "WITH")) and "set_config" not in sql:
                cursor.execute(f"EXPLAIN {sql}", values)
                lines += [row[0] for row in cursor.fetchall()]
        transaction.savepoint_rollback(point)
    return lines
