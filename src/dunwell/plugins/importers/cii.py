"""UN/CEFACT Cross Industry Invoice (D16B, Factur-X, ZUGFeRD 2) and ZUGFeRD 1, which is its elder with longer names."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from dunwell.core.documents import (
    Address,
    DocumentLine,
    Identifier,
    Instalment,
    InvoiceDocument,
    Party,
    PaymentMeans,
    Read,
    TaxSum,
    Totals,
)
from dunwell.core.refusal import Finding, Refusal
from dunwell.plugins.importers import safexml
from dunwell.plugins.importers.einvoice import (
    CREDIT_NOTE_CODES,
    AmountsIncomplete,
    NumberMissing,
    checked,
    number_text,
    short,
)
from dunwell.plugins.importers.safexml import Node
from dunwell.plugins.importers.text import (
    DateMalformed,
    account_number,
    currency_code,
    decimal,
    iso_date,
    make_date,
    squeezed,
)

# ZUGFeRD 1 name → today's name; the structure below them is the same.
ELDER_NAMES = {
    "HeaderExchangedDocument": "ExchangedDocument",
    "SpecifiedSupplyChainTradeTransaction": "SupplyChainTradeTransaction",
    "ApplicableSupplyChainTradeAgreement": "ApplicableHeaderTradeAgreement",
    "ApplicableSupplyChainTradeDelivery": "ApplicableHeaderTradeDelivery",
    "ApplicableSupplyChainTradeSettlement": "ApplicableHeaderTradeSettlement",
    "SpecifiedTradeSettlementMonetarySummation": "SpecifiedTradeSettlementHeaderMonetarySummation",
}
ROOTS = ("CrossIndustryInvoice", "CrossIndustryDocument")


class ZugferdDraft(Refusal):
    """The file is of a draft of ZUGFeRD that was never released (root <{root}>); ask for ZUGFeRD 1.0, 2 or Factur-X."""


def read(data: bytes) -> Read:
    """The one document of the file; raises refusals of `safexml`, `text` and `einvoice`."""
    root = safexml.parse(data)
    if root.tag == "Invoice" and root.find("SpecifiedSupplyChainTradeTransaction") is not None:
        raise ZugferdDraft(root=root.tag)
    if root.tag not in ROOTS:
        inner = next((node for name in ROOTS for node in root.iter(name)), None)
        if inner is None:
            raise safexml.XmlOfAnotherKind(expected="a Cross Industry Invoice", root=root.tag)
        root = inner
    document, findings = _document(root)
    return checked(document, findings)


def _document(root: Node) -> tuple[InvoiceDocument, list[Finding]]:
    header = _child(root, "ExchangedDocument")
    trade = _child(root, "SupplyChainTradeTransaction")
    agreement = _child(trade, "ApplicableHeaderTradeAgreement")
    settlement = _child(trade, "ApplicableHeaderTradeSettlement")
    if header is None or trade is None or settlement is None:
        raise AmountsIncomplete
    number = number_text(header.findtext("ID"))
    if not number:
        raise NumberMissing
    summation = _child(settlement, "SpecifiedTradeSettlementHeaderMonetarySummation")
    currency = currency_code(settlement.findtext("InvoiceCurrencyCode") or _currency_of_amounts(summation))
    type_code = squeezed(header.findtext("TypeCode"))
    findings: list[Finding] = []
    due, instalments = _due_dates(settlement, findings)
    payee = settlement.find("PayeeTradeParty")
    document = InvoiceDocument(
        number=number,
        kind="credit_note" if type_code in CREDIT_NOTE_CODES else "invoice",
        issue_date=_day(header.find("IssueDateTime"), "IssueDateTime"),
        due_date=due,
        instalments=instalments,
        currency=currency,
        type_code=type_code,
        totals=_totals(summation, currency, findings),
        seller=_party(agreement.find("SellerTradeParty") if agreement is not None else None),
        buyer=_party(agreement.find("BuyerTradeParty") if agreement is not None else None),
        payee=_party(payee) if payee is not None else None,
        payment_means=_means(settlement),
        terms="\n".join(
            filter(
                None,
                (squeezed(node.text) for node in settlement.iterfind("SpecifiedTradePaymentTerms/Description")),
            )
        ),
        buyer_reference=_text(agreement, "BuyerReference"),
        order_reference=_reference(agreement, "BuyerOrderReferencedDocument"),
        contract_reference=_reference(agreement, "ContractReferencedDocument"),
        preceding=tuple(
            filter(
                None,
                (_id(node) for node in settlement.iterfind("InvoiceReferencedDocument")),
            )
        ),
        lines=tuple(_line(node) for node in trade.iterfind("IncludedSupplyChainTradeLineItem")),
        taxes=tuple(_tax(node) for node in settlement.iterfind("ApplicableTradeTax")),
    )
    return document, findings


def _child(node: Node | None, name: str) -> Node | None:
    if node is None:
        return None
    found = node.find(name)
    if found is not None:
        return found
    elder = next((old for old, new in ELDER_NAMES.items() if new == name), name)
    return node.find(elder)


def _text(node: Node | None, path: str) -> str:
    return short(node.findtext(path)) if node is not None else ""


def _id(node: Node) -> str:
    return number_text(node.findtext("IssuerAssignedID") or node.findtext("ID"))


def _reference(agreement: Node | None, name: str) -> str:
    node = agreement.find(name) if agreement is not None else None
    return _id(node) if node is not None else ""


def _day(node: Node | None, field: str) -> date | None:
    """A DateTimeString with its UNTDID 2379 format (102, 203, 204), or an ISO date."""
    if node is None:
        return None
    for inner in node.iter():
        text = (inner.text or "").strip()
        if not text:
            continue
        digits = text[:8]
        if digits.isascii() and digits.isdigit() and len(digits) == 8 and inner.get("format", "102") in FORMATS:
            day = make_date(digits[:4], digits[4:6], digits[6:8])
            if day is None:
                raise DateMalformed(field=field, text=text[:40])
            return day
        return iso_date(text, field)
    return None


FORMATS = frozenset({"102", "203", "204"})


def _currency_of_amounts(summation: Node | None) -> str:
    if summation is None:
        return ""
    return next((str(node.get("currencyID")) for node in summation if node.get("currencyID")), "")


def _due_dates(settlement: Node, findings: list[Finding]) -> tuple[date | None, tuple[Instalment, ...]]:
    """The last due date; several of them are a plan, or a discount date beside the real one."""
    planned: list[Instalment] = []
    for terms in settlement.iterfind("SpecifiedTradePaymentTerms"):
        day = _day(terms.find("DueDateDateTime"), "DueDateDateTime")
        if day:
            amount = terms.findtext("PartialPaymentAmount")
            planned.append(
                Instalment(day, decimal(amount, "PartialPaymentAmount") if amount and amount.strip() else None)
            )
    days = sorted({instalment.due_date for instalment in planned})
    if len(days) > 1:
        findings.append(
            Finding(
                "several_due_dates",
                f"Several due dates are named ({', '.join(map(str, days))}); the last one is taken.",
                field="due_date",
            )
        )
    return (days[-1] if days else None), tuple(planned) if len(planned) > 1 else ()


def _totals(summation: Node | None, currency: str, findings: list[Finding]) -> Totals:
    if summation is None:
        raise AmountsIncomplete

    def amount(name: str) -> Decimal | None:
        nodes = [node for node in summation.iterfind(name) if (node.text or "").strip()]
        own = [node for node in nodes if (node.get("currencyID") or currency).strip().upper() == currency]
        if nodes and not own:
            findings.append(
                Finding(
                    "currency_differs",
                    f"the amount is in {nodes[0].get('currencyID')[:10]}, the document in {currency}.",
                    field=name,
                )
            )
        chosen = own or nodes
        return decimal(chosen[0].text, name) if chosen else None

    gross, prepaid = amount("GrandTotalAmount"), amount("TotalPrepaidAmount")
    rounding = amount("RoundingAmount")
    payable = amount("DuePayableAmount")
    if payable is None and gross is not None:
        payable = gross - (prepaid or Decimal(0)) + (rounding or Decimal(0))
    if payable is None:
        raise AmountsIncomplete
    return Totals(
        payable=payable,
        lines=amount("LineTotalAmount"),
        allowances=amount("AllowanceTotalAmount"),
        charges=amount("ChargeTotalAmount"),
        net=amount("TaxBasisTotalAmount"),
        tax=amount("TaxTotalAmount"),
        gross=gross,
        prepaid=prepaid,
        rounding=rounding,
    )


def _party(node: Node | None) -> Party:
    if node is None:
        return Party()
    legal = node.find("SpecifiedLegalOrganization")
    trading = _text(legal, "TradingBusinessName")
    contact = node.find("DefinedTradeContact")
    name = short(node.findtext("Name"), "name") or trading
    return Party(
        name=name,
        other_name=trading if trading != name else "",
        identifiers=tuple(dict.fromkeys(_identifiers(node))),
        address=_address(node.find("PostalTradeAddress")),
        contact_name=_text(contact, "PersonName") or _text(contact, "DepartmentName"),
        email=_text(contact, "EmailURIUniversalCommunication/URIID"),
        phone=_text(contact, "TelephoneUniversalCommunication/CompleteNumber"),
    )


def _identifiers(node: Node) -> list[Identifier]:
    found = []
    for path, kind in (
        ("ID", "id"),
        ("GlobalID", "global"),
        ("SpecifiedLegalOrganization/ID", "company"),
        ("URIUniversalCommunication/URIID", "endpoint"),
        ("SpecifiedTaxRegistration/ID", "tax"),
    ):
        for each in node.iterfind(path):
            scheme = short(each.get("schemeID")) or kind
            if value := short(each.text):
                # UNTDID 1153: VA is a VAT number, FC a local tax number.
                found.append(Identifier({"VA": "VAT", "FC": "tax"}.get(scheme, scheme), value))
    return found


def _address(node: Node | None) -> Address:
    if node is None:
        return Address()
    lines = (short(node.findtext(name)) for name in ("LineOne", "LineTwo", "LineThree"))
    return Address(
        lines=tuple(filter(None, lines)),
        city=short(node.findtext("CityName")),
        postcode=short(node.findtext("PostcodeCode")),
        region=short(node.findtext("CountrySubDivisionName")),
        country=short(node.findtext("CountryID")).upper(),
    )


def _means(settlement: Node) -> tuple[PaymentMeans, ...]:
    reference = short(settlement.findtext("PaymentReference"))
    mandate = short(settlement.findtext("SpecifiedTradePaymentTerms/DirectDebitMandateID"))
    found = []
    for node in settlement.iterfind("SpecifiedTradeSettlementPaymentMeans"):
        account = node.find("PayeePartyCreditorFinancialAccount")
        bank = node.find("PayeeSpecifiedCreditorFinancialInstitution")
        found.append(
            PaymentMeans(
                code=short(node.findtext("TypeCode")),
                account=account_number(_text(account, "IBANID") or _text(account, "ProprietaryID")),
                account_name=_text(account, "AccountName"),
                bank=_text(bank, "BICID"),
                reference=reference,
                mandate=mandate,
            )
        )
    if not found and reference:
        found.append(PaymentMeans(reference=reference))
    return tuple(found)


def _line(node: Node) -> DocumentLine:
    settlement = _first(node, "SpecifiedLineTradeSettlement", "SpecifiedSupplyChainTradeSettlement")
    agreement = _first(node, "SpecifiedLineTradeAgreement", "SpecifiedSupplyChainTradeAgreement")
    delivery = _first(node, "SpecifiedLineTradeDelivery", "SpecifiedSupplyChainTradeDelivery")
    quantity = delivery.find("BilledQuantity") if delivery is not None else None
    net = None
    if settlement is not None:
        summation = _first(
            settlement, "SpecifiedTradeSettlementLineMonetarySummation", "SpecifiedTradeSettlementMonetarySummation"
        )
        net = _optional(summation, "LineTotalAmount")
    return DocumentLine(
        id=short(node.findtext("AssociatedDocumentLineDocument/LineID")),
        name=short(node.findtext("SpecifiedTradeProduct/Name")),
        quantity=decimal(quantity.text, "BilledQuantity")
        if quantity is not None and (quantity.text or "").strip()
        else None,
        unit=str(quantity.get("unitCode", ""))[:20] if quantity is not None else "",
        price=_optional(agreement, "NetPriceProductTradePrice/ChargeAmount"),
        net=net,
        tax_percent=_optional(settlement, "ApplicableTradeTax/RateApplicablePercent")
        or _optional(settlement, "ApplicableTradeTax/ApplicablePercent"),
        tax_category=_text(settlement, "ApplicableTradeTax/CategoryCode"),
    )


def _tax(node: Node) -> TaxSum:
    return TaxSum(
        category=_text(node, "CategoryCode"),
        percent=_optional(node, "RateApplicablePercent") or _optional(node, "ApplicablePercent"),
        base=_optional(node, "BasisAmount"),
        amount=_optional(node, "CalculatedAmount"),
        reason=_text(node, "ExemptionReason"),
    )


def _first(node: Node, *names: str) -> Node | None:
    return next((found for name in names if (found := node.find(name)) is not None), None)


def _optional(node: Node | None, path: str) -> Decimal | None:
    text = node.findtext(path) if node is not None else None
    return decimal(text, path) if text and text.strip() else None
