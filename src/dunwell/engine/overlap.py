"""Which entries of a bank statement are new, where statements overlap, come again, or tell the same in other words (I9).

An entry that is told again is recognised, strongest sign first: by what the bank does not change (its key), by the payer's
own reference or the same words of the same account, and on a day of which a whole statement tells everything by its amount
alone: so many entries of one amount on one day of one account are so many, whatever the interim report, the notification,
the statement or another format called them. What is left is new. Pure: frames in, values out.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, cast

import polars as pl

Row = dict[str, Any]
Sign = Callable[[Row], Hashable | None]


@dataclass(frozen=True, slots=True)
class Frame:
    """A statement's days and balances in minor units; `is_whole` = the balances follow from its entries."""

    from_date: date | None
    to_date: date | None
    opening: int | None
    closing: int | None
    is_whole: bool
    statement_id: int = 0

    def tells_all_of(self, day: date) -> bool:
        return (
            self.is_whole
            and self.from_date is not None
            and self.to_date is not None
            and (self.from_date <= day <= self.to_date)
        )

    @property
    def is_still(self) -> bool:
        """One day without a change of the balance: it comes before, after and within everything of that day alike."""
        return self.from_date == self.to_date and self.opening == self.closing

    @property
    def facts(self) -> tuple[Any, ...]:
        return (self.from_date, self.to_date, self.opening, self.closing)


def continued(told: Frame, known: Sequence[Frame]) -> dict[int, set[date]]:
    """Statements that come before or after this one *on the same day*, each beginning with the balance at which the one
    before it ended, and that day: their entries on it are others, however alike they look.
    """
    found: dict[int, set[date]] = defaultdict(set)
    moving = [each for each in known if each.is_whole and each.facts != told.facts and not each.is_still]
    if told.is_whole and told.from_date and told.to_date:
        for each in _linked(told, moving, day=told.to_date, forwards=True):
            found[each.statement_id].add(told.to_date)
        for each in _linked(told, moving, day=told.from_date, forwards=False):
            found[each.statement_id].add(told.from_date)
    return found


def _linked(told: Frame, known: Sequence[Frame], *, day: date, forwards: bool) -> list[Frame]:
    """Those that follow on a day (or come before), one after the other as long as they lie wholly on it."""
    linked: list[Frame] = []
    frontier = [told]
    while frontier:
        here = frontier.pop()
        for each in known:
            earlier, later = (here, each) if forwards else (each, here)
            if each not in linked and earlier.to_date == later.from_date == day and earlier.closing == later.opening:
                linked.append(each)
                if each.from_date == each.to_date:
                    frontier.append(each)
    return linked


def is_new(told: pl.DataFrame, known: pl.DataFrame, frame: Frame) -> pl.Series:
    """For each entry told (BANK_ENTRIES) whether none of the known ones (KNOWN_ENTRIES) is the same; one known entry is
    the same as one told entry at most.
    """
    alike = ["day", "currency", "amount"]
    told = told.with_row_index("at")
    doubtful = told.join(known.select(alike).unique(), on=alike, how="semi")
    fresh = [True] * told.height
    if not doubtful.is_empty():
        standing: dict[Hashable, list[Row]] = defaultdict(list)
        for row in known.sort("entry_id").iter_rows(named=True):
            standing[tuple(row[name] for name in alike)].append(row)
        for group, rows in doubtful.group_by(alike, maintain_order=True):
            for at in _told_again(list(rows.iter_rows(named=True)), standing[group], frame):
                fresh[at] = False
    return pl.Series(fresh, dtype=pl.Boolean)


def _told_again(told: list[Row], known: list[Row], frame: Frame) -> list[int]:
    """Places of those told again, among entries of one day and amount."""
    again: list[int] = []
    used: set[int] = set()
    for sign_told, sign_known in SIGNS:
        waiting: dict[Hashable, list[int]] = defaultdict(list)
        for row in known:
            if row["entry_id"] not in used and (value := sign_known(row)) is not None:
                waiting[value].append(row["entry_id"])
        left = []
        for row in told:
            same = waiting.get(sign_told(row)) or []
            if same:
                used.add(same.pop())
                again.append(row["at"])
            else:
                left.append(row)
        told = left
    rest = [row for row in known if row["entry_id"] not in used]
    # The days of a group are one day: either it is told of as a whole now, or it was before.
    among = rest if told and frame.tells_all_of(told[0]["day"]) else [row for row in rest if row["is_whole_day"]]
    return [*again, *(row["at"] for row in told[: len(among)])]


def _key(row: Row) -> Hashable | None:
    return cast(str, row["key"])


def _end_to_end(row: Row) -> Hashable | None:
    return row["end_to_end"] or None


def _words(row: Row) -> Hashable | None:
    return (row["account"], row["words"]) if row["words"] else None


def _words_without_reference(row: Row) -> Hashable | None:
    return None if row["bank_reference"] else _words(row)


# Of what is told, and of what is known. Two entries to which the bank gave two references are two, however alike.
SIGNS: tuple[tuple[Sign, Sign], ...] = (
    (_key, _key),
    (_end_to_end, _end_to_end),
    (_words, _words_without_reference),
    (_words_without_reference, _words),
)


def numbered(keys: pl.Series, taken: Counter[str]) -> list[str]:
    """A name for each new entry: its key and which of the equal ones it is, going on from those `taken` already."""
    names = []
    for key in keys:
        taken[key] += 1
        names.append(f"{key}.{taken[key]}")
    return names
