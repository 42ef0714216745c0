"""Any file into the ledger: e-invoices of the creditor, archives, banks' tables with a saved mapping, and what is refused."""

import json
import tomllib
import zipfile
from datetime import date
from pathlib import Path

import pytest

from dunwell.core.records import StatementMapping
from dunwell.core.refusal import Refusal
from dunwell.run import creditors, ingest_documents, mappings, reconcile
from dunwell.run.ingest_documents import Options
from dunwell.store import scope
from dunwell.store.models import (
    Allocation,
    Contact,
    Customer,
    FindingRecord,
    Invoice,
    InvoiceLine,
    Payment,
    Receivable,
)

DAY = date(2026, 3, 9)
OURS = "BG80BNBG96611020345678"


@pytest.fixture
def take(creditor, tmp_path: Path):
    creditors.add_account(creditor, currency="EUR", on=date(2025, 1, 1), by="anna", iban=OURS, bic="BNBGBGSD")

    def take(content: str | bytes, name: str = "file.xml", **options):
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return ingest_documents.file(creditor, path, as_of=DAY, by="anna", options=Options(**options))

    return take


def ubl(
    number: str = "2026-17",
    *,
    kind: str = "Invoice",
    seller: str = "„Пример“ ООД",
    payable: str = "120.00",
    account: str = OURS,
    about: str = "",
    code: str = "380",
) -> str:
    line = "InvoiceLine" if kind == "Invoice" else "CreditNoteLine"
    quantity = "InvoicedQuantity" if kind == "Invoice" else "CreditedQuantity"
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<{kind} xmlns="urn:oasis:names:specification:ubl:schema:xsd:{kind}-2"
  xmlns:cac="urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2"
  xmlns:cbc="urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2">
  <cbc:ID>{number}</cbc:ID><cbc:IssueDate>2026-02-01</cbc:IssueDate><cbc:DueDate>2026-02-15</cbc:DueDate>
  <cbc:{kind}TypeCode>{code}</cbc:{kind}TypeCode><cbc:DocumentCurrencyCode>EUR</cbc:DocumentCurrencyCode>
  {f"<cac:BillingReference><cac:InvoiceDocumentReference><cbc:ID>{about}</cbc:ID></cac:InvoiceDocumentReference></cac:BillingReference>" if about else ""}
  <cac:AccountingSupplierParty><cac:Party><cac:PartyLegalEntity><cbc:RegistrationName>{seller}</cbc:RegistrationName>
  </cac:PartyLegalEntity></cac:Party></cac:AccountingSupplierParty>
  <cac:AccountingCustomerParty><cac:Party><cac:PartyName><cbc:Name>Daisy Ltd</cbc:Name></cac:PartyName>
  <cac:PostalAddress><cbc:CityName>Sofia</cbc:CityName><cac:Country><cbc:IdentificationCode>BG</cbc:IdentificationCode></cac:Country></cac:PostalAddress>
  <cac:PartyTaxScheme><cbc:CompanyID>BG123456789</cbc:CompanyID><cac:TaxScheme><cbc:ID>VAT</cbc:ID></cac:TaxScheme></cac:PartyTaxScheme>
  <cac:Contact><cbc:Name>Anna Brown</cbc:Name><cbc:ElectronicMail>anna@daisy.example</cbc:ElectronicMail></cac:Contact>
  </cac:Party></cac:AccountingCustomerParty>
  <cac:PaymentMeans><cbc:PaymentMeansCode>30</cbc:PaymentMeansCode><cac:PayeeFinancialAccount><cbc:ID>{account}</cbc:ID></cac:PayeeFinancialAccount></cac:PaymentMeans>
  <cac:LegalMonetaryTotal><cbc:PayableAmount currencyID="EUR">{payable}</cbc:PayableAmount></cac:LegalMonetaryTotal>
  <cac:{line}><cbc:ID>1</cbc:ID><cbc:{quantity} unitCode="C62">2</cbc:{quantity}>
  <cbc:LineExtensionAmount currencyID="EUR">100.00</cbc:LineExtensionAmount><cac:Item><cbc:Name>Logo</cbc:Name></cac:Item>
  <cac:Price><cbc:PriceAmount currencyID="EUR">50.00</cbc:PriceAmount></cac:Price></cac:{line}>
