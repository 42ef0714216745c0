"""What a client can keep of the page as PDF: the statement of all that is open, and one invoice with how to pay it.

It says what the page says, in the page's words (`say`), on the sheet that every printed document uses. A copy of the invoice as it was
issued is the seller's own; this paper names its number and does not stand in for it.
"""

from __future__ import annotations

from collections.abc import Callable

from dunwell.core.paper import Block, Column, Columns, Document, Pairs, PaperTable, Paragraph, QrCode, SmallPrint, Title
from dunwell.run import portal, printed
from dunwell.run.portal import Item, Page, Visit

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


def invoice(seen: Visit, locale: str, receivable_id: int, say: Say) -> bytes | None:
    """One invoice of the link with its lines and how to pay it, as PDF; None where the link does not show it."""
    page = portal.page(seen, locale)
    item = next((one for one in page.items if one.receivable_id == receivable_id), None)
    if item is None:
        return None
    facts = [
        (say("items.title"), item.what_for),
        (say("documents.until"), item.due),
        (say("documents.original"), item.original),
    ]
    blocks: list[Block] = [
        Title(_named(item, say)),
        _parties(page, say),
        Pairs(tuple((label, value) for label, value in (*facts, (say("documents.open"), item.open)) if value)),
    ]
    if item.lines:
        rows = tuple((str(number), *line) for number, line in enumerate(item.lines, 1))
        blocks.append(
            PaperTable(("", say("items.lines"), ""), rows, ("right", "left", "right"), ("auto", "fill", "auto"))
        )
    blocks.append(SmallPrint(say("documents.not_the_invoice")))
    return _printed(seen, page, item.title, tuple(blocks))


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
    return printed.pdf(seen.creditor, Document(title, page.creditor, seen.on, page.locale, page.registered, blocks))
