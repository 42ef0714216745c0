"""What became of the questions that a model learns from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from dunwell.plugins.predictors.curves import Counts, days


@dataclass(frozen=True)
class Answers:
    """By question: its first possible day, and the day of payment or the last day known to be without one.

    `until` is the last day on which a payment would have been seen, of whatever question.
    """

    first: Counts
    last: Counts
    is_paid: npt.NDArray[np.bool_]
    until: int

    def take(self, lines: Counts) -> Answers:
        return Answers(self.first[lines], self.last[lines], self.is_paid[lines], self.until)

    def as_known(self, day: int) -> Answers:
        """The answers at the end of that day: later payments have not happened yet."""
        return Answers(self.first, np.minimum(self.last, day), self.is_paid & (self.last <= day), day)


def answers(rows: pl.DataFrame) -> Answers:
    last = days(rows["last_date"])
    return Answers(days(rows["first_date"]), last, rows["is_paid"].to_numpy(), int(last.max(initial=0)))
