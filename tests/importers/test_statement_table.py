"""Bank statements as tables, in the columns of Bulgarian, Russian, German, Dutch, Polish and English banks."""

import io
from datetime import date
from decimal import Decimal

import openpyxl
import pytest

from dunwell.core.refusal import Finding, Refusal
from importers.reading import statement

DSK = """Извлечение по сметка;;;;;;
Титуляр:;АЛФА ООД;;;;;
IBAN:;BG80BNBG96611020345678;;;;;
Валута:;BGN;;;;;
Начално салдо:;1 000,00;;;;;
Дата;Вальор;Референция;Основание;Контрагент;Дебит;Кредит
05/01/2026;05/01/2026;FT1;Плащане по фактура 1000000017;БЕТА ЕООД;;250,00
15/01/2026;15/01/2026;FT2;Такса;;12,50;
Общо:;;;;;12,50;250,00
Крайно салдо:;1 237,50;;;;;
"""
SBER = """Выписка по счету
Номер счета;40702810200000000001
Дата операции;Номер документа;Дебет;Кредит;ИНН контрагента;Контрагент;Счет контрагента;Назначение платежа
12.01.2026;15;;120 000,00;7707083893;ООО "Ромашка";40702810900000000777;Оплата по счету № 17 от 05.01.2026, в т.ч. НДС 20% - 20000.00
13.01.2026;16;3 500,50;;7702070139;Банк ВТБ (ПАО);40702810900000000778;Комиссия
Итого;;3 500,50;120 000,00;;;;
"""
SPARKASSE = """"Auftragskonto";"Buchungstag";"Valutadatum";"Buchungstext";"Verwendungszweck";"Beguenstigter/Zahlungspflichtiger";"Kontonummer";"BLZ";"Betrag";"Waehrung";"Info"
"DE89370400440532013000";"05.01.26";"05.01.26";"GUTSCHRIFT";"Rechnung 4711";"Müller GmbH";"DE12500105170648489890";"INGDDEFFXXX";"1.190,00";"EUR";"Umsatz gebucht"
"DE89370400440532013000";"06.01.26";"06.01.26";"LASTSCHRIFT";"Miete";"Vermieter";"DE12500105170648489890";"INGDDEFFXXX";"-800,00";"EUR";"Umsatz vorgemerkt"
"""
ING_NL = """"Datum";"Naam / Omschrijving";"Rekening";"Tegenrekening";"Code";"Af Bij";"Bedrag (EUR)";"MutatieSoort";"Mededelingen"
"20260105";"Foobar BV";"NL69INGB0123456789";"NL25ABNA0987654321";"GT";"Bij";"1.250,50";"Online bankieren";"Factuur 12"
"20260106";"Albert";"NL69INGB0123456789";"";"BA";"Af";"80,25";"Betaalautomaat";"Pas 1"
"""
MBANK = """#Data operacji;#Opis operacji;#Rachunek;#Kategoria;#Kwota;#Saldo po operacji
2026-01-06;Faktura 1/2026;PL61109010140000071219812874;Wpływy;1 230,00;2 230,00
2026-01-05;Opłata;PL61109010140000071219812874;Opłaty;-10,00;1 000,00
"""
REVOLUT = """Type,Product,Started Date,Completed Date,Description,Amount,Fee,Currency,State,Balance
TRANSFER,Current,2026-01-05 10:00:00,2026-01-05 10:00:01,From Acme Ltd,100.00,0.00,EUR,COMPLETED,600.00
CARD_PAYMENT,Current,2026-01-06 10:00:00,,Shop,-20.00,0.00,EUR,REVERTED,
CARD_PAYMENT,Current,2026-01-07 10:00:00,,Hotel,-30.00,0.00,EUR,PENDING,
"""


def test_bulgarian_debit_and_credit_columns_with_balances_around():
    read = statement("statement_csv", DSK, "cp1251")
    assert read.amounts == [Decimal("250.00"), Decimal("-12.50")]
    assert (read.accounts, read.closed[0].opening, read.closed[0].closing) == (
        ["BG80BNBG96611020345678"],
        1000,
        Decimal("1237.50"),
    )
    (first, _) = read.entries
    assert (first.booking_date, first.currency, first.counterparty.name) == (date(2026, 1, 5), "BGN", "БЕТА ЕООД")
    assert first.remittance == "Плащане по фактура 1000000017"
    assert "balance_differs" not in read.codes and "dates_ambiguous" not in read.codes


