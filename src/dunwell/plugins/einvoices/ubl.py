"""UBL 2.1 Invoice and CreditNote by EN 16931: the elements in the order of the schema, BT numbers where a name hides one."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from lxml.etree import _Element as Element

from dunwell.core.documents import DocumentLine, InvoiceDocument, Party, PaymentMeans, TaxSum
from dunwell.plugins.einvoices.tree import (
    UNIT_DEFAULT,
    VAT,
    Maker,
    amount,
    as_bytes,
    plain,
    register_number,
    scheme_of,
    vat_number,
)

OASIS = "urn:oasis:names:specification:ubl:schema:xsd:"
COMMON = {"cac": f"{OASIS}CommonAggregateComponents-2", "cbc": f"{OASIS}CommonBasicComponents-2"}
EN_16931 = "urn:cen.eu:en16931:2017"


def write(document: InvoiceDocument) -> bytes:
    """The document; a credit note has a root and names of its own."""
    is_credit = document.kind == "credit_note"
    name = "CreditNote" if is_credit else "Invoice"
    make = Maker({"ubl": f"{OASIS}{name}-2", **COMMON})
    currency, totals = document.currency, document.totals

    def money(tag: str, value: Decimal | None) -> Element | None:
        return make(tag, amount(value, currency), currencyID=currency)

    issued, due = (day.isoformat() if day else "" for day in (document.issue_date, document.due_date))
    return as_bytes(
        make(
            f"ubl:{name}",
            make("cbc:CustomizationID", EN_16931),
            make("cbc:ID", document.number),
            make("cbc:IssueDate", issued),
            make("cbc:DueDate", "" if is_credit else due),
            make(f"cbc:{name}TypeCode", document.type_code),
            make("cbc:DocumentCurrencyCode", currency),
            make("cbc:BuyerReference", document.buyer_reference),
            make("cac:OrderReference", make("cbc:ID", document.order_reference)),
            *(
                make("cac:BillingReference", make("cac:InvoiceDocumentReference", make("cbc:ID", one)))
                for one in document.preceding
            ),
            make("cac:ContractDocumentReference", make("cbc:ID", document.contract_reference)),
            make("cac:AccountingSupplierParty", _party(make, document.seller)),
            make("cac:AccountingCustomerParty", _party(make, document.buyer)),
            *(_means(make, one, due if is_credit else "") for one in document.payment_means),
            make("cac:PaymentTerms", make("cbc:Note", document.terms)),
            make(
                "cac:TaxTotal",
                money("cbc:TaxAmount", totals.tax),
                *(_tax(make, one, currency) for one in document.taxes),
            ),
            make(
                "cac:LegalMonetaryTotal",
                money("cbc:LineExtensionAmount", totals.lines),
                money("cbc:TaxExclusiveAmount", totals.net),
                money("cbc:TaxInclusiveAmount", totals.gross),
                money("cbc:PrepaidAmount", totals.prepaid),
                money("cbc:PayableRoundingAmount", totals.rounding),
                money("cbc:PayableAmount", totals.payable),
            ),
            *(_line(make, one, currency, name) for one in document.lines),
        )
    )


def _party(make: Maker, party: Party) -> Element | None:
    number, address = register_number(party), party.address
    first, second, *more = (*address.lines, "", "")
    return make(
        "cac:Party",
        make("cac:PartyName", make("cbc:Name", party.other_name)),
        make(
            "cac:PostalAddress",
            make("cbc:StreetName", first),
            make("cbc:AdditionalStreetName", second),
            make("cbc:CityName", address.city),
            make("cbc:PostalZone", address.postcode),
            make("cbc:CountrySubentity", address.region),
            make("cac:AddressLine", make("cbc:Line", ", ".join(filter(None, more)))),
            make("cac:Country", make("cbc:IdentificationCode", address.country)),
        ),
        _vat_number(make, party),
        make(
            "cac:PartyLegalEntity",
            make("cbc:RegistrationName", party.name),
            make("cbc:CompanyID", number.value if number else "", **scheme_of(number)),
        ),
        make(
            "cac:Contact",
            make("cbc:Name", party.contact_name),
            make("cbc:Telephone", party.phone),
            make("cbc:ElectronicMail", party.email),
        ),
    )


def _vat_number(make: Maker, party: Party) -> Element | None:
    number = vat_number(party)
    scheme = make("cac:TaxScheme", make("cbc:ID", VAT))
    return make("cac:PartyTaxScheme", make("cbc:CompanyID", number), scheme) if number else None


def _means(make: Maker, means: PaymentMeans, due: str) -> Element | None:
    bank = make("cac:FinancialInstitutionBranch", make("cbc:ID", means.bank))
    return make(
        "cac:PaymentMeans",
        make("cbc:PaymentMeansCode", means.code),
        make("cbc:PaymentDueDate", due),
        make("cbc:PaymentID", means.reference),
        make(
            "cac:PayeeFinancialAccount",
            make("cbc:ID", means.account),
            make("cbc:Name", means.account_name),
            bank,
        ),
    )


def _tax(make: Maker, tax: TaxSum, currency: str) -> Element | None:
    return make(
        "cac:TaxSubtotal",
        make("cbc:TaxableAmount", amount(tax.base, currency), currencyID=currency),
        make("cbc:TaxAmount", amount(tax.amount, currency), currencyID=currency),
        make("cac:TaxCategory", *_category(make, tax.category, tax.percent, tax.reason)),
    )


def _line(make: Maker, line: DocumentLine, currency: str, name: str) -> Element | None:
    quantity = "Invoiced" if name == "Invoice" else "Credited"
    category = make("cac:ClassifiedTaxCategory", *_category(make, line.tax_category, line.tax_percent))
    return make(
        f"cac:{name}Line",
        make("cbc:ID", line.id),
        make(f"cbc:{quantity}Quantity", plain(line.quantity), unitCode=line.unit or UNIT_DEFAULT),
        make("cbc:LineExtensionAmount", amount(line.net, currency), currencyID=currency),
        make("cac:Item", make("cbc:Name", line.name), category),
        make("cac:Price", make("cbc:PriceAmount", plain(line.price), currencyID=currency)),
    )


def _category(make: Maker, category: str, percent: Decimal | None, reason: str = "") -> Iterator[Element | None]:
    yield make("cbc:ID", category)
    yield make("cbc:Percent", plain(percent))
    yield make("cbc:TaxExemptionReason", reason)
    yield make("cac:TaxScheme", make("cbc:ID", VAT))
