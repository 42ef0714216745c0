"""OFX 1 and 2 as banks write them: unclosed tags, commas, empty and missing fields."""

from datetime import date
from decimal import Decimal

import pytest

from dunwell.core.refusal import Refusal
from importers.reading import statement

HEADER = "OFXHEADER:100\nDATA:OFXSGML\nVERSION:102\nENCODING:USASCII\nCHARSET:1252\n\n"


def ofx(*transactions: str, header: str = HEADER, account: str = "<ACCTID>DE89370400440532013000") -> str:
    return (
        f"{header}<OFX><BANKMSGSRSV1><STMTTRNRS><STMTRS><CURDEF>EUR<BANKACCTFROM><BANKID>1{account}<ACCTTYPE>CHECKING"
        f"</BANKACCTFROM><BANKTRANLIST><DTSTART>20260101<DTEND>20260131{''.join(transactions)}</BANKTRANLIST>"
        "<LEDGERBAL><BALAMT>900,50<DTASOF>20260131</LEDGERBAL><AVAILBAL><BALAMT>1,00<DTASOF>20260131</AVAILBAL>"
        "</STMTRS></STMTTRNRS></BANKMSGSRSV1></OFX>"
    )


def transaction(
    amount: str = "100.00", day: str = "20260105120000[-5:EST]", more: str = "<NAME>Acme<MEMO>INV 17"
) -> str:
    return f"<STMTTRN><TRNTYPE>CREDIT<DTPOSTED>{day}<TRNAMT>{amount}<FITID>{amount}{day[:8]}{more}</STMTTRN>"


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("100.00", "100"),
        ("-1,50", "-1.50"),
        ("+00000115.8331", "115.8331"),
        ("1.234,56", "1234.56"),
        ("1,234.56", "1234.56"),
        (".5", "0.5"),
    ],
)
def test_amounts_with_points_and_commas(text, amount):
    assert statement("ofx", ofx(transaction(text))).amounts == [Decimal(amount)]


@pytest.mark.parametrize("text", ["NaN", "1E3", "abc", "", "１２", "1,2,3"])
def test_what_is_no_amount_is_said_and_the_rest_goes_in(text):
    read = statement("ofx", ofx(transaction(text), transaction("5.00")))
    assert (read.amounts, "entry_unreadable" in read.codes) == ([5], True)


def test_closed_tags_and_xml_read_the_same():
    sgml = statement("ofx", ofx(transaction())).entries[0]
    xml = ofx(
        transaction(more="<NAME>Acme</NAME><MEMO><![CDATA[INV 17]]></MEMO>"),
        header='<?xml version="1.0"?><?OFX VERSION="200"?>',
    )
    assert statement("ofx", xml).entries[0].remittance == sgml.remittance == "Acme INV 17"


def test_the_frame():
    read = statement("ofx", ofx(transaction()))
    assert (read.accounts, read.closed[0].closing, read.closed[0].to_date) == (
        ["DE89370400440532013000"],
        Decimal("900.50"),
        date(2026, 1, 31),
    )
    assert read.entries[0].booking_date == date(2026, 1, 5)


@pytest.mark.parametrize("day", ["", "20260231", "00000000", "soon"])
def test_a_date_that_is_none_is_a_finding(day):
    read = statement("ofx", ofx(transaction(day=day)))
    assert (read.entries[0].booking_date, "date_missing" in read.codes) == (None, True)


def test_names_in_the_banks_own_encoding():
    assert statement("ofx", ofx(transaction(more="<NAME>Müller &amp; Söhne")), "cp1252").entries[
        0
    ].counterparty.name == ("Müller & Söhne")


def test_the_payees_and_accounts_of_inner_aggregates_are_not_the_statements():
    more = "<PAYEE><NAME>Beta<CITY>Sofia</PAYEE><BANKACCTTO><BANKID>2<ACCTID>999<ACCTTYPE>CHECKING</BANKACCTTO><MEMO>x"
    read = statement("ofx", ofx(transaction(more=more)))
    assert (read.entries[0].counterparty.name, read.entries[0].counterparty.account) == ("Beta", "999")
    assert read.accounts == ["DE89370400440532013000"]


def test_a_file_that_breaks_off_is_flagged():
    text = ofx(transaction())
    assert "file_cut_off" in statement("ofx", text[: text.index("</STMTTRN>")]).codes


@pytest.mark.parametrize(
    "text", ["", "<html>", "<!DOCTYPE OFX [<!ENTITY a 'b'>]><OFX></OFX>", "<OFX><SIGNONMSGSRSV1></OFX>"]
)
def test_what_is_no_statement_is_refused(text):
    with pytest.raises(Refusal):
        statement("ofx", text)
