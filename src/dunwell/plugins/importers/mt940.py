"""SWIFT MT940 (statement) and MT942 (interim report), with the dialects of banks.

The frame is SWIFT's: tags at the beginning of a line, all else continues the line before. What stands in `:86:` is every
bank's own; three families are known: German subfields (?20…, also with > or other marks), Dutch and SWIFT words (/REMI/…,
/NAME/…), and plain text. The mark of `:61:` decides the side: RC is the reversal of a credit, so money goes *out*.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from itertools import zip_longest
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
from dunwell.plugins.importers.charset import decode
from dunwell.plugins.importers.statement import StatementCutOff, unreadable, watched
from dunwell.plugins.importers.text import currency_code, lines, make_date, squeezed

BYTES_MAX = 25_000_000
TAG = re.compile(r":(NS|[0-9]{2}[A-Z]?):")
KNOWN_TAGS = frozenset("20 21 25 25P 28 28C 13 13D 34F 60 60F 60M 61 62 62F 62M 64 64F 65 65F 86 90C 90D NS".split())
ENVELOPE = re.compile(r"\{1:[^{}]*\}|\{2:[^{}]*\}|\{3:(?:\{[^{}]*\})*\}|\{4:|^-\}|\{5:(?:\{[^{}]*\})*\}", re.M)
BALANCE = re.compile(r"\s*([CD])R?\s*([0-9]{6})\s*([A-Z]{3})?\s*(-?[0-9.,]+)\s*")
# Value date, entry date (may be blank or missing), mark, funds code, amount, then type and references.
MOVEMENT = re.compile(
    r"\s*([0-9]{6})([0-9]{4}|\s{4})?\s*(R[CD]|E[CD]|[CD])\s?([A-Z])?\s*([0-9.,]+)\s*((?:[A-Z/].*)?)", re.S
)
# Thousands by one mark, the fraction by the other.
GROUPED = re.compile(r"[0-9]{1,3}(?:(?:\.[0-9]{3})+,|(?:,[0-9]{3})+\.)[0-9]*", re.ASCII)
TYPE = re.compile(r"([NFSB][A-Z0-9]{3})?(.*)", re.S)
SUBFIELD_START = re.compile(r"([0-9]{3})\s*([?>~^@&+$<])(?=[0-9]{2})")
PURPOSE_KEYS = frozenset([*map(str, range(20, 30)), *map(str, range(60, 64))])
SEPA_WORD = re.compile(r"(EREF|KREF|MREF|CRED|DEBT|COAM|OAMT|SVWZ|ABWA|ABWE|IBAN|BIC|RREF|PURP)[+]")
WORD = re.compile(
    r"/(TRTP|IBAN|BIC|NAME|REMI|EREF|ORDP|BENM|CNTP|MARF|CSID|PREF|IREF|RTRN|ISDT|ADDR|PURP|ULTC|ULTD|ULTB|SVCL|NRTX|KREF|"
    r"OCMT|CHGS|INIT|TR CD|CREF|ACCW|TYPE|BUSP|OAMT|EXCH|CORS|FLDN|CHGT)/"
)
REMITTANCE_KIND = re.compile(r"/?(USTD|STRD)/(.*)", re.S)
NOT_PROVIDED = frozenset({"NONREF", "NOTPROVIDED", "NOT PROVIDED", "NOTAVAILABLE", "NOREF"})
CONTROLS = dict.fromkeys([*range(9), *range(11, 32), 0xFEFF])
NOBODY = Counterparty()
MARKS = {"C": (1, False), "D": (-1, False), "RC": (-1, True), "RD": (1, True), "EC": (1, False), "ED": (-1, False)}
PIVOT = 80
LINE_LENGTH = 65


class Mt940Unreadable(Refusal):
    """The file is no MT940 or MT942 statement: {reason}."""


class Mt940TooLarge(Refusal):
    """The file is larger than {limit} MB; ask the bank for shorter periods."""


def read(source: BinaryIO) -> StatementStream:
    """Statements and their entries in the file's order; raises the refusals above and of `statement` and `text`."""
    return watched(_events(source))


