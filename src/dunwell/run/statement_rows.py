"""The entries of a statement as rows: what the books keep of each, and the payments that money in is."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

import polars as pl

from dunwell.core import accounts
from dunwell.core import frames_import as schemas
from dunwell.core.documents import Entry, EntryPart, entry_key
from dunwell.core.money import Money

# What banks write where the payer gave no reference.
SAYS_NOTHING = frozenset({"NOTPROVIDED", "NOT PROVIDED", "NONREF", "NOREF", "NOTAVAILABLE", "NA", "N/A", "-"})
RECEIVED: schemas.Schema = {
    "line": pl.Int64,
    "part": pl.Int64,
    **{
        name: schemas.BANK_ENTRIES[name]
        for name in ("day", "currency", "amount", "name", "account", "tax_number", "reference", "remittance")
    },
}


@dataclass
class Section:
    """The entries of one statement of one account, until it is closed."""

    account: str
    currency: str
    number: str
    rows: list[tuple[Any, ...]] = field(default_factory=list)
    received: list[tuple[Any, ...]] = field(default_factory=list)
    frames: list[pl.DataFrame] = field(default_factory=list)
    frames_received: list[pl.DataFrame] = field(default_factory=list)
    is_doubtful: bool = False

    def spill(self) -> None:
        """Rows as columns: a large statement then takes a tenth of the memory."""
        self.frames.append(pl.DataFrame(self.rows, schema=schemas.BANK_ENTRIES, orient="row"))
        self.frames_received.append(pl.DataFrame(self.received, schema=RECEIVED, orient="row"))
        self.rows, self.received = [], []

    def told(self) -> tuple[pl.DataFrame, pl.DataFrame]:
        self.spill()
        return pl.concat(self.frames), pl.concat(self.frames_received)


def row(
    line: int, entry: Entry, account: str, day: date, money: Money, *, own: Sequence[tuple[str, str]]
) -> tuple[Any, ...]:
    """An entry as a row of BANK_ENTRIES; `own` are the creditor's accounts."""
    other = accounts.account_key(entry.counterparty.account)
    values = (
        entry.counterparty.name,
        other,
        entry.counterparty.tax_number,
        _telling(entry.references.bank),
        _telling(entry.references.end_to_end),
        _reference(entry),
        _text(entry),
    )
    return (
        line,
        entry_key(account, entry),
        day,
        money.currency,
        money.minor,
        *(clean(value) for value in values),
        clean("".join(entry.remittance.split()).casefold()),
        entry.is_reversal,
        any(accounts.is_same(one, other) for one, _ in own),
        clean(json.dumps(dataclasses.asdict(entry), ensure_ascii=False, default=str).replace("\\u0000", "")),
    )


def received(line: int, entry: Entry, day: date, money: Money) -> Iterator[tuple[Any, ...]]:
    """Money in, one payment for each part of a batch whose parts make up its sum."""
    if money.minor < 0 or entry.is_reversal:
        return
    payments: Sequence[Entry | EntryPart] = entry.parts if _adds_up(entry.parts, entry) else (entry,)
    for part, each in enumerate(payments, start=int(len(payments) > 1)):
        assert each.amount is not None
        yield (
            line,
            part,
            day,
            money.currency,
            Money.parse(each.amount, money.currency).minor,
            clean(each.counterparty.name),
            clean(accounts.account_key(each.counterparty.account)),
            clean(each.counterparty.tax_number),
            clean(_reference(each)),
            clean(_text(each) if isinstance(each, Entry) else each.remittance),
        )


def _adds_up(parts: Sequence[EntryPart], entry: Entry) -> bool:
    amounts = [part.amount for part in parts]
    return (
        len(parts) > 1
        and all(amount is not None and amount > 0 for amount in amounts)
        and all(part.currency in ("", entry.currency) for part in parts)
        and sum((amount for amount in amounts if amount), Decimal(0)) == entry.amount
    )


def _reference(entry: Entry | EntryPart) -> str:
    """What the payer or the creditor gave the payment as its reference, each once."""
    said = entry.references
    told = (said.structured, said.end_to_end, said.customer)
    return " ".join(dict.fromkeys(text for text in map(_telling, told) if text))


def _text(entry: Entry) -> str:
    return entry.remittance or entry.additional


def clean(text: str) -> str | None:
    """Text that a database takes: without zero bytes and halves of characters; None where there is none."""
    return text.replace("\x00", "").encode("utf-8", "replace").decode() or None


def _telling(text: str) -> str:
    return "" if text.strip().upper() in SAYS_NOTHING else text.strip()
