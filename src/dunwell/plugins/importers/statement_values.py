"""Columns of a bank's table that only their values explain: marks of the side, and whether an entry is booked."""

from __future__ import annotations

from dunwell.plugins.importers.headers import Table
from dunwell.plugins.importers.statement_words import BOOKED_WORDS, IN_WORDS, OUT_WORDS, PENDING_WORDS, VOID_WORDS

STATUS_WORDS = BOOKED_WORDS | PENDING_WORDS | VOID_WORDS


def told_by_values(table: Table) -> Table:
    """The same table, with a side and a status where a column holds nothing else, whatever its header."""
    if not ("side" in table.roles or ("debit" in table.roles and "credit" in table.roles)):
        table = _with_role(table, "side", next(filter(lambda column: _is_side(table, column), range(table.width)), -1))
    if "status" not in table.roles:
        table = _with_role(table, "status", next(filter(lambda at: _is_status(table, at), range(table.width)), -1))
    return table


def _is_side(table: Table, column: int) -> bool:
    words = {row.text(column).lower().strip(".") for row in table.below} - {""}
    # One letter that never changes may mean anything.
    return bool(words) and words <= IN_WORDS | OUT_WORDS and (len(words) > 1 or len(min(words)) > 1)


def _is_status(table: Table, column: int) -> bool:
    """Every value speaks of being booked or not, as in "Umsatz gebucht" and "Umsatz vorgemerkt"."""
    texts = {row.text(column).lower() for row in table.below} - {""}
    return bool(texts) and all(len(text) < 40 and STATUS_WORDS.intersection(text.split()) for text in texts)


def _with_role(table: Table, role: str, column: int) -> Table:
    if column < 0:
        return table
    roles = {name: tuple(each for each in columns if each != column) for name, columns in table.roles.items()}
    roles = {name: columns for name, columns in roles.items() if columns}
    return Table({**roles, role: (column,)}, table.header, table.above, table.below, table.width)
