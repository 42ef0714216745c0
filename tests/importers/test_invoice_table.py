"""Invoices from the exports of bookkeeping programs: QuickBooks, Xero, Odoo, 1C, and what people make of them."""

import io
from datetime import date
from decimal import Decimal

import openpyxl
import pytest

from dunwell.core.refusal import Refusal
from importers.reading import codes, invoices

XERO = """ContactName,EmailAddress,InvoiceNumber,Reference,InvoiceDate,DueDate,Total,TaxTotal,InvoiceAmountPaid,InvoiceAmountDue,Description,Quantity,UnitAmount,LineAmount,Currency,Type,Status
Acme,a@acme.example,INV-0007,PO1,05/01/2026,19/01/2026,240.00,40.00,0.00,240.00,Work,1,100.00,100.00,EUR,Sales invoice,Awaiting Payment
Acme,a@acme.example,INV-0007,PO1,05/01/2026,19/01/2026,240.00,40.00,0.00,240.00,Goods,2,50.00,100.00,EUR,Sales invoice,Awaiting Payment
Beta,b@beta.example,INV-0008,,06/01/2026,20/01/2026,60.00,10.00,0.00,60.00,Work,1,50.00,50.00,EUR,Sales invoice,Awaiting Payment
"""
QUICKBOOKS = """Acme Consulting
A/R Ageing Detail
As of January 31 2026

Date,Transaction type,Num,Customer,Due date,Amount,Open balance
01/05/2026,Invoice,1037,Sonnenschein Family Store,01/25/2026,362.07,362.07
01/15/2026,Payment,,Sonnenschein Family Store,,-100.00,-100.00
01/20/2026,Credit Memo,1045,Sonnenschein Family Store,01/20/2026,-50.00,-50.00
Total,,,,,212.07,212.07
"""
ODOO = """Number,Invoice Partner Display Name,Invoice/Bill Date,Due Date,Tax excluded,Total,Amount Due,Status,Currency
INV/2026/00001,Azure Interior,2026-01-05,2026-02-04,100.00,120.00,120.00,Posted,EUR
RINV/2026/00001,Azure Interior,2026-01-06,2026-01-06,-50.00,-60.00,-60.00,Posted,EUR
"""
ODIN_S = """Дата;Номер;Контрагент;ИНН;Срок оплаты;Сумма;Валюта
12.01.2026;00-00000017;ООО "Ромашка";7707083893;22.01.2026;120 000,00;руб.
13.01.2026;00-00000018;АО «Вектор»;7702070139;23.01.2026;1 500,50;руб.
Итого;;;;;121 500,50;
"""
BULGARIAN = """Фактура №;Дата на издаване;Клиент;ЕИК;Падеж;Данъчна основа;ДДС;Обща сума;Валута
1000000017;05.01.2026 г.;Алфа ООД;123456789;20.01.2026 г.;100,00;20,00;120,00;EUR
"""


def read(text: str, encoding: str = "utf-8"):
    return invoices("invoice_table", text, encoding)


def sums(found) -> list[tuple[str, Decimal]]:
    return [(document.number, document.totals.payable) for document in found.documents]


def test_a_total_repeated_in_every_line_counts_once():
    found = read(XERO)
    assert sums(found) == [("INV-0007", 240), ("INV-0008", 60)]
    first = found.documents[0]
    assert (first.issue_date, first.due_date, len(first.lines), first.currency) == (
        date(2026, 1, 5),
        date(2026, 1, 19),
        2,
        "EUR",
    )
    assert found.row_count == 3


def test_a_report_with_titles_payments_credit_memos_and_a_sum():
    found = read(QUICKBOOKS)
    assert sums(found) == [("1037", Decimal("362.07")), ("1045", -50)]
    assert (found.documents[0].issue_date, found.documents[1].kind) == (date(2026, 1, 5), "credit_note")


def test_the_total_with_tax_is_the_sum():
    assert sums(read(ODOO)) == [("INV/2026/00001", 120), ("RINV/2026/00001", -60)]
    assert "negative_invoice" in codes(read(ODOO))


def test_russian_and_bulgarian_headers():
    russian = read(ODIN_S, "cp1251").documents
    assert [(each.number, each.buyer.name, each.totals.payable, each.currency) for each in russian] == [
        ("00-00000017", 'ООО "Ромашка"', 120000, "RUB"),
        ("00-00000018", "АО «Вектор»", Decimal("1500.50"), "RUB"),
    ]
    (bulgarian,) = read(BULGARIAN).documents
    assert (bulgarian.totals.payable, bulgarian.due_date, bulgarian.buyer.name) == (120, date(2026, 1, 20), "Алфа ООД")


def test_lines_without_the_number_belong_to_the_invoice_above():
    found = read(
        "Invoice,Customer,Date,Item,Qty,Rate\n7,Acme,2026-01-05,A,2,10.00\n,,,B,1,5.50\n8,Beta,2026-01-06,C,1,1.00\n"
    )
    assert sums(found) == [("7", Decimal("25.50")), ("8", 1)]


def test_one_number_under_two_customers_is_two_invoices():
    found = read("Number,Customer,Date,Total\n7,A,2026-01-05,10.00\n7,B,2026-01-05,20.00\n")
    assert (len(found.documents), "number_repeated" in codes(found)) == (2, True)


def test_numbers_keep_their_zeros_and_letters():
    assert sums(read("Number,Customer,Date,Total\n0000001,A,2026-01-05,10.00\nА-17/б,B,2026-01-05,20.00\n")) == [
        ("0000001", 10),
        ("А-17/б", 20),
    ]


@pytest.mark.parametrize("amount", ["abc", "NaN", "1E9", "１２", "1,23,4"])
def test_a_sum_that_is_none_leaves_the_invoice_out_and_says_so(amount):
    found = read(f'Number,Customer,Date,Total\n1,A,2026-01-05,"{amount}"\n2,B,2026-01-05,20.00\n')
    assert (sums(found), "amount_unreadable" in codes(found)) == ([("2", 20)], True)


def test_dates_that_contradict_one_another_are_refused():
    with pytest.raises(Refusal):
        read("Number,Customer,Date,Total\n1,A,13/04/2026,1\n2,B,04/13/2026,2\n")


def test_one_column_of_dates_settles_the_other():
    found = read("Number,Customer,Date,Due date,Total\n1,A,03/04/2026,13/04/2026,10.00\n")
    assert (found.documents[0].issue_date, codes(found)) == (date(2026, 4, 3), [])


def test_a_workbook_with_numbers_and_dates():
    book = openpyxl.Workbook()
    for row in (
        ["Номер", "Клиент", "Дата", "Сума"],
        [17, "Алфа", date(2026, 1, 5), 1234.5],
        ["018", "Бета", date(2026, 1, 6), 7],
    ):
        book.active.append(row)
    buffer = io.BytesIO()
    book.save(buffer)
    assert sums(invoices("invoice_table", buffer.getvalue())) == [("17", Decimal("1234.5")), ("018", 7)]
