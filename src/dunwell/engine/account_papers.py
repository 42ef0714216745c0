"""What stands between two companies: the statement of account, and the reconciliation that both sign.

A *movement* is positive where it raises what the customer owes us (debit) and negative where it lowers it (credit). Currencies never
add: each has its own table and balance.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from dunwell.core.claims import Party
from dunwell.core.message import BankAccount
from dunwell.core.money import Money
from dunwell.core.paper import (
    Block,
    Column,
    Columns,
    Document,
    Due,
    Heading,
    PaperTable,
    Paragraph,
    Signatures,
    SignedBy,
    SmallPrint,
)
from dunwell.engine.paper_desk import Desk, Letterhead, Words

HALF_WIDTHS = ("19mm", "fill", "25mm", "25mm")


@dataclass(frozen=True, slots=True)
class Movement:
    """One event of the account; `number` is the document's, empty for money."""

    on: date
    kind: str
    number: str
    amount: Money


@dataclass(frozen=True, slots=True)
class OpenItem:
    """A document of which something is left, with its day."""

    number: str
    issued: date
    due: date | None
    left: Money
    days_late: int


@dataclass(frozen=True, slots=True)
class Account:
    """One currency of a period: what stood before it, what moved in it, what is open at its end."""

    opening: Money
    movements: tuple[Movement, ...] = ()
    open: tuple[OpenItem, ...] = ()
    to_pay: Money | None = None
    account: BankAccount | None = None
    purpose: str = ""

    @property
    def closing(self) -> Money:
        return Money(self.opening.minor + sum(one.amount.minor for one in self.movements), self.opening.currency)


@dataclass(frozen=True, slots=True)
class AccountPaper:
    head: Letterhead
    creditor: Party
    customer: Party
    since: date
    until: date
    accounts: tuple[Account, ...]


def statement(paper: AccountPaper, words: Words) -> Document:
    """All documents and payments of a period, what is open at its end, and how to pay that."""
    desk = Desk(words)
    title = desk.text("title_statement", day=paper.until)
    return desk.sheet(paper.head, paper.creditor, paper.until, title, tuple(_statement(desk, paper)))


def reconciliation(paper: AccountPaper, words: Words) -> Document:
    """Both sides' figures next to each other, theirs left blank, for both to sign."""
    desk = Desk(words)
    title = desk.text("title_reconciliation", since=paper.since, until=paper.until)
    blocks = tuple(_reconciliation(desk, paper))
    return desk.sheet(paper.head, paper.creditor, paper.until, title, blocks, is_wide=True)


# --- the statement ---------------------------------------------------------------------------------------------------


def _statement(desk: Desk, paper: AccountPaper) -> Iterator[Block]:
    creditor, customer = paper.creditor.name, paper.customer.name
    yield Columns((desk.party("seller", paper.creditor), desk.party("buyer", paper.customer)))
    yield Paragraph(desk.text("statement", creditor=creditor, customer=customer, since=paper.since, until=paper.until))
    for one in paper.accounts:
        if len(paper.accounts) > 1:
            yield Heading(one.opening.currency)
        yield _movements(desk, paper, one)
        yield _standing(desk, one, paper.until)
        if one.open:
            yield _open_items(desk, one)
        if one.to_pay:
            yield from desk.ways_to_pay(one.account, one.to_pay, one.purpose)
    if not paper.accounts:
        yield Paragraph(desk.text("period_empty"))


def _movements(desk: Desk, paper: AccountPaper, account: Account) -> PaperTable:
    balance = account.opening
    rows = [("", desk.label("opening", day=paper.since), "", "", desk.number(balance))]
    for one in account.movements:
        balance += one.amount
        rows.append((desk.day(one.on), _named(desk, one), *_sides(desk, one.amount), desk.number(balance)))
    return PaperTable(
        head=desk.head("date", "document", "debit", "credit", "balance"),
        rows=tuple(rows),
        align=("left", "left", "right", "right", "right"),
        widths=("auto", "fill", "auto", "auto", "auto"),
        total=(
            "",
            desk.label("closing", day=paper.until),
            *map(desk.number, _turnover(account)),
            desk.number(account.closing),
        ),
    )


