"""What a morning's digest says to one person, in their language: what goes out, what waits for them, what was paid, what looks wrong."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from itertools import groupby
from typing import Any

from dunwell.core.money import Money
from dunwell.core.roles import DeskRole
from dunwell.engine import terms
from dunwell.run.brake import Braked
from dunwell.run.freshness import Source
from dunwell.store.digests import Paid
from dunwell.store.today import Item

LINES_MAX = 5
FROM_ROLE = {
    "unknown": DeskRole.APPROVER,
    "reply": DeskRole.COLLECTOR,
    "money": DeskRole.COLLECTOR,
    "blocking": DeskRole.COLLECTOR,
    "plan": DeskRole.COLLECTOR,
    "task": DeskRole.COLLECTOR,
    "approval": DeskRole.APPROVER,
    "dispute": DeskRole.COLLECTOR,
    "credit": DeskRole.COLLECTOR,
    "finding": DeskRole.COLLECTOR,
}
"""Who can do something about what waits: nobody is told of work that is not theirs. Promises past their day are told one by one."""


@dataclass(frozen=True, slots=True)
class Morning:
    """What is to be told; `is_own`: it is bound to the customers that the reader looks after."""

    letters: int
    waiting: Mapping[str, int]
    paid: Sequence[Paid]
    paid_since: date
    broken: Sequence[Item]
    broken_count: int
    is_own: bool
    stale: Sequence[Source] = ()
    braked: Sequence[Braked] = ()
    is_stopped: bool = False
    is_rehearsal: bool = False

    @property
    def is_wrong(self) -> bool:
        return bool(self.stale or self.braked or self.is_stopped)

    @property
    def is_quiet(self) -> bool:
        return not (self.letters or self.waiting or self.paid or self.broken_count or self.is_wrong)


def write(morning: Morning, *, creditor: str, name: str, on: date, locale: str) -> tuple[str, str]:
    """Subject and text."""
    words = _words(locale)
    day = terms.day_and_month(on, locale, on.year).replace("\u00a0", " ")
    subject = words["subject_trouble" if morning.is_wrong else "subject"].format(creditor=creditor, day=day)
    greeting = words["greeting"].format(name=name) if name else words["greeting_nameless"]
    parts = [
        greeting,
        *(one for one in _parts(morning, words, locale, on.year) if one),
        words["ending"],
    ]
    return subject, "\n\n".join(parts) + "\n"


def _parts(morning: Morning, words: Mapping[str, Any], locale: str, year: int) -> Iterator[str]:
    yield _section(words["heading"]["wrong"], _wrong(morning, words["line"], locale, year))
    letters = words["letters"].format(count=morning.letters) if morning.letters else ""
    yield "\n".join(filter(None, (letters, words["rehearsed"] if letters and morning.is_rehearsal else "")))
    waiting = (f"{words['kind'][kind]}: {count}" for kind, count in morning.waiting.items())
    yield _section(words["heading"]["own" if morning.is_own else "all"], waiting)
    yield _section(words["heading"]["broken"], _broken(morning, words, locale, year))
    since = _day(morning.paid_since, locale, year)
    yield _section(words["heading"]["paid"].format(since=since), _paid(morning.paid, words, locale))


def _wrong(morning: Morning, lines: Mapping[str, str], locale: str, year: int) -> Iterator[str]:
    if morning.is_stopped:
        yield lines["stopped"]
    for one in morning.stale:
        yield lines["stale"].format(source=one.name, until=_day(one.until, locale, year))
    for run in morning.braked:
        yield lines["braked"].format(run=run.run_id, count=run.messages)


def _broken(morning: Morning, words: Mapping[str, Any], locale: str, year: int) -> Iterator[str]:
    for one in morning.broken[:LINES_MAX]:
        said = _sums(one.sums, words, locale)
        yield words["line"]["broken"].format(who=one.customer, sum=said, day=_day(one.since, locale, year))
    yield from _more(morning.broken_count, words)


def _paid(paid: Sequence[Paid], words: Mapping[str, Any], locale: str) -> Iterator[str]:
    if not paid:
        return
    by_currency = groupby(paid, key=lambda one: one.sum.currency)
    totals = [Money(sum(one.sum.minor for one in group), currency) for currency, group in by_currency]
    yield words["line"]["paid"].format(sums=_sums(totals, words, locale))
    # The largest of each currency in turn: sums of two currencies have no order.
    for one in sorted(paid, key=lambda one: -one.sum.minor)[:LINES_MAX]:
        who = one.who or words["unknown_payer"]
        yield words["line"]["payment"].format(who=who, sum=_sums([one.sum], words, locale))
    yield from _more(len(paid), words)


def _more(count: int, words: Mapping[str, Any]) -> Iterator[str]:
    if count > LINES_MAX:
        yield words["more"].format(count=count - LINES_MAX)


def _section(heading: str, lines: Iterable[str]) -> str:
    found = [f"  {line}" for line in lines]
    return "\n".join([f"{heading}:", *found]) if found else ""


def _sums(sums: Sequence[Money], words: Mapping[str, Any], locale: str) -> str:
    return terms.moneys(sums, locale, words["and"]).replace("\u00a0", " ")


def _day(day: date, locale: str, year: int) -> str:
    return terms.day_and_month(day, locale, year).replace("\u00a0", " ")


@cache
def _words(locale: str) -> Mapping[str, Any]:
    return tomllib.loads((files("dunwell") / "content" / "digest" / f"{locale}.toml").read_text("utf-8"))
