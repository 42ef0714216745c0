"""The learned forecast: a daily hazard by gradient boosting, blended with the shrunken history.

Every day on which an invoice could be paid is one example: paid on that day, or not yet. So open invoices take part as
far as they were seen, the calendar of the coming days enters as it is, and a forecast for an invoice long open is
simply read from a later day on. How many trees to grow and how far to trust them against the history alone is decided
on the latest part of the data, by a model that has seen the earlier part only. Too little data, and the history speaks
alone: nothing here is tuned to a creditor by hand.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Any

import lightgbm as lgb
import numpy as np
import numpy.typing as npt
import polars as pl

from dunwell.core.forecast import HORIZON_DAYS, NUMBERS, Features, Influence
from dunwell.plugins.predictors.curves import Counts, Numbers, as_forecast, crps_seen, days
from dunwell.plugins.predictors.daily import DAY_NUMBERS, Questions, lay_out, matrix
from dunwell.plugins.predictors.shrunken import Shrunken, shrunken_by_day

TREES: dict[str, Any] = {
    "objective": "binary", "learning_rate": 0.1, "num_leaves": 15, "min_data_in_leaf": 200, "lambda_l2": 20.0,
    "feature_fraction": 0.4, "bagging_fraction": 0.7, "bagging_freq": 1,
    "deterministic": True, "force_row_wise": True, "num_threads": 1, "verbose": -1,
}  # fmt: skip
TREES_TRIED = (25, 50, 80, 120, 175)
TRUST_TRIED = (0.0, 0.25, 0.5, 0.75, 1.0)
# Below so many payments a boosted model has nothing to say that the histories do not say better.
PAYMENTS_MIN = 200
QUESTIONS_CHECKED_MIN, QUESTIONS_CHECKED_MAX = 50, 4000
# The last quarter of the questions decides.
CHECKED_SHARE = 0.25
# Hardly any invoice says more after half a year. Those of the open book are asked again a month later: following them
# longer would tell the same day of the same invoice many times over.
FOLLOWED_DAYS, FOLLOWED_DAYS_IN_BOOK = 150, 31
EXAMPLES_MAX = 1_500_000
TRAIT_VALUES_MAX = 20
MORE_TREES = 1.25
PAYMENTS_OF_DOUBT = 400
# From here on the history's hazard is good enough, and a hundred times quicker.
UNPAID_SMALL = 0.02
DAYS_AT_ONCE, QUESTIONS_AT_ONCE = 10, 4000


DAYS_EXPLAINED = (-3, 0, 3)
# What each number says to a person; traits of the invoice count as terms.
INFLUENCES = {
    name: influence
    for influence, names in {
        Influence.HABIT: "payments delay_mean delay_median delay_spread delay_low delay_high late_share days_to_pay "
        "workdays_late delay_usual days_known delay_over_median delay_over_high delay_over_low history_hazard "
        "history_cumulative market_delay_recent market_trend",
        Influence.RECENT: "delay_recent delay_last delay_last_3 delay_last_10 delay_trend delay_over_recent "
        "delay_over_last_3",
        Influence.RHYTHM: "days_since_payment days_between_runs weekday_share days_after_payment",
        Influence.CALENDAR: "due_weekday due_day due_days_to_month_end issue_weekday weekday day_of_month "
        "days_to_month_end workdays",
        Influence.AMOUNT: "amount_size amount_ratio",
        Influence.BOOK: "open_invoices overdue_invoices overdue_oldest_days overdue_share invoices_asked "
        "invoices_same_due",
        Influence.AGE: "delay days_since_issue days_since_origin",
        Influence.TERMS: "term_days",
    }.items()
    for name in names.split()
}


class Situation(IntEnum):
    """What an invoice is when it is asked about: each kind has its own best answer."""

    NEW = 0
    OPEN = 1
    OVERDUE = 2


@dataclass(frozen=True)
class Choice:
    """How many trees to read, and how far to trust them: 0 is the history alone, 1 the trees alone."""

    trees: int
    trust: float


Choices = dict[Situation, Choice]


@dataclass(frozen=True)
class Model:
    booster: lgb.Booster
    choices: Choices
    traits: dict[str, list[str]]  # the known values of each


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
        choices = self._chosen(questions, answers, shrunken_by_day(features))
        if any(choice.trust for choice in choices.values()):
            choices = {situation: _for_all_data(choice, answers) for situation, choice in choices.items()}
            trees = max(choice.trees for choice in choices.values())
            self.model = Model(self._grown(questions, answers, trees), choices, traits)

    def forecast(self, features: Features) -> pl.DataFrame:
        by_day = shrunken_by_day(features)
        if self.model is not None:
            questions = lay_out(features, _static(features.rows, self.model.traits))
            situations = _situations(questions)
            for situation, choice in self.model.choices.items():
                lines = np.flatnonzero(situations == situation)
                if choice.trust and len(lines):
                    learned = _by_day(self.model.booster, questions.take(lines), by_day[lines], choice.trees)
                    by_day[lines] = _blend(learned, by_day[lines], choice.trust)
        return as_forecast(features.rows, by_day)

    def explain(self, features: Features) -> pl.DataFrame:
        """The trees' own contributions around the day on which this creditor's customers usually pay.

        Seen from there, whatever raises the chance of a payment speaks for an earlier one, whatever lowers it for a
        later one.
        """
        if self.model is None:
            return Shrunken().explain(features)
        rows = features.rows
        questions = lay_out(features, _static(rows, self.model.traits))
        usual = np.nan_to_num(_float(rows["market_delay"])).round().astype(np.int64)
        total = np.zeros((len(questions), len(_columns(self.model))))
        for step in DAYS_EXPLAINED:
            delay = np.maximum(usual + step, questions.first_delay)
            seen = matrix(questions, np.arange(len(questions)), delay)
            total += np.asarray(self.model.booster.predict(seen, pred_contrib=True, num_threads=1))[:, :-1]
        influence = np.array([INFLUENCES.get(name, Influence.TERMS) for name in _columns(self.model)])
        return pl.DataFrame({str(kind): total[:, influence == kind].sum(axis=1) for kind in Influence})

    def _chosen(self, questions: Questions, answers: Answers, history: Numbers) -> Choices:
        """The best choice on the latest questions, for a model that saw the earlier ones only."""
        cut = int(np.quantile(questions.origin, 1.0 - CHECKED_SHARE))
        early, late = np.flatnonzero(questions.origin < cut), np.flatnonzero(questions.origin >= cut)
        seen = answers.take(early).as_known(cut - 1)
        if len(late) < QUESTIONS_CHECKED_MIN or seen.is_paid.sum() < PAYMENTS_MIN // 2:
            return {}
        booster = self._grown(questions.take(early), seen, max(TREES_TRIED))
        if len(late) > QUESTIONS_CHECKED_MAX:
            late = np.random.default_rng(self.seed).choice(late, QUESTIONS_CHECKED_MAX, replace=False)
        checked, truth = questions.take(late), answers.take(late)
        scores: dict[Choice, Numbers] = {}
        for trees in TREES_TRIED:
            learned = _by_day(booster, checked, history[late], trees)
            for trust in TRUST_TRIED:
                blend = _blend(learned, history[late], trust)
                scores[Choice(trees, trust)] = crps_seen(blend, truth.last - truth.first, truth.is_paid)
        situations = _situations(checked)
        return {situation: _best(scores, situations == situation) for situation in Situation}

    def _grown(self, questions: Questions, answers: Answers, trees: int) -> lgb.Booster:
        line, delay, is_paid = _examples(questions, answers, self.seed)
        data = lgb.Dataset(matrix(questions, line, delay), is_paid, weight=questions.weight[line], params=TREES)
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


def _columns(model: Model) -> list[str]:
    return [*DAY_NUMBERS, *NUMBERS, *model.traits]


def _float(column: pl.Series) -> Numbers:
    return column.cast(pl.Float64).fill_null(float("nan")).to_numpy()


def _situations(questions: Questions) -> Counts:
    is_new, is_overdue = questions.issued >= questions.origin, questions.due < questions.origin
    return np.where(is_new, Situation.NEW, np.where(is_overdue, Situation.OVERDUE, Situation.OPEN))


def _best(scores: dict[Choice, Numbers], lines: npt.NDArray[np.bool_]) -> Choice:
    """The choice with the lowest score on these lines; on all, where these are too few to tell."""
    told = lines if lines.sum() >= QUESTIONS_CHECKED_MIN else np.ones_like(lines)
    return min(scores, key=lambda choice: float(scores[choice][told].mean()))


def _for_all_data(choice: Choice, answers: Answers) -> Choice:
    """The same choice for a model that sees a third more data; where payments are few, doubt stays."""
    payments = int(answers.is_paid.sum())
    return Choice(round(choice.trees * MORE_TREES), min(choice.trust, payments / (payments + PAYMENTS_OF_DOUBT)))


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
    followed = np.where(questions.issued >= questions.origin, FOLLOWED_DAYS, FOLLOWED_DAYS_IN_BOOK)
    length = np.clip(answers.last - answers.first + 1, 0, followed)
    line = np.repeat(np.arange(len(length)), length)
    offset = np.arange(len(line)) - np.repeat(np.cumsum(length) - length, length)
    if len(line) > EXAMPLES_MAX:
        kept = np.sort(np.random.default_rng(seed).choice(len(line), EXAMPLES_MAX, replace=False))
        line, offset = line[kept], offset[kept]
    is_paid = (answers.first[line] + offset == answers.last[line]) & answers.is_paid[line]
    return line, questions.first_delay[line] + offset, is_paid.astype(np.int64)


def _blend(learned: Numbers, history: Numbers, trust: float) -> Numbers:
    return trust * learned + (1.0 - trust) * history


def _by_day(booster: lgb.Booster, questions: Questions, history: Numbers, trees: int) -> Numbers:
    """Cumulative probability of payment, by question and day from the first possible one on.

    Once hardly any doubt is left the rest is shared out as in `history`.
    """
    unpaid = np.ones_like(history)
    for start in range(0, len(questions), QUESTIONS_AT_ONCE):
        lines = np.arange(start, min(start + QUESTIONS_AT_ONCE, len(questions)))
        left = np.ones(len(lines))
        for day in range(0, HORIZON_DAYS, DAYS_AT_ONCE):
            span = np.arange(day, min(day + DAYS_AT_ONCE, HORIZON_DAYS))
            line = np.repeat(lines, len(span))
            delay = questions.first_delay[line] + np.tile(span, len(lines))
            hazard = booster.predict(matrix(questions, line, delay), num_iteration=trees, num_threads=1)
            run = np.cumprod(1.0 - np.asarray(hazard).reshape(len(lines), -1), axis=1) * left[:, None]
            unpaid[np.ix_(lines, span)] = run
            left = run[:, -1]
            settled = left <= UNPAID_SMALL
            _share_out(unpaid, history, lines[settled], span[-1])
            lines, left = lines[~settled], left[~settled]
            if not len(lines):
                break
    return 1.0 - unpaid


def _share_out(unpaid: Numbers, history: Numbers, lines: Counts, day: int) -> None:
    """After `day`, let what is unpaid shrink as the history's does."""
    still = np.maximum(1.0 - history[lines, day], 1e-9)
    unpaid[lines, day + 1 :] = unpaid[lines, day, None] * (1.0 - history[lines, day + 1 :]) / still[:, None]
