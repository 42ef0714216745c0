"""Saved mappings: how a user's sheet is to be read, as a small TOML file of their own."""

from __future__ import annotations

import tomllib
from pathlib import Path

from dunwell.core.records import Mapping, MappingMalformed, StatementMapping
from dunwell.core.refusal import Refusal


class MappingMissing(Refusal):
    """There is no mapping {path}: `dunwell import FILE --save-mapping {path}` writes one."""


def load(path: Path) -> Mapping | StatementMapping:
    if not path.is_file():
        raise MappingMissing(path=path)
    try:
        data = tomllib.loads(path.read_text("utf-8"))
        return StatementMapping.from_dict(data) if data.get("kind") == "statement" else Mapping.from_dict(data)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise MappingMalformed(what=f"{path.name}: {error}") from None


def save(path: Path, mapping: Mapping | StatementMapping) -> None:
    path.write_text(mapping.to_toml(), "utf-8")
