"""A pre-trial claim as values: who claims what from whom, on which documents, until when, and what proves it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from dunwell.core.message import BankAccount
from dunwell.core.money import Money


@dataclass(frozen=True, slots=True)
class Party:
    """A side of the claim with its full details; what is not known is empty and not printed."""

    name: str
    registration_number: str = ""
    tax_id: str = ""
    address: str = ""
    country: str = ""


@dataclass(frozen=True, slots=True)
class Signatory:
    name: str
    title: str = ""
    phone: str = ""
    email: str = ""


@dataclass(frozen=True, slots=True)
class ClaimedDocument:
    """One instalment of an invoice that is late; `amount` as invoiced, `due_date` as agreed."""

    number: str
    issue_date: date
    due_date: date
    amount: Money
    what_for: str = ""


@dataclass(frozen=True, slots=True)
class Reduction:
    """What lowered the debt: `kind` is payment, credit or write_off; the base of interest is lower from the day after `on`."""

    on: date
    kind: str
    amount: Money


@dataclass(frozen=True, slots=True)
class ContractTerms:
    """What was agreed in writing: the contract's name and date, its late-payment clause and where it stands."""

    contract: str = ""
    late_payment: str = ""
    late_payment_ref: str = ""


@dataclass(frozen=True, slots=True)
class ClaimFacts:
    """Everything a claim says, as of one day. `principal` is what is owed and uncontested, without charges."""

    number: str
    as_of: date
    pay_by: date
    court_from: date
    interest_until: date
    locale: str
    law: str
    creditor: Party
    debtor: Party
    signatory: Signatory
    account: BankAccount
    documents: tuple[ClaimedDocument, ...]
    reductions: tuple[Reduction, ...]
    principal: Money
    disputed: Money
    terms: ContractTerms
    reminded_on: tuple[date, ...] = ()


@dataclass(frozen=True, slots=True)
class EvidenceItem:
    """One dated event of the file, in the words of the ledger or as a sum, and the file that shows it."""

    on: date
    event: str
    details: str
    file: str = ""
    amount: Money | None = None
