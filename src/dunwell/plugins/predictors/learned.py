"""The learned forecast: three views of an invoice pooled, each trusted as far as it proved right.

The views are the customer's own history, the market's spread around the customer's centre, and a daily hazard by
gradient boosting. They are pooled as hazards: day by day the chance that an invoice unpaid so far is paid now. Averaging
the distributions instead would keep for ever the share that one view believes will never come. How many trees to read
and whom to trust is decided on the latest part of the data, by models that have seen the earlier part only, and the less
that part can tell, the nearer the answer stays to an even hand. Too little data, and the history speaks alone: nothing
here is tuned to a creditor by hand.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import polars as pl

from dunwell.core.forecast import NUMBERS, Features, Influence
from dunwell.plugins.predictors import boosted, moved
from dunwell.plugins.predictors.answers import Answers, answers
from dunwell.plugins.predictors.curves import Counts, Numbers, as_forecast, crps_seen, cumulative, hazards_of
from dunwell.plugins.predictors.daily import DAY_NUMBERS, Questions, lay_out
from dunwell.plugins.predictors.moved import Moved
from dunwell.plugins.predictors.shrunken import Shrunken, shrunken_by_day

if TYPE_CHECKING:
    from lightgbm import Booster

TREES_TRIED = (50, 120, 250)
# Weights of history, trees and moved market.
POOLS_TRIED = (
    (0.0, 1.0, 0.0), (0.25, 0.75, 0.0), (0.0, 0.75, 0.25), (0.25, 0.5, 0.25), (0.0, 0.5, 0.5), (0.5, 0.5, 0.0),
    (0.5, 0.25, 0.25), (0.75, 0.25, 0.0), (1.0, 0.0, 0.0), (0.0, 0.25, 0.75),
)  # fmt: skip
EVEN_HAND = (0.25, 0.6, 0.15)
# The pool that proved best weighs as much as an even hand when so many payers were asked about (a payer and week is one:
# the invoices of one payment run prove no more than one does).
PAYERS_OF_DOUBT = 400
# Below so many payments a boosted model has nothing to say that the histories do not say better.
PAYMENTS_MIN = 200
QUESTIONS_CHECKED_MIN, QUESTIONS_CHECKED_MAX = 50, 4000
# The last quarter of the questions decides.
CHECKED_SHARE = 0.25
TRAIT_VALUES_MAX = 20
MORE_TREES = 1.25

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
    """How many trees to read, and the weights of history, trees and moved market."""

    trees: int
    pool: tuple[float, float, float]


@dataclass(frozen=True)
class Model:
    booster: Booster
    moved: Moved
    choices: dict[Situation, Choice]
    traits: dict[str, list[str]]  # the known values of each


class Learned:
    def __init__(self, seed: int = 0) -> None:
        self.seed = seed
        self.model: Model | None = None

    def fit(self, features: Features) -> None:
        self.model = None
        rows, found = features.rows, answers(features.rows)
        if found.is_paid.sum() < PAYMENTS_MIN:
            return
        traits = _traits(rows)
        questions = lay_out(features, _static(rows, traits))
        choices = self._chosen(rows, questions, found, shrunken_by_day(features))
        if choices:
            trees = max(choice.trees for choice in choices.values())
            booster = boosted.grown(questions, found, trees, self.seed)
            self.model = Model(booster, moved.fitted(rows, found), choices, traits)

    def forecast(self, features: Features) -> pl.DataFrame:
        history = shrunken_by_day(features)
        return as_forecast(features.rows, history if self.model is None else _answered(self.model, features, history))

    def explain(self, features: Features) -> pl.DataFrame:
        """Seen from the usual day, whatever raises the chance of a payment speaks for an earlier one."""
        if self.model is None:
            return Shrunken().explain(features)
        rows = features.rows
        usual = rows["market_delay"].cast(pl.Float64).fill_null(0.0).round().to_numpy().astype(np.int64)
        questions = lay_out(features, _static(rows, self.model.traits))
        total = boosted.contributions(self.model.booster, questions, usual)
        columns = [*DAY_NUMBERS, *NUMBERS, *self.model.traits]
        influence = np.array([INFLUENCES.get(name, Influence.TERMS) for name in columns])
        return pl.DataFrame({str(kind): total[:, influence == kind].sum(axis=1) for kind in Influence})

    def _chosen(
        self, rows: pl.DataFrame, questions: Questions, found: Answers, history: Numbers
    ) -> dict[Situation, Choice]:
        """The best choice on the latest questions, for models that saw the earlier ones only; none where these are few."""
        cut = int(np.quantile(questions.origin, 1.0 - CHECKED_SHARE))
        early, late = np.flatnonzero(questions.origin < cut), np.flatnonzero(questions.origin >= cut)
        known = found.take(early).as_known(cut - 1)
        if len(late) < QUESTIONS_CHECKED_MIN or known.is_paid.sum() < PAYMENTS_MIN // 2:
            return {}
        if len(late) > QUESTIONS_CHECKED_MAX:
            late = np.random.default_rng(self.seed).choice(late, QUESTIONS_CHECKED_MAX, replace=False)
        booster = boosted.grown(questions.take(early), known, max(TREES_TRIED), self.seed)
        checked, truth = questions.take(late), found.take(late)
        history = history[late]
        shape = moved.fitted(rows[early], known).hazards(rows[late])
        scores: dict[Choice, Numbers] = {}
        for trees in TREES_TRIED:
            learned = boosted.by_day(booster, checked, history, trees)
            views = (hazards_of(history), hazards_of(learned), shape)
            for pool in POOLS_TRIED:
                seen = truth.until - truth.first
                scores[Choice(trees, pool)] = crps_seen(
                    _pooled(views, pool), truth.last - truth.first, truth.is_paid, seen
                )
        situations, payers = _situations(checked), rows[late].select("customer_id", "origin")
        return {
            situation: _sobered(_best(scores, situations == situation), payers.filter(situations == situation))
            for situation in Situation
        }


def _answered(model: Model, features: Features, history: Numbers) -> Numbers:
    rows = features.rows
    questions = lay_out(features, _static(rows, model.traits))
    situations = _situations(questions)
    by_day = history.copy()
    for situation, choice in model.choices.items():
        lines = np.flatnonzero(situations == situation)
        if len(lines):
            learned = boosted.by_day(model.booster, questions.take(lines), history[lines], choice.trees)
            views = (hazards_of(history[lines]), hazards_of(learned), model.moved.hazards(rows[lines]))
            by_day[lines] = _pooled(views, choice.pool)
    return by_day


def _pooled(views: tuple[Numbers, Numbers, Numbers], pool: tuple[float, float, float]) -> Numbers:
    hazard = np.zeros_like(views[0])
    for view, weight in zip(views, pool, strict=True):
        if weight:
            hazard += weight * view
    return cumulative(hazard)


def _situations(questions: Questions) -> Counts:
    is_overdue = questions.due < questions.origin
    return np.where(questions.is_new, Situation.NEW, np.where(is_overdue, Situation.OVERDUE, Situation.OPEN))


def _best(scores: dict[Choice, Numbers], lines: npt.NDArray[np.bool_]) -> Choice:
    """The choice with the lowest score on these lines; on all, where these are too few to tell."""
    told = lines if lines.sum() >= QUESTIONS_CHECKED_MIN else np.ones_like(lines)
    return min(scores, key=lambda choice: float(scores[choice][told].mean()))


def _sobered(choice: Choice, asked: pl.DataFrame) -> Choice:
    """The choice for a model that sees a third more data, drawn to few trees and an even hand where its proof is thin."""
    payers = asked.n_unique() if asked.height else 0
    proof = payers / (payers + PAYERS_OF_DOUBT)
    history, trees, shape = (
        proof * best + (1.0 - proof) * even for best, even in zip(choice.pool, EVEN_HAND, strict=True)
    )
    grown = proof * choice.trees + (1.0 - proof) * min(TREES_TRIED)
    return Choice(round(grown * MORE_TREES), (history, trees, shape))


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
