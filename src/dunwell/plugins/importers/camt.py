"""ISO 20022 camt.052 (report), camt.053 (statement) and camt.054 (notification), all versions from 1 on.

Read as a stream: one entry is in memory at a time, and within a batch one transaction, so that a file of 100 MB takes no
more than a small one. The entry's own amount and sign count; the amounts of its details (charges, other currencies,
parts of a batch) are kept beside it and never take its place.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import BinaryIO

from dunwell.core.documents import (
    Counterparty,
    Entry,
    EntryPart,
    EntryStatus,
    References,
    StatementClosed,
    StatementEvent,
    StatementOpened,
    StatementStream,
)
from dunwell.core.refusal import Finding, Refusal
from dunwell.plugins.importers import safexml
from dunwell.plugins.importers.safexml import Node, release
from dunwell.plugins.importers.statement import unreadable, watched
from dunwell.plugins.importers.text import DateMalformed, currency_code, decimal, iso_date, squeezed

STATEMENTS = ("Stmt", "Rpt", "Ntfctn")
TAGS = (*STATEMENTS, "Document", "Acct", "Bal", "FrToDt", "TxsSummry", "Ntry", "TxDtls")
OPENING_CODES = ("OPBD", "PRCD")
CLOSING_CODES = ("CLBD",)
STATUSES: dict[str, EntryStatus] = {"BOOK": "booked", "PDNG": "pending", "INFO": "information", "FUTR": "pending"}
SUMMARY_PATHS = {
    "number of entries": "TtlNtries/NbOfNtries",
    "sum of credits": "TtlCdtNtries/Sum",
    "sum of debits": "TtlDbtNtries/Sum",
}
NOT_PROVIDED = frozenset({"NOTPROVIDED", "NOT PROVIDED", "NONREF", "NOREF", "NOTAVAILABLE"})
PIECE_LENGTH = 140
PARTS_MAX = 200_000


class SideUnknown(Refusal):
    """CdtDbtInd {side!r} is neither CRDT nor DBIT."""


def read(source: BinaryIO) -> StatementStream:
    """Statements and their entries in the file's order; raises refusals of `safexml`, `text` and `statement`."""
    return watched(_events(source))


class _Open:
    """What is known of the statement being read."""

    def __init__(self) -> None:
        self.account = ""
        self.currency = ""
        self.is_announced = False
        self.balances: dict[str, tuple[Decimal, str, date | None]] = {}
        self.currencies: dict[str, None] = {}
        self.entry_currencies: set[str] = set()
        self.from_date: date | None = None
        self.to_date: date | None = None
        self.parts: list[EntryPart] = []
        self.stated: dict[str, Decimal] = {}
        self.counted: dict[str, Decimal] = {name: Decimal(0) for name in SUMMARY_PATHS}

    def announce(self) -> Iterator[StatementEvent]:
        if not self.is_announced:
            self.is_announced = True
            yield StatementOpened(self.account, self.currency)

    def close(self) -> StatementClosed:
        opening = next((self.balances[code] for code in OPENING_CODES if code in self.balances), None)
        closing = next((self.balances[code] for code in CLOSING_CODES if code in self.balances), None)
        currency = self.currency or next((balance[1] for balance in (opening, closing) if balance), "")
        return StatementClosed(
            account=self.account,
            currency=currency or next(iter(self.currencies), ""),
            opening=opening[0] if opening else None,
            closing=closing[0] if closing else None,
            from_date=self.from_date,
            to_date=self.to_date or (closing[2] if closing else None),
            currencies=tuple(self.currencies),
        )


