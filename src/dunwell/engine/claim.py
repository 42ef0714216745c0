"""The claim as a printed letter: претензия, покана за доброволно изпълнение, letter before action.

The words come from `content/claims/`, the sums from the ledger and the interest engine. What the facts do not hold is left out: no
clause without a contract, no statutory words of another law, no enclosure that does not exist.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from dunwell.core.claims import ClaimFacts, EvidenceItem, Party
from dunwell.core.money import Money
from dunwell.core.paper import (
    WINDOWS,
    Block,
    Bullets,
    Column,
    Columns,
    Document,
    Heading,
    Letterhead,
    NewPage,
    Pairs,
    PaperTable,
    Paragraph,
    QrCode,
    Signature,
    SmallPrint,
    Title,
)
from dunwell.core.rates import Clause
from dunwell.core.refusal import Refusal
from dunwell.engine import payqr, terms
from dunwell.engine.interest import BY_CONTRACT, Interest, Row

PLACEHOLDER = re.compile(r"\{(\w+)\}")
HASH_HALF = 32
OGRN_DIGITS = (13, 15)
"""Of a Russian company and of an entrepreneur: no other register here has numbers of that length."""


class NoClaimWords(Refusal):
    """There are no words for a claim in {locale!r} under the law of {law!r}."""


class SumsOfOtherCurrency(Refusal):
    """The claim's sums are in {one} and {other}: a debt that changed its currency needs its documents in the new one first."""


@dataclass(frozen=True, slots=True)
class Claimed:
    """The whole claim: facts, what has grown on them, and the names of the rate tables that it rests on."""

    facts: ClaimFacts
    interest: Interest
    tables: tuple[str, ...]
    clause: Clause | None = None

    @property
    def compensation(self) -> Money:
        found = self.interest.compensation
        return found[0] if found else Money(0, self.facts.principal.currency)

    @property
    def total(self) -> Money:
        return self.facts.principal + self.interest.total + self.compensation


def letter(claimed: Claimed, words: Mapping[str, Any], *, is_draft: bool) -> Document:
    """The claim with its annex, ready to print; a draft says on its face that it may not be sent."""
    facts = claimed.facts
    if facts.law not in words.get("law", {}):
        raise NoClaimWords(locale=facts.locale, law=facts.law)
    if claimed.interest.total.currency != facts.principal.currency:
        raise SumsOfOtherCurrency(one=facts.principal.currency, other=claimed.interest.total.currency)
    desk = _Desk(claimed, words)
    return Document(
        title=desk.say("title"),
        author=facts.creditor.name,
        day=facts.as_of,
        locale=facts.locale,
        footer=f"{facts.creditor.name} · {desk.say('title')}",
        letter=_letterhead(desk, is_draft=is_draft),
        blocks=(*_opening(desk), *_amounts(desk), *_demand(desk), *_closing(desk), *_annex(desk)),
    )


def evidence(
    claimed: Claimed, items: Sequence[EvidenceItem], sums: Mapping[str, str], words: Mapping[str, Any]
) -> Document:
    """The list of what the evidence file holds, each file with its SHA-256, and how to verify it."""
    desk = _Desk(claimed, words)
    facts = claimed.facts
    events = [
        (desk.on(one.on), words["events"][one.event], desk.money(one.amount) if one.amount else one.details, one.file)
        for one in items
    ]
    files = [(name, f"{digest[:HASH_HALF]}\n{digest[HASH_HALF:]}") for name, digest in sums.items()]
    return Document(
        title=desk.say("evidence_title"),
        author=facts.creditor.name,
        day=facts.as_of,
        locale=facts.locale,
        footer=f"{facts.creditor.name} · {desk.say('evidence_title')}",
        blocks=(
            Title(desk.say("evidence_title")),
            Paragraph(f"{facts.creditor.name} – {facts.debtor.name}, {desk.on(facts.as_of)}"),
            Paragraph(desk.say("evidence_intro")),
            PaperTable(
                tuple(words["evidence_columns"]), tuple(events), ("left",) * 4, ("auto", "auto", "fill", "auto")
            ),
            Heading(desk.say("evidence_files")),
            PaperTable(tuple(words["evidence_file_columns"]), tuple(files), ("left",) * 2, ("fill", "auto")),
            Heading(desk.say("evidence_verify_title")),
            Paragraph(desk.say("evidence_verify")),
        ),
    )


