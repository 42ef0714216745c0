"""Bank statements as tables of further banks: what is known by values, labels and balances alone."""

from decimal import Decimal

import pytest

from importers.reading import statement

SPARKASSE = """"Auftragskonto";"Buchungstag";"Valutadatum";"Buchungstext";"Verwendungszweck";"Beguenstigter/Zahlungspflichtiger";"Kontonummer";"BLZ";"Betrag";"Waehrung";"Info"
"DE89370400440532013000";"05.01.26";"05.01.26";"GUTSCHRIFT";"Rechnung 4711";"Müller GmbH";"DE12500105170648489890";"INGDDEFFXXX";"1.190,00";"EUR";"Umsatz gebucht"
"DE89370400440532013000";"06.01.26";"06.01.26";"LASTSCHRIFT";"Miete";"Vermieter";"DE12500105170648489890";"INGDDEFFXXX";"-800,00";"EUR";"Umsatz vorgemerkt"
"""
DKB = """"Girokonto";"DE02120300000000202051"
"Zeitraum:";"01.11.2026 - 20.11.2026"
"Kontostand vom 20.11.2026:";"1.234,56 €"
""
"Buchungsdatum";"Wertstellung";"Zahlungspflichtige*r";"Zahlungsempfänger*in";"Verwendungszweck";"IBAN";"Betrag (€)"
"19.11.26";"19.11.26";"Firma Huber KG";"Meine GmbH";"Rechnung 99";"DE89370400440532013000";"234,56"
"18.11.26";"18.11.26";"Meine GmbH";"Telekom";"Rg 1";"DE89370400440532013000";"-50"
"""
UBS = """Kontonummer:;0240 00987654.01A;
IBAN:;CH93 0076 2011 6238 5295 7;
Anfangssaldo:;100.00;
Schlusssaldo:;1050.55;
Bewertet in:;CHF;

Abschlussdatum;Buchungsdatum;Valutadatum;Währung;Belastung;Gutschrift;Saldo;Beschreibung1
2026-11-19;2026-11-19;2026-11-19;CHF;;1000.55;1050.55;"Muster AG; Rechnung 5"
2026-11-18;2026-11-18;2026-11-18;CHF;-50.00;;50.00;"Preisabschluss"
"""
MBANK_WITH_LABELS = """mBank S.A.;
#Waluta;
PLN;
#Numer rachunku;
13 1140 2004 0000 3102 1234 5678;

#Data operacji;#Data księgowania;#Opis operacji;#Tytuł;#Kwota;#Saldo po operacji;
2026-11-05;2026-11-05;PRZELEW;"FV 12/11/2026";2 460,00;3 460,00;
2026-11-07;2026-11-08;PROWIZJA;"";-10,00;3 450,00;
"""
NATWEST = """Date, Type, Description, Value, Balance, Account Name, Account Number

05/11/2026,BAC,"SMITH INV 5501",300.00,1300.00,MY CO LTD,'600001-12345678
01/11/2026,D/D,"EDF ENERGY",-80.25,1000.00,MY CO LTD,'600001-12345678
13/11/2026,CHG,"CHARGES",-5.00,1295.00,MY CO LTD,'600001-12345678
"""
TOCHKA = '''Выписка по счёту 40802810500000012345 за период 01.11.2026–20.11.2026
ИП Петров Пётр Петрович, ИНН 770123456789
Остаток на начало: 5 000,00 ₽
Дата;Операция;Контрагент;Назначение;Приход;Расход
05.11.2026;Входящий платёж;"ООО ""Рога; Копыта""";"Опл. по сч. № 12/3; без НДС";12 000,00 ₽;
06.11.2026;Комиссия;Точка;Комиссия банка;;−90,00 ₽
Итого;;;;12 000,00 ₽;−90,00 ₽
Остаток на конец: 16 910,00 ₽
'''
REVOLUT_BUSINESS = """Date started (UTC),Date completed (UTC),ID,Type,State,Description,Payment currency,Amount
2026-11-18,2026-11-19,6a1,TOPUP,COMPLETED,Payment from KUNDE GMBH,EUR,500.00
2026-11-18,,6a2,TRANSFER,PENDING,To Someone,EUR,-10.00
"""