def test_russian_columns_with_tax_numbers():
    read = statement("statement_csv", SBER)
    (first, second) = read.entries
    assert (first.amount, second.amount, read.accounts) == (120000, Decimal("-3500.50"), ["40702810200000000001"])
    assert (first.counterparty.tax_number, first.counterparty.account) == ("7707083893", "40702810900000000777")
    assert first.remittance.startswith("Оплата по счету № 17")


def test_german_signed_amounts_two_digit_years_and_own_account():
    read = statement("statement_csv", SPARKASSE, "cp1252")
    (first, second) = read.entries
    assert (first.amount, second.amount) == (Decimal("1190.00"), Decimal("-800.00"))
    assert (read.accounts, first.booking_date) == (["DE89370400440532013000"], date(2026, 1, 5))
    assert (first.counterparty.name, first.counterparty.account) == ("Müller GmbH", "DE12500105170648489890")


def test_dutch_mark_of_the_side():
    read = statement("statement_csv", ING_NL)
    assert (read.amounts, read.accounts) == ([Decimal("1250.50"), Decimal("-80.25")], ["NL69INGB0123456789"])
    assert (read.entries[0].currency, read.entries[0].booking_date) == ("EUR", date(2026, 1, 5))


def test_the_newest_entry_first_gives_the_right_balances():
    read = statement("statement_csv", MBANK)
    assert (read.closed[0].opening, read.closed[0].closing) == (Decimal("1010.00"), Decimal("2230.00"))


def test_status_words_keep_what_did_not_happen_out():
    read = statement("statement_csv", REVOLUT)
    assert [(each.amount, each.status) for each in read.entries] == [(100, "booked"), (-30, "pending")]
    assert "entry_void" in read.codes


def test_a_credit_taken_back_stands_negative_in_its_column():
    read = statement("statement_csv", "Date;Text;Debit;Credit\n2026-01-05;a;;100,00\n2026-01-06;storno;;-100,00\n")
    assert read.amounts == [100, -100]


def test_debits_written_negative_throughout_are_debits():
    read = statement("statement_csv", "Date;Text;Debit;Credit\n2026-01-05;a;-50,00;\n2026-01-06;b;;10,00\n")
    assert read.amounts == [-50, 10]


def test_what_nothing_settles_is_asked():
    text = "Date,Description,Amount\n03/04/2026,x,10.00\n05/04/2026,y,20.00\n"
    assert "dates_ambiguous" in statement("statement_csv", text).codes
    assert "amounts_ambiguous" in statement("statement_csv", "Date;Text;Amount\n2026-01-01;x;1.234\n").codes
    contradiction = "Date,Description,Amount,D/C\n2026-01-05,x,-10.00,C\n2026-01-06,y,5.00,D\n"
    assert "signs_ambiguous" in statement("statement_csv", contradiction).codes


def test_two_currencies_are_kept_apart():
    read = statement("statement_csv", "Date,Text,Currency,Amount\n2026-01-05,a,USD,10.00\n2026-01-06,b,EUR,20.00\n")
    assert [each.currency for each in read.entries] == ["USD", "EUR"]


def test_a_service_that_keeps_a_fee():
    text = "Date,Name,Status,Currency,Gross,Fee,Net\n2026-01-05,Client,Completed,EUR,100.00,-3.00,97.00\n"
    (entry,) = statement("statement_csv", text).entries
    assert (entry.amount, [part.amount for part in entry.parts]) == (97, [100, -3])


def test_a_column_for_each_side_names_the_other_one():
    """DKB: the account stands above, `IBAN` is the counterparty's, payer and payee have a column each."""
    text = (
        '"Girokonto";"DE89370400440532013000"\n"Kontostand vom 31.01.2026:";"1.000,00 €"\n'
        '"Buchungsdatum";"Wertstellung";"Zahlungspflichtige*r";"Zahlungsempfänger*in";"Verwendungszweck";"IBAN";"Betrag (€)"\n'
        '"05.01.26";"05.01.26";"Müller";"Ich";"RE 1";"DE12500105170648489890";"1.234,50 €"\n'
        '"06.01.26";"06.01.26";"Ich";"Laden";"x";"DE27100777770209299700";"-5,00 €"\n'
    )
    read = statement("statement_csv", text)
    assert read.accounts == ["DE89370400440532013000"]
    assert [(each.counterparty.name, each.counterparty.account[:4], each.currency) for each in read.entries] == [
        ("Müller", "DE12", "EUR"),
        ("Laden", "DE27", "EUR"),
    ]


