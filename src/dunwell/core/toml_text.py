"""TOML that can say on which line a value stands, so that a mistake is shown where it was made.

`tomllib` reads the values and refuses bad syntax; a second small scan of the same text finds the line of every key, table
and array element. A `Table` is then read key by key: every complaint becomes a finding with file, line and remedy, and what
was never asked for is an unknown key.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from difflib import get_close_matches
from enum import StrEnum
from typing import Any, TypeVar

from dunwell.core.refusal import Finding

Path = tuple[str | int, ...]
Kind = TypeVar("Kind", bound=StrEnum)

REQUIRED: Any = object()
"""The default of a key that must be there."""


@dataclass(frozen=True, slots=True)
class TomlText:
    """A file's values and the line of each, by path: ("step", 2, "offset_days") → 41."""

    file: str
    values: dict[str, Any]
    lines: dict[Path, int]

    def line(self, path: Path) -> int:
        """The line of the path, or of the nearest table around it; 1 for the file itself."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)


def read(text: str, file: str) -> TomlText | Finding:
    """The file's values with their lines, or the one finding that says where its syntax breaks."""
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        message, _, place = str(error).partition(" (at ")
        found = re.search(r"line (\d+)", place)
        line = int(found[1]) if found else text.count("\n") + 1
        return Finding(
            "toml_syntax",
            f"this is not TOML: {message}",
            file,
            line,
            remedy="Look at this line's quotes, brackets and '='.",
        )
    return TomlText(file, values, dict(_lines(text)))


class Table:
    """One table of a file, read key by key; complaints go into `findings`, which all tables of a file share."""

    def __init__(self, text: TomlText, values: dict[str, Any], path: Path, findings: list[Finding]) -> None:
        self.values, self.path, self.findings = values, path, findings
        self._text = text
        self._asked: set[str] = set()

    @classmethod
    def root(cls, text: TomlText) -> Table:
        return cls(text, text.values, (), [])

    @property
    def line(self) -> int:
        return self._text.line(self.path)

    def complain(self, code: str, message: str, *, key: str = "", remedy: str = "") -> None:
        path = (*self.path, key) if key else self.path
        value = self.values.get(key, "") if key else ""
        self.findings.append(Finding(code, message, self._text.file, self._text.line(path), key, str(value), remedy))

    def text(self, key: str, default: str = REQUIRED) -> str:
        return self._get(key, default, lambda value: isinstance(value, str), 'text in "quotes"')

    def whole(self, key: str, default: int = REQUIRED, *, low: int | None = None, high: int | None = None) -> int:
        found = self._get(
            key, default, lambda value: isinstance(value, int) and not isinstance(value, bool), "a whole number"
        )
        if key in self.values and ((low is not None and found < low) or (high is not None and found > high)):
            bounds = f"from {low} to {high}" if low is not None and high is not None else f"{low} or more"
            self.complain("out_of_range", f"{found} is out of range", key=key, remedy=f"Write a whole number {bounds}.")
        return found

    def share(self, key: str, default: float = REQUIRED) -> float:
        found = self._get(key, default, lambda value: type(value) in (int, float), "a number from 0 to 1")
        if not 0 <= found <= 1:
            self.complain("out_of_range", f"{found} is out of range", key=key, remedy="Write a number from 0 to 1.")
        return float(found)

    def flag(self, key: str, default: bool = REQUIRED) -> bool:
        return self._get(key, default, lambda value: isinstance(value, bool), "true or false")

    def day(self, key: str, default: date | None = REQUIRED) -> date:
        return self._get(key, default, _is_day, "a date like 2026-03-16, without quotes")

    def days(self, key: str) -> tuple[date, ...]:
        wanted = "a list of dates like [2026-03-16]"
        return tuple(self._get(key, (), lambda value: isinstance(value, list) and all(map(_is_day, value)), wanted))

    def texts(self, key: str, default: tuple[str, ...] = REQUIRED) -> tuple[str, ...]:
        wanted = 'a list of texts like ["email", "sms"]'
        return tuple(
            self._get(
                key, default, lambda value: isinstance(value, list) and all(isinstance(v, str) for v in value), wanted
            )
        )

    def choice(self, key: str, allowed: Collection[str], default: str = REQUIRED) -> str:
        found = self.text(key, default)
        if key in self.values and isinstance(self.values[key], str):
            self._check_known(key, found, allowed)
        return found

    def choices(self, key: str, allowed: Collection[str], default: tuple[str, ...] = REQUIRED) -> tuple[str, ...]:
        found = self.texts(key, default)
        for value in found if key in self.values else ():
            self._check_known(key, value, allowed)
        return found

    def member(self, key: str, kind: type[Kind], default: Kind = REQUIRED) -> Kind:
        """One of a closed list; the default, or the list's first, stands in where the text is not one of them."""
        return self.member_or_none(key, kind, required=default is REQUIRED) or (
            next(iter(kind)) if default is REQUIRED else default
        )

    def member_or_none(self, key: str, kind: type[Kind], *, required: bool = False) -> Kind | None:
        found = self.choice(key, tuple(kind), REQUIRED if required else "")
        return kind(found) if found in set(kind) else None

    def members(self, key: str, kind: type[Kind], default: tuple[Kind, ...] = REQUIRED) -> tuple[Kind, ...]:
        return tuple(kind(found) for found in self.choices(key, tuple(kind), default) if found in set(kind))

    def table(self, key: str) -> Table | None:
        found = self._get(key, None, lambda value: isinstance(value, dict), "a table")
        return None if found is None else Table(self._text, found, (*self.path, key), self.findings)

    def tables(self, key: str) -> list[Table]:
        rows = self._get(
            key, [], lambda value: isinstance(value, list) and all(isinstance(v, dict) for v in value), "tables"
        )
        return [Table(self._text, row, (*self.path, key, number), self.findings) for number, row in enumerate(rows)]

    def finish(self) -> None:
        """Complain of every key that nobody asked for: a misspelt key must not be silently without effect."""
        for key in self.values:
            if key not in self._asked:
                self.complain("unknown_key", f"'{key}' is not a key here", key=key, remedy=suggest(key, self._asked))

    def _get(self, key: str, default: Any, fits: Callable[[Any], bool], wanted: str) -> Any:
        self._asked.add(key)
        if key not in self.values:
            if default is REQUIRED:
                self.complain("missing_key", f"'{key}' is missing", remedy=f"Add {key} = …: {wanted}.")
                return _blank(wanted)
            return default
        value = self.values[key]
        if not fits(value):
            self.complain("wrong_type", f"{value!r} does not fit", key=key, remedy=f"Write {wanted}.")
            return _blank(wanted) if default is REQUIRED else default
        return value

    def _check_known(self, key: str, value: str, allowed: Collection[str]) -> None:
        if value not in allowed:
            self.complain("unknown_value", f"'{value}' is not known here", key=key, remedy=suggest(value, allowed))


