"""Content packs read from the package's folder (or another one) into values."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import replace
from importlib.resources import files
from importlib.resources.abc import Traversable

from dunwell.core.message import PackSource

Place = tuple[str, str, str]


def standard(*, emoji: bool | None = None) -> PackSource:
    """The pack that is shipped; `emoji` overrides its switch."""
    source = read(files("dunwell") / "content" / "standard")
    return source if emoji is None else replace(source, emoji=emoji)


def read(folder: Traversable) -> PackSource:
    """A pack's folder: pack.toml, then per language terms.toml and `<key>.<channel>.md`."""
    head = tomllib.loads((folder / "pack.toml").read_text("utf-8"))
    texts, terms, places = {}, {}, {}
    for locale in head["locales"]:
        for entry in sorted((folder / locale).iterdir(), key=lambda entry: entry.name):
            if entry.name == "terms.toml":
                terms[locale] = tomllib.loads(entry.read_text("utf-8"))
            elif entry.name.endswith(".md"):
                key, channel, _ = entry.name.split(".")
                texts[locale, key, channel] = entry.read_text("utf-8")
                places[locale, key, channel] = f"{locale}/{entry.name}"
    return PackSource(head["name"], head["version"], texts, terms, places, emoji=head["emoji"])


def with_overrides(source: PackSource, overrides: Mapping[Place, tuple[str, int]]) -> PackSource:
    """The pack with a creditor's own texts, each with the version number of its save; the same checks apply to them."""
    return replace(
        source,
        texts={**source.texts, **{place: text for place, (text, _) in overrides.items()}},
        versions={**source.versions, **{place: f"override {number}" for place, (_, number) in overrides.items()}},
    )
