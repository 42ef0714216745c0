"""OFX 1 (SGML, most tags unclosed) and OFX 2 (XML), QBO and QFX with them.

One tolerant reader for both: a tag and the text up to the next tag is all that either needs, and real banks mix them
(an XML header over unclosed tags). Amounts come with a point or a comma; entries without a date or an amount are said,
not dropped in silence.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import BinaryIO

from dunwell.core.documents import (
    Counterparty,
    Entry,
    References,
    StatementClosed,
    StatementEvent,
    StatementOpened,
    StatementStream,
)
from dunwell.core.money import CURRENCIES
from dunwell.core.refusal import Finding, Refusal
from dunwell.plugins.importers.charset import decode
from dunwell.plugins.importers.safexml import XmlWithDoctype
from dunwell.plugins.importers.statement import unreadable, watched
from dunwell.plugins.importers.text import LONG_TEXT_MAX, FieldTooLong, compact_date, squeezed

BYTES_MAX = 25_000_000
TOKEN = re.compile(r"<(/?)([A-Za-z0-9_.]{1,40})\s*/?>([^<]*)")
CDATA = re.compile(r"<!\[CDATA\[(.*?)\]\]>", re.S)
HEADER_CHARSET = re.compile(rb"(ENCODING|CHARSET)[:=]\s*\"?([A-Za-z0-9_-]+)", re.I)
STATEMENTS = frozenset({"STMTRS", "CCSTMTRS", "INVSTMTRS", "LOANSTMTRS"})
ACCOUNTS = frozenset({"BANKACCTFROM", "CCACCTFROM", "INVACCTFROM", "LOANACCTFROM"})
ENTRIES = frozenset({"STMTTRN", "STMTTRNP"})
# Aggregates inside an entry whose leaves must not be taken for the entry's own.
INNER = frozenset({"PAYEE", "BANKACCTTO", "CCACCTTO", "CURRENCY", "ORIGCURRENCY", "IMAGEDATA", "EXTDNAME"})
AMOUNT = re.compile(r"[+-]?[0-9]+(?:[.,][0-9]+)?|[+-]?[.,][0-9]+", re.ASCII)
THOUSANDS = re.compile(r"[+-]?[0-9]{1,3}(?:(?:,[0-9]{3})+\.[0-9]+|(?:\.[0-9]{3})+,[0-9]+)", re.ASCII)


class OfxUnreadable(Refusal):
    """The file is no OFX statement: it holds no <OFX>."""


class OfxTooLarge(Refusal):
    """The file is larger than {limit} MB; ask the bank for shorter periods."""


def read(source: BinaryIO) -> StatementStream:
    """Statements and their entries in the file's order; raises the refusals above and of `statement` and `text`."""
    return watched(_events(source))


@dataclass(slots=True)
class _Open:
    account: str = ""
    bank: str = ""
    currency: str = ""
    closing: Decimal | None = None
    from_date: date | None = None
    to_date: date | None = None
    is_announced: bool = False


@dataclass(slots=True)
class _Fields:
    """The leaves of the entry being read, by name, those of inner aggregates as PAYEE.NAME."""

    name: str
    line: int
    leaves: dict[str, str] = field(default_factory=dict)


