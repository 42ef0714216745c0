"""What stands above, between and below the entries of a bank's table: account, currency, balances."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import pairwise

from dunwell.core.money import CURRENCIES
from dunwell.core.refusal import Finding
from dunwell.plugins.importers.cells import parse_amount
from dunwell.plugins.importers.headers import Table, normal
from dunwell.plugins.importers.sheet import Cell, Row, plain_text
from dunwell.plugins.importers.statement_words import (
    ACCOUNT_LABEL,
    ACCOUNT_VALUE,
    BALANCE_WORDS,
    CLOSING_WORDS,
    CURRENCY_CODE,
    HEADER_WORD,
    IBAN,
    OPENING_WORDS,
    RUSSIAN_ACCOUNT,
    TOTAL_WORDS,
)
from dunwell.plugins.importers.text import account_number, is_iban, named_currency, russian_currency


class Preamble:
    """What stands above, between and below the entries: account, currency, balances."""

    def __init__(self, table: Table, mark: str, own_account: str) -> None:
        self.mark = mark
        self.account = own_account
        self.currency = ""
        self.opening: Decimal | None = None
        self.closing: Decimal | None = None
        self.others: list[Decimal] = []
        for row in table.above:
            for _ in self.see(row):
                pass
        # Some banks name one balance, that of the day on which the file was made.
        self.closing = self.closing if self.closing is not None or len(self.others) != 1 else self.others[0]
        self.currency = (
            self.currency
            or _header_currency(table)
            or currency_beside(table, table.below)
            or russian_currency(self.account)
        )

    def see(self, row: Row) -> Iterator[Finding]:
        texts = [plain_text(cell) for cell in row.cells]
        whole = " ".join(texts)
        if BALANCE_WORDS.search(whole.lower()):
            self._balance(row, whole.lower())
            return
        if not self.account:
            self.account = account_in(texts)
        if not self.currency:
            codes = [code for code in CURRENCY_CODE.findall(whole) if code in CURRENCIES]
            self.currency = codes[0] if codes else named_currency(texts[-1]) if len(texts) < 3 else ""
        amounts = [cell for cell in row.cells[1:] if parse_amount(cell, self.mark)]
        if len(amounts) == 1 and len(row.cells) > 3 and not TOTAL_WORDS.search(whole.lower()) and self.account:
            yield Finding("row_skipped", f"A row without a date was left out: {whole[:60]}", line=row.line)

    def _balance(self, row: Row, words: str) -> None:
        amounts = [amount for cell in row.cells if (amount := _amount_in(cell, self.mark)) is not None]
        if not amounts:
            return
        if OPENING_WORDS.search(words) and self.opening is None:
            self.opening = amounts[-1]
        elif CLOSING_WORDS.search(words):
            self.closing = amounts[-1]
        else:
            self.others.append(amounts[-1])


def _amount_in(cell: Cell, mark: str) -> Decimal | None:
    """An amount alone in a cell, or after the label's colon."""
    if isinstance(cell, str) and ":" in cell:
        cell = cell.rpartition(":")[2]
    return parse_amount(cell, mark)


def account_above(rows: Sequence[Row]) -> str:
    """The account that the rows above the table name: an IBAN before a number that only a label explains."""
    texts = [[plain_text(cell) for cell in row.cells] for row in rows]
    # The label may stand alone, and what it names in the row below.
    pairs = [upper + lower for upper, lower in pairwise(texts) if len(list(filter(None, upper))) == 1]
    for find, places in ((certain_account_in, texts), (account_in, texts), (account_in, pairs)):
        if account := next(filter(None, map(find, places)), ""):
            return account
    return ""


def certain_account_in(texts: list[str]) -> str:
    """An IBAN or a Russian account, known by its form wherever it stands."""
    for text in texts:
        if match := IBAN.search(text.upper()):
            return _iban(match[0])
        if match := RUSSIAN_ACCOUNT.search(text):
            return match[0]
    return ""


def are_certain(accounts: list[str]) -> bool:
    """Whether each of them is an account by its form: two different ones then belong to different owners."""
    return all(certain_account_in([account]) for account in accounts)


def _iban(text: str) -> str:
    """The groups that are the IBAN: the account's currency, or another word, may stand behind them."""
    groups = text.split()
    wholes = ["".join(groups[:count]) for count in range(len(groups), 0, -1)]
    return next((whole for whole in wholes if is_iban(whole)), "".join(groups[: 1 if len(groups[0]) > 10 else None]))


def account_in(texts: list[str]) -> str:
    """An account in a row above the table: an IBAN anywhere, or what stands after a label."""
    if certain := certain_account_in(texts):
        return certain
    for at, text in enumerate(texts):
        label, mark, value = text.partition(":")
        if not ACCOUNT_LABEL.search(normal(label)):
            continue
        candidates = [value, *texts[at + 1 : at + 3]] if mark else texts[at + 1 : at + 3]
        for candidate in candidates:
            plain = candidate.strip(" '").upper()
            if ACCOUNT_VALUE.fullmatch(plain) and sum(character.isdigit() for character in plain) >= 5:
                # The blanks of a printed number are none of its own; other signs are.
                return account_number(plain) if account_number(plain).isdigit() else plain
    return ""


def _header_currency(table: Table) -> str:
    """A currency in the header of the amounts: `Bedrag (EUR)`, `Betrag (€)`, `Сума (лв.)`."""
    for role in ("amount", "debit", "credit", "balance"):
        words = HEADER_WORD.findall(table.header.text(table.column(role)))
        if code := next(filter(None, map(named_currency, words)), ""):
            return code
    return ""


def currency_beside(table: Table, rows: Sequence[Row]) -> str:
    """The one currency that stands beside the amounts themselves: `€ 50,00`, `1 000,00 руб.`"""
    texts = [
        cell
        for role in ("amount", "debit", "credit", "balance")
        for column in table.roles.get(role, ())[:1]
        for row in rows
        if column < len(row.cells) and isinstance(cell := row.cells[column], str)
    ]
    found = {code for text in texts for word in HEADER_WORD.findall(text) if (code := named_currency(word))}
    return found.pop() if len(found) == 1 else ""
