"""Train the reader's classifier from labelled conversations, and measure it honestly.

Groups for cross-validation are *situations*: the three languages share them, so a situation is learned or judged, never both.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.feature_extraction import DictVectorizer
from sklearn.linear_model import LogisticRegression

from dunwell.core.reading import DISPUTE_REASONS, INTENTS, SENTIMENTS
from dunwell.plugins.readers.evidence import gather
from dunwell.plugins.readers.reply import described, fields
from dunwell.plugins.readers.visible import visible_from_text
from dunwell.run.read import reply_context

STRENGTH = {"intents": 6.0, "primary": 6.0, "sentiment": 1.0, "reason": 6.0}  # Inverse regularisation, by cross-validation.
DIGITS = 3  # Of the stored weights: more changes no answer and doubles the file.
GRAM_SEEN_MIN = 3
LABELS: dict[str, tuple[str, ...]] = {"intents": INTENTS, "primary": INTENTS, "sentiment": SENTIMENTS, "reason": DISPUTE_REASONS}


def read_records(paths: Iterable[Path]) -> list[dict[str, Any]]:
    """Labelled replies of several JSONL files."""
    return [json.loads(line) for path in paths for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def describe(record: dict[str, Any]) -> dict[str, float]:
    """The features of one record."""
    context = reply_context(record)
    visible = visible_from_text(record["text"])
    evidence = gather(visible, context)
    return described(evidence, fields(evidence, visible, context), context)


def train(records: Sequence[dict[str, Any]], described_records: Sequence[dict[str, float]] | None = None) -> str:
    """The classifier as JSON text; the same records give the same text."""
    rows = list(described_records or [describe(record) for record in records])
    counts: dict[str, int] = {}
    for row in rows:
        for name in row:
            counts[name] = counts.get(name, 0) + 1
    kept = [{name: value for name, value in row.items() if not name.startswith("~") or counts[name] >= GRAM_SEEN_MIN} for row in rows]
    vectorizer = DictVectorizer(sparse=True)
    table = vectorizer.fit_transform(kept)
    columns, bias = [], []
    for head, labels in LABELS.items():
        weights, offsets = _head(head, labels, table, records)
        columns.append(weights)
        bias.append(offsets)
    matrix = np.round(np.vstack(columns).T, DIGITS)
    names = vectorizer.get_feature_names_out()
    strong = [at for at, row in enumerate(matrix) if np.any(row)]
    return json.dumps(
        {
            "heads": {head: list(labels) for head, labels in LABELS.items()},
            "bias": [round(float(value), DIGITS) for value in np.concatenate(bias)],
            "weights": {str(names[at]): [float(value) for value in matrix[at]] for at in strong},
        },
        ensure_ascii=False,
        separators=(",", ":"),
    )


def _head(head: str, labels: tuple[str, ...], table: Any, records: Sequence[dict[str, Any]]) -> tuple[Any, Any]:
    """Weights (labels × features) and offsets of one question."""
    weights, offsets = np.zeros((len(labels), table.shape[1])), np.full(len(labels), -9.0)
    if head == "intents":
        for at, label in enumerate(labels):
            wanted = [label in record["expected"]["intents"] for record in records]
            if any(wanted):
                model = LogisticRegression(C=STRENGTH[head], max_iter=1000).fit(table, wanted)
                weights[at], offsets[at] = model.coef_[0], model.intercept_[0]
        return weights, offsets
    field = {"primary": "primary_intent", "sentiment": "sentiment", "reason": "dispute_reason"}[head]
    chosen = [at for at, record in enumerate(records) if record["expected"].get(field)]
    model = LogisticRegression(C=STRENGTH[head], max_iter=1000).fit(table[chosen], [records[at]["expected"][field] for at in chosen])
    for label, row, offset in zip(model.classes_, model.coef_, model.intercept_, strict=True):
        weights[labels.index(label)], offsets[labels.index(label)] = row, offset
    return weights, offsets