def _events(source: BinaryIO) -> Iterator[StatementEvent]:
    current: _Open | None = None
    in_entry = False
    has_root = False
    for moment, node in safexml.events(source, TAGS):
        name = safexml.local_name(node)
        if not has_root:
            has_root = True
            if name not in ("Document", *STATEMENTS) and node.getparent() is None:
                raise safexml.XmlOfAnotherKind(expected="a camt statement", root=name)
        if moment == "start":
            if name in STATEMENTS and current is None:
                current = _Open()
            in_entry = in_entry or name == "Ntry"
            continue
        if current is None:
            continue
        if name == "Ntry":
            yield from current.announce()
            yield from _entry(node, current)
            in_entry = False
            release(node)
        elif name == "TxDtls" and in_entry:
            if len(current.parts) < PARTS_MAX:
                current.parts.append(_part(node, current))
            release(node)
        elif not in_entry and safexml.local_name(node.getparent()) in STATEMENTS:
            if name == "Acct":
                _account(node, current)
            elif name == "Bal":
                _balance(node, current)
            elif name == "FrToDt":
                current.from_date = _day(node, "FrDtTm") or _day(node, "FrDt")
                current.to_date = _day(node, "ToDtTm") or _day(node, "ToDt")
            elif name == "TxsSummry":
                _summary(node, current)
        if name in STATEMENTS and not in_entry:
            yield from current.announce()
            yield from _summary_doubts(current)
            yield current.close()
            current = None
            release(node)


def _account(node: Node, current: _Open) -> None:
    safexml.strip_namespaces(node)
    current.account = squeezed(node.findtext("Id/IBAN") or _other_id(node))
    currency = node.findtext("Ccy")
    current.currency = currency_code(currency) if currency and currency.strip() else ""


def _other_id(node: Node) -> str:
    """An account that is no IBAN: Othr/Id, in version 1 PrtryAcct/Id, BBAN or UPIC."""
    return next(
        (
            text
            for path in ("Id/Othr/Id", "Id/PrtryAcct/Id", "Id/BBAN", "Id/UPIC")
            if (text := (node.findtext(path) or "").strip())
        ),
        "",
    )


def _balance(node: Node, current: _Open) -> None:
    safexml.strip_namespaces(node)
    # Versions from 2 on wrap the code in CdOrPrtry.
    code = squeezed(node.findtext("Tp/CdOrPrtry/Cd") or node.findtext("Tp/Cd") or node.findtext("Tp/CdOrPrtry/Prtry"))
    amount = node.find("Amt")
    if amount is None or not (amount.text or "").strip():
        return
    currency = currency_code(amount.get("Ccy") or current.currency)
    value = decimal(amount.text, "balance")
    current.currencies[currency] = None
    if squeezed(node.findtext("CdtDbtInd")) == "DBIT":
        value = -value
    day = _day(node, "Dt/Dt") or _day(node, "Dt/DtTm") or _day(node, "Dt")
    sort = squeezed(node.findtext("Tp/SubTp/Cd") or node.findtext("Tp/SubTp/CdOrPrtry/Cd"))
    if sort == "INTM" and code in current.balances:
        return
    if code in CLOSING_CODES or code not in current.balances:
        current.balances[code] = (value, currency, day)


def _summary(node: Node, current: _Open) -> None:
    safexml.strip_namespaces(node)
    for name, path in SUMMARY_PATHS.items():
        if (node.findtext(path) or "").strip():
            current.stated[name] = decimal(node.findtext(path), path)


def _summary_doubts(current: _Open) -> Iterator[Finding]:
    for name, stated in current.stated.items():
        # A summary over several currencies adds them; so does nothing else.
        if stated != current.counted[name] and len(current.entry_currencies) < 2:
            yield Finding(
                "totals_differ", f"The {name} should be {stated}, but the entries give {current.counted[name]}."
            )


