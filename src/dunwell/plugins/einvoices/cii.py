"""UN/CEFACT Cross Industry Invoice D16B by EN 16931, which is also the XML of Factur-X and ZUGFeRD 2."""

from __future__ import annotations

from datetime import date
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

STANDARD = "urn:un:unece:uncefact:data:standard:"
NAMES = {
    "rsm": f"{STANDARD}CrossIndustryInvoice:100",
    "ram": f"{STANDARD}ReusableAggregateBusinessInformationEntity:100",
    "udt": f"{STANDARD}UnqualifiedDataType:100",
}
EN_16931 = "urn:cen.eu:en16931:2017"
DAY_FORMAT = "102"
MAKE = Maker(NAMES)


def write(document: InvoiceDocument) -> bytes:
    """The document; a credit note is told by its type code alone."""
    make, currency = MAKE, document.currency
    return as_bytes(
        make(
            "rsm:CrossIndustryInvoice",
            make(
                "rsm:ExchangedDocumentContext",
                make("ram:GuidelineSpecifiedDocumentContextParameter", make("ram:ID", EN_16931)),
            ),
            make(
                "rsm:ExchangedDocument",
                make("ram:ID", document.number),
                make("ram:TypeCode", document.type_code),
                _day("ram:IssueDateTime", document.issue_date),
            ),
            make(
                "rsm:SupplyChainTradeTransaction",
                *(_line(one, currency) for one in document.lines),
                make(
                    "ram:ApplicableHeaderTradeAgreement",
                    make("ram:BuyerReference", document.buyer_reference),
                    _party("ram:SellerTradeParty", document.seller),
                    _party("ram:BuyerTradeParty", document.buyer),
                    _named("ram:BuyerOrderReferencedDocument", document.order_reference),
                    _named("ram:ContractReferencedDocument", document.contract_reference),
                ),
                _delivery(),
                _settlement(document),
            ),
        )
    )


def _delivery() -> Element:
    """The schema wants the element; where and when something was delivered is not said here."""
    return MAKE.empty("ram:ApplicableHeaderTradeDelivery")


def _settlement(document: InvoiceDocument) -> Element | None:
    make, currency, totals = MAKE, document.currency, document.totals

    def money(name: str, value: Decimal | None, **attributes: str) -> Element | None:
        return make(f"ram:{name}", amount(value, currency), **attributes)

    return make(
        "ram:ApplicableHeaderTradeSettlement",
        make("ram:PaymentReference", next((one.reference for one in document.payment_means), "")),
        make("ram:InvoiceCurrencyCode", currency),
        *(_means(one) for one in document.payment_means),
        *(_tax(one, currency) for one in document.taxes),
        make(
            "ram:SpecifiedTradePaymentTerms",
            make("ram:Description", document.terms),
            _day("ram:DueDateDateTime", document.due_date),
        ),
        make(
            "ram:SpecifiedTradeSettlementHeaderMonetarySummation",
            money("LineTotalAmount", totals.lines),
            money("TaxBasisTotalAmount", totals.net),
            money("TaxTotalAmount", totals.tax, currencyID=currency),
            money("RoundingAmount", totals.rounding),
            money("GrandTotalAmount", totals.gross),
            money("TotalPrepaidAmount", totals.prepaid),
            money("DuePayableAmount", totals.payable),
        ),
        *(_named("ram:InvoiceReferencedDocument", one) for one in document.preceding),
    )


def _named(tag: str, number: str) -> Element | None:
    return MAKE(tag, MAKE("ram:IssuerAssignedID", number))


def _day(tag: str, day: date | None) -> Element | None:
    return MAKE(tag, MAKE("udt:DateTimeString", f"{day:%Y%m%d}" if day else "", format=DAY_FORMAT))


def _party(tag: str, party: Party) -> Element | None:
    make, number, address = MAKE, register_number(party), party.address
    first, second, *more = (*address.lines, "", "")
    return make(
        tag,
        make("ram:Name", party.name),
        make(
            "ram:SpecifiedLegalOrganization",
            make("ram:ID", number.value if number else "", **scheme_of(number)),
            make("ram:TradingBusinessName", party.other_name),
        ),
        make(
            "ram:DefinedTradeContact",
            make("ram:PersonName", party.contact_name),
            make("ram:TelephoneUniversalCommunication", make("ram:CompleteNumber", party.phone)),
            make("ram:EmailURIUniversalCommunication", make("ram:URIID", party.email)),
        ),
        make(
            "ram:PostalTradeAddress",
            make("ram:PostcodeCode", address.postcode),
            make("ram:LineOne", first),
            make("ram:LineTwo", second),
            make("ram:LineThree", ", ".join(filter(None, more))),
            make("ram:CityName", address.city),
            make("ram:CountryID", address.country),
            make("ram:CountrySubDivisionName", address.region),
        ),
        make("ram:SpecifiedTaxRegistration", make("ram:ID", vat_number(party), schemeID="VA")),
    )


def _means(means: PaymentMeans) -> Element | None:
    make = MAKE
    is_iban = means.account[:2].isalpha()
    return make(
        "ram:SpecifiedTradeSettlementPaymentMeans",
        make("ram:TypeCode", means.code),
        make(
            "ram:PayeePartyCreditorFinancialAccount",
            make("ram:IBANID", means.account if is_iban else ""),
            make("ram:AccountName", means.account_name),
            make("ram:ProprietaryID", "" if is_iban else means.account),
        ),
        make("ram:PayeeSpecifiedCreditorFinancialInstitution", make("ram:BICID", means.bank)),
    )


def _tax(tax: TaxSum, currency: str) -> Element | None:
    make = MAKE
    return make(
        "ram:ApplicableTradeTax",
        make("ram:CalculatedAmount", amount(tax.amount, currency)),
        make("ram:TypeCode", VAT),
        make("ram:ExemptionReason", tax.reason),
        make("ram:BasisAmount", amount(tax.base, currency)),
        make("ram:CategoryCode", tax.category),
        make("ram:RateApplicablePercent", plain(tax.percent)),
    )


def _line(line: DocumentLine, currency: str) -> Element | None:
    make = MAKE
    return make(
        "ram:IncludedSupplyChainTradeLineItem",
        make("ram:AssociatedDocumentLineDocument", make("ram:LineID", line.id)),
        make("ram:SpecifiedTradeProduct", make("ram:Name", line.name)),
        make(
            "ram:SpecifiedLineTradeAgreement",
            make("ram:NetPriceProductTradePrice", make("ram:ChargeAmount", plain(line.price))),
        ),
        make(
            "ram:SpecifiedLineTradeDelivery",
            make("ram:BilledQuantity", plain(line.quantity), unitCode=line.unit or UNIT_DEFAULT),
        ),
        make(
            "ram:SpecifiedLineTradeSettlement",
            make(
                "ram:ApplicableTradeTax",
                make("ram:TypeCode", VAT),
                make("ram:CategoryCode", line.tax_category),
                make("ram:RateApplicablePercent", plain(line.tax_percent)),
            ),
            make(
                "ram:SpecifiedTradeSettlementLineMonetarySummation",
                make("ram:LineTotalAmount", amount(line.net, currency)),
            ),
        ),
    )
