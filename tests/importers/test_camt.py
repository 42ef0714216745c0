"""camt.052, 053 and 054: versions, batches, reversals, currencies."""

import io
from datetime import date
from decimal import Decimal

import pytest

from dunwell.core.refusal import Refusal
from dunwell.plugins import importers
from dunwell.plugins.importers import safexml
from importers.reading import statement

KINDS = {
    "camt.052.001": ("BkToCstmrAcctRpt", "Rpt"),
    "camt.053.001": ("BkToCstmrStmt", "Stmt"),
    "camt.054.001": ("BkToCstmrDbtCdtNtfctn", "Ntfctn"),
}


def camt(
    *entries: str, kind: str = "camt.053.001", version: str = "08", prefix: str = "", frame: str | None = None
) -> str:
    outer, inner = KINDS[kind]
    frame = BALANCES if frame is None else frame
    text = f"""<Document XMLNS="urn:iso:std:iso:20022:tech:xsd:{kind}.{version}"><{outer}><GrpHdr><MsgId>1</MsgId></GrpHdr><{inner}>
      <Id>1</Id><Acct><Id><IBAN>DE89370400440532013000</IBAN></Id><Ccy>EUR</Ccy></Acct>{frame}{"".join(entries)}
      </{inner}></{outer}></Document>"""
    if prefix:
        text = text.replace("</", "\0").replace("<", f"<{prefix}:").replace("\0", f"</{prefix}:")
    return text.replace("XMLNS", f"xmlns:{prefix}" if prefix else "xmlns")


def balance(code: str, amount: str) -> str:
    return (
        f"<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp><Amt Ccy='EUR'>{amount}</Amt>"
        "<CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>2026-01-05</Dt></Dt></Bal>"
    )


BALANCES = balance("OPBD", "1000.00") + balance("CLBD", "1100.00")


def entry(
    amount: str = "100.00", side: str = "CRDT", details: str = "", status: str = "<Cd>BOOK</Cd>", more: str = ""
) -> str:
    return (
        f"<Ntry><Amt Ccy='EUR'>{amount}</Amt><CdtDbtInd>{side}</CdtDbtInd>{more}<Sts>{status}</Sts>"
        f"<BookgDt><Dt>2026-01-05</Dt></BookgDt><NtryDtls>{details}</NtryDtls></Ntry>"
    )


def details(
    amount: str = "100.00", name: str = "Alfa", text: str = "INV 7", account: str = "BG80BNBG96611020345678"
) -> str:
    return (
        f"<TxDtls><Refs><EndToEndId>E1</EndToEndId></Refs><Amt Ccy='EUR'>{amount}</Amt><RltdPties><Dbtr><Pty><Nm>{name}</Nm>"
        f"</Pty></Dbtr><DbtrAcct><Id><IBAN>{account}</IBAN></Id></DbtrAcct></RltdPties>"
        f"<RmtInf><Ustrd>{text}</Ustrd></RmtInf></TxDtls>"
    )


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("version", ["02", "04", "08", "13"])
@pytest.mark.parametrize("prefix", ["", "ns0"])
def test_every_kind_and_version_reads_the_same(kind, version, prefix):
    read = statement("camt", camt(entry(details=details()), kind=kind, version=version, prefix=prefix))
    (only,) = read.entries
    assert (only.amount, only.remittance, only.counterparty.name) == (100, "INV 7", "Alfa")
    assert (only.booking_date, only.references.end_to_end) == (date(2026, 1, 5), "E1")
    assert (read.closed[0].opening, read.closed[0].closing, read.codes) == (1000, 1100, [])


def test_a_batch_is_one_entry_with_its_parts():
    (only,) = statement("camt", camt(entry(details=details("60.00", "A") + details("40.00", "B")))).entries
    assert [(part.amount, part.counterparty.name) for part in only.parts] == [(60, "A"), (40, "B")]
    assert (only.amount, only.counterparty.name, only.remittance) == (100, "", "")


def test_a_batch_whose_parts_differ_is_flagged_and_the_entry_counts():
    read = statement("camt", camt(entry(details=details("60.00") + details("30.00"))))
    assert (read.amounts, "batch_differs" in read.codes) == ([100], True)


def test_a_detail_in_another_currency_never_takes_the_entrys_place():
    foreign = details("80.00").replace("Ccy='EUR'", "Ccy='GBP'")
    assert statement("camt", camt(entry(details=foreign))).amounts == [100]


