"""What all bank statements have in common: the questions asked of every one of them.

A statement whose balances do not follow from its entries is flagged and shown, never refused: real statements are cut,
paged and filtered by the programs that hand them on.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from dunwell.core.documents import Entry, StatementClosed, StatementEvent, StatementOpened, StatementStream
from dunwell.core.money import CURRENCIES, minor_digits
from dunwell.core.refusal import Finding, Refusal
from dunwell.plugins.importers.text import WITHDRAWN_CURRENCIES, is_wrong_iban

# A million lines with the same fault are one fault.
SAME_FINDINGS_MAX = 20


class StatementEmpty(Refusal):
    """The file holds no bank statement: no account and no entry was found in it."""


class StatementCutOff(Refusal):
    """The file breaks off in the middle: {reason}. Fetch it from the bank again."""


def unreadable(line: int | None, reason: str) -> Finding:
    """An entry that was left out; the others go in, and a person enters this one by hand."""
    return Finding(
        "entry_unreadable",
        f"An entry cannot be read and was left out: {reason}",
        line=line,
        remedy="Enter it by hand.",
    )


def watched(events: Iterable[StatementEvent]) -> StatementStream:
    """The same events, with a finding after each that a bookkeeper would ask back about."""
    watch = _Watch()
    for event in events:
        yield event
        yield from watch.see(event)
    if not watch.statements:
        raise StatementEmpty


class _Watch:
    def __init__(self) -> None:
        self.statements = 0
        self.account = ""
        self.sums: dict[str, dict[str, Decimal]] = {}
        self.references: set[str] = set()
        self.closings: dict[str, Decimal] = {}
        self.told: dict[str, int] = {}
        self.wrong_accounts: set[str] = set()

    def see(self, event: StatementEvent) -> list[Finding]:
        if isinstance(event, StatementOpened):
            found = self._opened(event)
        elif isinstance(event, Entry):
            found = self._entry(event)
        elif isinstance(event, StatementClosed):
            found = self._closed(event)
        else:
            return []
        return [finding for finding in found if self._is_new(finding)]

    def _is_new(self, finding: Finding) -> bool:
        if finding.code == "iban_wrong" and not self._is_first(finding.value):
            return False
        self.told[finding.code] = self.told.get(finding.code, 0) + 1
        return self.told[finding.code] <= SAME_FINDINGS_MAX

    def _is_first(self, account: str) -> bool:
        if account in self.wrong_accounts:
            return False
        self.wrong_accounts.add(account)
        return True

    def _opened(self, event: StatementOpened) -> list[Finding]:
        self.statements += 1
        self.account = event.account
        found = []
        if not event.account:
            found.append(Finding("account_missing", "The statement names no account.", field="account"))
        elif is_wrong_iban(event.account):
            found.append(
                Finding("iban_wrong", "The check digits of the IBAN are wrong.", field="account", value=event.account)
            )
        if event.currency in WITHDRAWN_CURRENCIES:
            found.append(Finding("currency_withdrawn", f"{event.currency} is no longer in use.", field="currency"))
        return found

    def _entry(self, entry: Entry) -> list[Finding]:
        found = []
        if entry.status == "booked":
            sums = self.sums.setdefault(self.account, {})
            sums[entry.currency] = sums.get(entry.currency, Decimal(0)) + entry.amount
        else:
            found.append(
                Finding(
                    "entry_not_booked",
                    f"An entry of {entry.amount} is {entry.status}: it settles nothing.",
                    line=entry.line,
                )
            )
        if entry.currency in CURRENCIES and _decimals(entry.amount) > minor_digits(entry.currency):
            found.append(
                Finding(
                    "too_many_decimals",
                    f"{entry.amount} has more decimals than {entry.currency}: it may be a thousand.",
                    line=entry.line,
                    remedy="Compare it with the bank's own list.",
                )
            )
        reference = entry.references.bank
        if reference and not entry.is_counter_entry:
            if reference in self.references:
                found.append(
                    Finding(
                        "reference_repeated",
                        f"The bank's reference {reference[:60]} stands at two entries.",
                        line=entry.line,
                        remedy="See whether one of them is a copy.",
                    )
                )
            self.references.add(reference)
        if is_wrong_iban(entry.counterparty.account):
            found.append(
                Finding(
                    "iban_wrong",
                    "The check digits of the counterparty's IBAN are wrong.",
                    line=entry.line,
                    field="account",
                    value=entry.counterparty.account,
                )
            )
        return found

    def _closed(self, event: StatementClosed) -> list[Finding]:
        found = []
        sums = self.sums.pop(event.account, {})
        if event.opening is not None and event.closing is not None:
            moved = sums.get(event.currency, Decimal(0)) if event.currency else sum(sums.values(), Decimal(0))
            if event.opening + moved != event.closing:
                found.append(
                    Finding(
                        "balance_differs",
                        f"The opening balance {event.opening} and the entries ({moved:+}) give {event.opening + moved}, "
                        f"but the closing balance is {event.closing} (difference {event.closing - event.opening - moved}).",
                        field="closing balance",
                        remedy="Entries may be missing; get the whole statement.",
                    )
                )
        if event.opening is not None and self.closings.get(event.account, event.opening) != event.opening:
            found.append(
                Finding(
                    "statement_gap",
                    f"The statement begins with {event.opening}, the one before it ended with {self.closings[event.account]}.",
                    field="opening balance",
                    remedy="A statement between them may be missing.",
                )
            )
        if event.closing is not None:
            self.closings[event.account] = event.closing
        return found


def _decimals(amount: Decimal) -> int:
    return len(format(amount, "f").partition(".")[2].rstrip("0"))