def test_a_column_of_states_is_known_by_its_values():
    read = statement("statement_csv", SPARKASSE, "cp1252")
    assert [entry.status for entry in read.entries] == ["booked", "pending"]


def test_one_balance_above_the_entries_is_that_of_the_file_s_day():
    read = statement("statement_csv", DKB)
    assert (read.accounts, read.closed[0].opening, read.closed[0].closing) == (
        ["DE02120300000000202051"],
        None,
        Decimal("1234.56"),
    )


def test_an_iban_goes_before_the_bank_s_own_number_of_the_account():
    read = statement("statement_csv", UBS)
    assert read.accounts == ["CH9300762011623852957"]
    assert (read.closed[0].opening, read.closed[0].closing) == (Decimal("100.00"), Decimal("1050.55"))
    assert "balance_differs" not in read.codes


def test_a_label_may_stand_above_what_it_names():
    assert statement("statement_csv", MBANK_WITH_LABELS, "cp1250").accounts == ["13114020040000310212345678"]


def test_running_balances_say_in_which_order_the_entries_were_booked():
    read = statement("statement_csv", NATWEST)
    assert read.accounts == ["600001-12345678"]
    assert (read.closed[0].opening, read.closed[0].closing) == (Decimal("1080.25"), Decimal("1295.00"))
    assert "balance_differs" not in read.codes


def test_decimal_commas_are_no_delimiters():
    read = statement("statement_csv", TOCHKA)
    assert read.amounts == [12000, -90]
    assert (read.accounts, read.closed[0].opening, read.closed[0].closing) == (["40802810500000012345"], 5000, 16910)
    assert read.entries[0].remittance.startswith("Опл. по сч. № 12/3; без НДС")


def test_an_entry_has_the_day_on_which_it_was_completed():
    read = statement("statement_csv", REVOLUT_BUSINESS)
    assert [(entry.booking_date.day, entry.status) for entry in read.entries] == [(19, "booked"), (18, "pending")]


@pytest.mark.parametrize(
    ("above", "account"),
    [
        ("Справка за движения по сметка BG80BNBG96611020345678 EUR", "BG80BNBG96611020345678"),
        ("IBAN: PL61 1090 1014 0000 0712 1981 2874 PLN", "PL61109010140000071219812874"),
        ("Счёт 40702810938000012345", "40702810938000012345"),
    ],
)
def test_what_stands_behind_the_account_is_no_part_of_it(above, account):
    read = statement(
        "statement_csv", f"{above}\nДата;Сума;Основание\n05.11.2026;1 200,50;ф-ра 77\n06.11.2026;-3,00;т\n"
    )
    assert read.accounts == [account]


def test_a_russian_account_tells_its_currency():
    content = "Счёт 40702840938000012345\nДата;Сумма;Назначение\n25.11.2026;1 200,50;сч. 77\n26.11.2026;-3,00;к\n"
    assert {entry.currency for entry in statement("statement_csv", content).entries} == {"USD"}


def test_an_amount_that_names_its_own_currency_is_in_that_one():
    read = statement("statement_csv", "Date;Description;Amount\n2026-01-01;a;5,00 EUR\n2026-01-02;b;-6,00 USD\n")
    assert [entry.currency for entry in read.entries] == ["EUR", "USD"]


def test_more_decimals_than_the_currency_has_are_flagged():
    ofx = "OFXHEADER:100\n\n<OFX><STMTRS><CURDEF>EUR<BANKACCTFROM><ACCTID>1</BANKACCTFROM><BANKTRANLIST><STMTTRN>"
    ofx += "<TRNTYPE>CREDIT<DTPOSTED>20260101<TRNAMT>{}<FITID>1</STMTTRN></BANKTRANLIST></STMTRS></OFX>"
    assert "too_many_decimals" in statement("ofx", ofx.format("1.234")).codes
    assert "too_many_decimals" not in statement("ofx", ofx.format("1.230")).codes
