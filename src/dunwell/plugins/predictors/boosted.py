"""A daily hazard by gradient boosting: every day on which an invoice could be paid is one example, paid on it or not yet.

So open invoices take part as far as they were seen, the calendar of the coming days enters as it is, and a forecast for
an invoice long open is simply read from a later day on.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from dunwell.core.forecast import HORIZON_DAYS
from dunwell.plugins.predictors.answers import Answers
from dunwell.plugins.predictors.curves import Counts, Numbers
from dunwell.plugins.predictors.daily import Questions, matrix

if TYPE_CHECKING:
    from lightgbm import Booster

TREES: dict[str, Any] = {
    "objective": "binary", "learning_rate": 0.1, "num_leaves": 15, "min_data_in_leaf": 200, "lambda_l2": 20.0,
    "feature_fraction": 0.4, "bagging_fraction": 0.7, "bagging_freq": 1,
    "deterministic": True, "force_row_wise": True, "num_threads": 1, "verbose": -1,
}  # fmt: skip
# So far each question is followed. Those of the open book are asked again a month later: following them longer would
# tell the same day of the same invoice many times over.
FOLLOWED_DAYS, FOLLOWED_DAYS_IN_BOOK = 150, 31
# So far the trees are read: beyond, what they saw are a few customers' long silences, and they take them for a rule.
READ_DAYS, READ_DAYS_IN_BOOK = 60, 30
EXAMPLES_MAX = 1_500_000
# From here on the history's hazard is good enough, and a hundred times quicker.
UNPAID_SMALL = 0.02
DAYS_AT_ONCE, QUESTIONS_AT_ONCE = 10, 4000
DAYS_EXPLAINED = (-3, 0, 3)


def grown(questions: Questions, answers: Answers, trees: int, seed: int) -> Booster:
    line, delay, is_paid = _examples(questions, answers, seed)
    library = _library()
    data = library.Dataset(matrix(questions, line, delay), is_paid, weight=questions.weight[line], params=TREES)
    booster: Booster = library.train({**TREES, "seed": seed}, data, trees)
    return booster


def read(text: str) -> Booster:
    """Trees as `Booster.model_to_string` wrote them."""
    booster: Booster = _library().Booster(model_str=text)
    return booster


def by_day(booster: Booster, questions: Questions, history: Numbers, trees: int) -> Numbers:
    """Cumulative probability of payment, by question and day from the first possible one on.

    Past the days that are read, and once hardly any doubt is left, the rest is shared out as in `history`.
    """
    unpaid = np.ones_like(history)
    read = np.where(questions.is_new, READ_DAYS, READ_DAYS_IN_BOOK)
    for start in range(0, len(questions), QUESTIONS_AT_ONCE):
        lines = np.arange(start, min(start + QUESTIONS_AT_ONCE, len(questions)))
        left = np.ones(len(lines))
        for span in _spans():
            line = np.repeat(lines, len(span))
            delay = questions.first_delay[line] + np.tile(span, len(lines))
            hazard = booster.predict(matrix(questions, line, delay), num_iteration=trees, num_threads=1)
            run = np.cumprod(1.0 - np.asarray(hazard).reshape(len(lines), -1), axis=1) * left[:, None]
            unpaid[np.ix_(lines, span)] = run
            left = run[:, -1]
            is_done = (left <= UNPAID_SMALL) | (span[-1] + 1 >= read[lines])
            _share_out(unpaid, history, lines[is_done], span[-1])
            lines, left = lines[~is_done], left[~is_done]
            if not len(lines):
                break
    return 1.0 - unpaid


def contributions(booster: Booster, questions: Questions, usual_delay: Counts) -> Numbers:
    """The trees' own contributions around the day on which the creditor's customers usually pay, by question and column."""
    total = np.zeros((len(questions), booster.num_feature()))
    for step in DAYS_EXPLAINED:
        delay = np.maximum(usual_delay + step, questions.first_delay)
        seen = matrix(questions, np.arange(len(questions)), delay)
        total += np.asarray(booster.predict(seen, pred_contrib=True, num_threads=1))[:, :-1]
    return total


def _library() -> Any:
    """Read where trees are grown or read alone: with what it brings it would cost every command a second to start."""
    return importlib.import_module("lightgbm")


def _spans() -> Iterator[Counts]:
    for day in range(0, HORIZON_DAYS, DAYS_AT_ONCE):
        yield np.arange(day, min(day + DAYS_AT_ONCE, HORIZON_DAYS))


def _share_out(unpaid: Numbers, history: Numbers, lines: Counts, day: int) -> None:
    """After `day`, let what is unpaid shrink as the history's does."""
    still = np.maximum(1.0 - history[lines, day], 1e-6)
    unpaid[lines, day + 1 :] = unpaid[lines, day, None] * (1.0 - history[lines, day + 1 :]) / still[:, None]


def _examples(questions: Questions, answers: Answers, seed: int) -> tuple[Counts, Counts, Counts]:
    """Every followed day of every question: line, delay, and whether it was the day of payment."""
    followed = np.where(questions.is_new, FOLLOWED_DAYS, FOLLOWED_DAYS_IN_BOOK)
    length = np.clip(answers.last - answers.first + 1, 0, followed)
    line = np.repeat(np.arange(len(length)), length)
    offset = np.arange(len(line)) - np.repeat(np.cumsum(length) - length, length)
    if len(line) > EXAMPLES_MAX:
        kept = np.sort(np.random.default_rng(seed).choice(len(line), EXAMPLES_MAX, replace=False))
        line, offset = line[kept], offset[kept]
    is_paid = (answers.first[line] + offset == answers.last[line]) & answers.is_paid[line]
    return line, questions.first_delay[line] + offset, is_paid.astype(np.int64)
