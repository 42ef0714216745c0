"""An issued document as it is printed: invoice, request before work, credit note; and the receipt of a payment.

The lines and sums are the document's own, as it was issued; what was paid since stands below them. Three looks of rising urgency say
the same: the firmer the letter, the plainer the sentence about the day, and the stricter the sheet.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from dunwell.core.claims import Party
from dunwell.core.documents import InvoiceDocument
from dunwell.core.ledger import DocumentKind
from dunwell.core.message import LOOKS, BankAccount
from dunwell.core.money import Money
from dunwell.core.paper import Block, Columns, Document, Due, Pairs, PaperTable, Paragraph, SmallPrint
from dunwell.engine import terms
from dunwell.engine.paper_desk import Desk, Letterhead, Words

WARM, _, FORMAL = LOOKS


@dataclass(frozen=True, slots=True)
class InvoicePaper:
    """A document with how it stands on a day: `left` is what may still be asked for."""

    document: InvoiceDocument
    kind: DocumentKind
    head: Letterhead
    seller: Party
    buyer: Party
    on: date
    left: Money
    days_late: int = 0
    is_cancelled: bool = False
    valid_until: date | None = None
    account: BankAccount | None = None
    purpose: str = ""
    look: str = "warm"

    @property
    def total(self) -> Money:
        return Money.parse(abs(self.document.totals.payable), self.document.currency)


@dataclass(frozen=True, slots=True)
class ReceiptPaper:
    """Money that came, and what it was set against."""

    head: Letterhead
    seller: Party
    buyer: Party
    on: date
    paid_on: date
    amount: Money
    remittance: str = ""
    settled: tuple[tuple[str, Money], ...] = ()


def invoice(paper: InvoicePaper, words: Words) -> Document:
    """The printed document in one language, or in two."""
    desk = Desk(words)
    number, day = paper.document.number, paper.document.issue_date or paper.on
    title = desk.text(f"title_{paper.kind.value}", number=number, day=day)
    return desk.sheet(paper.head, paper.seller, paper.on, title, tuple(_invoice(desk, paper)), look=paper.look)


def receipt(paper: ReceiptPaper, words: Words) -> Document:
    """That a payment arrived, for the payer's records."""
    desk = Desk(words)
    title = desk.text("title_receipt", day=paper.paid_on)
    return desk.sheet(paper.head, paper.seller, paper.on, title, tuple(_receipt(desk, paper)), look="warm")


def _invoice(desk: Desk, paper: InvoicePaper) -> Iterator[Block]:
    yield Columns((desk.party("seller", paper.seller), desk.party("buyer", paper.buyer)))
    facts = [
        ("credits", " ".join(paper.document.preceding)),
        ("order", paper.document.order_reference),
        ("valid", desk.day(paper.valid_until) if paper.valid_until else ""),
    ]
    if any(value for _, value in facts):
        yield Pairs(tuple((desk.label(key), terms.clean(value)) for key, value in facts if value))
    yield _lines(desk, paper.document)
    yield PaperTable(("", ""), tuple(_totals(desk, paper)), ("left", "right"), ("fill", "auto"))
    yield from (SmallPrint(desk.text("no_vat_reason", reason=tax.reason)) for tax in paper.document.taxes if tax.reason)
    yield _due(desk, paper)
    if paper.kind is DocumentKind.CREDIT_NOTE:
        named = paper.document.preceding
        yield Paragraph(desk.text("credit_note", number=named[0]) if named else desk.text("credit_note_free"))
    elif paper.left and not paper.is_cancelled:
        yield from desk.ways_to_pay(paper.account, paper.left, paper.purpose)
    if not paper.document.taxes and paper.kind is not DocumentKind.REQUEST:
        # Without its VAT it is no tax document, and must not look like one.
        yield SmallPrint(desk.text("copy"))