def _entry(node: Node, current: _Open) -> Iterator[StatementEvent]:
    safexml.strip_namespaces(node)
    parts, current.parts = tuple(current.parts), []
    place = node.sourceline
    try:
        amount, currency, side = _entry_amount(node, current)
    except Refusal as refusal:
        yield unreadable(place, str(refusal))
        return
    if amount < 0:
        yield Finding("negative_amount", f"An entry has a negative amount ({amount}) besides its sign.", line=place)
    if current.currency and currency != current.currency:
        yield Finding(
            "currency_differs",
            f"An entry is in {currency}, its account in {current.currency}.",
            line=place,
            remedy="Compare it with the bank's own list.",
        )
    if side == "DBIT":
        amount = -amount
    current.currencies[currency] = None
    current.entry_currencies.add(currency)
    current.counted["number of entries"] += 1
    current.counted["sum of credits" if amount > 0 else "sum of debits"] += abs(amount)
    status_text = squeezed(node.findtext("Sts/Cd") or node.findtext("Sts/Prtry") or node.findtext("Sts")).upper()
    status = STATUSES.get(status_text, "booked")
    if status_text and status_text not in STATUSES:
        yield Finding(
            "status_unknown", f"An entry has the status {status_text[:20]}; it was taken as booked.", line=place
        )
    booking, value, doubt = _entry_days(node, place)
    yield from doubt
    only = parts[0] if len(parts) == 1 else EntryPart(None, currency)
    additional = squeezed(node.findtext("AddtlNtryInf"))
    yield Entry(
        amount=amount,
        currency=currency,
        booking_date=booking,
        value_date=value,
        status=status,
        is_reversal=squeezed(node.findtext("RvslInd")).lower() in ("true", "1"),
        counterparty=only.counterparty,
        references=References(
            bank=squeezed(node.findtext("AcctSvcrRef")) or only.references.bank,
            end_to_end=only.references.end_to_end,
            customer=squeezed(node.findtext("NtryRef")),
            structured=only.references.structured,
            mandate=only.references.mandate,
        ),
        remittance=only.remittance or ("" if len(parts) > 1 else additional or only.references.end_to_end),
        additional=additional,
        code=_code(node.find("BkTxCd")),
        parts=parts if len(parts) > 1 else (),
        line=place,
    )
    amounts = [part.amount for part in parts if part.amount is not None and part.currency == currency]
    if len(parts) > 1 and len(amounts) == len(parts) and abs(sum(amounts)) != abs(amount):
        stated = abs(sum(amounts))
        yield Finding("batch_differs", f"A batch of {abs(amount)} has parts that add up to {stated}.", line=place)


def _entry_amount(node: Node, current: _Open) -> tuple[Decimal, str, str]:
    amount = node.find("Amt")
    text = (amount.text or "") if amount is not None else ""
    side = squeezed(node.findtext("CdtDbtInd"))
    if side not in ("CRDT", "DBIT"):
        raise SideUnknown(side=side[:20])
    currency = currency_code((amount.get("Ccy") if amount is not None else "") or current.currency)
    return decimal(text, "Ntry/Amt"), currency, side


def _entry_days(node: Node, place: int | None) -> tuple[date | None, date | None, list[Finding]]:
    try:
        return _date_or_time(node.find("BookgDt")), _date_or_time(node.find("ValDt")), []
    except DateMalformed as refusal:
        return None, None, [Finding("date_malformed", str(refusal), line=place)]


def _date_or_time(node: Node | None) -> date | None:
    return (_day(node, "Dt") or _day(node, "DtTm")) if node is not None else None


def _day(node: Node, path: str) -> date | None:
    found = node.find(path) if path.isascii() and "}" not in str(node.tag) else None
    if found is None:
        found = node.find("/".join(f"{{*}}{step}" for step in path.split("/")))
    return iso_date(found.text or "", path) if found is not None else None


def _code(node: Node | None) -> str:
    if node is None:
        return ""
    domain = "/".join(
        filter(None, (squeezed(node.findtext(path)) for path in ("Domn/Cd", "Domn/Fmly/Cd", "Domn/Fmly/SubFmlyCd")))
    )
    return domain or squeezed(node.findtext("Prtry/Cd"))


def _part(node: Node, current: _Open) -> EntryPart:
    """One transaction of an entry. Parties keep the names of the original payment, also when it is reversed."""
    entry = next((above for above in node.iterancestors() if safexml.local_name(above) == "Ntry"), None)
    side = _text_of(entry, "CdtDbtInd")
    is_reversal = _text_of(entry, "RvslInd").lower() in ("true", "1")
    safexml.strip_namespaces(node)
    side = squeezed(node.findtext("CdtDbtInd")) or side
    payer_first = (side != "DBIT") != is_reversal
    sides = ("Dbtr", "Cdtr") if payer_first else ("Cdtr", "Dbtr")
    parties = node.find("RltdPties")
    counterparty = _counterparty(node, parties, sides[0])
    if current.account and counterparty.account == current.account:
        # The account itself is never its own counterparty: this bank turns the roles round.
        counterparty = _counterparty(node, parties, sides[1])
    amount, currency = _part_amount(node, current.currency)
    structured = _structured(node)
    return EntryPart(
        amount=amount,
        currency=currency,
        counterparty=counterparty,
        references=References(
            bank=squeezed(node.findtext("Refs/AcctSvcrRef")),
            end_to_end=_provided(node.findtext("Refs/EndToEndId")),
            customer=_provided(node.findtext("Refs/InstrId")),
            structured=structured,
            mandate=_provided(node.findtext("Refs/MndtId")),
        ),
        remittance=_remittance(node, structured),
    )


