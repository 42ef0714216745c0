"""The page's words, one file a language: written, not translated, so they are no gettext catalogue."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files
from typing import Any

LOCALES = ("ru", "bg", "en")


@lru_cache(maxsize=len(LOCALES))
def of(locale: str) -> Mapping[str, Any]:
    """A language's words by their dotted names: `hero.pay`; a list stays a list."""
    tables = tomllib.loads((files("dunwell.web.portal") / "words" / f"{locale}.toml").read_text("utf-8"))
    return dict(_flat(tables, ""))


def say(locale: str, name: str, /, **values: Any) -> str:
    return str(of(locale)[name]).format(**values)


def _flat(table: Mapping[str, Any], before: str) -> list[tuple[str, Any]]:
    found: list[tuple[str, Any]] = []
    for name, value in table.items():
        found += _flat(value, f"{before}{name}.") if isinstance(value, Mapping) else [(before + name, value)]
    return found
