"""Which column is which, from the words in a table's header.

A *role* is what a column means (date, debit, customer); it is known by patterns in the languages of our users' banks and
programs. A header that is a known phrase as a whole goes before one that merely holds it ("contact name" before "category
name"); among these the phrases are tried in the order they are written, so the particular comes before the general,
and where several columns have one role, the one with the earlier phrase comes first. A phrase that begins with ^ is a
whole header only.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dunwell.plugins.importers.sheet import Cell, Row, Sheet

# Title rows, account details and notes stand above the header of real exports.
HEADER_ROW_MAX = 80

Roles = dict[str, tuple[int, ...]]


@dataclass(frozen=True, slots=True)
class Patterns:
    """Phrases that are a whole header (plain ones by look-up, others by pattern), and words within one, by role."""

    plain: Mapping[str, tuple[str, int]]
    whole: tuple[tuple[str, int, re.Pattern[str]], ...]
    within: tuple[tuple[str, re.Pattern[str]], ...]


CAMEL = re.compile(r"(?<=[a-zа-я])(?=[A-ZА-Я])")
NAME_MAX = 120
PLAIN_PHRASE = re.compile(r"[\w #№]+")
# The | between words, not those inside a group.
WORD_BORDER = re.compile(r"\|(?![^()]*\))")
SEPARATORS = re.compile(r"[\s_\-./*:()\[\]\"'|\\,;]+")


@dataclass(frozen=True, slots=True)
class Table:
    """A header with its columns by role, the rows above it and those below."""

    roles: Roles
    header: Row
    above: tuple[Row, ...]
    below: tuple[Row, ...]
    width: int

    def column(self, role: str) -> int:
        """The first column of a role, −1 where there is none."""
        return self.roles[role][0] if role in self.roles else -1


def patterns(table: Sequence[tuple[str, str]]) -> Patterns:
    """Roles with their phrases, separated by | and in order of preference."""
    plain: dict[str, tuple[str, int]] = {}
    whole: list[tuple[str, int, re.Pattern[str]]] = []
    within: list[tuple[str, re.Pattern[str]]] = []
    for role, words in table:
        phrases = WORD_BORDER.split(words)
        for place, phrase in enumerate(phrases):
            bare = phrase.lstrip("^")
            if PLAIN_PHRASE.fullmatch(bare):
                plain.setdefault(bare, (role, place))
            else:
                whole.append((role, place, re.compile(bare)))
        loose = "|".join(phrase for phrase in phrases if not phrase.startswith("^"))
        if loose:
            within.append((role, re.compile(f"(?<![^\\W_])(?:{loose})(?![^\\W_])")))
    return Patterns(plain, tuple(whole), tuple(within))


def normal(text: str) -> str:
    """A header in lower case with single blanks: `InvoiceDate*` and `invoice_date` are the same."""
    return SEPARATORS.sub(" ", CAMEL.sub(" ", text)).strip().lower()


def find_table(
    sheet: Sheet, known: Patterns, required: Sequence[frozenset[str]], given: Mapping[str, str] | None = None
) -> Table | None:
    """The table whose header has the most known columns; `required` lists sets of roles of which one must be whole.

    `given` says what headers mean (levelled by `normal`; "" = not read), and goes before what is known of them.
    """
    best: tuple[int, int, Roles, Row] | None = None
    for at, row in enumerate(sheet.rows[:HEADER_ROW_MAX]):
        above = sheet.rows[at - 1] if at else None
        # A header of two rows says more together than its lower one alone: it is tried first, and wins where both fit.
        for header in (*([_under(above, row)] if above and _is_of_groups(above, row) else []), row):
            roles = roles_of(header.cells, known)
            roles = _given_roles(header.cells, given, roles) if given else roles
            if not any(each <= roles.keys() for each in required):
                continue
            score = sum(len(columns) for columns in roles.values())
            if best is None or score > best[0]:
                best = (score, at, roles, header)
    if best is None:
        return None
    _, at, roles, header = best
    return Table(roles, header, sheet.rows[:at], sheet.rows[at + 1 :], len(header.cells))


def _is_of_groups(above: Row, below: Row) -> bool:
    """Whether a row holds titles over several columns of the row below: fewer words, no figures, in both of them."""
    titles, names = [_words(row) for row in (above, below)]
    return 1 < len(titles) < len(names) and not any(letter.isdigit() for text in (*titles, *names) for letter in text)


def _words(row: Row) -> list[str]:
    return [text for column in range(len(row.cells)) if (text := row.text(column))]


def _under(above: Row, below: Row) -> Row:
    """The lower row's names, each with the title that stands over it or to the left of there."""
    title, cells = "", []
    for column in range(len(below.cells)):
        title = above.text(column) or title
        name = below.text(column)
        cells.append(f"{title} {name}".strip() if name else "")
    return Row(below.line, tuple(cells))


def roles_of(cells: Sequence[Cell], known: Patterns) -> Roles:
    """The columns of each role: those whose whole header is known, then those that hold a known word."""
    names = {
        column: normal(cell) for column, cell in enumerate(cells) if isinstance(cell, str) and len(cell) <= NAME_MAX
    }
    whole: dict[str, list[tuple[int, int]]] = {}
    within: dict[str, list[int]] = {}
    for column, name in names.items():
        if not name or name[0].isdigit():
            continue
        if found := _whole_phrase(name, known):
            whole.setdefault(found[0], []).append((found[1], column))
        elif role := next((role for role, loose in known.within if loose.search(name)), ""):
            within.setdefault(role, []).append(column)
    return {
        role: (*(column for _, column in sorted(whole.get(role, ()))), *within.get(role, ()))
        for role in {**whole, **within}
    }


def _given_roles(cells: Sequence[Cell], given: Mapping[str, str], found: Roles) -> Roles:
    """The roles of the columns that `given` names, and of the others what was found."""
    named = {
        column: given[name]
        for column, cell in enumerate(cells)
        if isinstance(cell, str) and (name := normal(cell)) in given
    }
    roles: dict[str, tuple[int, ...]] = {}
    for column, role in named.items():
        if role:
            roles[role] = (*roles.get(role, ()), column)
    for role, columns in found.items():
        if left := tuple(column for column in columns if column not in named):
            roles[role] = (*roles.get(role, ()), *left)
    return roles


def _whole_phrase(name: str, known: Patterns) -> tuple[str, int] | None:
    """The role of which the whole header is a phrase, and the phrase's place in the list."""
    if name in known.plain:
        return known.plain[name]
    return next(((role, place) for role, place, phrase in known.whole if phrase.fullmatch(name)), None)
