"""The contract of `dunwell read`: one answer per record, on labelled conversations better than a floor."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from dunwell.core.reading import CHECKLIST, OBJECTIONS, OUTCOMES
from dunwell.run.read import read_lines
from dunwell.run.train_reader import describe, read_records, train, varied

ROOT = Path(__file__).parents[2]
REPLIES = ROOT / "training/conversations/replies.jsonl"
CALLS = ROOT / "training/conversations/calls.jsonl"


def answers(path: Path) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    records = read_records([path])
    asked = [json.dumps({key: value for key, value in record.items() if key != "expected"}) for record in records]
    return list(zip(records, [json.loads(line) for line in read_lines(asked)], strict=True))


def test_dates_of_the_labelled_replies() -> None:
    pairs = answers(REPLIES)
    right = sum(record["expected"]["promised_date"] == answer["expected"]["promised_date"] for record, answer in pairs)
    assert right / len(pairs) >= 0.93


def test_calls_of_the_labelled_set() -> None:
    pairs = answers(CALLS)
    points = [
        (record["expected"]["checklist"][item], answer["expected"]["checklist"][item])
        for record, answer in pairs
        for item in CHECKLIST
    ]
    assert sum(wanted is got for wanted, got in points) / len(points) >= 0.93
    assert (
        sum(record["expected"]["outcome"] == answer["expected"]["outcome"] for record, answer in pairs) / len(pairs)
        >= 0.9
    )
    assert {answer["expected"]["objection"] for _, answer in pairs} <= set(OBJECTIONS)
    assert {answer["expected"]["outcome"] for _, answer in pairs} <= set(OUTCOMES)


@pytest.mark.parametrize(
    "line", ["{", "[]", "{}", '{"id": 1, "text": "x"}', '{"id": 1, "text": "x", "received_at": "soon"}', "[" * 100_000]
)
def test_a_line_that_is_no_record_is_said_so(line: str) -> None:
    assert "error" in json.loads(next(read_lines([line])))


def test_a_record_with_the_least_fields_is_read() -> None:
    answer = json.loads(
        next(read_lines(['{"id": "a", "text": "Оплатим завтра.", "received_at": "2026-03-11T10:00:00"}']))
    )
    assert answer["expected"]["promised_date"] == "2026-03-12"


def test_the_command_starts_without_django_and_fast() -> None:
    code = "import sys; from dunwell.run.read import read_lines; list(read_lines([])); assert 'django' not in sys.modules and 'sklearn' not in sys.modules"
    begun = time.perf_counter()
    subprocess.run([sys.executable, "-c", code], check=True, env={**os.environ, "PYTHONPATH": str(ROOT / "src")})
    assert time.perf_counter() - begun < 6  # Two seconds on an idle core; tests share theirs.


def test_training_twice_gives_the_same_file() -> None:
    records = [one for record in read_records([REPLIES])[:90] for one in varied(record)]
    rows = [describe(record) for record in records]
    assert train(records, rows) == train(records, rows)