@dataclass(slots=True)
class _Open:
    """The statement being read: from `:20:` to the next one. Pages of a long statement count as statements."""

    account: str = ""
    currency: str = ""
    floor_currency: str = ""
    number: str = ""
    opening: Decimal | None = None
    closing: Decimal | None = None
    from_date: date | None = None
    to_date: date | None = None
    has_closing: bool = False
    is_announced: bool = False
    movement: str = ""
    movement_line: int = 0
    narrative: list[str] = field(default_factory=list)


def _events(source: BinaryIO) -> Iterator[StatementEvent]:
    data = source.read(BYTES_MAX + 1)
    if len(data) > BYTES_MAX:
        raise Mt940TooLarge(limit=BYTES_MAX // 1_000_000)
    decoded = decode(data)
    text = decoded.text
    if ":61:" not in text and ":60" not in text and ":25:" not in text:
        raise Mt940Unreadable(reason="it has neither balances nor movements")
    yield from decoded.findings
    current = _Open()
    for tag, value, line in _fields(text):
        if tag in ("86", "NS") and current.movement:
            # :NS: is the note of elder German programs, without an entry's remittance text.
            current.narrative += [value] if tag == "86" else []
            continue
        yield from _movement(current)
        if tag == "20" or (tag in ("25", "25P") and current.account):
            yield from _close(current)
            current = _Open()
        if tag == "61":
            yield from _announce(current)
            current.movement, current.movement_line = value or " ", line
        else:
            yield from _frame(current, tag, value, line)
    if current.opening is not None and not current.has_closing and not text.endswith(("\n", "\r", "-", "}")):
        raise StatementCutOff(reason="the last statement has no closing balance")
    yield from _movement(current)
    yield from _close(current)


def _fields(text: str) -> Iterator[tuple[str, str, int]]:
    """Tag, value and line of each field; a line that begins with no known tag continues the field before."""
    text = ENVELOPE.sub(lambda match: "\n" if match[0] == "{4:" else "", text)
    tag, start = "", 0
    held: list[str] = []
    for number, whole in enumerate(lines(text), start=1):
        line = whole.rstrip("\r\n").translate(CONTROLS)
        match = TAG.match(line)
        if not (match and match[1] in KNOWN_TAGS) and line.strip() not in ("-", "-}"):
            held.append(line)
            continue
        if tag:
            yield tag, "\n".join(held), start
        tag, held, start = (match[1], [line[match.end() :]], number) if match else ("", [], number)
    if tag:
        yield tag, "\n".join(held), start


def _frame(current: _Open, tag: str, value: str, line: int) -> Iterator[Finding]:
    if tag in ("25", "25P"):
        # Polish banks write a slash before the account.
        current.account = squeezed(value).removeprefix("/")
    elif tag in ("28", "28C"):
        current.number = squeezed(value)
    elif tag == "34F":
        current.floor_currency = value.strip()[:3]
    elif tag in ("60", "60F", "60M"):
        current.opening, current.currency, current.from_date = _balance(value, current)
    elif tag in ("62", "62F", "62M"):
        current.closing, current.currency, current.to_date = _balance(value, current)
        current.has_closing = True
    if (tag[:2] == "60" and current.opening is None) or (tag[:2] == "62" and current.closing is None):
        yield Finding(
            "balance_unreadable", f"The balance {squeezed(value)[:40]!r} cannot be read.", line=line, field=tag
        )


def _balance(value: str, current: _Open) -> tuple[Decimal | None, str, date | None]:
    match = BALANCE.fullmatch(value.split("\n")[0])
    amount = _amount(match[4]) if match else None
    if not match or amount is None:
        return None, current.currency, None
    # A closing balance without currency takes that of the opening one.
    currency = currency_code(match[3]) if match[3] else current.currency
    return (amount if match[1] == "C" else -amount), currency, _short_date(match[2])


def _announce(current: _Open) -> Iterator[StatementEvent]:
    if not current.is_announced:
        current.is_announced = True
        yield StatementOpened(current.account, current.currency, current.number)


def _close(current: _Open) -> Iterator[StatementEvent]:
    if not (current.account or current.is_announced or current.opening is not None):
        return
    yield from _announce(current)
    if current.opening is not None and not current.has_closing:
        yield Finding(
            "closing_missing",
            "The statement has no closing balance.",
            field="62F",
            remedy="It may be cut off; compare the number of entries with the bank's.",
        )
    yield StatementClosed(
        account=current.account,
        currency=current.currency,
        opening=current.opening,
        closing=current.closing,
        from_date=current.from_date,
        to_date=current.to_date,
    )


def _movement(current: _Open) -> Iterator[StatementEvent]:
    """The entry of the `:61:` that was read last, with the `:86:` lines that followed it."""
    if not current.movement:
        return
    value, line, narrative = current.movement, current.movement_line, "\n".join(current.narrative)
    current.movement, current.narrative = "", []
    match = MOVEMENT.fullmatch(value)
    amount = _amount(match[5]) if match else None
    if not match or amount is None:
        yield unreadable(line, f":61:{squeezed(value)[:40]}")
        return
    sign, is_reversal = MARKS[match[3]]
    value_date, booking_date = _short_date(match[1]), _entry_date(match[1], match[2])
    if value_date is None:
        yield Finding("date_impossible", f"{match[1]} is no date (YYMMDD).", line=line, field="value date")
    status: EntryStatus = "pending" if match[3].startswith("E") else "booked"
    first, _, supplementary = match[6].partition("\n")
    code, own, bank = _references(first)
    told = _narrative(narrative)
    yield Entry(
        amount=sign * amount,
        currency=current.currency or current.floor_currency,
        booking_date=booking_date or value_date,
        value_date=value_date,
        status=status,
        is_reversal=is_reversal,
        counterparty=told.counterparty,
        references=References(
            bank=bank,
            end_to_end=told.end_to_end,
            customer=own,
            structured=told.structured,
            mandate=told.mandate,
        ),
        remittance=told.remittance,
        additional=squeezed(supplementary),
        code=told.code or code,
        line=line,
    )


def _references(text: str) -> tuple[str, str, str]:
    """Transaction type, the account owner's reference and the bank's, out of `NTRFNONREF//12345`."""
    match = TYPE.fullmatch(text)
    code, rest = (match[1] or "", match[2]) if match else ("", text)
    own, _, bank = rest.partition("//")
    return code, _provided(own), squeezed(bank)


def _provided(text: str) -> str:
    plain = squeezed(text)
    return "" if plain.upper() in NOT_PROVIDED else plain


def _amount(text: str) -> Decimal | None:
    """SWIFT writes a comma and no thousands; some programs write a point, or thousands as well."""
    plain = text.lstrip("-")
    if GROUPED.fullmatch(plain):
        plain = plain.replace("," if plain.rfind(".") > plain.rfind(",") else ".", "")
    elif plain.count(",") + plain.count(".") > 1:
        return None
    whole, _, fraction = plain.replace(".", ",").partition(",")
    if not whole and not fraction:
        return None
    amount = Decimal(f"{whole or '0'}.{fraction or '0'}")
    return -amount if text.startswith("-") else amount


def _short_date(text: str) -> date | None:
    year = int(text[:2])
    return make_date(year + (1900 if year >= PIVOT else 2000), text[2:4], text[4:6])


def _entry_date(value: str, entry: str | None) -> date | None:
    """MMDD in the year that brings it nearest to the value date: an entry of 31 December may have value on 2 January."""
    if not entry or not entry.strip():
        return None
    near = _short_date(value)
    year = near.year if near else 2000 + int(value[:2])
    days = [day for each in (year, year - 1, year + 1) if (day := make_date(each, entry[:2], entry[2:4]))]
    if near is None:
        return days[0] if days else None
    return min(days, key=lambda day: abs((day - near).days), default=None)


@dataclass(frozen=True, slots=True)
class _Told:
    remittance: str = ""
    counterparty: Counterparty = NOBODY
    end_to_end: str = ""
    structured: str = ""
    mandate: str = ""
    code: str = ""


def _narrative(text: str) -> _Told:
    if match := SUBFIELD_START.match(text.lstrip()):
        return _subfields(text.lstrip(), match[1], match[2])
    plain = text.replace("\n", "")
    if WORD.search(plain):
        return _words(plain)
    return _Told(remittance=squeezed(_unwrapped(text)))


def _unwrapped(text: str) -> str:
    """Lines of 65 characters were cut there, in the middle of a word; shorter ones end where a line ends."""
    return "".join(line if len(line) == LINE_LENGTH else line + "\n" for line in text.split("\n"))


def _subfields(text: str, code: str, mark: str) -> _Told:
    """German structure: a code of three digits, a mark, then two-digit subfields; lines are cut anywhere."""
    parts: dict[str, str] = {}
    for piece in text.replace("\n", "").split(mark)[1:]:
        key = piece[:2]
        if key.isascii() and key.isdigit():
            parts[key] = parts.get(key, "") + piece[2:]
        elif parts:
            # The mark itself stood in the text.
            last = next(reversed(parts))
            parts[last] += mark + piece
    purpose = "".join(parts[key] for key in sorted(parts) if key in PURPOSE_KEYS)
    sepa = _sepa(purpose)
    return _Told(
        # Triodos writes code 000 with subfields of its own meaning: its text is kept whole.
        remittance=squeezed(text if code == "000" else sepa.get("SVWZ") or purpose or parts.get("00", "")),
        counterparty=Counterparty(
            name=squeezed(parts.get("32", "") + parts.get("33", "")) or squeezed(sepa.get("ABWA")),
            account=squeezed(parts.get("31") or sepa.get("IBAN") or parts.get("38")),
            bank=squeezed(parts.get("30") or sepa.get("BIC")),
        ),
        end_to_end=_provided(sepa.get("EREF", "")),
        structured=squeezed(sepa.get("RREF")),
        mandate=_provided(sepa.get("MREF", "")),
        code=code,
    )


def _sepa(purpose: str) -> dict[str, str]:
    """EREF+…, SVWZ+… within the German purpose lines."""
    found: dict[str, str] = {}
    for mark, value in _marked(SEPA_WORD, purpose):
        found.setdefault(mark, value)
    return found


def _marked(pattern: re.Pattern[str], text: str) -> Iterator[tuple[str, str]]:
    """Each mark and the text up to the following one."""
    marks = list(pattern.finditer(text))
    for mark, following in zip_longest(marks, marks[1:]):
        yield mark[1], text[mark.end() : following.start() if following else len(text)]


def _words(text: str) -> _Told:
    """Dutch and SWIFT structure: /EREF/…/NAME/…/REMI/…"""
    found: dict[str, str] = {}
    for mark, value in _marked(WORD, text):
        if value.strip("/ "):
            found.setdefault(mark, value.strip("/ "))
    name, account, bank = found.get("NAME", ""), found.get("IBAN", ""), found.get("BIC", "")
    if "CNTP" in found:
        account, bank, name, *_ = [*found["CNTP"].split("/"), "", "", ""]
    remittance = found.get("REMI", "")
    structured = ""
    if match := REMITTANCE_KIND.match(remittance):
        remittance = match[2].strip("/ ")
        structured = remittance.rpartition("/")[2] if match[1] == "STRD" else ""
    lead = WORD.split(text)[0].strip("/ ")
    return _Told(
        remittance=squeezed(remittance or lead or text),
        counterparty=Counterparty(squeezed(name), squeezed(account), squeezed(bank)),
        end_to_end=_provided(found.get("EREF", "")),
        structured=squeezed(structured),
        mandate=_provided(found.get("MARF", "")),
    )
