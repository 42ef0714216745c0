"""What a client can keep of the page as PDF: the statement of all that is open, and one invoice with how to pay it.

The statement says what the page says, in the page's words (`say`): all that the link shows and nothing besides. The invoice is the very
document that the creditor prints (`papers`), in the look of the letter that the link came with.
"""

from __future__ import annotations

from collections.abc import Callable

from dunwell.core.paper import Block, Column, Columns, Document, Pairs, PaperTable, Paragraph, QrCode, Title
from dunwell.run import papers, portal, printing
from dunwell.run.portal import Item, Page, Visit
from dunwell.store import scope
from dunwell.store.models import Invoice

Say = Callable[..., str]


def statement(seen: Visit, locale: str, say: Say) -> bytes:
    """All that is open on the link's day, as PDF."""
    page = portal.page(seen, locale)
    day = portal.speech(seen, locale).brief(seen.on)
    title = say("documents.statement")
    rows = tuple(
        (_named(item, say), item.due, item.original, item.open)
        for item in page.items
        if item.is_payable or item.state in ("disputed", "later")
    )
    total = ("", "", say("documents.total"), "\n".join(page.totals))
    head = (say("documents.number"), say("documents.until"), say("documents.original"), say("documents.open"))
    table = PaperTable(head, rows, ("left", "left", "right", "right"), ("fill", "auto", "auto", "auto"), total)
    blocks = (Title(title), _parties(page, say), Paragraph(say("documents.statement_day", day=day)), table)
    return _printed(seen, page, title, (*blocks, *_payment(seen, page, locale, say)))


def invoice(seen: Visit, locale: str, receivable_id: int) -> bytes | None:
    """One invoice of the link as it was issued, with how to pay it, as PDF; None where the link does not show it."""
    item = next((one for one in portal.page(seen, locale).items if one.receivable_id == receivable_id), None)
    if item is None:
        return None
    with scope.of(seen.creditor.pk):
        document = Invoice.objects.select_related("customer").get(receivables__pk=receivable_id)
    return papers.invoice(
        seen.creditor, document, on=seen.on, languages=locale, look=seen.link.look, rehearsal=seen.link.rehearsal
    )


def _named(item: Item, say: Say) -> str:
    return f"{item.title} {say('items.issued', day=item.issued)}"


def _parties(page: Page, say: Say) -> Columns:
    person = tuple(part for part in (page.person.name, page.person.phone, page.person.email) if part)
    return Columns((Column(page.creditor, (page.registered, *person)), Column(page.customer, ())))


def _payment(seen: Visit, page: Page, locale: str, say: Say) -> tuple[Block, ...]:
    blocks: list[Block] = []
    for transfer in page.transfers:
        lines = tuple(f"{label}: {value}" for label, value, _ in transfer.rows)
        drawn = portal.inline_code(seen, locale, transfer.currency) if transfer.has_code else ""
        blocks.append(Paragraph(say("pay.transfer")))
        blocks.append(QrCode(drawn, lines) if drawn else Pairs(tuple(row[:2] for row in transfer.rows)))
    return tuple(blocks)


def _printed(seen: Visit, page: Page, title: str, blocks: tuple[Block, ...]) -> bytes:
    return printing.pdf(seen.creditor, Document(title, page.creditor, seen.on, page.locale, page.registered, blocks))
