"""The header of a sheet that is imported: which row it is, what kind of sheet it heads, and when that is not understood."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import islice

from dunwell.core.records import Mapping, Question, RecordKind
from dunwell.core.refusal import Refusal
from dunwell.plugins.importers import cells, grouped, headings, stream

WIDTH_MAX = 500
ROWS_SAMPLED = 200
SUM = re.compile(r"[0-9][.,][0-9]{2}(?![0-9])")
KIND_ANSWER = "Answer with --kind invoices or --kind payments, or kind in the mapping."


class ColumnsMissing(Refusal):
    """The columns of this file were not understood: {what}. Columns found: {found}. Name them in a mapping, for
    example: [columns] "{example}" = "{field}".
    """


class MoreThanCustomers(Refusal):
    """The sheet names customers, but holds dates and sums besides that were not understood: {found}. Name them in a
    mapping, or say --kind customers to read the customers alone.
    """


def tables(source: stream.Source) -> list[stream.Table]:
    return [_unfolded(table) for table in stream.tables(source)]


def _unfolded(table: stream.Table) -> stream.Table:
    """The table with a column of customers where it names each but once, above its documents."""
    groups = grouped.groups_in(table.lines)
    return replace(table, lines=lambda: grouped.unfolded(table.lines(), groups)) if groups else table


def best(
    tables: list[stream.Table], kind: RecordKind | None, mapping: Mapping
) -> tuple[stream.Table, headings.Recognised, int]:
    """The table, its header and the header's line: the row that is understood best; among equals the first."""
    found = [
        (headings.likeness(recognised), table, recognised, line)
        for table in tables
        for line, titles in _possible_headers(table)
        if (recognised := headings.recognise(titles, kind, mapping))
    ]
    if not found:
        raise ColumnsMissing(what="there is no row", found="none", example="Номер", field="number")
    _, table, recognised, line = max(found, key=lambda each: each[0])
    return table, recognised, line


def complete(
    tables: list[stream.Table], kind: RecordKind | None, mapping: Mapping
) -> tuple[stream.Table, headings.Recognised, int]:
    """The best header of a file, if it has all that its kind needs."""
    table, recognised, line = best(tables, kind, mapping)
    if not recognised.is_complete:
        missing = ", ".join(" or ".join(group) for group in recognised.missing)
        titles = [header for header in recognised.headers if header] or ["none"]
        unread = recognised.unread or titles
        shown = ", ".join(title[:40] for title in titles[:30])
        raise ColumnsMissing(
            what=f"nothing was recognised as {missing}",
            found=shown,
            example=unread[0][:40],
            field=recognised.missing[0][0],
        )
    return table, recognised, line


def _possible_headers(table: stream.Table) -> Iterator[tuple[int, list[str]]]:
    """The first rows as headers, each also with the titles over groups of columns that may stand in the row above."""
    above: list[str] = []
    for line, cells_of_row in islice(table.lines(), headings.HEADER_ROWS_SEARCHED):
        titles = [cell.strip() for cell in cells_of_row[:WIDTH_MAX]]
        yield line, titles
        if headings.are_groups(above, titles):
            yield line, headings.under(above, titles)
        above = titles


def settled(
    recognised: headings.Recognised, wanted: RecordKind | None, mapping: Mapping, file_name: str
) -> tuple[headings.Recognised, tuple[Question, ...]]:
    """The header as the kind that the file's name says, where its columns fit several; else a question."""
    rivals = headings.rivals(recognised, mapping) if wanted is None else []
    if not rivals:
        return recognised, ()
    fitting = [recognised.kind, *rivals]
    named = headings.kind_in_name(file_name)
    if named in fitting:
        return headings.recognise(recognised.headers, named, mapping), ()
    readings = tuple((str(kind), f"each row is one of the {kind}") for kind in fitting)
    message = f"The columns fit {' and '.join(fitting)} alike."
    return recognised, (Question("kind_ambiguous", "", message, readings, KIND_ANSWER, file_name),)


def refuse_unread_money(table: stream.Table, recognised: headings.Recognised, header_line: int) -> None:
    """A list of invoices whose headings are unknown also names customers: it must not pass for a list of these."""
    below = (cells_of_row for line, cells_of_row in table.lines() if line > header_line and any(cells_of_row))
    rows_seen = list(islice(below, ROWS_SAMPLED))
    unread = [
        (header, [cell for row in rows_seen if column < len(row) and (cell := row[column].strip())])
        for column, header in enumerate(recognised.headers)
        if header.strip() in recognised.unread
    ]
    dates = [header for header, values in unread if _are(values, lambda text: cells.parse_date(text) is not None)]
    sums = [header for header, values in unread if header not in dates and _are(values, _is_sum)]
    if dates and sums:
        raise MoreThanCustomers(found=", ".join(header[:40] for header in (*dates, *sums)))


def _are(values: list[str], test: Callable[[str], bool]) -> bool:
    return bool(values) and all(map(test, values))


def _is_sum(text: str) -> bool:
    """An amount with a fraction: whole numbers may be codes, counts and telephones."""
    return SUM.search(text) is not None and any(cells.parse_amount(text, mark) is not None for mark in ".,")
