"""What every command is given: the clock, the data folder, and how to find its creditor. Faces know no settings of their own."""

from __future__ import annotations

import getpass
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import typer
from rich.console import Console

from dunwell.core.money import Money
from dunwell.core.refusal import Refusal
from dunwell.run import creditors
from dunwell.run.ingest import FileMissing
from dunwell.store.models import Creditor

out = Console(highlight=False, soft_wrap=True)


@dataclass(frozen=True, slots=True)
class Wiring:
    """Handed in by the entry point; `faces` makes the files that the web pages are served with."""

    now: Callable[[], datetime]
    today: Callable[[str], date]
    data: Path
    faces: Callable[[], None]

    @property
    def rehearsal_folder(self) -> Path:
        return self.data / "rehearsal"


@dataclass(frozen=True, slots=True)
class Said:
    """What a person says about a creditor's books: whose, on which day, by whom and why."""

    creditor: Creditor
    on: date
    by: str
    why: str

    @property
    def fact(self) -> dict[str, Any]:
        """What every record made by hand carries."""
        return {"on": self.on, "by": self.by, "why": self.why}


class DateUnreadable(Refusal):
    """{text!r} is not a date: write it as YYYY-MM-DD, for example 2026-04-14."""


class NotUtf8(Refusal):
    """{path} is not text in UTF-8: save it as UTF-8."""


class DateUnlikely(Refusal):
    """{text} is in no year of {first} to {last}: look at it again."""


YEARS = range(1990, 2101)
"""A year outside is a slip of the finger; a day run there would be the last one for ever."""


def wiring(context: typer.Context) -> Wiring:
    found = context.find_root().obj
    assert isinstance(found, Wiring)
    return found


def chosen(context: typer.Context, slug: str) -> Creditor:
    """The creditor named, or the only one there is."""
    return creditors.find(slug)


def said(context: typer.Context, slug: str, *, as_of: str | None = None, by: str = "", why: str = "") -> Said:
    """The options of a command that records something, as one value: the only creditor, today and the one at the keyboard unless named."""
    creditor = chosen(context, slug)
    return Said(creditor, day(context, creditor, as_of), by or who(), why)


def day(context: typer.Context, creditor: Creditor, text: str | None) -> date:
    """The day given as text, or the creditor's today."""
    return parsed(text) if text else wiring(context).today(creditor.timezone)


def parsed(text: str) -> date:
    try:
        found = date.fromisoformat(text)
    except ValueError:
        raise DateUnreadable(text=text) from None
    if found.year not in YEARS:
        raise DateUnlikely(text=text, first=YEARS[0], last=YEARS[-1])
    return found


def amount(text: str | None, currency: str) -> Money | None:
    return Money.typed(text, currency) if text else None


def text_of(path: Path) -> str:
    """A text file in UTF-8."""
    try:
        return path.read_text("utf-8-sig")
    except FileNotFoundError:
        raise FileMissing(path=path) from None
    except UnicodeDecodeError:
        raise NotUtf8(path=path) from None


def bytes_of(path: Path) -> bytes:
    """A file as it is."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise FileMissing(path=path) from None


def who() -> str:
    """The person at the keyboard, as the machine knows them."""
    return getpass.getuser()


def as_json(value: Any) -> None:
    typer.echo(json.dumps(value, ensure_ascii=False, default=_plain))


def _plain(value: Any) -> Any:
    return float(value) if isinstance(value, Decimal) else str(value)