def _text_of(entry: Node | None, name: str) -> str:
    found = entry.find(f"{{*}}{name}") if entry is not None else None
    return squeezed(found.text) if found is not None else ""


def _provided(text: str | None) -> str:
    plain = squeezed(text)
    return "" if plain.upper() in NOT_PROVIDED else plain


def _part_amount(node: Node, currency: str) -> tuple[Decimal | None, str]:
    for path in ("Amt", "AmtDtls/TxAmt/Amt", "AmtDtls/InstdAmt/Amt"):
        found = node.find(path)
        if found is not None and (found.text or "").strip():
            return decimal(found.text, path), squeezed(found.get("Ccy")) or currency
    return None, currency


def _counterparty(node: Node, parties: Node | None, role: str) -> Counterparty:
    if parties is None:
        return Counterparty()
    # From version 8 on a party may be a person, an organisation (Pty) or a bank (Agt).
    party = next((found for path in (f"{role}/Pty", role) if (found := parties.find(path)) is not None), None)
    ultimate = parties.find(f"Ultmt{role}")
    name = squeezed(party.findtext("Nm")) if party is not None else ""
    if not name and ultimate is not None:
        name = squeezed(ultimate.findtext("Nm") or ultimate.findtext("Pty/Nm"))
    account = parties.find(f"{role}Acct")
    agent = node.find(f"RltdAgts/{role}Agt/FinInstnId")
    return Counterparty(
        name=name or (squeezed(account.findtext("Nm")) if account is not None else ""),
        account=squeezed(account.findtext("Id/IBAN") or _other_id(account)) if account is not None else "",
        bank=(
            squeezed(agent.findtext("BICFI") or agent.findtext("BIC") or agent.findtext("ClrSysMmbId/MmbId"))
            if agent is not None
            else ""
        ),
        tax_number=_tax_number(party),
    )


def _tax_number(party: Node | None) -> str:
    """The party's organisation number, a tax number before any other."""
    if party is None:
        return ""
    others = party.findall("Id/OrgId/Othr") + party.findall("Id/PrvtId/Othr")
    taxes = [other for other in others if squeezed(other.findtext("SchmeNm/Cd")) in ("TXID", "COID", "NIDN")]
    return squeezed((taxes or others)[0].findtext("Id")) if others else ""


def _structured(node: Node) -> str:
    for path in ("RmtInf/Strd/CdtrRefInf/Ref", "RmtInf/Strd/CdtrRefInf/CdtrRef"):
        if text := squeezed(node.findtext(path)):
            return text
    return ""


def _remittance(node: Node, structured: str) -> str:
    free = [found.text or "" for found in node.iterfind("RmtInf/Ustrd")]
    if any(piece.strip() for piece in free):
        return _joined(free)
    numbers = [squeezed(found.text) for found in node.iterfind("RmtInf/Strd/RfrdDocInf/Nb")]
    notes = [squeezed(found.text) for found in node.iterfind("RmtInf/Strd/AddtlRmtInf")]
    return " ".join(filter(None, (structured, *numbers, *notes))) or squeezed(node.findtext("AddtlTxInf"))


def _joined(pieces: list[str]) -> str:
    """Pieces that fill the field's 140 characters were cut there, in the middle of a word; others are lines."""
    text = ""
    for piece in pieces:
        text += piece if len(piece) >= PIECE_LENGTH else piece + " "
    return squeezed(text)
