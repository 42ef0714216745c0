"""1CClientBankExchange, the text format between Russian banks and 1C.

The direction of a document follows from the *own* account, never from its kind; where the bank has hidden the payer's
account, from the date that is filled in (`ДатаСписано` or `ДатаПоступило`). What the file says about its own encoding
is often untrue.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import BinaryIO

from dunwell.core.documents import (
    Counterparty,
    Entry,
    EntryStatus,
    References,
    StatementClosed,
    StatementEvent,
    StatementOpened,
    StatementStream,
)
from dunwell.core.refusal import Finding, Refusal
from dunwell.plugins.importers.cells import parse_amount, parse_date
from dunwell.plugins.importers.charset import decode
from dunwell.plugins.importers.statement import unreadable, watched
from dunwell.plugins.importers.text import (
    LONG_TEXT_MAX,
    FieldTooLong,
    lines,
    named_currency,
    russian_currency,
    squeezed,
)

BYTES_MAX = 25_000_000
MARK = "1CClientBankExchange"
DECLARED = (("DOS", "cp866"), ("Windows", "cp1251"), ("UTF-8", "utf-8"))
# Payment forms write 1000-00 for a thousand roubles; so do some programs.
KOPECKS = re.compile(r"^([0-9]+)-([0-9]{2})$", re.ASCII)
LEADING_DATE = re.compile(r"[0-9]{1,2}\.[0-9]{1,2}\.[0-9]{4}|[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
# What is kept of a section's fifty fields.
KEYS = frozenset(
    "РасчСчет ДатаНачала ДатаКонца НачальныйОстаток КонечныйОстаток ВсегоПоступило ВсегоСписано Номер Дата Сумма Код "
    "КвитанцияДата ДатаСписано ДатаПоступило Плательщик Плательщик1 ПлательщикСчет ПлательщикРасчСчет ПлательщикИНН "
    "ПлательщикБИК Получатель Получатель1 ПолучательСчет ПолучательРасчСчет ПолучательИНН ПолучательБИК НазначениеПлатежа "
    "НазначениеПлатежа1 НазначениеПлатежа2 НазначениеПлатежа3 НазначениеПлатежа4 НазначениеПлатежа5 НазначениеПлатежа6 "
    "СуммаПриход СуммаРасход Валюта ДатаОперации".split()
)
# The same fields in the exchange of Kazakhstan's banks (format 2.00).
ALIASES = {
    "НомерДокумента": "Номер", "ДатаДокумента": "Дата", "ВалютаДокумента": "Валюта",
    "ПлательщикНаименование": "Плательщик1", "ПлательщикБИН_ИИН": "ПлательщикИНН", "ПлательщикИИК": "ПлательщикСчет",
    "ПлательщикБанкБИК": "ПлательщикБИК", "ПолучательНаименование": "Получатель1", "ПолучательБИН_ИИН": "ПолучательИНН",
    "ПолучательИИК": "ПолучательСчет", "ПолучательБанкБИК": "ПолучательБИК",
}  # fmt: skip
INN_BEFORE_NAME = re.compile(
    r"^(?:ИНН\s*)?[0-9]{10}(?:[0-9]{2})?(?:\s*/\s*[0-9]{9})?[\s,]+|^ИНН\s*[0-9]{10,12}\s*", re.I
)


class NotClientBank(Refusal):
    """The file is no 1C bank exchange: its first line is not 1CClientBankExchange."""


class ClientBankTooLarge(Refusal):
    """The file is larger than {limit} MB; export a shorter period."""


def read(source: BinaryIO) -> StatementStream:
    """The accounts and their documents in the file's order; raises the refusals above and of `statement`."""
    return watched(_events(source))


@dataclass(slots=True)
class _Section:
    """One `СекцияРасчСчет` or `СекцияДокумент` with its fields; the first of equal names counts."""

    kind: str
    line: int
    fields: dict[str, str] = field(default_factory=dict)
    is_closed: bool = False


@dataclass(slots=True)
class _File:
    accounts: list[str] = field(default_factory=list)
    frames: list[_Section] = field(default_factory=list)
    documents: list[_Section] = field(default_factory=list)
    is_complete: bool = False
    fields: dict[str, str] = field(default_factory=dict)


