"""Reports: figures with their formulas, in every language, and files that no spreadsheet takes for formulas."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from python_calamine import CalamineWorkbook

from dunwell.core.money import Money
from dunwell.run import reconcile
from dunwell.web.console import export
from regressions.world import DAY, World

EVIL = "=HYPERLINK(evil)"


def home(world: World) -> str:
    return f"/c/{world.creditor.slug}/reports"


@pytest.fixture
def book(world: World) -> World:
    """One invoice 10 days late with a part paid, one not due, of a client with an evil name; money of nobody."""
    world.take(f"Customer ID,Customer name,Country,Owner\nC1,{EVIL},BG,Boris\n")
    world.invoices(
        "C1,invoice,A-1,2026-01-20,2026-02-20,100.00,EUR,", "C1,invoice,A-2,2026-02-10,2026-03-20,50.00,EUR,"
    )
    world.paid(f"2026-02-25,40.00,EUR,{EVIL},invoice A-1", "2026-02-26,7.00,EUR,Nobody,thanks")
    reconcile.run(world.creditor, DAY, by="anna")
    return world


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", ["Owed by age", "Not causal", "€60.00", "E / S × n"]),
        ("ru", ["Задолженность по срокам долга", "не причинная связь", "60,00", "обратным счётом"]),
        ("bg", ["Възрастов анализ на вземанията", "не е причинна връзка", "60,00", "обратно броене"]),
    ],
)
def test_every_figure_stands_beside_its_formula(
    client_as: Callable[..., Client], book: World, language: str, words: list[str]
) -> None:
    page = client_as("viewer", language=language).get(home(book)).content.decode()
    for text in (*words, "(B + S/N − E) / (B + S/N − C) × 100"):
        assert text in page


def test_the_ageing_is_split_and_drilled_into(client_as: Callable[..., Client], book: World) -> None:
    client = client_as("viewer")
    by_customer = client.get(f"{home(book)}?by=customer").content.decode()
    assert "=HYPERLINK(evil)" in by_customer
    assert re.search(r'href="/c/[^"]+/customers/\d+"><b>=HYPERLINK', by_customer)
    assert "Received and not yet set against anything" in by_customer
    assert "by=customer&amp;owner=Boris" in client.get(f"{home(book)}?by=owner").content.decode()
    assert "Nothing is owed" in client.get(f"{home(book)}?by=customer&owner=nobody").content.decode()


def test_charts_are_data_beside_a_table_and_no_script(client_as: Callable[..., Client], book: World) -> None:
    answer = client_as("viewer").get(home(book))
    page = answer.content.decode()
    assert "'unsafe-inline'" not in answer["Content-Security-Policy"]
    options = [json.loads(text) for text in re.findall(r'<script type="application/json">(.*?)</script>', page)]
    ageing, cash = options
    assert ageing["series"][0]["data"] == [50.0, 60.0, 0.0, 0.0, 0.0]
    assert sum(cash["series"][0]["data"]) == 47.0


@pytest.mark.parametrize("table", ["ageing", "speed", "promises", "rolls", "cash"])
@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_every_table_is_a_file(client_as: Callable[..., Client], book: World, table: str, kind: str) -> None:
    answer = client_as("viewer").get(f"{home(book)}/{table}/{kind}?by=customer")
    assert answer.status_code == 200
    assert answer["Content-Disposition"].startswith("attachment")
    rows = read(kind, answer.content)
    assert len(rows) >= 1
    assert all(len(row) == len(rows[0]) for row in rows)


def test_a_file_holds_numbers_as_numbers_and_no_formula(client_as: Callable[..., Client], book: World) -> None:
    client = client_as("viewer")
    as_csv = read("csv", client.get(f"{home(book)}/ageing/csv?by=customer").content)
    assert as_csv[1] == [f"'{EVIL}", "EUR", "2", "50.00", "60.00", "0.00", "0.00", "0.00", "60.00", "110.00"]
    as_book = read("xlsx", client.get(f"{home(book)}/ageing/xlsx?by=customer").content)
    assert as_book[1] == [EVIL, "EUR", 2.0, 50.0, 60.0, 0.0, 0.0, 0.0, 60.0, 110.0]


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_whatever_a_spreadsheet_evaluates_is_made_harmless(start: str) -> None:
    rows: list[list[Any]] = [[f"{start}cmd|' /C calc'!A0", "<b>&", "\x00bell", -5, Decimal("-1.5"), Money(-120, "EUR")]]
    (as_csv,) = read("csv", export.answer("csv", "x", rows).content)
    assert as_csv[0].startswith("'")
    assert as_csv[3:] == ["-5", "-1.5", "-1.20"]
    content = export.answer("xlsx", "x", rows).content
    (as_book,) = read("xlsx", content)
    assert as_book[1:] == ["<b>&", "bell", -5.0, -1.5, -1.2]
    assert b"<f>" not in content


def test_what_is_no_table_is_not_found(client_as: Callable[..., Client], book: World) -> None:
    client = client_as("viewer")
    assert client.get(f"{home(book)}/nothing/csv").status_code == 404
    assert client.get(f"{home(book)}/ageing/exe").status_code == 404


def read(kind: str, content: bytes) -> list[list[Any]]:
    if kind == "csv":
        return list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
    return CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()