def _standing(desk: Desk, account: Account, on: date) -> Due:
    """What the customer may be asked for; what is contested or deferred is in the table, not in the frame."""
    closing = account.closing
    owed = account.to_pay if account.to_pay is not None else closing
    if owed.minor > 0:
        return Due(desk.text("statement_owed", day=on), desk.money(owed))
    if closing.minor < 0:
        return Due(desk.label("credited"), desk.money(-closing), (desk.text("statement_ours", day=on, sum=-closing),))
    return Due(desk.text("statement_even", day=on), desk.money(Money(0, closing.currency)))


def _open_items(desk: Desk, account: Account) -> PaperTable:
    rows = tuple(
        (
            desk.label("invoice", number=one.number),
            desk.day(one.issued),
            desk.day(one.due) if one.due else "",
            desk.days(one.days_late) if one.days_late else "",
            desk.number(one.left),
        )
        for one in account.open
    )
    head = desk.head("open_items", "issued", "due", "late", "left")
    return PaperTable(head, rows, ("left", "left", "left", "right", "right"), ("fill", "auto", "auto", "auto", "auto"))


# --- the reconciliation ----------------------------------------------------------------------------------------------


def _reconciliation(desk: Desk, paper: AccountPaper) -> Iterator[Block]:
    creditor, customer = paper.creditor.name, paper.customer.name
    said = {"creditor": creditor, "customer": customer}
    yield Paragraph(desk.text("reconciliation", **said, since=paper.since, until=paper.until))
    for one in paper.accounts:
        if len(paper.accounts) > 1:
            yield Heading(one.opening.currency)
        yield Columns((Column(desk.label("ours", name=creditor), ()), Column(desk.label("theirs", name=customer), ())))
        yield _both_sides(desk, paper, one)
        key = "owed" if one.closing.minor > 0 else "ours" if one.closing.minor < 0 else "even"
        yield Paragraph(desk.text(f"reconciliation_{key}", **said, day=paper.until, sum=_positive(one.closing)))
    if not paper.accounts:
        yield Paragraph(desk.text("period_empty"))
    yield SmallPrint(f"{desk.text('reconciliation_ask')}\n{desk.text('reconciliation_effect')}")
    yield Signatures(tuple(_side(desk, party) for party in (paper.creditor, paper.customer)))


def _both_sides(desk: Desk, paper: AccountPaper, account: Account) -> PaperTable:
    rows: list[tuple[str, ...]] = [("", desk.label("opening", day=paper.since), *_balance(desk, account.opening))]
    rows += [(desk.day(one.on), _named(desk, one), *_sides(desk, one.amount)) for one in account.movements]
    rows.append(("", desk.label("turnover"), *map(desk.number, _turnover(account))))
    closing = ("", desk.label("closing", day=paper.until), *_balance(desk, account.closing))
    # Their half has our captions and no figures: those are theirs to write.
    theirs = [("", row[1] if not row[0] else "", "", "") for row in rows]
    head = desk.head("date", "document", "debit", "credit")
    return PaperTable(
        head=head * 2,
        rows=tuple((*ours, *blank) for ours, blank in zip(rows, theirs, strict=True)),
        align=("left", "left", "right", "right") * 2,
        widths=HALF_WIDTHS * 2,
        total=(*closing, "", closing[1], "", ""),
        divided_before=len(head),
    )


def _side(desk: Desk, party: Party) -> SignedBy:
    shown = desk.party("seller", party)
    blanks = tuple(desk.label(key) for key in ("position", "name", "signature", "stamp"))
    return SignedBy(shown.lines[0], shown.lines[1:], blanks)


def _named(desk: Desk, one: Movement) -> str:
    return desk.label(one.kind, number=one.number)


def _sides(desk: Desk, amount: Money) -> tuple[str, str]:
    """Debit and credit; nothing on the side on which nothing stands."""
    shown = desk.number(_positive(amount))
    return (shown, "") if amount.minor > 0 else ("", shown) if amount.minor < 0 else ("", "")


def _balance(desk: Desk, amount: Money) -> tuple[str, str]:
    """The same of a balance, which is said also where it is nothing."""
    return _sides(desk, amount) if amount else (desk.number(amount), "")


def _turnover(account: Account) -> Sequence[Money]:
    currency = account.opening.currency
    debit = sum(one.amount.minor for one in account.movements if one.amount.minor > 0)
    credit = -sum(one.amount.minor for one in account.movements if one.amount.minor < 0)
    return Money(debit, currency), Money(credit, currency)


def _positive(amount: Money) -> Money:
    return -amount if amount.minor < 0 else amount
