"""UBL and CII: variants that programs write, and what a bookkeeper would ask back about."""

import io
from datetime import date
from decimal import Decimal

import pypdf
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dunwell.core.documents import Identifier
from dunwell.core.refusal import Refusal
from importers.reading import codes, invoice, invoices


def ubl(
    root: str = "Invoice",
    payable: str = "120.00",
    head: str = "<cbc:DueDate>2026-02-04</cbc:DueDate><cbc:InvoiceTypeCode>380</cbc:InvoiceTypeCode>",
    totals: str = "",
    means: str = "",
    currency: str = "EUR",
    number: str = "F-17",
    line: str = "100.00",
) -> str:
    kind = "Invoice" if root == "Invoice" else "CreditNote"
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<{root} xmlns="urn:oasis:names:specification:ubl:schema:xsd:{root}-2"
 xmlns:cac="urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2"
 xmlns:cbc="urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2">
<cbc:ID>{number}</cbc:ID><cbc:IssueDate>2026-01-05</cbc:IssueDate>{head}
<cbc:DocumentCurrencyCode>{currency}</cbc:DocumentCurrencyCode>
<cac:AccountingSupplierParty><cac:Party><cac:PartyName><cbc:Name>Alfa</cbc:Name></cac:PartyName>
<cac:PartyTaxScheme><cbc:CompanyID>BG123456789</cbc:CompanyID><cac:TaxScheme><cbc:ID>VAT</cbc:ID></cac:TaxScheme></cac:PartyTaxScheme>
<cac:PartyLegalEntity><cbc:RegistrationName>Алфа ООД</cbc:RegistrationName></cac:PartyLegalEntity></cac:Party></cac:AccountingSupplierParty>
<cac:AccountingCustomerParty><cac:Party><cac:PartyLegalEntity><cbc:RegistrationName>Бета АД</cbc:RegistrationName></cac:PartyLegalEntity>
<cac:Contact><cbc:ElectronicMail>pay@beta.example</cbc:ElectronicMail></cac:Contact></cac:Party></cac:AccountingCustomerParty>
{means}<cac:TaxTotal><cbc:TaxAmount currencyID="EUR">20.00</cbc:TaxAmount></cac:TaxTotal>
<cac:LegalMonetaryTotal>{totals}<cbc:PayableAmount currencyID="EUR">{payable}</cbc:PayableAmount></cac:LegalMonetaryTotal>
<cac:{kind}Line><cbc:ID>1</cbc:ID><cbc:LineExtensionAmount currencyID="EUR">{line}</cbc:LineExtensionAmount></cac:{kind}Line>
</{root}>"""


def cii(type_code: str = "380", payable: str = "120.00", terms: str = "") -> str:
    return f"""<rsm:CrossIndustryInvoice xmlns:rsm="urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100"
 xmlns:ram="urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100"
 xmlns:udt="urn:un:unece:uncefact:data:standard:UnqualifiedDataType:100">
