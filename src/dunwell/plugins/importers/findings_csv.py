"""Findings as a CSV: each row as it stood in the file, with what is wrong behind it, to be repaired and imported again.

The added columns mean nothing to the importer, so they need not be deleted. What a spreadsheet would take for a formula
is made harmless by an apostrophe, which the importer takes off again.
"""

from __future__ import annotations

import csv
import json
from typing import TextIO

import polars as pl

from dunwell.core.records import Severity
from dunwell.core.spreadsheet import harmless

ADDED = {
    "Dunwell: line": "line",
    "Dunwell: column": "header",
    "Dunwell: what is wrong": "message",
    "Dunwell: what to do": "remedy",
}


def write(findings: pl.DataFrame, out: TextIO) -> int:
    """Write the rows of IMPORT_FINDINGS that have their original and need something done, each once; how many were written."""
    kept = (
        findings.filter(pl.col("raw").is_not_null() & (pl.col("severity") != Severity.NOTE))
        .group_by("line", "raw")
        .agg(pl.col(name) for name in ("header", "message", "remedy"))
    )
    rows = [(json.loads(row["raw"]), row) for row in kept.sort("line").iter_rows(named=True)]
    titles = list(dict.fromkeys(title for raw, _ in rows for title in raw))
    writer = csv.writer(out)
    writer.writerow([harmless(title) for title in titles] + list(ADDED))
    for raw, row in rows:
        notes = ["; ".join(dict.fromkeys(text for text in _texts(row[name]) if text)) for name in ADDED.values()]
        writer.writerow([harmless(raw.get(title) or "") for title in titles] + [harmless(note) for note in notes])
    return len(rows)


def _texts(value: object) -> list[str]:
    return [str(each) for each in value] if isinstance(value, list) else [str(value)]
