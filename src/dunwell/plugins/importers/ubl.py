"""UBL 2.x Invoice and CreditNote: EN 16931, Peppol BIS 3, XRechnung, PINT, national profiles and plain OASIS ones.

A bare document, or one inside a wrapper: an SBDH envelope, or Peppol's AttachedDocument which carries it as text.
"""

from __future__ import annotations

from dataclasses import replace
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
from dunwell.core.refusal import Finding
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
from dunwell.plugins.importers.text import account_number, currency_code, decimal, iso_date, squeezed

ROOTS = ("Invoice", "CreditNote", "DebitNote")
# What tells a document from a mere reference of the same name.
MARKS = ("LegalMonetaryTotal", "RequestedMonetaryTotal", "AccountingSupplierParty")


def read(data: bytes) -> Read:
    """The one document of the file; raises refusals of `safexml`, `text` and `einvoice`."""
    root = document_root(safexml.parse(data))
    document, findings = _document(root)
    return checked(document, findings)


def document_root(root: Node) -> Node:
    """The invoice itself, taken out of an envelope where it lies in one."""
    if root.tag == "AttachedDocument":
        text = (root.findtext("Attachment/ExternalReference/Description") or "").strip()
        if text.startswith("<"):
            return document_root(safexml.parse(text.encode()))
    for node in root.iter(*ROOTS):
        if any(node.find(mark) is not None for mark in MARKS):
            return node
    if root.tag in ROOTS:
        return root
    raise safexml.XmlOfAnotherKind(expected="a UBL invoice or credit note", root=root.tag)


def _document(root: Node) -> tuple[InvoiceDocument, list[Finding]]:
    findings: list[Finding] = []
    number = number_text(root.findtext("ID"))
    if not number:
        raise NumberMissing
    currency = currency_code(root.findtext("DocumentCurrencyCode") or _currency_of_amount(root))
    type_code = squeezed(root.findtext("InvoiceTypeCode") or root.findtext("CreditNoteTypeCode"))
    is_credit = root.tag == "CreditNote" or type_code in CREDIT_NOTE_CODES
    due, instalments = _due_dates(root)
    document = InvoiceDocument(
        number=number,
        kind="credit_note" if is_credit else "invoice",
        issue_date=iso_date(root.findtext("IssueDate") or "", "IssueDate"),
        due_date=due,
        instalments=instalments,
        currency=currency,
        type_code=type_code,
        totals=_totals(root, currency, findings),
        seller=_party(root.find("AccountingSupplierParty")),
        buyer=_party(root.find("AccountingCustomerParty")),
        payee=_party(root.find("PayeeParty")) if root.find("PayeeParty") is not None else None,
        payment_means=tuple(_means(node) for node in root.iterfind("PaymentMeans")),
        terms="\n".join(filter(None, (squeezed(node.text) for node in root.iterfind("PaymentTerms/Note")))),
        buyer_reference=short(root.findtext("BuyerReference")),
        order_reference=short(root.findtext("OrderReference/ID")),
        contract_reference=short(root.findtext("ContractDocumentReference/ID")),
        preceding=tuple(
            filter(
                None, (number_text(node.text) for node in root.iterfind("BillingReference/InvoiceDocumentReference/ID"))
            )
        ),
        lines=tuple(_line(node) for node in root if node.tag in ("InvoiceLine", "CreditNoteLine", "DebitNoteLine")),
        taxes=tuple(_tax(node) for node in root.iterfind("TaxTotal/TaxSubtotal")),
    )
    return document, findings


def _currency_of_amount(root: Node) -> str:
    payable = root.find("LegalMonetaryTotal/PayableAmount")
    return str(payable.get("currencyID", "")) if payable is not None else ""


def _due_dates(root: Node) -> tuple[date | None, tuple[Instalment, ...]]:
    """BT-9: an invoice has it at the top, a credit note at its payment means, a plan in its payment terms."""
    day = iso_date(root.findtext("DueDate") or "", "DueDate")
    planned: list[Instalment] = []
    for terms in root.iterfind("PaymentTerms"):
        each = iso_date(
            terms.findtext("InstallmentDueDate") or terms.findtext("PaymentDueDate") or "", "PaymentDueDate"
        )
        if each:
            amount = terms.findtext("Amount")
            planned.append(Instalment(each, decimal(amount, "PaymentTerms/Amount") if amount else None))
    if day is None:
        days = [iso_date(node.text or "", "PaymentDueDate") for node in root.iterfind("PaymentMeans/PaymentDueDate")]
        known = sorted(each for each in days if each) or sorted(instalment.due_date for instalment in planned)
        day = known[-1] if known else None
    return day, tuple(planned) if len(planned) > 1 else ()