<rsm:ExchangedDocument><ram:ID>F-17</ram:ID><ram:TypeCode>{type_code}</ram:TypeCode>
<ram:IssueDateTime><udt:DateTimeString format="102">20260105</udt:DateTimeString></ram:IssueDateTime></rsm:ExchangedDocument>
<rsm:SupplyChainTradeTransaction><ram:ApplicableHeaderTradeAgreement>
<ram:SellerTradeParty><ram:Name>Alfa</ram:Name></ram:SellerTradeParty><ram:BuyerTradeParty><ram:Name>Beta</ram:Name></ram:BuyerTradeParty>
</ram:ApplicableHeaderTradeAgreement><ram:ApplicableHeaderTradeDelivery/><ram:ApplicableHeaderTradeSettlement>
<ram:PaymentReference>RF18539007547034</ram:PaymentReference><ram:InvoiceCurrencyCode>EUR</ram:InvoiceCurrencyCode>
<ram:SpecifiedTradeSettlementPaymentMeans><ram:TypeCode>58</ram:TypeCode><ram:PayeePartyCreditorFinancialAccount>
<ram:IBANID>DE89 3704 0044 0532 0130 00</ram:IBANID></ram:PayeePartyCreditorFinancialAccount></ram:SpecifiedTradeSettlementPaymentMeans>
{terms}<ram:SpecifiedTradeSettlementHeaderMonetarySummation><ram:GrandTotalAmount>120.00</ram:GrandTotalAmount>
<ram:DuePayableAmount>{payable}</ram:DuePayableAmount></ram:SpecifiedTradeSettlementHeaderMonetarySummation>
</ram:ApplicableHeaderTradeSettlement></rsm:SupplyChainTradeTransaction></rsm:CrossIndustryInvoice>"""


def test_the_whole_form_of_a_ubl_invoice():
    read = invoice("ubl", ubl())
    assert (read.number, read.issue_date, read.due_date, read.totals.payable) == (
        "F-17",
        date(2026, 1, 5),
        date(2026, 2, 4),
        120,
    )
    assert (read.seller.name, read.seller.other_name) == ("Алфа ООД", "Alfa")
    assert Identifier("VAT", "BG123456789") in read.seller.identifiers
    assert read.buyer.email == "pay@beta.example"
    assert (len(read.lines), read.totals.tax) == (1, 20)


@pytest.mark.parametrize("prefix", ["x", "ns0"])
def test_prefixes_do_not_matter(prefix):
    text = ubl().replace("cbc:", f"{prefix}b:").replace("xmlns:cbc", f"xmlns:{prefix}b")
    text = text.replace("cac:", f"{prefix}a:").replace("xmlns:cac", f"xmlns:{prefix}a")
    assert invoice("ubl", text) == invoice("ubl", ubl())


@pytest.mark.parametrize("code", ["381", "396", "261"])
def test_a_credit_note_by_its_code_or_by_its_root(code):
    head = f"<cbc:InvoiceTypeCode>{code}</cbc:InvoiceTypeCode>"
    assert invoice("ubl", ubl(head=head)).kind == "credit_note"
    assert invoice("ubl", ubl(root="CreditNote", head="")).kind == "credit_note"
    assert invoice("cii", cii(code)).kind == "credit_note"


@pytest.mark.parametrize("code", ["380", "384", "389", "326", "386"])
def test_corrections_partial_and_self_billed_invoices_are_invoices(code):
    assert invoice("cii", cii(code)).kind == "invoice"


def test_a_credit_note_has_its_due_date_at_the_payment_means():
    means = "<cac:PaymentMeans><cbc:PaymentMeansCode>58</cbc:PaymentMeansCode><cbc:PaymentDueDate>2026-03-01</cbc:PaymentDueDate></cac:PaymentMeans>"
    assert invoice("ubl", ubl(root="CreditNote", head="", means=means)).due_date == date(2026, 3, 1)


def test_payment_means():
    means = (
        "<cac:PaymentMeans><cbc:PaymentMeansCode>30</cbc:PaymentMeansCode><cbc:PaymentID>RF18539007547034</cbc:PaymentID>"
        "<cac:PayeeFinancialAccount><cbc:ID>BG80 BNBG 9661 1020 3456 78</cbc:ID></cac:PayeeFinancialAccount></cac:PaymentMeans>"
    )
    (one,) = invoice("ubl", ubl(means=means)).payment_means
    assert (one.code, one.account, one.reference) == ("30", "BG80BNBG96611020345678", "RF18539007547034")
    (other,) = invoice("cii", cii()).payment_means
    assert (other.account, other.reference) == ("DE89370400440532013000", "RF18539007547034")


def test_prepaid_charges_and_rounding_are_checked_against_the_sum_to_pay():
    def totals(prepaid: str) -> str:
        return (
            '<cbc:LineExtensionAmount currencyID="EUR">100.00</cbc:LineExtensionAmount>'
            '<cbc:TaxExclusiveAmount currencyID="EUR">100.00</cbc:TaxExclusiveAmount>'
            '<cbc:TaxInclusiveAmount currencyID="EUR">120.00</cbc:TaxInclusiveAmount>'
            f'<cbc:PrepaidAmount currencyID="EUR">{prepaid}</cbc:PrepaidAmount>'
            '<cbc:PayableRoundingAmount currencyID="EUR">0.25</cbc:PayableRoundingAmount>'
        )

    assert codes(invoices("ubl", ubl(payable="90.25", totals=totals("30.00")))) == []
    assert codes(invoices("ubl", ubl(payable="90.25", totals=totals("20.00")))) == ["totals_differ"]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"head": "<cbc:DueDate>2025-02-04</cbc:DueDate>"}, "due_before_issue"),
        ({"payable": "-120.00"}, "negative_invoice"),
        ({"payable": "120.001"}, "too_many_decimals"),
        ({"currency": "HRK"}, "currency_withdrawn"),
        ({"currency": "USD"}, "currency_differs"),
        ({"totals": '<cbc:LineExtensionAmount currencyID="EUR">110.00</cbc:LineExtensionAmount>'}, "totals_differ"),
    ],
)
def test_what_is_doubtful_is_said(changes, code):
    assert code in codes(invoices("ubl", ubl(**changes)))


@pytest.mark.parametrize(
    "changes",
    [
        {"payable": "NaN"},
        {"payable": "1,234.56"},
        {"payable": "1E5"},
        {"payable": "１２"},
        {"payable": ""},
        {"payable": "9" * 40},
        {"line": "Infinity"},
        {"currency": "EURO"},
        {"number": ""},
        {"number": "7" * 300},
        {"head": "<cbc:DueDate>31.12.2026</cbc:DueDate>"},
        {"head": "<cbc:DueDate>2026-02-30</cbc:DueDate>"},
    ],
)
def test_what_cannot_be_meant_is_refused(changes):
    with pytest.raises(Refusal) as refusal:
        invoices("ubl", ubl(**changes))
    assert "{" not in str(refusal.value)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig", "utf-8"])
def test_encodings_that_xml_allows(encoding):
    text = ubl() if "16" not in encoding else ubl().replace('encoding="UTF-8"', 'encoding="UTF-16"')
    assert invoice("ubl", text.encode(encoding)).seller.name == "Алфа ООД"


def test_an_envelope_is_opened():
    inner = ubl().partition("?>")[2]
    assert invoice("ubl", f"<StandardBusinessDocument><Header/>{inner}</StandardBusinessDocument>").number == "F-17"


def test_the_last_of_several_due_dates_and_their_plan():
    terms = "".join(
        "<ram:SpecifiedTradePaymentTerms><ram:DueDateDateTime><udt:DateTimeString format='102'>"
        f"{day}</udt:DateTimeString></ram:DueDateDateTime></ram:SpecifiedTradePaymentTerms>"
        for day in ("20260201", "20260301")
    )
    read = invoice("cii", cii(terms=terms))
    assert (read.due_date, len(read.instalments)) == (date(2026, 3, 1), 2)


@given(st.decimals(min_value=-(10**9), max_value=10**9, places=2))
def test_amounts_are_read_exactly(amount):
    assert invoice("cii", cii(payable=str(amount))).totals.payable == Decimal(str(amount))


def pdf(*attachments: tuple[str, bytes]) -> bytes:
    writer = pypdf.PdfWriter()
    writer.add_blank_page(100, 100)
    for name, content in attachments:
        writer.add_attachment(name, content)
    buffer = io.BytesIO()
    writer.write(buffer)
    return buffer.getvalue()


def test_any_attached_invoice_is_found_whatever_its_name():
    read = invoices("facturx", pdf(("terms.xml", b"<terms/>"), ("x.xml", b"<!-- long -->" * 2000 + cii().encode())))
    assert (read.documents[0].number, codes(read)) == ("F-17", ["several_attachments"])


@pytest.mark.parametrize(
    "data", [pdf(), pdf(("a.xml", b"<terms/>")), b"%PDF-1.7\n", b"", pdf(("factur-x.xml", b"<!DOCTYPE a []><a/>"))]
)
def test_a_pdf_without_invoice_data_is_refused(data):
    with pytest.raises(Refusal):
        invoices("facturx", data)
    with pytest.raises(Refusal):
        invoices("pdf_plain", data)
