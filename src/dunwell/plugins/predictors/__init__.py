"""Predictors: ways to forecast payments, by name. `run.forecast` chooses among them."""

from collections.abc import Callable

from dunwell.core.forecast import Predictor
from dunwell.plugins.predictors.learned import Learned
from dunwell.plugins.predictors.shrunken import Shrunken

# A maker takes the seed.
PREDICTORS: dict[str, Callable[[int], Predictor]] = {"shrunken": Shrunken, "learned": Learned}