def _totals(root: Node, currency: str, findings: list[Finding]) -> Totals:
    node = root.find("LegalMonetaryTotal")
    if node is None:
        node = root.find("RequestedMonetaryTotal")
    if node is None:
        raise AmountsIncomplete
    amounts = {each.tag: each for each in node}

    def amount(name: str) -> Decimal | None:
        each = amounts.get(name)
        if each is None or not (each.text or "").strip():
            return None
        own = each.get("currencyID")
        if own and own.strip().upper() != currency:
            findings.append(
                Finding(
                    "currency_differs",
                    f"the amount is in {own.strip()[:10]}, the document in {currency}.",
                    field=name,
                    value=str(each.text)[:40],
                )
            )
        return decimal(each.text, name)

    payable = amount("PayableAmount")
    if payable is None:
        raise AmountsIncomplete
    taxes = [each for each in root.iterfind("TaxTotal/TaxAmount") if each.get("currencyID", currency) == currency]
    return Totals(
        payable=payable,
        lines=amount("LineExtensionAmount"),
        allowances=amount("AllowanceTotalAmount"),
        charges=amount("ChargeTotalAmount"),
        net=amount("TaxExclusiveAmount"),
        tax=decimal(taxes[0].text or "", "TaxAmount") if taxes and (taxes[0].text or "").strip() else None,
        gross=amount("TaxInclusiveAmount"),
        prepaid=amount("PrepaidAmount"),
        rounding=amount("PayableRoundingAmount"),
    )


def _party(node: Node | None) -> Party:
    if node is None:
        return Party()
    inner = node.find("Party")
    party = node if inner is None else inner
    legal = squeezed(party.findtext("PartyLegalEntity/RegistrationName"))
    trading = squeezed(party.findtext("PartyName/Name"))
    person = " ".join(
        filter(None, (squeezed(party.findtext(f"Person/{name}")) for name in ("FirstName", "FamilyName")))
    )
    name = legal or trading or person or squeezed(party.findtext("PartyTaxScheme/RegistrationName"))
    # AccountingContact may stand beside the Party, Contact within it.
    contact = party.find("Contact") if party.find("Contact") is not None else node.find("AccountingContact")
    found = Party(
        name=short(name, "name"),
        other_name=short(trading if trading != name else "", "name"),
        identifiers=tuple(_identifiers(party)),
        address=_address(party.find("PostalAddress")),
    )
    if contact is None:
        return found
    return replace(
        found,
        contact_name=short(contact.findtext("Name")),
        email=short(contact.findtext("ElectronicMail")),
        phone=short(contact.findtext("Telephone")),
    )


def _identifiers(party: Node) -> list[Identifier]:
    found: list[Identifier] = []
    places = (
        ("EndpointID", "endpoint"),
        ("PartyIdentification/ID", "id"),
        ("PartyLegalEntity/CompanyID", "company"),
    )
    for path, kind in places:
        for node in party.iterfind(path):
            if value := short(node.text):
                found.append(Identifier(short(node.get("schemeID")) or kind, value))
    for scheme in party.iterfind("PartyTaxScheme"):
        if value := short(scheme.findtext("CompanyID")):
            found.append(Identifier(short(scheme.findtext("TaxScheme/ID")) or "VAT", value))
    return list(dict.fromkeys(found))


def _address(node: Node | None) -> Address:
    if node is None:
        return Address()
    street = " ".join(filter(None, (short(node.findtext("StreetName")), short(node.findtext("BuildingNumber")))))
    more = [short(node.findtext("AdditionalStreetName"))]
    more += [short(line.text) for line in node.iterfind("AddressLine/Line")]
    return Address(
        lines=tuple(filter(None, (street, *more))),
        city=short(node.findtext("CityName")),
        postcode=short(node.findtext("PostalZone")),
        region=short(node.findtext("CountrySubentity")),
        country=short(node.findtext("Country/IdentificationCode")).upper(),
    )


def _means(node: Node) -> PaymentMeans:
    account = node.find("PayeeFinancialAccount")
    return PaymentMeans(
        code=short(node.findtext("PaymentMeansCode")),
        account=account_number(short(account.findtext("ID"))) if account is not None else "",
        account_name=short(account.findtext("Name")) if account is not None else "",
        bank=(
            short(
                account.findtext("FinancialInstitutionBranch/ID")
                or account.findtext("FinancialInstitutionBranch/FinancialInstitution/ID")
            )
            if account is not None
            else ""
        ),
        reference=short(node.findtext("PaymentID") or node.findtext("InstructionNote")),
        mandate=short(node.findtext("PaymentMandate/ID")),
    )


def _line(node: Node) -> DocumentLine:
    quantity = next((each for each in node if each.tag.endswith("edQuantity")), None)
    return DocumentLine(
        id=short(node.findtext("ID")),
        name=short(node.findtext("Item/Name") or node.findtext("Item/Description")),
        quantity=_optional(quantity.text if quantity is not None else None, "quantity"),
        unit=str(quantity.get("unitCode", ""))[:20] if quantity is not None else "",
        price=_optional(node.findtext("Price/PriceAmount"), "PriceAmount"),
        net=_optional(node.findtext("LineExtensionAmount"), "LineExtensionAmount"),
        tax_percent=_optional(node.findtext("Item/ClassifiedTaxCategory/Percent"), "Percent"),
        tax_category=short(node.findtext("Item/ClassifiedTaxCategory/ID")),
    )


def _tax(node: Node) -> TaxSum:
    return TaxSum(
        category=short(node.findtext("TaxCategory/ID")),
        percent=_optional(node.findtext("TaxCategory/Percent"), "Percent"),
        base=_optional(node.findtext("TaxableAmount"), "TaxableAmount"),
        amount=_optional(node.findtext("TaxAmount"), "TaxAmount"),
        reason=short(node.findtext("TaxCategory/TaxExemptionReason")),
    )


def _optional(text: str | None, field: str) -> Decimal | None:
    return decimal(text, field) if text and text.strip() else None
