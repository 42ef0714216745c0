"""What is to be transferred, to which account, with which words: as the page says it and as its code holds it."""

from __future__ import annotations

from dataclasses import dataclass

from dunwell.core.ledger import DocumentKind
from dunwell.core.message import BankAccount
from dunwell.core.money import Money
from dunwell.engine import parts, payqr
from dunwell.run.letter_sources import account_facts
from dunwell.run.portal_speech import Speech, terms_of
from dunwell.store import load_letters
from dunwell.store.pages import Owed


@dataclass(frozen=True, slots=True)
class Transfer:
    """A bank transfer of what is open in one currency; `rows` are label, value, and the value as a bank's form takes it."""

    currency: str
    amount: str
    rows: tuple[tuple[str, str, str], ...]
    has_code: bool


def sums(owed: list[Owed], credit: dict[str, int]) -> tuple[list[Money], list[Money]]:
    """What is to be paid per currency, less what stands to the customer's credit; and that credit, as far as it is used."""
    opened: dict[str, int] = {}
    for one in owed:
        if one.asked:
            opened[one.currency] = opened.get(one.currency, 0) + one.asked
    used = {currency: min(credit[currency], open_) for currency, open_ in opened.items() if credit.get(currency)}
    to_pay = [Money(open_ - used.get(currency, 0), currency) for currency, open_ in sorted(opened.items())]
    return [amount for amount in to_pay if amount], [Money(minor, currency) for currency, minor in sorted(used.items())]


def account_of(amount: Money, accounts: list[load_letters.BankAccount]) -> BankAccount | None:
    found = next((one for one in accounts if one.currency == amount.currency), None)
    if found is None:
        return None
    account = account_facts(found)
    # An account that cannot be right is shown to nobody: money sent there would be lost.
    return None if payqr.account_fault(account) else account


def transfer_of(
    amount: Money, accounts: list[load_letters.BankAccount], owed: list[Owed], speech: Speech
) -> Transfer | None:
    """How to transfer a sum; None where no account is set for its currency."""
    labels, account = speech.terms.labels, account_of(amount, accounts)
    if account is None:
        return None
    said_for = purpose(owed, amount.currency, speech.terms.locale)
    bank = parts.account_rows(labels, account)
    rows = [
        *((label, value, value.replace(" ", "") if label == labels["iban"] else value) for label, value in bank),
        (labels["amount"], speech.money(amount), speech.plain(amount)),
        (labels["purpose"], said_for, said_for),
    ]
    return Transfer(
        currency=amount.currency,
        amount=speech.money(amount),
        rows=tuple(rows),
        has_code=payqr.payload(account, amount, said_for) is not None,
    )


def purpose(owed: list[Owed], currency: str, locale: str) -> str:
    """What a payment of all that is open in a currency says it is for."""
    words = terms_of(locale)
    asked = [one for one in owed if one.asked and one.currency == currency]
    documents = list(dict.fromkeys((one.number, one.issue_date) for one in asked))
    references = {one.reference for one in asked}
    return parts.purpose(
        words.labels,
        words.locale,
        documents,
        is_order=all(one.kind == DocumentKind.REQUEST for one in asked),
        reference=references.pop() if len(references) == 1 else "",
    )