def _events(source: BinaryIO) -> Iterator[StatementEvent]:
    data = source.read(BYTES_MAX + 1)
    if len(data) > BYTES_MAX:
        raise ClientBankTooLarge(limit=BYTES_MAX // 1_000_000)
    decoded = decode(data, declared=_declared(data[:2000]))
    if not decoded.text.lstrip("\ufeff \t\r\n").startswith(MARK):
        raise NotClientBank
    yield from decoded.findings
    file = _parse(decoded.text)
    yield from _damages(file)
    own = file.accounts or list(dict.fromkeys(_account_of(frame) for frame in file.frames)) or _common_account(file)
    own = [account for account in own if account]
    current = ""
    told: set[str] = set()
    moved: dict[str, list[Decimal]] = {account: [Decimal(0), Decimal(0)] for account in own}
    for document in file.documents:
        for account, event in _entries(document, own, file):
            if isinstance(event, Entry):
                if account != current or account not in told:
                    yield StatementOpened(account, russian_currency(account))
                    current = account
                    told.add(account)
                moved.setdefault(account, [Decimal(0), Decimal(0)])[event.amount < 0] += abs(event.amount)
            yield event
    for account in own:
        if account not in told:
            yield StatementOpened(account, russian_currency(account))
        frames = [frame for frame in file.frames if _account_of(frame) == account]
        yield from _totals(frames, *moved[account])
        yield _closed(account, frames, file)


def _declared(head: bytes) -> str:
    for name, encoding in DECLARED:
        if f"Кодировка={name}".lower().encode("cp866") in _lower(head, "cp866"):
            return encoding
        if f"Кодировка={name}".lower().encode("cp1251") in _lower(head, "cp1251"):
            return encoding
    return ""


def _lower(head: bytes, encoding: str) -> bytes:
    return head.decode(encoding, "replace").lower().encode(encoding, "replace")


def _parse(text: str) -> _File:
    file = _File()
    section: _Section | None = None
    for number, whole in enumerate(lines(text), start=1):
        line = whole.strip("\ufeff\x1a\x00 \t\r\n")
        key, mark, value = line.partition("=")
        key, value = ALIASES.get(key.strip(), key.strip()), value.strip()
        if len(value) > LONG_TEXT_MAX:
            raise FieldTooLong(field=key[:40], length=len(value))
        if key in ("СекцияРасчСчет", "СекцияДокумент"):
            section = _Section(value if key == "СекцияДокумент" else "", number)
            (file.documents if key == "СекцияДокумент" else file.frames).append(section)
        elif key in ("КонецДокумента", "КонецРасчСчет"):
            if section:
                section.is_closed = True
            section = None
        elif key == "КонецФайла":
            file.is_complete = True
        elif not mark:
            continue
        elif section is not None:
            # A few programs write an empty field first and the filled one later.
            if key in KEYS and not section.fields.get(key):
                section.fields[sys.intern(key)] = value
        elif key == "РасчСчет":
            if value and value not in file.accounts:
                file.accounts.append(value)
        else:
            file.fields.setdefault(key, value)
    return file


def _damages(file: _File) -> Iterator[Finding]:
    if not file.is_complete:
        yield Finding(
            "file_cut_off",
            "The line КонецФайла is missing.",
            remedy="The file may be cut off; compare the number of documents with the bank's.",
        )
    for section in (*file.documents, *file.frames):
        if not section.is_closed:
            yield Finding("section_open", "A section has no end; the next one begins within it.", line=section.line)


def _account_of(frame: _Section) -> str:
    return frame.fields.get("РасчСчет", "")


def _common_account(file: _File) -> list[str]:
    """The one account that has part in every document: without a header it must be the own one."""
    sides = [{_side(document, "Плательщик"), _side(document, "Получатель")} - {""} for document in file.documents]
    common = set.intersection(*sides) if sides else set()
    if len(common) == 2:
        # Every document goes from the one to the other: orders to the bank are written by the payer.
        return [_side(file.documents[0], "Плательщик")]
    return list(common)


def _side(document: _Section, role: str) -> str:
    return document.fields.get(f"{role}Счет") or document.fields.get(f"{role}РасчСчет", "")


def _entries(document: _Section, own: list[str], file: _File) -> Iterator[tuple[str, StatementEvent]]:
    amount = _amount(document.fields)
    if amount is None or amount < 0:
        yield "", unreadable(document.line, f"its Сумма is {document.fields.get('Сумма', '')[:40]!r}.")
        return
    payer, payee = _side(document, "Плательщик"), _side(document, "Получатель")
    out, into = payer in own, payee in own
    if not out and not into:
        out, into = bool(document.fields.get("ДатаСписано")), bool(document.fields.get("ДатаПоступило"))
        if out == into:
            yield (
                "",
                Finding(
                    "direction_unknown",
                    f"Neither account of a document over {amount} is an own one; it was left out.",
                    line=document.line,
                    field="РасчСчет",
                    remedy="Say which account is yours.",
                ),
            )
            return
        payer, payee = (own[0] if own and out else payer), (own[0] if own and into else payee)
    if into:
        yield payee, _entry(document, amount, "Плательщик", "ДатаПоступило", file)
    if out:
        entry = _entry(document, -amount, "Получатель", "ДатаСписано", file)
        yield payer, (entry if not into else _as_counter(entry))


def _amount(fields: dict[str, str]) -> Decimal | None:
    """The document's sum; some banks write only what came in or what went out."""
    written = next(filter(None, (fields.get(key) for key in ("Сумма", "СуммаПриход", "СуммаРасход"))), "")
    return parse_amount(KOPECKS.sub(r"\1.\2", written))


def _currency(document: _Section, account: str) -> str:
    return named_currency(document.fields.get("Валюта", "")) or russian_currency(account)


def _as_counter(entry: Entry) -> Entry:
    return Entry(
        amount=entry.amount,
        currency=entry.currency,
        booking_date=entry.booking_date,
        counterparty=entry.counterparty,
        references=entry.references,
        remittance=entry.remittance,
        code=entry.code,
        is_counter_entry=True,
        line=entry.line,
    )


def _entry(document: _Section, amount: Decimal, other: str, day_field: str, file: _File) -> Entry:
    fields = document.fields
    # An order that no bank has booked yet: sent out of 1C, in a file without any account section.
    is_order = amount < 0 and not file.frames and not fields.get("ДатаСписано") and not fields.get("КвитанцияДата")
    status: EntryStatus = "information" if is_order else "booked"
    own = _side(document, "Получатель" if other == "Плательщик" else "Плательщик")
    return Entry(
        amount=amount,
        currency=_currency(document, own),
        booking_date=next(
            filter(None, (_day(fields.get(key, "")) for key in (day_field, "ДатаОперации", "Дата"))), None
        ),
        value_date=_day(fields.get("Дата", "")),
        status=status,
        counterparty=Counterparty(
            name=_name(fields, other),
            account=_side(document, other),
            bank=fields.get(f"{other}БИК", ""),
            tax_number=fields.get(f"{other}ИНН", ""),
        ),
        references=References(customer=fields.get("Номер", ""), structured=fields.get("Код", "").strip("0")),
        remittance=_purpose(fields),
        code=document.kind,
        line=document.line,
    )


def _name(fields: dict[str, str], role: str) -> str:
    """The name without the tax number that many banks put before it."""
    for key in (f"{role}1", role):
        if name := INN_BEFORE_NAME.sub("", squeezed(fields.get(key))):
            return name
    return ""


def _purpose(fields: dict[str, str]) -> str:
    whole = fields.get("НазначениеПлатежа", "")
    lines = [fields.get(f"НазначениеПлатежа{number}", "") for number in range(1, 7)]
    return squeezed(whole or " ".join(filter(None, lines)))


def _day(text: str) -> date | None:
    """The date at the beginning: some programs put a time or garbage behind it."""
    match = LEADING_DATE.match(text.strip())
    return parse_date(match[0]) if match else None


def _totals(frames: list[_Section], credits: Decimal, debits: Decimal) -> Iterator[Finding]:
    for key, sum_read in (("ВсегоПоступило", credits), ("ВсегоСписано", debits)):
        stated = [parse_amount(frame.fields.get(key, "")) for frame in frames]
        known = [amount for amount in stated if amount is not None]
        if known and sum(known) != sum_read:
            yield Finding("totals_differ", f"{key} is {sum(known)}, the documents give {sum_read}.", field=key)


def _closed(account: str, frames: list[_Section], file: _File) -> StatementClosed:
    """One frame per account, or one per day: the first one's opening balance and the last one's closing balance."""
    dated = sorted(frames, key=lambda frame: _day(frame.fields.get("ДатаНачала", "")) or date.min)
    first = dated[0].fields if dated else {}
    last = dated[-1].fields if dated else {}
    return StatementClosed(
        account=account,
        currency=russian_currency(account),
        opening=parse_amount(first.get("НачальныйОстаток", "")),
        closing=parse_amount(last.get("КонечныйОстаток", "")),
        from_date=_day(first.get("ДатаНачала", "") or file.fields.get("ДатаНачала", "")),
        to_date=_day(last.get("ДатаКонца", "") or file.fields.get("ДатаКонца", "")),
    )
