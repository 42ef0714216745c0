"""Which columns a sheet is read by, and that a list of invoices never passes for a list of customers."""

from __future__ import annotations

from datetime import date

import pytest

from dunwell.core.records import RecordKind
from dunwell.plugins.importers import table_header
from dunwell.run import inspect_sheet
from importing.sheets import imported, learn

FAKTUROWNIA = """"Numer";"Data wystawienia";"Termin płatności";"Nabywca";"NIP nabywcy";"Wartość netto";"Wartość brutto";"Waluta";"Status";"Zapłacono"
"FV 1/10/2026";"2026-10-01";"2026-10-15";"ACME Sp. z o.o.";"5252248481";"1000,00";"1230,00";"PLN";"Wystawiona";"0,00"
"FV 2/10/2026";"2026-10-02";"2026-10-16";"Żuraw S.A.";"5252248481";"200,00";"246,00";"PLN";"Opłacona";"246,00"
"""
LEXOFFICE = """"Belegdatum";"Belegnummer";"Kundennummer";"Kunde";"Fälligkeitsdatum";"Betrag netto";"Betrag brutto";"Offener Betrag";"Währung";"Status"
"03.11.2026";"RE0451";"10023";"Käse Müller";"17.11.2026";"1.000,00";"1.190,00";"1.190,00";"EUR";"offen"
"04.11.2026";"RE0452";"10024";"Anna Groß";"18.11.2026";"100,00";"119,00";"0,00";"EUR";"bezahlt"
"""
STRIPE = """id,Amount Due,Currency,Customer,Date (UTC),Due Date (UTC),Number,Total,Customer Name,Customer Email,Status
in_1,49.00,usd,cus_1,2026-11-01 10:00,2026-12-01 10:00,AB12-0001,49.00,Globex,ap@globex.com,open
"""
REGISTER_1C = """Реестр документов "Реализация"
№;Дата;Номер;Контрагент;Сумма;Валюта;Срок оплаты
1;01.10.2026 12:00:00;НФ00-000012;ООО Ромашка;120 000,00;руб.;15.10.2026
2;05.10.2026 12:00:05;НФ00-000013;ИП Петров П. П.;5 500,50;руб.;20.10.2026
"""
UNKNOWN = """Kund;Kundnamn;Skapad;Sluttid;Att betala
1;Företag AB;2026-10-01;2026-10-31;1 200,50
"""
CUSTOMERS = """Customer Name;Email;Since;Discount code
Acme;a@acme.example;2020-01-05;17
"""


@pytest.mark.parametrize(
    ("content", "number", "customer", "due", "total"),
    [
        (FAKTUROWNIA, "FV 1/10/2026", "ACME Sp. z o.o.", date(2026, 10, 15), 123000),
        (LEXOFFICE, "RE0451", "Käse Müller", date(2026, 11, 17), 119000),
        (STRIPE, "AB12-0001", "Globex", date(2026, 12, 1), 4900),
        (REGISTER_1C, "НФ00-000012", "ООО Ромашка", date(2026, 10, 15), 12000000),
    ],
)
def test_exports_of_further_programs(content, number, customer, due, total):
    read = imported(content, kind="auto").invoices.sort("line")
    assert read.select("number", "customer_name", "due_date", "total").row(0) == (number, customer, due, total)


def test_states_of_german_and_polish_programs_are_understood():
    for content in (FAKTUROWNIA, LEXOFFICE):
        assert imported(content, kind="auto").invoices.sort("line")["status"].to_list() == ["open", "paid"]


def test_dates_and_sums_that_nobody_understood_are_not_passed_over():
    with pytest.raises(table_header.MoreThanCustomers, match="Skapad, Sluttid, Att betala"):
        learn(UNKNOWN.replace("Kundnamn", "Customer name"))


def test_a_list_of_customers_is_one_and_a_person_may_say_so():
    assert learn(CUSTOMERS).kind is RecordKind.CUSTOMERS
    assert learn(UNKNOWN.replace("Kundnamn", "Customer name"), kind="customers").kind is RecordKind.CUSTOMERS


def test_a_dry_run_tells_what_the_import_would_record():
    told = inspect_sheet.told(learn(REGISTER_1C))
    assert (told["n_rows"], told["n_invoices"], told["sum_total"], told["currency"]) == (2, 2, "125500.50", "RUB")
    assert told["first"] == {
        "number": "НФ00-000012",
        "customer": "ООО Ромашка",
        "issue_date": "2026-10-01",
        "due_date": "2026-10-15",
        "total": "120000.00",
        "currency": "RUB",
    }


def test_a_dry_run_adds_no_currencies_and_takes_credits_off():
    rows = "A-1,Acme,2026-01-05,100.00,EUR\nA-2,Acme,2026-01-06,-30.00,EUR\nA-3,Acme,2026-01-07,7.00,USD\n"
    told = inspect_sheet.told(learn(f"Invoice No,Customer,Invoice Date,Total,Currency\n{rows}"))
    assert (told["sum_total"], told["currency"]) == ({"EUR": "70.00", "USD": "7.00"}, ["EUR", "USD"])