def _events(source: BinaryIO) -> Iterator[StatementEvent]:
    data = source.read(BYTES_MAX + 1)
    if len(data) > BYTES_MAX:
        raise OfxTooLarge(limit=BYTES_MAX // 1_000_000)
    decoded = decode(data, declared=_declared(data[:2000]))
    text = decoded.text
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        raise XmlWithDoctype
    if "<OFX>" not in text.upper():
        raise OfxUnreadable
    text = CDATA.sub(lambda match: html.escape(match[1]), text)
    yield from decoded.findings
    yield from _walk(text)
    if "</OFX>" not in text.upper():
        yield Finding(
            "file_cut_off",
            "The file breaks off: its last tag </OFX> is missing.",
            remedy="Entries may be missing; fetch it again.",
        )


def _declared(head: bytes) -> str:
    said = {key.upper(): value.decode().upper() for key, value in HEADER_CHARSET.findall(head)}
    charset = said.get(b"CHARSET", "")
    if charset.isdigit():
        return f"cp{charset}"
    return {"ISO-8859-1": "cp1252"}.get(charset, "")


def _walk(text: str) -> Iterator[StatementEvent]:
    current: _Open | None = None
    entry: _Fields | None = None
    stack: list[str] = []
    line, at = 1, 0
    for match in TOKEN.finditer(text):
        is_end, name, value = match[1] == "/", match[2].upper(), match[3].strip()
        line, at = line + text.count("\n", at, match.start()), match.start()
        if name in ENTRIES:
            if entry:
                yield from _entry(entry, current)
            entry = None if is_end or current is None else _Fields(name, line)
        elif name in STATEMENTS:
            if entry:
                yield from _entry(entry, current)
                entry = None
            if current:
                yield from _close(current)
            current = None if is_end else _Open()
            stack.clear()
        elif current is None:
            continue
        elif entry is not None:
            _leaf(entry, stack, name, value, is_end)
        else:
            _frame(current, stack, name, value, is_end)
            if name in ("BANKTRANLIST", "INVTRANLIST", "LEDGERBAL") or name in ACCOUNTS:
                yield from _announce(current)
    if entry:
        yield from _entry(entry, current)
    if current:
        yield from _close(current)


def _leaf(entry: _Fields, stack: list[str], name: str, value: str, is_end: bool) -> None:
    if name in INNER:
        if is_end:
            stack.clear()
        else:
            stack[:] = [name]
    if value and not is_end:
        if len(value) > LONG_TEXT_MAX:
            raise FieldTooLong(field=name, length=len(value))
        key = f"{stack[0]}.{name}" if stack else name
        entry.leaves.setdefault(key, squeezed(html.unescape(value)))


def _frame(current: _Open, stack: list[str], name: str, value: str, is_end: bool) -> None:
    if name in ACCOUNTS or name in ("LEDGERBAL", "AVAILBAL"):
        stack[:] = [] if is_end else [name]
    if is_end or not value:
        return
    within = stack[0] if stack else ""
    if name == "CURDEF":
        current.currency = value.upper() if value.upper() in CURRENCIES else ""
    elif name == "ACCTID" and within in ACCOUNTS:
        current.account = squeezed(html.unescape(value))
    elif name == "BALAMT" and within == "LEDGERBAL":
        current.closing = _amount(value)
    elif name == "DTSTART":
        current.from_date = compact_date(value)
    elif name == "DTEND":
        current.to_date = compact_date(value)


def _announce(current: _Open) -> Iterator[StatementEvent]:
    if not current.is_announced and current.account:
        current.is_announced = True
        if not current.currency:
            yield Finding("currency_missing", "The statement names no known currency.", field="CURDEF")
        yield StatementOpened(current.account, current.currency)


def _close(current: _Open) -> Iterator[StatementEvent]:
    if not current.is_announced:
        yield StatementOpened(current.account, current.currency)
    yield StatementClosed(
        account=current.account,
        currency=current.currency,
        closing=current.closing,
        from_date=current.from_date,
        to_date=current.to_date,
    )


def _entry(entry: _Fields, current: _Open | None) -> Iterator[StatementEvent]:
    leaves = entry.leaves
    amount = _amount(leaves.get("TRNAMT", ""))
    if amount is None:
        yield unreadable(entry.line, f"its amount is {leaves.get('TRNAMT', 'missing')[:40]!r}.")
        return
    booked = compact_date(leaves.get("DTPOSTED", ""))
    if booked is None:
        yield Finding(
            "date_missing",
            f"An entry has no usable date ({leaves.get('DTPOSTED', 'none')[:30]}).",
            line=entry.line,
            field="DTPOSTED",
        )
    if action := leaves.get("CORRECTACTION"):
        yield Finding(
            "entry_corrects",
            f"An entry is to {action[:10].lower()} the one numbered {leaves.get('CORRECTFITID', '')[:40]}.",
            line=entry.line,
        )
    name = leaves.get("NAME") or leaves.get("PAYEE.NAME", "")
    memo = leaves.get("MEMO", "")
    yield Entry(
        amount=amount,
        currency=leaves.get("CURRENCY.CURSYM") or (current.currency if current else ""),
        booking_date=booked,
        value_date=compact_date(leaves.get("DTAVAIL", "")),
        status="pending" if entry.name == "STMTTRNP" else "booked",
        counterparty=Counterparty(
            name=leaves.get("EXTDNAME.EXTDNAME") or name,
            account=leaves.get("BANKACCTTO.ACCTID") or leaves.get("CCACCTTO.ACCTID", ""),
            bank=leaves.get("BANKACCTTO.BANKID", ""),
        ),
        references=References(
            bank=leaves.get("FITID", ""), customer=leaves.get("REFNUM") or leaves.get("CHECKNUM", "")
        ),
        # Long texts begin in NAME, which holds 32 characters, and go on in MEMO.
        remittance=memo if memo.startswith(name) else f"{name} {memo}".strip(),
        code=leaves.get("TRNTYPE", ""),
        line=entry.line,
    )


def _amount(text: str) -> Decimal | None:
    plain = "".join(text.split())
    if THOUSANDS.fullmatch(plain):
        mark = plain[max(plain.rfind(","), plain.rfind("."))]
        plain = plain.replace("." if mark == "," else ",", "")
    if not AMOUNT.fullmatch(plain) or len(plain) > 30:
        return None
    return Decimal(plain.replace(",", "."))
