"""Printed documents as PDF, by typst: one template, bundled fonts, the same bytes on every machine.

The values go in as JSON and the template shows them as text: what a person wrote never becomes code. System fonts are ignored and
the day of the document stands for the time of making.
"""

from __future__ import annotations

import dataclasses
import json
import re
from datetime import UTC, datetime, time
from functools import cache
from importlib.resources import files
from pathlib import Path
from threading import Lock
from typing import Any

import typst

from dunwell.core.paper import Block, DataFile, Document
from dunwell.plugins.paper import facturx

PAGE_WORDS = {"ru": "стр.", "bg": "стр.", "en": "page"}
_NOT_PRINTED = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ufffe\uffff]")
_ONE_AT_A_TIME = Lock()  # a compiler holds the last input: two threads would print each other's


def pdf(document: Document) -> bytes:
    """The document as PDF."""
    return _compiled(document, None)


def pdf_with_data(document: Document, data: DataFile) -> bytes:
    """The document as PDF/A-3 that carries its own data, as Factur-X and ZUGFeRD 2 want it."""
    return facturx.declared(_compiled(document, data), data)


def _compiled(document: Document, data: DataFile | None) -> bytes:
    made_at = datetime.combine(document.day, time(), UTC)
    values = {**_values(document), "attached": _printable(dataclasses.asdict(data)) if data else None}
    with _ONE_AT_A_TIME:
        printed = _compiler().compile(
            format="pdf",
            sys_inputs={"data": json.dumps(values)},
            pdf_standards="a-3b" if data else None,
            timestamp=made_at,
        )
    assert isinstance(printed, bytes)
    return printed


@cache
def _compiler() -> typst.Compiler:
    folder = Path(str(files("dunwell.plugins.paper")))
    return typst.Compiler(
        input=str(folder / "sheet.typ"),
        root=str(folder),
        font_paths=[str(folder / "fonts")],
        ignore_system_fonts=True,
    )


def _values(document: Document) -> dict[str, Any]:
    day = document.day
    values = {
        "title": document.title,
        "author": document.author,
        "day": {"year": day.year, "month": day.month, "day": day.day},
        "lang": document.locale,
        "footer": document.footer,
        "page": PAGE_WORDS[document.locale],
        "letter": dataclasses.asdict(document.letter) if document.letter else None,
        "blocks": [_block(block) for block in document.blocks],
        "look": document.look,
        "logo": document.logo or None,
        "is_wide": document.is_wide,
    }
    found: dict[str, Any] = _printable(values)
    return found


def _block(block: Block) -> dict[str, Any]:
    return {"kind": block.kind, **dataclasses.asdict(block)}


def _printable(value: Any) -> Any:
    """The value with every text free of what no font can show: control signs and halves of surrogate pairs."""
    if isinstance(value, bytes):
        return list(value)
    if isinstance(value, str):
        return _NOT_PRINTED.sub("", value).encode("utf-8", "replace").decode()
    if isinstance(value, dict):
        return {key: _printable(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_printable(one) for one in value]
    return value
