"""The learned forecast: a daily hazard by gradient boosting, blended with the shrunken history.

Every day on which an invoice could be paid is one example: paid on that day, or not yet. So open invoices take part as
far as they were seen, the calendar of the coming days enters as it is, and a forecast for an invoice long open is
simply read from a later day on. How many trees to grow and how far to trust them against the history alone is decided
on the latest part of the data, by a model that has seen the earlier part only. Too little data, and the history speaks
alone: nothing here is tuned to a creditor by hand.
"""

from __future__ import annotations

from dataclasses import dataclass

import lightgbm as lgb
import numpy as np
import numpy.typing as npt
import polars as pl

from dunwell.core.forecast import HORIZON_DAYS, NUMBERS, Features
from dunwell.plugins.predictors.curves import Counts, Numbers, as_forecast, crps_seen, days
from dunwell.plugins.predictors.daily import Questions, lay_out, matrix
from dunwell.plugins.predictors.shrunken import shrunken_by_day

TREES = dict(
    objective="binary", learning_rate=0.05, num_leaves=15, min_data_in_leaf=200, lambda_l2=20.0, feature_fraction=0.4,
    bagging_fraction=0.7, bagging_freq=1, deterministic=True, force_row_wise=True, num_threads=1, verbose=-1,
)  # fmt: skip
TREES_TRIED = (40, 80, 120, 160, 200, 240)
TRUST_TRIED = (0.0, 0.25, 0.5, 0.75, 1.0)
# Below so many payments a boosted model has nothing to say that the histories do not say better.
PAYMENTS_MIN = 200
QUESTIONS_CHECKED_MIN, QUESTIONS_CHECKED_MAX = 50, 4000
# The last quarter of the questions decides; hardly any invoice says more after half a year.
CHECKED_SHARE = 0.25
FOLLOWED_DAYS = 150
EXAMPLES_MAX = 1_500_000
TRAIT_VALUES_MAX = 20
# A question is done once it is this sure that the payment has come.
UNPAID_NEGLIGIBLE = 0.003
DAYS_AT_ONCE, QUESTIONS_AT_ONCE = 15, 4000


@dataclass(frozen=True)
class Model:
    """What was learned: the trees, the trust in them (0 = the history alone) and the traits' known values."""

    booster: lgb.Booster
    trust: float
    traits: dict[str, list[str]]


class Learned:
    def __init__(self, seed: int = 0) -> None:
        self.seed = seed
        self.model: Model | None = None

    def fit(self, features: Features) -> None:
        self.model = None
        answers = _answers(features.rows)
        if answers.is_paid.sum() < PAYMENTS_MIN:
            return
        traits = _traits(features.rows)
        questions = lay_out(features, _static(features.rows, traits))
        trees, trust = self._chosen(questions, answers, shrunken_by_day(features))
        if trust > 0:
            self.model = Model(self._grown(questions, answers, trees), trust, traits)

    def forecast(self, features: Features) -> pl.DataFrame:
        by_day = shrunken_by_day(features)
        if self.model is not None:
            questions = lay_out(features, _static(features.rows, self.model.traits))
            by_day = _blend(_by_day(self.model.booster, questions), by_day, self.model.trust)
        return as_forecast(features.rows, by_day)

    def _chosen(self, questions: Questions, answers: Answers, history: Numbers) -> tuple[int, float]:
        """Trees and trust with the best score on the latest questions, by a model that saw the earlier ones only."""
        cut = int(np.quantile(questions.origin, 1.0 - CHECKED_SHARE))
        early, late = np.flatnonzero(questions.origin < cut), np.flatnonzero(questions.origin >= cut)
        seen = answers.take(early).as_known(cut - 1)
        if len(late) < QUESTIONS_CHECKED_MIN or seen.is_paid.sum() < PAYMENTS_MIN // 2:
            return 0, 0.0
        booster = self._grown(questions.take(early), seen, max(TREES_TRIED))
        if len(late) > QUESTIONS_CHECKED_MAX:
            late = np.random.default_rng(self.seed).choice(late, QUESTIONS_CHECKED_MAX, replace=False)
        checked, truth = questions.take(late), answers.take(late)
        scores = {}
        for trees in TREES_TRIED:
            learned = _by_day(booster, checked, trees)
            for trust in TRUST_TRIED:
                blend = _blend(learned, history[late], trust)
                scores[trees, trust] = crps_seen(blend, truth.last - truth.first, truth.is_paid).mean()
        return min(scores, key=scores.__getitem__)

    def _grown(self, questions: Questions, answers: Answers, trees: int) -> lgb.Booster:
        line, delay, is_paid = _examples(questions, answers, self.seed)
        data = lgb.Dataset(matrix(questions, line, delay), is_paid, params=TREES)
        return lgb.train({**TREES, "seed": self.seed}, data, trees)


