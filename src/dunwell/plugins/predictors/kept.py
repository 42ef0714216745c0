"""A learned model as text, to be kept in the books and read again: no pickle, whose reading could run foreign code."""

from __future__ import annotations

import json

import numpy as np

from dunwell.plugins.predictors import boosted
from dunwell.plugins.predictors.learned import Choice, Learned, Model, Situation
from dunwell.plugins.predictors.moved import Moved


def written(predictor: Learned) -> str:
    """The model as JSON; empty where there was too little to learn from."""
    model = predictor.model
    if model is None:
        return ""
    return json.dumps(
        {
            "seed": predictor.seed,
            "trees": model.booster.model_to_string(),
            "moved": np.round(model.moved.hazard, 6).tolist(),
            "choices": {situation.name: [choice.trees, *choice.pool] for situation, choice in model.choices.items()},
            "traits": model.traits,
        }
    )


def read(text: str) -> Learned:
    found = json.loads(text)
    choices = {
        Situation[name]: Choice(trees, (history, learned, shape))
        for name, (trees, history, learned, shape) in found["choices"].items()
    }
    predictor = Learned(found["seed"])
    booster = boosted.read(found["trees"])
    predictor.model = Model(booster, Moved(np.array(found["moved"])), choices, found["traits"])
    return predictor