def address_lines(address: str) -> tuple[str, ...]:
    """An address for the window: its own lines, or its parts apart by commas, three at most."""
    lines = [line.strip() for line in address.splitlines() if line.strip()]
    if len(lines) != 1:
        return tuple(lines)
    parts = [part.strip() for part in lines[0].split(",") if part.strip()]
    third = max(1, -(-len(parts) // 3))
    return tuple(", ".join(parts[at : at + third]) for at in range(0, len(parts), third))


class _Desk:
    """The claim with its words at hand; every placeholder there is, filled once."""

    def __init__(self, claimed: Claimed, words: Mapping[str, Any]) -> None:
        self.claimed, self.facts, self.interest, self.words = claimed, claimed.facts, claimed.interest, words
        facts = self.facts
        rows = self.interest.rows
        self.values = {
            "number": facts.number,
            "documents": self._documents(),
            "contract": facts.terms.contract,
            "clause": self._clause(),
            "clause_ref": facts.terms.late_payment_ref or facts.terms.contract,
            "day": self.day(facts.as_of),
            "sent": self.day(facts.as_of),
            "pay_by": self.day(facts.pay_by),
            "court": self.day(facts.court_from),
            "disputed": self.money(facts.disputed),
            "total": self.money(claimed.total),
            "history": self._history(),
            "first": self.day(rows[0].first) if rows else "",
            "last": self.day(facts.interest_until),
            "daily": self.money(_daily(rows[-1])) if rows else "",
            "pages": words["sheet"],
            "sources": "; ".join(words["rates"][name] for name in claimed.tables),
        }

    def say(self, key: str, **more: str) -> str:
        """A sentence with its placeholders filled; one that nobody fills is a mistake in the words, not in the ledger."""
        return _filled(self.words[key], {**self.values, **more})

    def law(self, key: str) -> str:
        return _filled(self.words["law"][self.facts.law][key], self.values)

    def day(self, on: date) -> str:
        return terms.long_date(on, self.facts.locale)

    def on(self, on: date) -> str:
        return terms.numeric_date(on, self.facts.locale)

    def money(self, amount: Money) -> str:
        return terms.exact_money(amount, self.facts.locale)

    def rate(self, rate: Decimal) -> str:
        sign = terms.money_pattern(self.facts.locale, self.facts.principal.currency).decimal
        places = max(2, -int(rate.normalize().as_tuple().exponent))
        return f"{rate:.{places}f}".replace(".", sign)

    def _clause(self) -> str:
        """The contract's clause as its reader's language says it."""
        clause, words = self.claimed.clause, self.words
        if clause is None:
            return ""
        said = []
        if tariff := clause.tariff:
            key = "clause_part" if tariff.table else "clause_daily" if tariff.year == 1 else "clause_yearly"
            table = words["rates"].get(tariff.table, "")
            said.append(
                _filled(words[key], {"rate": self.rate(tariff.margin), "part": str(tariff.year), "table": table})
            )
        if clause.fixed is not None:
            said.append(_filled(words["clause_fixed"], {"sum": self.money(clause.fixed)}))
        if clause.cap_percent is not None:
            said.append(_filled(words["clause_cap_percent"], {"rate": self.rate(clause.cap_percent)}))
        if clause.cap is not None:
            said.append(_filled(words["clause_cap"], {"sum": self.money(clause.cap)}))
        if clause.grace_days:
            said.append(_filled(words["clause_grace"], {"days": str(clause.grace_days)}))
        return ", ".join(said)

    def _history(self) -> str:
        days, each = self.facts.reminded_on, self.words["each_day"]
        return terms.days_listed(days, self.facts.locale, self.words["and"], 0, each) if days else ""

    def _documents(self) -> str:
        numbers = list(dict.fromkeys(one.number for one in self.facts.documents))
        key = "invoices_words" if len(numbers) == 1 else "invoices_words_many"
        return str(self.words[key]).replace("{numbers}", ", ".join(numbers))


def _filled(sentence: str, values: Mapping[str, str]) -> str:
    """A value that ends in a full stop (`2026 г.`) at a sentence's end takes the place of the sentence's own."""
    return re.sub(r"\.\.(?!\.)", ".", PLACEHOLDER.sub(lambda found: values[found[1]], sentence))


def _letterhead(desk: _Desk, *, is_draft: bool) -> Letterhead:
    facts, signatory = desk.facts, desk.facts.signatory
    beside = [
        (desk.say("day"), desk.day(facts.as_of)),
        (desk.say("our_number"), facts.number),
        (desk.say("writer"), signatory.name),
        (desk.say("phone"), signatory.phone),
        (desk.say("email"), signatory.email),
    ]
    return Letterhead(
        window=WINDOWS[facts.locale],
        sender_name=facts.creditor.name,
        sender_lines=tuple(_details(desk, facts.creditor)),
        return_line=", ".join(filter(None, (facts.creditor.name, facts.creditor.address))),
        address=(facts.debtor.name, *address_lines(facts.debtor.address)),
        beside=tuple((what, value) for what, value in beside if value),
        notice=desk.say("draft") if is_draft else desk.say("notice"),
    )


def _opening(desk: _Desk) -> Iterator[Block]:
    facts = desk.facts
    yield Title(f"{desk.say('title')}\n{desk.say('subject')}")
    yield Columns(
        (
            Column(desk.say("creditor"), (facts.creditor.name, *_details(desk, facts.creditor))),
            Column(desk.say("debtor"), (facts.debtor.name, *_details(desk, facts.debtor))),
        )
    )
    yield Heading(desk.say("basis"))
    contract = f"{desk.say('contract')} " if facts.terms.contract else ""
    yield Paragraph(f"{contract}{desk.say('unpaid')}")
    rows = [
        (
            desk.say("document", number=one.number),
            desk.on(one.issue_date),
            one.what_for,
            desk.on(one.due_date),
            desk.money(one.amount),
        )
        for one in facts.documents
    ]
    yield PaperTable(
        head=tuple(desk.words["columns_documents"]),
        rows=tuple(rows),
        align=("left", "left", "left", "left", "right"),
        widths=("auto", "auto", "fill", "auto", "auto"),
    )
    if facts.reductions:
        yield Paragraph(desk.say("payments"))
        taken = [(desk.on(one.on), desk.say(one.kind), desk.money(one.amount)) for one in facts.reductions]
        head = tuple(desk.words["columns_payments"])
        yield PaperTable(head, tuple(taken), ("left", "left", "right"), ("auto", "fill", "auto"))
    if facts.disputed:
        yield Paragraph(desk.say("disputed"))
    if facts.reminded_on:
        yield Paragraph(desk.say("asked_before"))
    yield Paragraph(desk.law("ground"))


def _amounts(desk: _Desk) -> Iterator[Block]:
    claimed, interest, facts = desk.claimed, desk.interest, desk.facts
    by_contract, by_law = _parts(interest, is_contract=True), _parts(interest, is_contract=False)
    rows = [(desk.say("principal"), desk.money(facts.principal))]
    if by_contract:
        rows.append((desk.say("interest_contract"), desk.money(by_contract)))
    if by_law:
        rows.append((desk.say("interest_law"), desk.money(by_law)))
    if claimed.compensation:
        rows.append((desk.say("compensation"), desk.money(claimed.compensation)))
    yield Heading(desk.say("amounts"))
    yield PaperTable(
        head=("", ""),
        rows=tuple(rows),
        align=("left", "right"),
        widths=("fill", "auto"),
        total=(desk.say("total"), desk.money(claimed.total)),
    )
    if not interest.rows:
        return
    said = []
    if by_contract:
        said = [desk.say("penalty"), desk.law("both") if by_law else desk.law("penalty")]
    if by_law:
        said.append(desk.law("interest"))
    said.append(desk.say("interest_period"))
    grows = not interest.rows[-1].is_capped and interest.rows[-1].rate_percent is not None
    if facts.interest_until < facts.as_of:
        said.append(desk.say("until_known"))
    elif grows and _daily(interest.rows[-1]):
        said.append(desk.say("daily"))
    yield Paragraph(" ".join(said))


def _demand(desk: _Desk) -> Iterator[Block]:
    account, claimed = desk.facts.account, desk.claimed
    purpose = desk.say("purpose_text")
    details = [
        ("holder", account.holder),
        ("tax_id", account.inn),
        ("kpp", account.kpp),
        ("iban", account.iban),
        ("account", account.account),
        ("bank", account.bank_name),
        ("bic", account.bic),
        ("corr", account.corr_account),
        ("purpose", purpose),
    ]
    yield Heading(desk.say("demand"))
    yield Pairs(tuple((desk.say(key), value) for key, value in details if value), desk.say("ask"))
    payload = payqr.payload(account, claimed.total, purpose)
    if payload is not None:
        yield QrCode(payqr.svg(payload), (desk.say("qr"),))
    yield Paragraph(desk.law("next"))
    yield Paragraph(desk.say("plan"))


def _closing(desk: _Desk) -> Iterator[Block]:
    facts = desk.facts
    items = [desk.say("enclosure_table")] if desk.interest.rows else []
    items += list(
        dict.fromkeys(
            desk.say(
                "enclosure_document", document=desk.say("document", number=one.number), day=desk.day(one.issue_date)
            )
            for one in facts.documents
        )
    )
    if facts.terms.contract:
        items.append(desk.say("enclosure_contract"))
    items.append(desk.say("enclosure_authority"))
    yield Signature(
        desk.say("closing"), facts.signatory.name, tuple(filter(None, (facts.signatory.title, facts.creditor.name)))
    )
    yield Heading(desk.say("enclosures"))
    yield Bullets(tuple(items), numbered=True)


def _annex(desk: _Desk) -> Iterator[Block]:
    interest = desk.interest
    if not interest.rows:
        return
    yield NewPage()
    yield Title(f"{desk.say('annex')}\n{desk.say('title')}")
    yield PaperTable(
        head=tuple(desk.words["columns_interest"]),
        rows=tuple(_interest_row(desk, row) for row in interest.rows),
        align=("left", "left", "right", "right", "right", "right", "right"),
        widths=("auto", "auto", "auto", "fill", "auto", "auto", "auto"),
        total=(desk.say("total"), "", "", "", "", "", desk.money(interest.total)),
    )
    is_contract = interest.rows[0].basis == BY_CONTRACT
    yield SmallPrint(desk.say("rule_contract" if is_contract else "rule"))
    if any(row.is_capped for row in interest.rows):
        yield SmallPrint(desk.say("capped"))
    for one in interest.excluded:
        yield SmallPrint(desk.say("excluded", first=desk.day(one.first), last=desk.day(one.last), title=one.title))
    if desk.claimed.tables:
        yield SmallPrint(desk.say("sources"))


def _interest_row(desk: _Desk, row: Row) -> tuple[str, ...]:
    if row.rate_percent is None:
        rate, year = desk.say("fixed"), ""
    elif row.year_basis == 1:
        rate, year = f"{desk.rate(row.rate_percent)} {desk.say('rate_daily')}", ""
    else:
        rate, year = desk.rate(row.rate_percent), str(row.year_basis)
    base, amount = desk.money(row.base), desk.money(row.amount)
    return desk.on(row.first), desk.on(row.last), str(row.days), base, rate, year, amount


def _details(desk: _Desk, party: Party) -> Iterator[str]:
    if party.registration_number:
        is_russian = len(party.registration_number) in OGRN_DIGITS and party.registration_number.isdecimal()
        yield desk.say("ogrn" if is_russian else "registration", value=party.registration_number)
    if party.tax_id and party.tax_id != party.registration_number:
        yield desk.say("vat" if party.tax_id[:2].isalpha() else "tax", value=party.tax_id)
    if party.address:
        yield desk.say("address", value=terms.clean(party.address))


def _parts(interest: Interest, *, is_contract: bool) -> Money:
    minor = sum(row.amount.minor for row in interest.rows if (row.basis == BY_CONTRACT) is is_contract)
    return Money(minor, interest.total.currency)


def _daily(row: Row) -> Money:
    """What one more day adds at the last rate, rounded half-up."""
    if row.rate_percent is None or row.year_basis is None:
        return Money(0, row.amount.currency)
    exact = Decimal(row.base.minor) * row.rate_percent / (100 * row.year_basis)
    return Money(int(exact + Decimal("0.5")), row.amount.currency)