@dataclass(frozen=True)
class Answers:
    """What became of each question: its first possible day, and the day of payment or the last day without one."""

    first: Counts
    last: Counts
    is_paid: npt.NDArray[np.bool_]

    def take(self, lines: Counts) -> Answers:
        return Answers(self.first[lines], self.last[lines], self.is_paid[lines])

    def as_known(self, day: int) -> Answers:
        """The answers at the end of that day: later payments have not happened yet."""
        return Answers(self.first, np.minimum(self.last, day), self.is_paid & (self.last <= day))


def _answers(rows: pl.DataFrame) -> Answers:
    return Answers(days(rows["first_date"]), days(rows["last_date"]), rows["is_paid"].to_numpy())


def _traits(rows: pl.DataFrame) -> dict[str, list[str]]:
    """The values of each trait that are frequent enough to be learned from."""
    names = [name for name in rows.columns if name.startswith("trait_")]
    frequent = {
        name: rows[name].drop_nulls().value_counts(sort=True).sort("count", name, descending=True) for name in names
    }
    return {name: counts[name].head(TRAIT_VALUES_MAX).to_list() for name, counts in frequent.items()}


def _static(rows: pl.DataFrame, traits: dict[str, list[str]]) -> list[pl.Expr]:
    """The numbers of a question, and for each trait the place of its value in the list of known ones."""
    numbers = [pl.col(name) for name in NUMBERS]
    known = {name: dict(zip(values, range(len(values)), strict=True)) for name, values in traits.items()}
    return numbers + [
        (pl.col(name) if name in rows.columns else pl.lit(None, pl.String).alias(name)).replace_strict(
            places, default=None, return_dtype=pl.Float32
        )
        for name, places in known.items()
    ]


def _examples(questions: Questions, answers: Answers, seed: int) -> tuple[Counts, Counts, Counts]:
    """Every followed day of every question: line, delay, and whether it was the day of payment."""
    length = np.clip(answers.last - answers.first + 1, 0, FOLLOWED_DAYS)
    line = np.repeat(np.arange(len(length)), length)
    offset = np.arange(len(line)) - np.repeat(np.cumsum(length) - length, length)
    if len(line) > EXAMPLES_MAX:
        kept = np.sort(np.random.default_rng(seed).choice(len(line), EXAMPLES_MAX, replace=False))
        line, offset = line[kept], offset[kept]
    is_paid = (answers.first[line] + offset == answers.last[line]) & answers.is_paid[line]
    return line, questions.first_delay[line] + offset, is_paid.astype(np.int64)


def _blend(learned: Numbers, history: Numbers, trust: float) -> Numbers:
    return trust * learned + (1.0 - trust) * history


def _by_day(booster: lgb.Booster, questions: Questions, trees: int | None = None) -> Numbers:
    """Cumulative probability of payment, by question and day from the first possible one on."""
    unpaid = np.ones((len(questions), HORIZON_DAYS), np.float32)
    for start in range(0, len(questions), QUESTIONS_AT_ONCE):
        lines = np.arange(start, min(start + QUESTIONS_AT_ONCE, len(questions)))
        for day in range(0, HORIZON_DAYS, DAYS_AT_ONCE):
            span = np.arange(day, min(day + DAYS_AT_ONCE, HORIZON_DAYS))
            line = np.repeat(lines, len(span))
            delay = questions.first_delay[line] + np.tile(span, len(lines))
            hazard = booster.predict(matrix(questions, line, delay), num_iteration=trees, num_threads=1)
            left = unpaid[lines, day - 1] if day else np.ones(len(lines), np.float32)
            run = np.cumprod(1.0 - hazard.reshape(len(lines), len(span)), axis=1) * left[:, None]
            unpaid[np.ix_(lines, span)] = run
            unpaid[lines, span[-1] + 1 :] = run[:, -1:]
            lines = lines[run[:, -1] > UNPAID_NEGLIGIBLE]
            if not len(lines):
                break
    return 1.0 - unpaid