def test_a_reversed_credit_is_a_debit_and_keeps_the_payer():
    read = statement("camt", camt(entry(side="DBIT", details=details(), more="<RvslInd>true</RvslInd>")))
    (only,) = read.entries
    assert (only.amount, only.is_reversal, only.counterparty.name) == (-100, True, "Alfa")


def test_pending_entries_are_told_apart():
    read = statement("camt", camt(entry(status="PDNG"), entry(status="<Cd>BOOK</Cd>")))
    assert [each.status for each in read.entries] == ["pending", "booked"]
    assert "entry_not_booked" in read.codes
    assert "balance_differs" not in read.codes


def test_structured_references_and_long_texts():
    rf = "<TxDtls><RmtInf><Strd><CdtrRefInf><Ref>RF18539007547034</Ref></CdtrRefInf></Strd></RmtInf></TxDtls>"
    long = f"<TxDtls><RmtInf><Ustrd>{'x' * 137}INV</Ustrd><Ustrd>OICE 5</Ustrd></RmtInf></TxDtls>"
    one, other = statement("camt", camt(entry("50.00", details=rf), entry("50.00", details=long))).entries
    assert (one.references.structured, one.remittance) == ("RF18539007547034", "RF18539007547034")
    assert other.remittance.endswith("INVOICE 5")


def test_times_zones_and_absent_dates():
    timed = entry().replace("<Dt>2026-01-05</Dt></BookgDt>", "<DtTm>2026-01-05T23:30:00.123+02:00</DtTm></BookgDt>")
    bare = entry().replace("<BookgDt><Dt>2026-01-05</Dt></BookgDt>", "")
    assert [each.booking_date for each in statement("camt", camt(timed, bare)).entries] == [date(2026, 1, 5), None]


@pytest.mark.parametrize("amount", ["NaN", "1E2", "1.234,56", "", "１００"])
def test_an_amount_that_is_none_is_said_and_the_others_go_in(amount):
    read = statement("camt", camt(entry(amount), entry("100.00")))
    assert (read.amounts, "entry_unreadable" in read.codes) == ([100], True)


def test_negative_amounts_and_summaries_that_differ_are_flagged():
    summary = "<TxsSummry><TtlNtries><NbOfNtries>3</NbOfNtries></TtlNtries></TxsSummry>"
    codes = statement("camt", camt(entry("-100.00"), frame=BALANCES + summary)).codes
    assert {"negative_amount", "totals_differ"} <= set(codes)


@pytest.mark.parametrize(
    "text",
    [
        "<Document/>",
        "<html><body>503</body></html>",
        camt(entry())[:-40],
        '<!DOCTYPE Document [<!ENTITY x "y">]>' + camt(entry("&x;")),
        '<!DOCTYPE Document SYSTEM "file:///etc/passwd">' + camt(entry()),
    ],
)
def test_foreign_cut_and_hostile_files_are_refused(text):
    with pytest.raises(Refusal):
        statement("camt", text)


def test_a_stream_of_a_million_empty_elements_is_refused_in_time():
    with pytest.raises(safexml.XmlTooLarge):
        statement("camt", camt(frame="<x/>" * (safexml.STREAM_TAGS_MAX + 20_000)))


def test_entries_come_before_the_file_has_been_read_to_its_end():
    data = camt(*[entry() for _ in range(2000)]).encode()
    source = io.BytesIO(data)
    stream = importers.statement_reader("camt")(source)
    amounts = [event.amount for event in (next(stream) for _ in range(5)) if hasattr(event, "amount")]
    assert amounts and source.tell() < len(data)
    assert sum(getattr(event, "amount", Decimal(0)) for event in stream) + sum(amounts) == 200_000


def test_an_entry_in_another_currency_than_its_account_is_flagged():
    entry = '<Ntry><Amt Ccy="{}">1.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts>BOOK</Sts><BookgDt><Dt>2026-01-01</Dt></BookgDt></Ntry>'
    whole = (
        '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.02"><BkToCstmrStmt><Stmt><Acct><Id>'
        "<IBAN>DE89370400440532013000</IBAN></Id><Ccy>EUR</Ccy></Acct>{}</Stmt></BkToCstmrStmt></Document>"
    )
    assert "currency_differs" in statement("camt", whole.format(entry.format("USD"))).codes
    assert "currency_differs" not in statement("camt", whole.format(entry.format("EUR"))).codes
