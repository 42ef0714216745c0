"""The demo's books as the files that a bookkeeper would have: exports of a customer list, of two accounting programs, of a bank.

The Sofia office exports new invoices as CSV with Bulgarian headers and its bank writes windows-1251; the Moscow office sends
its whole open-items sheet every morning.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from pathlib import Path

from openpyxl import Workbook

from dunwell.run import demo_book
from dunwell.run.demo_book import Book, Paper, Receipt
from dunwell.run.demo_people import Client

KINDS_BG = {"invoice": "фактура", "request": "проформа", "credit_note": "кредитно известие"}
KINDS_RU = {"invoice": "реализация", "request": "счёт на оплату", "credit_note": "корректировка"}
OWNERS = {"sofia": "Мария Иванова", "moscow": "Анна Соколова"}
SHOWN_DAYS = 20
"""So long a paid document stays in the Moscow sheet."""


def customers(clients: Sequence[Client], path: Path) -> Path:
    """The list of all customers: a line per person."""
    head = "Customer ID,Customer name,Customer type,Tax ID,Country,Language,Address,Segment,Account manager,Contact person,Role,Email,Phone"
    rows = [
        [one.number, one.name, one.kind, one.tax_id, one.country, one.language, one.address, one.segment, OWNERS[one.office],
         person.name, person.role, person.email, person.phone]
        for one in clients
        for person in one.people
    ]  # fmt: skip
    return _csv(path, head.split(","), rows, encoding="utf-8-sig", delimiter=",")


def invoices(papers: Iterable[Paper], path: Path) -> Path | None:
    """Documents of the Sofia office as its program exports them; no file where there are none."""
    head = "Клиентски номер;Име на клиент;Вид на документа;Номер на документ;Дата на документ;Дата на падеж;Валидна до;Сума с ДДС;Валута;Основание;Към фактура;Изпратена на"
    rows = [
        [one.client.number, one.client.name, KINDS_BG[one.kind], one.number, _dotted(one.issued), _dotted(one.due),
         _dotted(one.valid_until), _sum(one.total), one.client.currency, one.what_for, one.credits, _dotted(one.sent_on)]
        for one in papers
        if one.client.office == "sofia" and one.instalments == 1
    ]  # fmt: skip
    return _csv(path, head.split(";"), rows) if rows else None


def in_parts(papers: Iterable[Paper], path: Path) -> Path | None:
    """Invoices paid in instalments: a line per instalment."""
    head = "Клиентски номер;Номер на фактура;Дата на фактура;Вноска;Дата на падеж;Сума на реда;Валута;Основание"
    rows = [
        [
            one.client.number,
            one.number,
            _dotted(one.issued),
            str(number),
            _dotted(due),
            _sum(part),
            one.client.currency,
            one.what_for,
        ]
        for one in papers
        if one.instalments > 1
        for number, (due, part) in enumerate(demo_book.instalments(one), 1)
    ]
    return _csv(path, head.split(";"), rows) if rows else None


def payments(receipts: Iterable[Receipt], path: Path) -> Path | None:
    """What the Sofia office's bank received."""
    head = "Дата на операцията;Сума;Валута;Наредител;IBAN на наредителя;Основание"
    rows = [
        [_dotted(one.on), _sum(one.amount), one.currency, one.payer, one.client.account if one.client else "", one.text]
        for one in receipts
        if one.client is None or one.client.office == "sofia"
    ]
    return _csv(path, head.split(";"), rows, encoding="cp1251") if rows else None


def open_items(book: Book, on: date, path: Path, *, since: date, without: frozenset[str] = frozenset()) -> Path:
    """The Moscow office's sheet on the morning of a day: what is open, and what was paid since `since`."""
    sheet = Workbook(write_only=True)
    table = sheet.create_sheet("Расчёты с покупателями")
    table.append(["Контрагент", "ИНН", "Вид документа", "Номер документа", "Дата документа", "Срок оплаты", "Действителен до",
                  "Сумма", "Оплачено", "Дата оплаты", "Валюта", "Назначение", "К счету", "Дата отправки"])  # fmt: skip
    yesterday = on - timedelta(1)
    for one in book.papers:
        if one.client.office != "moscow" or one.issued > on or one.number in without:
            continue
        parts = [(day, amount) for day, amount in book.parts(one) if day <= yesterday]
        if one.kind == "credit_note" and one.issued < since:
            continue
        if one.kind != "credit_note" and book.owed(one, yesterday) <= 0 and max(day for day, _ in parts) < since:
            continue
        paid_on = parts[-1][0] if parts else None
        table.append(
            [one.client.name, one.client.tax_id, KINDS_RU[one.kind], one.number, _dotted(one.issued), _dotted(one.due),
             _dotted(one.valid_until), one.total / 100, sum(amount for _, amount in parts) / 100, _dotted(paid_on), "RUB",
             one.what_for, one.credits, _dotted(one.sent_on)]
        )  # fmt: skip
    sheet.save(path)
    return path


def _csv(path: Path, head: list[str], rows: list[list[str]], *, encoding: str = "utf-8", delimiter: str = ";") -> Path:
    with path.open("w", encoding=encoding, newline="") as file:
        writer = csv.writer(file, delimiter=delimiter)
        writer.writerow(head)
        writer.writerows(rows)
    return path


def _sum(minor: int) -> str:
    """A sum as a bookkeeper of the Continent writes it: 1 240,00."""
    whole, cents = divmod(minor, 100)
    return f"{whole:,},{cents:02d}".replace(",", " ", f"{whole:,}".count(","))


def _dotted(day: date | None) -> str:
    return f"{day:%d.%m.%Y}" if day else ""