def _lines(desk: Desk, document: InvoiceDocument) -> PaperTable:
    """With quantity, price and VAT where the document has them; else what it was for and how much."""
    currency = document.currency
    nets = [_money(line.net, currency) for line in document.lines]
    has_quantities = any(line.quantity not in (None, Decimal(1), Decimal(-1)) for line in document.lines)
    has_vat = bool(document.taxes)
    columns: list[tuple[str, str, str, list[str]]] = [
        ("line", "left", "fill", [terms.clean(line.name) for line in document.lines])
    ]
    if has_quantities:
        columns.append(("quantity", "right", "auto", [_plain(line.quantity, desk.locale) for line in document.lines]))
        columns.append(("price", "right", "auto", [_plain(line.price, desk.locale) for line in document.lines]))
    if has_vat:
        columns.append(("vat", "right", "auto", [_percent(line.tax_percent, desk.locale) for line in document.lines]))
    columns.append(("net" if has_vat else "sum", "right", "auto", [desk.number(net) if net else "" for net in nets]))
    return PaperTable(
        head=desk.head(*(key for key, _, _, _ in columns)),
        rows=tuple(zip(*(cells for _, _, _, cells in columns), strict=True)),
        align=tuple(align for _, align, _, _ in columns),
        widths=tuple(width for _, _, width, _ in columns),
    )


def _totals(desk: Desk, paper: InvoicePaper) -> Iterator[tuple[str, str]]:
    document, currency = paper.document, paper.document.currency
    if document.taxes and (net := _money(document.totals.net, currency)) is not None:
        yield desk.label("total_net"), desk.money(net)
    for tax in document.taxes:
        caption = (
            desk.label("total_vat", percent=_plain(tax.percent, desk.locale))
            if tax.percent
            else desk.label("total_no_vat")
        )
        yield caption, desk.money(_money(tax.amount, currency) or Money(0, currency))
    if rounding := _money(document.totals.rounding, currency):
        yield desk.label("rounding"), desk.money(rounding)
    yield desk.label("total"), desk.money(paper.total)
    if paper.kind is not DocumentKind.CREDIT_NOTE and paper.left != paper.total and not paper.is_cancelled:
        yield desk.label("paid"), desk.money(paper.total - paper.left)


def _due(desk: Desk, paper: InvoicePaper) -> Due:
    """The sum that matters, with its day in the words of the look."""
    if paper.is_cancelled:
        return Due(desk.text("cancelled"), desk.money(Money(0, paper.total.currency)))
    if paper.kind is DocumentKind.CREDIT_NOTE:
        return Due(desk.label("credited"), desk.money(paper.total))
    if not paper.left:
        return Due(desk.text("settled"), desk.money(paper.left))
    label = desk.label("to_pay" if paper.left == paper.total else "left")
    day = paper.valid_until if paper.kind is DocumentKind.REQUEST else paper.document.due_date
    if day is None:
        return Due(label, desk.money(paper.left))
    said = [desk.text(_day_key(paper), due=day)]
    if paper.days_late and paper.look == FORMAL:
        said.append(f"{desk.label('late')}: {desk.days(paper.days_late)}")
    return Due(label, desk.money(paper.left), tuple(said))


def _day_key(paper: InvoicePaper) -> str:
    """A formal sheet names the day that has passed and how long ago; the others leave it at the day."""
    if paper.days_late:
        return "due_formal" if paper.look == FORMAL else "due_late"
    return "due_warm" if paper.look == WARM else "due_plain"


def _receipt(desk: Desk, paper: ReceiptPaper) -> Iterator[Block]:
    yield Columns((desk.party("seller", paper.seller), desk.party("buyer", paper.buyer)))
    yield Due(desk.label("received"), desk.money(paper.amount), (desk.day(paper.paid_on),))
    yield Paragraph(desk.text("receipt", customer=paper.buyer.name, sum=paper.amount))
    rows = [(named, desk.money(sum_)) for named, sum_ in paper.settled]
    if rest := paper.amount - Money(sum(sum_.minor for _, sum_ in paper.settled), paper.amount.currency):
        rows.append((desk.label("on_account"), desk.money(rest)))
    yield PaperTable(desk.head("set_against", "sum"), tuple(rows), ("left", "right"), ("fill", "auto"))
    if paper.remittance:
        yield Pairs(((desk.label("remittance"), terms.clean(paper.remittance)),))
    yield SmallPrint(desk.text("receipt_note"))


def _money(value: Decimal | None, currency: str) -> Money | None:
    """Lines of e-invoices may have more decimals than their currency: they are shown as they round."""
    if value is None:
        return None
    return Money.parse(value.quantize(Money(1, currency).decimal), currency)


def _percent(value: Decimal | None, locale: str) -> str:
    if value is None:
        return "–"
    return f"{_plain(value, locale)}%" if locale == "en" else f"{_plain(value, locale)}\u00a0%"


def _plain(value: Decimal | None, locale: str) -> str:
    text = f"{value.normalize():f}" if value is not None else ""
    return text if locale == "en" else text.replace(".", ",")
