"""Long lists: a page begins where the last one ended, whatever lies between; filters live in the address."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.test.utils import CaptureQueriesContext

from dunwell.store import lists, scope
from dunwell.store.models import Customer
from regressions.world import World

QUERIES_MAX = 30


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


@pytest.mark.parametrize("page", ["", "figures", "customers", "invoices", "search?q=C"])
def test_a_page_asks_the_same_number_of_questions_for_many_as_for_few(
    client_as: Callable[..., Client], world: World, page: str
) -> None:
    from django.db import connection

    client, address = client_as("admin"), f"/c/{world.creditor.slug}/{page}"
    world.owing("2026-02-20", client="C1")
    client.get(address)
    with CaptureQueriesContext(connection) as few:
        client.get(address)
    for number in range(2, 7):
        world.owing("2026-02-20", client=f"C{number}")
    client.get(address)  # the first look after a change fills what is remembered
    with CaptureQueriesContext(connection) as many:
        client.get(address)
    assert len(many) == len(few)
    assert len(many) < QUERIES_MAX


@pytest.mark.parametrize(
    ("page", "index"),
    [
        ("customers", "customer_name"),
        ("customers", "receivable_customer"),
        ("customers/{customer}", "receivable_customer"),
        ("", "message_for_people"),
    ],
)
def test_a_page_finds_its_rows_by_an_index(
    client_as: Callable[..., Client], world: World, page: str, index: str
) -> None:
    """A small table is read whole whatever there is; forbidden that, the database shows which index it has for the page."""
    from django.db import connection

    world.owing("2026-02-20")
    with scope.of(world.creditor.pk):
        address = f"/c/{world.creditor.slug}/{page.format(customer=Customer.objects.get().pk)}"
    asked: list[tuple[str, object]] = []

    def listen(execute: Any, sql: str, values: Any, many: bool, context: Any) -> Any:
        asked.append((sql, values))
        return execute(sql, values, many, context)

    with connection.execute_wrapper(listen):
        client_as("viewer").get(address)
    with scope.of(world.creditor.pk), connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        plans = []
        for sql, values in asked:
            if sql.lstrip().upper().startswith(("SELECT", "WITH")) and "set_config" not in sql:
                cursor.execute(f"EXPLAIN {sql}", values)
                plans += [row[0] for row in cursor.fetchall()]
    assert any(index in line for line in plans)