def test_a_column_of_words_for_the_sides_is_found_whatever_its_header():
    text = "Date,Description,Type,Amount,Balance\n01/15/2026,ACME,Credit,100.00,600.00\n01/16/2026,RENT,Debit,50.00,550.00\n"
    read = statement("statement_csv", text)
    assert (read.amounts, read.closed[0].opening, read.closed[0].closing) == ([100, -50], 500, 550)


def test_a_bad_row_is_said_and_the_rest_goes_in():
    read = statement("statement_csv", "Date,Text,Amount\n2026-01-05,a,1O0.00\n2026-01-06,b,20.00\n")
    assert (read.amounts, "entry_unreadable" in read.codes) == ([20], True)


def test_a_workbook():
    book = openpyxl.Workbook()
    for row in (
        ["Извлечение", None, None],
        ["Сметка", "BG80BNBG96611020345678", None],
        ["Дата", "Основание", "Сума"],
        [date(2026, 1, 5), "Фактура 17", 250.1],
        [date(2026, 1, 6), "Такса", -0.3],
    ):
        book.active.append(row)
    buffer = io.BytesIO()
    book.save(buffer)
    read = statement("statement_csv", buffer.getvalue())
    assert (read.amounts, read.accounts) == ([Decimal("250.1"), Decimal("-0.3")], ["BG80BNBG96611020345678"])


@pytest.mark.parametrize(
    "text", ["a,b,c\n1,2,3\n", "Name,City\nA,B\n", "Date,Text,Amount\n13/04/2026,a,1\n04/13/2026,b,2\n"]
)
def test_what_is_no_statement_is_refused(text):
    with pytest.raises(Refusal):
        statement("statement_csv", text)


def workbook(*rows: list[object]) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_a_header_of_two_rows_with_titles_over_groups_of_columns():
    """Read by its lower row alone, "Amount" over debit and credit would turn money out into money in."""
    read = statement(
        "statement_csv",
        workbook(
            ["Account", "BG80BNBG96611020345678"],
            ["Date", None, "Amount", None, "Counterparty", None],
            ["Booking", "Value", "Debit", "Credit", "Name", "IBAN"],
            [date(2026, 3, 5), date(2026, 3, 5), None, "1 234,50 €", "Daisy", "DE89370400440532013000"],
            [date(2026, 3, 6), date(2026, 3, 6), "€ 50,00", None, "Landlord", None],
        ),
    )
    assert [one.amount for one in read.entries] == [Decimal("1234.50"), Decimal("-50.00")]
    assert read.entries[0].counterparty.account == "DE89370400440532013000"
    assert read.closed[0].currency == "EUR"


def test_the_account_of_a_russian_statement_stands_in_its_title():
    read = statement(
        "statement_csv",
        workbook(
            ["Выписка по счету 40702810900000012345 за период с 01.03.2026 по 31.03.2026"],
            ["Дата", "Документ", None, "Контрагент", None, None, "Обороты", None, None],
            ["операции", "№", "дата", "Наименование", "ИНН", "Счет", "Дебет", "Кредит", "Назначение платежа"],
            [
                "05.03.2026",
                "12",
                "05.03.2026",
                "ООО Ромашка",
                "7701234567",
                "40702810000000000001",
                None,
                "1 000,00 руб.",
                "Счет 1042",
            ],
        ),
    )
    (only,) = read.entries
    assert (read.closed[0].account, read.closed[0].currency, only.amount) == ("40702810900000012345", "RUB", 1000)
    assert (only.counterparty.account, only.counterparty.tax_number) == ("40702810000000000001", "7701234567")


@pytest.mark.parametrize("day", ["31.11.2026", "29.02.2026", "2026-02-29", "32.13.2026"])
def test_a_day_that_is_none_is_told_and_never_an_entry_that_vanishes(day):
    """No account is named anywhere: the row is still told."""
    head = "Date,Amount,Currency,Payer,Details\n2026-11-02,100.00,EUR,Acme Ltd,A 1\n"
    read = statement("statement_csv", f"{head}{day},10.00,EUR,Acme Ltd,A 2\n")
    assert read.amounts == [Decimal(100)]
    (told,) = [one for one in read.events if isinstance(one, Finding) and one.code == "entry_unreadable"]
    assert (told.line, day in told.message) == (3, True)
