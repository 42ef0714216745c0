"""Train the reader's classifier from labelled conversations, and measure it honestly.

Groups for cross-validation are *situations*: the three languages share them, so a situation is learned or judged, never both.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.feature_extraction import DictVectorizer
from sklearn.linear_model import LogisticRegression

from dunwell.core.reading import DISPUTE_REASONS, INTENTS, SENTIMENTS
from dunwell.plugins.readers.reply import described_text
from dunwell.plugins.readers.visible import visible_from_text
from dunwell.run.read import reply_context

STRENGTH = {
    "intents": 6.0,
    "primary": 6.0,
    "sentiment": 1.0,
    "reason": 6.0,
}  # Inverse regularisation, by leaving authors out.
DIGITS = 2  # Of the stored weights: more changes no answer and doubles the file.
WEIGHT_MIN = 0.15  # What weighs less for every answer changes none; without it the file is half as large.
SPELLING_SEEN_MIN = 6
SPELLING_SIGNS = "~#"
SLIPS = 0.12
_COMMON = dict(
    zip(
        "абвгдезийклмнопрстуфхцчшщьюя",
        "a b v g d e z i y k l m n o p r s t u f h c ch sh sht  yu ya".split(" "),
        strict=True,
    )
)
LETTERS = {
    "ru": str.maketrans(
        {**_COMMON, "ж": "zh", "щ": "sch", "ы": "y", "э": "e", "ъ": "", "ь": "", "ё": "e", "х": "kh", "ц": "ts"}
    ),
    "bg": str.maketrans({**_COMMON, "ж": "j", "ъ": "a", "я": "q"}),
}
# What people put around the sentence that counts.
OPENINGS = {
    "ru": ("Добрый день! ", "Здравствуйте. ", "Здравствуйте, коллеги.\n", "Привет, ", "Уважаемые партнёры!\n", ""),
    "bg": ("Здравейте, ", "Добър ден! ", "Уважаеми колеги,\n", "Здрасти, ", "Привет, ", ""),
    "en": ("Hi, ", "Hello,\n", "Dear Sir or Madam,\n", "Good morning. ", "Hey, ", ""),
}
CLOSINGS = {
    "ru": (" Спасибо.", "\nС уважением, Мария", "", " Хорошего дня!", "\nОтдел снабжения"),
    "bg": (" Благодаря.", "\nС уважение, Мария Петрова", "", " Поздрави", " Хубав ден!"),
    "en": (" Thanks.", "\nKind regards,\nMaria", "", " Cheers", " Best wishes, Tom"),
}
MOODS = {"+ ": "positive", "- ": "negative"}
# Clauses stand outside of any correspondence: a day and an invoice for the grammars.
CLAUSE = {
    "channel": "email",
    "received_at": "2026-05-13T10:00:00",
    "invoices": [{"number": "INV-5521", "amount": 1200, "currency": "EUR", "due_date": "2026-05-01"}],
}
LABELS: dict[str, tuple[str, ...]] = {
    "intents": INTENTS,
    "primary": INTENTS,
    "sentiment": SENTIMENTS,
    "reason": DISPUTE_REASONS,
}


def read_records(paths: Iterable[Path]) -> list[dict[str, Any]]:
    """Labelled replies: whole records of `.jsonl` files, clauses of `clauses_LANG.txt` files."""
    records: list[dict[str, Any]] = []
    for path in paths:
        lines = path.read_text(encoding="utf-8").splitlines()
        if path.suffix == ".txt":
            records += _clauses(path.stem, lines)
        else:
            records += [json.loads(line) for line in lines if line.strip()]
    return records


def _clauses(name: str, lines: Sequence[str]) -> Iterable[dict[str, Any]]:
    """A line of `=intent,intent:reason` labels the lines below it, the first intent being the primary one; a line may
    begin with the sign of its mood."""
    intents, reason = [""], ""
    for number, line in enumerate(lines, start=1):
        if line.startswith("="):
            labels, _, reason = line[1:].partition(":")
            intents = labels.split(",")
        elif line.strip():
            mood = MOODS.get(line[:2], "neutral")
            yield {
                **CLAUSE,
                "id": f"{name}-{number}",
                "lang": name[-2:],
                "text": line if mood == "neutral" else line[2:],
                "framed": True,
                "expected": {
                    "intents": intents,
                    "primary_intent": intents[0],
                    "dispute_reason": reason or None,
                    "sentiment": mood,
                },
            }


def varied(record: dict[str, Any]) -> Iterable[dict[str, Any]]:
    """A record and the same words as hurried people write them: no capitals or marks, a slip of the finger, Latin letters.

    A clause also stands between a greeting and a farewell.
    """
    yield record
    chance = random.Random(record["id"])
    bare = re.sub(r"[,;:!…«»„“\"()—–-]+", " ", visible_from_text(record["text"]).lower())
    yield {**record, "text": " ".join(_mistyped(word, chance) for word in bare.split(" "))}
    if record["lang"] in LETTERS:
        yield {**record, "text": bare.translate(LETTERS[record["lang"]])}
    if record.get("framed"):
        lang, text = record["lang"], record["text"]
        stop = "" if text[-1] in ".!?" else "."
        yield {**record, "text": chance.choice(OPENINGS[lang]) + text + stop + chance.choice(CLOSINGS[lang])}


def _mistyped(word: str, chance: random.Random) -> str:
    """Two neighbouring letters swapped, or one left out, in every eighth longer word."""
    if len(word) < 6 or not word.isalpha() or chance.random() > SLIPS:
        return word
    at = chance.randrange(1, len(word) - 2)
    return word[:at] + word[at + 1] + word[at] + word[at + 2 :] if chance.random() < 0.5 else word[:at] + word[at + 1 :]


def describe(record: dict[str, Any]) -> dict[str, float]:
    """The features of one record."""
    return described_text(record["text"], reply_context(record))


def train_files(paths: Iterable[Path], target: Path) -> int:
    """Write the classifier learned from labelled files; the number of records, their variations not counted."""
    records = read_records(paths)
    variations = [one for record in records for one in varied(record)]
    target.write_text(train(variations, [describe(one) for one in variations]), encoding="utf-8")
    return len(records)


def train(records: Sequence[dict[str, Any]], rows: Sequence[dict[str, float]]) -> str:
    """The classifier as JSON text; the same records give the same text."""
    counts: dict[str, int] = {}
    for row in rows:
        for name in row:
            counts[name] = counts.get(name, 0) + 1
    kept = [
        {
            name: value
            for name, value in row.items()
            if name[0] not in SPELLING_SIGNS or counts[name] >= SPELLING_SEEN_MIN
        }
        for row in rows
    ]
    vectorizer = DictVectorizer(sparse=True)
    table = vectorizer.fit_transform(kept).tocsr()
    table.indices, table.indptr = (
        table.indices.astype(np.int32),
        table.indptr.astype(np.int32),
    )  # As liblinear wants it.
    columns, bias = [], []
    for head, labels in LABELS.items():
        weights, offsets = _head(head, labels, table, records)
        columns.append(weights)
        bias.append(offsets)
    matrix = np.round(np.vstack(columns).T, DIGITS)
    names = vectorizer.get_feature_names_out()
    strong = [at for at, row in enumerate(matrix) if np.max(np.abs(row)) >= WEIGHT_MIN]
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
                model = LogisticRegression(C=STRENGTH[head], solver="liblinear", random_state=0, tol=1e-3).fit(
                    table, wanted
                )
                weights[at], offsets[at] = model.coef_[0], model.intercept_[0]
        return weights, offsets
    field = {"primary": "primary_intent", "sentiment": "sentiment", "reason": "dispute_reason"}[head]
    chosen = [at for at, record in enumerate(records) if record["expected"].get(field)]
    model = LogisticRegression(C=STRENGTH[head], max_iter=200, tol=1e-3).fit(
        table[chosen], [records[at]["expected"][field] for at in chosen]
    )
    for label, row, offset in zip(model.classes_, model.coef_, model.intercept_, strict=True):
        weights[labels.index(label)], offsets[labels.index(label)] = row, offset
    return weights, offsets
