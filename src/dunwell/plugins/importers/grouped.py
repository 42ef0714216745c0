"""Reports that name the customer once, above its documents, and close it with a row "Total for …" (QuickBooks, Xero).

Such a table is unfolded: the customer becomes a first column. Only a title that a total repeats is taken for one, so a
note between the rows never becomes a customer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TypeVar

from dunwell.plugins.importers.sheet import Cell, plain_text

C = TypeVar("C", bound=Cell)
Numbered = tuple[int, Sequence[Cell]]
CUSTOMER_HEADER = "Customer"
ROWS_LOOKED_AT = 2_000
HEADER_CELLS_MIN = 3
TOTAL_PREFIXES = ("total for", "total", "итого по", "итого", "всего по", "всего", "общо за", "общо", "summe")


@dataclass(frozen=True, slots=True)
class Groups:
    """Where the header of a grouped table stands, and the levelled titles of its groups."""

    header: int
    titles: frozenset[str]


def groups_in(lines: Callable[[], Iterable[Numbered]]) -> Groups | None:
    """The groups of a table by customer; None for a table without them."""
    header = _header_of_groups(list(islice(lines(), ROWS_LOOKED_AT)))
    return None if header is None else Groups(header, _closed_titles(lines()))


def unfolded(rows: Iterable[tuple[int, Sequence[C]]], groups: Groups) -> Iterator[tuple[int, list[C | str]]]:
    """The rows with the customer of each in front, without the titles and totals of the groups."""
    within: list[tuple[str, str]] = []
    for line, cells in rows:
        title = _only_first(cells)
        if line == groups.header:
            yield line, [CUSTOMER_HEADER, *cells]
        elif line > groups.header and title in groups.titles:
            within.append((title, plain_text(cells[0]).strip()))
        elif within and within[-1][0] in _total_of(cells):
            within.pop()
        else:
            customer = within[-1][1] if within and len(_filled(cells)) > 1 else ""
            yield line, [customer, *cells]


def _header_of_groups(rows: list[Numbered]) -> int | None:
    """The line of the header over the first closed group; None for a table without groups."""
    titles = _closed_titles(rows)
    header = None
    for line, cells in rows:
        if header is not None and _only_first(cells) in titles:
            return header
        if len(_filled(cells)) >= HEADER_CELLS_MIN:
            header = line
    return None


def _closed_titles(rows: Iterable[Numbered]) -> frozenset[str]:
    """Titles that a later row of totals repeats."""
    open_titles: set[str] = set()
    closed: set[str] = set()
    for _, cells in rows:
        if title := _only_first(cells):
            open_titles.add(title)
        elif total := _total_of(cells):
            closed |= total & open_titles
    return frozenset(closed)


def _only_first(cells: Sequence[Cell]) -> str:
    """The levelled text of the first cell where it stands alone in its row."""
    filled = _filled(cells)
    return _level(filled[0]) if len(filled) == 1 and plain_text(cells[0]).strip() else ""


def _total_of(cells: Sequence[Cell]) -> frozenset[str]:
    """What a row of totals may add up: "Total for Total Ltd" adds up Total Ltd."""
    first = _level(next(iter(_filled(cells)), ""))
    return frozenset(first.removeprefix(f"{word} ") for word in TOTAL_PREFIXES if first.startswith(f"{word} "))


def _filled(cells: Sequence[Cell]) -> list[str]:
    return [text for cell in cells if (text := plain_text(cell).strip())]


def _level(text: str) -> str:
    return " ".join(text.casefold().split())