def suggest(word: str, known: Collection[str]) -> str:
    """ "Did you mean …?" where one is near, else what there is."""
    near = get_close_matches(word.lower(), sorted(known), n=1, cutoff=0.6)
    return f"Did you mean '{near[0]}'?" if near else f"Known: {', '.join(sorted(known))}."


def _is_day(value: object) -> bool:
    return isinstance(value, date) and not isinstance(value, datetime)


def _blank(wanted: str) -> Any:
    """A harmless stand-in that lets reading go on to the file's next mistake; with a finding, nothing read is used."""
    if wanted.startswith("text"):
        return ""
    if wanted.startswith("a date"):
        return date(2000, 1, 3)
    return () if wanted.startswith("a list") else 0


# --- lines -----------------------------------------------------------------------------------------------------------
# The scan trusts the syntax: `tomllib` has accepted the text already.

_BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_KEY = re.compile(r"""[ \t]*(?:"((?:[^"\\]|\\.)*)"|'([^']*)'|([A-Za-z0-9_-]+))[ \t]*""")
_STRING = re.compile(r'''"""(?:[^\\]|\\.)*?"""+|\'\'\'.*?\'\'\'+|"(?:[^"\\\n]|\\.)*"|'[^'\n]*\'''', re.DOTALL)
_SCALAR = re.compile(r"[^,\]}\n#]+")


def _lines(text: str) -> Iterator[tuple[Path, int]]:
    scan = _Scan(text)
    table: Path = ()
    counts: dict[Path, int] = {}
    while scan.skip_blank():
        start = scan.at
        if text.startswith("[", start):
            brackets = 2 if text.startswith("[[", start) else 1
            scan.at += brackets
            table = _resolve(scan.key(), counts)
            if brackets == 2:
                number = counts.get(table, 0)
                counts[table] = number + 1
                table = (*table, number)
            scan.at += brackets
            yield table, scan.line(start)
        else:
            yield from scan.pair(table)


def _resolve(names: Path, counts: dict[Path, int]) -> Path:
    """`[step.more]` speaks of the last `[[step]]`."""
    path: Path = ()
    for name in names[:-1]:
        path = (*path, name)
        if path in counts:
            path = (*path, counts[path] - 1)
    return (*path, names[-1])


class _Scan:
    def __init__(self, text: str) -> None:
        self.text, self.at = text, 0

    def line(self, position: int) -> int:
        return self.text.count("\n", 0, position) + 1

    def skip_blank(self) -> bool:
        self.at = self._end(_BLANK)
        return self.at < len(self.text)

    def key(self) -> Path:
        names: list[str] = []
        while True:
            found = _KEY.match(self.text, self.at)
            assert found is not None, "the text has been read as TOML before"
            names.append(next(part for part in found.groups() if part is not None))
            self.at = found.end()
            if not self.text.startswith(".", self.at):
                return tuple(names)
            self.at += 1

    def pair(self, table: Path) -> Iterator[tuple[Path, int]]:
        start = self.at
        path = (*table, *self.key())
        self.at += 1  # the equals sign
        yield path, self.line(start)
        yield from self.value(path)

    def value(self, path: Path) -> Iterator[tuple[Path, int]]:
        self.skip_blank()
        opening = self.text[self.at]
        if opening in "\"'":
            self.at = self._end(_STRING)
        elif opening in "[{":
            self.at += 1
            yield from self._inside(path, is_array=opening == "[")
        else:
            self.at = self._end(_SCALAR)

    def _inside(self, path: Path, *, is_array: bool) -> Iterator[tuple[Path, int]]:
        number = 0
        while self.skip_blank() and self.text[self.at] not in "]}":
            if is_array:
                yield (*path, number), self.line(self.at)
                yield from self.value((*path, number))
                number += 1
            else:
                yield from self.pair(path)
            self.skip_blank()
            if self.text[self.at] == ",":
                self.at += 1
        self.at += 1

    def _end(self, pattern: re.Pattern[str]) -> int:
        found = pattern.match(self.text, self.at)
        return found.end() if found else self.at
