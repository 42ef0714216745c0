"""CommerceML 2 and 3, the exchange format of 1C: documents are read, catalogues and offers hold none."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from dunwell.core.documents import Address, DocumentLine, Identifier, InvoiceDocument, Party, Read, Totals
from dunwell.core.refusal import Finding
from dunwell.plugins.importers import safexml
from dunwell.plugins.importers.einvoice import number_text, short
from dunwell.plugins.importers.safexml import Node
from dunwell.plugins.importers.text import decimal, iso_date, named_currency

ROOT = "КоммерческаяИнформация"
RETURN_WORD = "возврат"
TAX_FIELDS = (("ИНН", "ИНН"), ("КПП", "КПП"), ("КодПоОКПО", "ОКПО"), ("ОГРН", "ОГРН"))


def read(data: bytes) -> Read:
    """All documents of the file, none for a catalogue; raises refusals of `safexml` and `text`."""
    root = safexml.parse(data)
    if root.tag != ROOT:
        raise safexml.XmlOfAnotherKind(expected="CommerceML", root=root.tag)
    findings: list[Finding] = []
    documents = tuple(_document(node, findings) for node in _nodes(root))
    return Read(documents, tuple(findings))


def _nodes(root: Node) -> Iterator[Node]:
    """Documents stand under the root, from schema 2.07 on also in containers."""
    yield from root.iterfind("Документ")
    yield from root.iterfind("Контейнер/Документ")


def _document(node: Node, findings: list[Finding]) -> InvoiceDocument:
    number = number_text(node.findtext("Номер"))
    written = short(node.findtext("Валюта"))
    currency = named_currency(written)
    operation = short(node.findtext("ХозОперация"))
    amount = _optional(node, "Сумма")
    place = node.sourceline
    if not number:
        findings.append(Finding("number_missing", "A document has no number.", line=place, field="Номер"))
    if amount is None:
        findings.append(Finding("amount_missing", f"Document {number} has no sum; it was read as 0.", line=place))
    if written and not currency:
        findings.append(Finding("currency_unknown", f"{written!r} is no currency.", line=place, field="Валюта"))
    if operation.lower().startswith("заказ"):
        findings.append(Finding("order_not_invoice", f"Document {number} is an order; it owes nothing.", line=place))
    lines = tuple(_line(line) for line in node.iterfind("Товары/Товар"))
    nets = [line.net for line in lines if line.net is not None]
    return InvoiceDocument(
        number=number,
        kind="credit_note" if operation.lower().startswith(RETURN_WORD) else "invoice",
        issue_date=iso_date(node.findtext("Дата") or "", "Дата"),
        due_date=iso_date(node.findtext("СрокПлатежа") or "", "СрокПлатежа"),
        currency=currency,
        currency_written=written if written != currency else "",
        totals=Totals(payable=amount or Decimal(0), lines=sum(nets, Decimal(0)) if nets else None),
        seller=_party(node, "Продавец"),
        buyer=_party(node, "Покупатель"),
        terms=short(node.findtext("Комментарий")),
        operation=operation,
        lines=lines,
    )


def _party(node: Node, role: str) -> Party:
    for each in node.iterfind("Контрагенты/Контрагент"):
        if short(each.findtext("Роль")).lower() == role.lower():
            return _contractor(each)
    return Party()


def _contractor(node: Node) -> Party:
    name = short(node.findtext("Наименование"), "name")
    full = short(node.findtext("ПолноеНаименование") or node.findtext("ОфициальноеНаименование"), "name")
    address = node.find("ЮридическийАдрес")
    if address is None:
        address = node.find("АдресРегистрации")
    contacts = {
        short(each.findtext("Тип")): short(each.findtext("Значение")) for each in node.iterfind("Контакты/Контакт")
    }
    identifiers = []
    for tag, scheme in TAX_FIELDS:
        value = short(node.findtext(tag) or node.findtext(f"РеквизитыЮрЛица/{tag}"))
        if value:
            identifiers.append(Identifier(scheme, value))
    return Party(
        name=name or full,
        other_name=full if full != name else "",
        identifiers=tuple(identifiers),
        address=_address(address),
        contact_name=short(node.findtext("Представители/Представитель/Контрагент/Наименование")),
        email=next((value for kind, value in contacts.items() if "почт" in kind.lower() or "mail" in kind.lower()), ""),
        phone=next((value for kind, value in contacts.items() if "телефон" in kind.lower()), ""),
    )


def _address(node: Node | None) -> Address:
    if node is None:
        return Address()
    parts = {short(each.findtext("Тип")): short(each.findtext("Значение")) for each in node.iterfind("АдресноеПоле")}
    return Address(
        lines=tuple(filter(None, (short(node.findtext("Представление")),))),
        city=parts.get("Город", ""),
        postcode=parts.get("Почтовый индекс", ""),
        region=parts.get("Регион", ""),
        country=parts.get("Страна", ""),
    )


def _line(node: Node) -> DocumentLine:
    return DocumentLine(
        id=short(node.findtext("Ид")),
        name=short(node.findtext("Наименование")),
        quantity=_optional(node, "Количество"),
        unit=short(node.findtext("БазоваяЕдиница")),
        price=_optional(node, "ЦенаЗаЕдиницу"),
        net=_optional(node, "Сумма"),
        tax_percent=_tax_percent(node),
    )


def _tax_percent(node: Node) -> Decimal | None:
    rate = short(node.findtext("СтавкиНалогов/СтавкаНалога/Ставка"))
    return decimal(rate, "Ставка") if rate.replace(".", "", 1).isdigit() and rate.isascii() else None


def _optional(node: Node, path: str) -> Decimal | None:
    text = (node.findtext(path) or "").strip()
    return decimal(text, path) if text else None