</{kind}>"""


def test_an_e_invoice_becomes_customer_contact_document_and_lines(creditor, take):
    for _ in range(2):
        take(ubl())
    with scope.of(creditor.pk):
        customer = Customer.objects.get()
        assert (customer.name, customer.tax_id, customer.country) == ("Daisy Ltd", "123456789", "BG")
        assert Contact.objects.get().points.get(channel="email").address == "anna@daisy.example"
        receivable = Receivable.objects.get()
        assert (receivable.amount, receivable.due_date) == (12000, date(2026, 2, 15))
        assert (Invoice.objects.get().what_for, InvoiceLine.objects.get().amount) == ("Logo", 10000)
        assert not FindingRecord.objects.exists()


def test_an_invoice_known_from_a_sheet_is_the_same_one(creditor, take):
    take(
        "Customer,VAT number,Invoice number,Invoice date,Due date,Amount,Currency\nDaisy Ltd,BG123456789,2026-17,2026-02-01,2026-02-15,120.00,EUR\n",
        "open.csv",
    )
    (summary,) = take(ubl())
    assert summary.counts["invoices_new"] == 0
    with scope.of(creditor.pk):
        assert (Customer.objects.count(), Invoice.objects.count()) == (1, 1)


def test_a_credit_note_reduces_its_invoice(creditor, take):
    take(ubl())
    take(ubl("KI-1", kind="CreditNote", payable="20.00", about="2026-17", code="381"))
    reconcile.run(creditor, DAY, by="anna")
    with scope.of(creditor.pk):
        assert Allocation.objects.get().amount == 2000 and Receivable.objects.count() == 1


def test_a_negative_invoice_is_no_debt(creditor, take):
    take(ubl(payable="-20.00"))
    with scope.of(creditor.pk):
        assert Invoice.objects.get().kind == "credit_note" and not Receivable.objects.exists()


def test_somebody_elses_invoice_is_told_and_left_out(creditor, take):
    (summary,) = take(ubl(seller="Another AG"))
    assert [one.code for one in summary.findings] == ["seller_is_another"]
    with scope.of(creditor.pk):
        assert not Invoice.objects.exists() and not Customer.objects.exists()


def test_an_invoice_that_asks_for_payment_elsewhere_waits(creditor, take):
    take(ubl(account="GB82WEST12345698765432"))
    with scope.of(creditor.pk):
        finding = FindingRecord.objects.get(code="account_of_another")
        assert finding.holds and finding.receivable.invoice.number == "2026-17"


def test_an_archive_is_each_of_its_files_and_what_cannot_be_read_is_told(creditor, take, tmp_path):
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as archive:
        archive.writestr("../../a/2026-17.xml", ubl())
        archive.writestr("b/2026-18.xml", ubl("2026-18"))
        archive.writestr("readme.md", "hello")
    summaries = take((tmp_path / "all.zip").read_bytes(), "march.zip")
    assert [one.kind for one in summaries] == ["ubl", "ubl", "refused"]
    with scope.of(creditor.pk):
        assert Invoice.objects.count() == 2


def test_a_bomb_and_an_archive_within_another_are_refused(take, tmp_path):
    with zipfile.ZipFile(tmp_path / "bomb.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.xml", b"0" * 50_000_000)
    with zipfile.ZipFile(tmp_path / "outer.zip", "w") as archive:
        archive.write(tmp_path / "bomb.zip", "inner.zip")
    for name in ("bomb.zip", "outer.zip"):
        with pytest.raises(Refusal, match="was not opened"):
            take((tmp_path / name).read_bytes(), name)


@pytest.mark.parametrize("at", [0.2, 0.5, 0.98])
def test_an_archive_with_a_broken_stream_is_refused(take, tmp_path, at):
    whole = tmp_path / "whole.zip"
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.xml", ubl() * 20)
    content = bytearray(whole.read_bytes())
    place = int(len(content) * at)
    content[place : place + 12] = b"\xff" * 12
    with pytest.raises(Refusal):
        take(bytes(content), "broken.zip")


BANK = """Moja banka;;;
Dzień;Strona;Ile;Za co
05.03.2026;Daisy Ltd;100,00 €;Invoice 2026-17
06.03.2026;Landlord;-50,00 €;rent
"""
SAVED = 'kind = "statement"\naccount = "BG80BNBG96611020345678"\ncurrency = "EUR"\ndecimal = ","\n[columns]\n"Dzień" = "date"\n"Strona" = "counter_name"\n"Ile" = "amount"\n"Za co" = "remittance"\n'


def test_a_banks_table_is_read_by_its_saved_mapping(creditor, take, tmp_path):
    (tmp_path / "bank.toml").write_text(SAVED, "utf-8")
    saved = mappings.load(tmp_path / "bank.toml")
    assert isinstance(saved, StatementMapping)
    assert StatementMapping.from_dict(tomllib.loads(saved.to_toml())) == saved
    (summary,) = take(BANK, "bank.csv", mapping=saved)
    assert summary.kind == "statement_csv" and summary.counts["payments_new"] == 1
    with scope.of(creditor.pk):
        payment = Payment.objects.get()
        assert (payment.amount, payment.payer_name, payment.remittance) == (10000, "Daisy Ltd", "Invoice 2026-17")


def test_how_a_banks_table_was_read_can_be_kept(creditor, tmp_path):
    path = tmp_path / "konto.csv"
    path.write_text("Datum;Soll;Haben;Verwendungszweck;Kontostand\n05.03.2026;;10,00;x;10,00\n", "utf-8")
    saved = ingest_documents.saved_mapping(creditor, path, Options())
    assert saved.columns["Haben"] == "credit" and saved.columns["Verwendungszweck"] == "remittance"


def test_what_a_file_says_without_recording_it(creditor, tmp_path):
    path = tmp_path / "invoice.xml"
    path.write_text(ubl(), "utf-8")
    said = ingest_documents.read(creditor, path)
    assert (said["format"], said["number"], said["payable_amount"]) == ("ubl", "2026-17", "120.00")
    with scope.of(creditor.pk):
        assert not Invoice.objects.exists()


def test_every_file_of_the_corpus_is_imported_told_or_refused(creditor, shared):
    """No crash, whatever bank or program wrote it; and what was read is recorded."""
    rows = [json.loads(line) for line in (shared / "corpus" / "manifest.jsonl").read_text("utf-8").splitlines()]
    formats = {"camt", "mt940", "ofx", "clientbank1c", "statement_csv", "ubl", "cii", "facturx", "commerceml"}
    taken = 0
    for row in rows:
        if row["format"] not in formats or row["bytes"] > 300_000:
            continue
        try:
            summaries = ingest_documents.file(
                creditor, shared / "corpus" / row["file"], as_of=DAY, by="anna", options=Options(is_own_account=True)
            )
        except Refusal:
            continue
        taken += any(one.counts["entries_new"] or one.findings_total for one in summaries)
    assert taken > 150
