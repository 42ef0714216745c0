"""Forecast from files: a ledger as it was known, questions about it, and a distribution for each.

`tree` answers a folder of many origins, `pair` one ledger and one list of questions. A model learned at one origin
serves later ones until it is MODEL_DAYS old, never earlier ones.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import polars as pl

from dunwell.core.forecast import Features, Predictor
from dunwell.core.refusal import Finding, Refusal
from dunwell.engine import features
from dunwell.plugins.predictors import PREDICTORS
from dunwell.run import forecast_files as files

# Invoices a model learns from at most: past this, more of the same customers' past says little more.
LEARNED_INVOICES_MAX = 40_000
# What changes from week to week reaches the forecast through the features; learning anew every month did harm.
MODEL_DAYS = 91
QUESTIONS_AT_ONCE = 50_000


class NothingAsked(Refusal):
    """{folder} holds no <task>/<origin>/ledger.csv with a requests.csv beside it."""


class OriginUnreadable(Refusal):
    """The folder {folder} is not named by a date such as 2026-03-02."""


@dataclass(frozen=True, slots=True)
class Question:
    task: str
    origin: date
    folder: Path


def tree(folder: Path, out: Path, seed: int, predictor: str = "learned") -> list[Finding]:
    """Answer every `<task>/<origin>/requests.csv` of a folder into one CSV; the findings of all files."""
    asked = sorted(_questions(folder), key=lambda question: (question.origin, question.task))
    if not asked:
        raise NothingAsked(folder=folder)
    findings: list[Finding] = []
    forecaster = Forecaster(predictor, seed)
    with files.answers_file(out) as answers:
        for question in asked:
            ledger, found = files.read_ledger(question.folder / "ledger.csv", question.origin)
            requests, found_asked = files.read_requests(question.folder / "requests.csv", question.origin)
            findings += found + found_asked
            for answered in forecaster.answer(ledger, requests, question.origin):
                answers.write(question.task, question.origin, answered)
    return findings


def pair(history: Path, predict: Path, out: Path, seed: int, predictor: str = "learned") -> list[Finding]:
    """Answer one list of questions at the day after the last event of the history."""
    origin = files.day_after_last_event(history)
    ledger, findings = files.read_ledger(history, origin)
    requests, found_asked = files.read_requests(predict, origin)
    with files.answers_file(out) as answers:
        for answered in Forecaster(predictor, seed).answer(ledger, requests, origin):
            answers.write("", origin, answered)
    return findings + found_asked


class Forecaster:
    """Holds the model in use; origins must come in the order of time."""

    def __init__(self, predictor: str, seed: int) -> None:
        self.predictor: Predictor = PREDICTORS[predictor](seed)
        self.seed = seed
        self.learned_on: date | None = None

    def answer(self, ledger: pl.DataFrame, requests: pl.DataFrame, origin: date) -> Iterator[pl.DataFrame]:
        """The requests with `first_date`, `expected_date` and `cumulative`, in portions."""
        if self.learned_on is None or (origin - self.learned_on).days >= MODEL_DAYS:
            self.predictor.fit(learning_features(ledger, origin, self.seed))
            self.learned_on = origin
        asked = requests.with_columns(origin=pl.lit(origin))
        for known in portions(ledger, asked):
            yield pl.concat([known.rows, self.predictor.forecast(known)], how="horizontal")


def portions(ledger: pl.DataFrame, asked: pl.DataFrame) -> Iterator[Features]:
    """What was known about each question at its `origin`, some customers at a time: a million at once would not fit into memory.

    No customer is torn: what is asked about one of them at once is a feature too.
    """
    asked = asked.sort("customer_id", maintain_order=True)
    markets = features.market(ledger, asked["origin"])
    of_customers = asked.group_by("customer_id", maintain_order=True).len()
    portion = (pl.col("len").cum_sum() // QUESTIONS_AT_ONCE).alias("portion")
    heights = of_customers.group_by(portion, maintain_order=True).agg(pl.col("len").sum())["len"]
    start = 0
    for height in heights:
        part = asked.slice(start, height)
        yield features.build(ledger.join(part, on="customer_id", how="semi"), part, markets)
        start += height


def learning_features(ledger: pl.DataFrame, origin: date, seed: int) -> Features:
    """Questions of the past with their answers, each with what was known in its own week."""
    known = _sample(ledger.filter(pl.col("issue_date") < origin), seed)
    asked = features.questions(known, origin)
    return features.build(known, asked, features.market(known, asked["origin"]))


def _sample(ledger: pl.DataFrame, seed: int) -> pl.DataFrame:
    """Whole customers drawn by lot until there are invoices enough: a customer's history is never torn."""
    if ledger.height <= LEARNED_INVOICES_MAX:
        return ledger
    customers = ledger.group_by("customer_id", maintain_order=True).len().sample(fraction=1.0, shuffle=True, seed=seed)
    drawn = customers.filter(pl.col("len").cum_sum() <= LEARNED_INVOICES_MAX)
    return ledger.join(drawn, on="customer_id", how="semi")


def _questions(folder: Path) -> Iterator[Question]:
    for requests in folder.glob("*/*/requests.csv"):
        place = requests.parent
        if not (place / "ledger.csv").exists():
            continue
        try:
            origin = date.fromisoformat(place.name)
        except ValueError:
            raise OriginUnreadable(folder=place) from None
        yield Question(place.parent.name, origin, place)
