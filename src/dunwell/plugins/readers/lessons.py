"""What a creditor's people teach the reader: small shifts of the shipped weights, learned from readings that were put right.

Only features that the shipped classifier knows are shifted, so no word of a customer is kept in a lesson. The shifts stay small
where the corrections are few: each is pulled back towards what the package ships.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dunwell.plugins.readers.classifier import INDEPENDENT, PRIMARY, Classifier

PULL = 0.3  # Towards the shipped weights, against one corrected text.
ROUNDS = 200
FOLDS = 5
SHIFT_MIN = 0.005  # Smaller ones change no answer.

Shifts = Mapping[str, Mapping[str, float]]


@dataclass(frozen=True, slots=True)
class Corrected:
    """One text as its features, and what people said of it: intent → whether it was meant."""

    features: Mapping[str, float]
    meant: Mapping[str, bool]


def learned(model: Classifier, texts: Sequence[Corrected]) -> Shifts:
    """Shifts per intent, only of those that people put right at least once."""
    shifts = {intent: _shift(model, intent, texts) for intent in sorted({one for text in texts for one in text.meant})}
    return {intent: found for intent, found in shifts.items() if found}


def judged(model: Classifier, texts: Sequence[Corrected]) -> tuple[int, int, int]:
    """How many words of people there are, how many the model agrees with, and how many it would with a lesson from the others."""
    total = before = after = 0
    for fold in range(FOLDS):
        others = [text for at, text in enumerate(texts) if at % FOLDS != fold]
        taught = shifted(model, learned(model, others))
        for text in texts[fold::FOLDS]:
            old, new = (one.scores(text.features)[INDEPENDENT] for one in (model, taught))
            total += len(text.meant)
            before += sum((old[intent] >= 0.5) is meant for intent, meant in text.meant.items())
            after += sum((new[intent] >= 0.5) is meant for intent, meant in text.meant.items())
    return total, before, after


def shifted(model: Classifier, shifts: Shifts) -> Classifier:
    """The model with a lesson: what speaks for an intent also speaks for its being the first one."""
    weights, at = model.weights.copy(), 0
    for head, labels in model.heads.items():
        for place, label in enumerate(labels, start=at):
            if head in (INDEPENDENT, PRIMARY):
                for name, value in shifts.get(label, {}).items():
                    if name in model.names:
                        weights[model.names[name], place] += value
        at += len(labels)
    return Classifier(model.names, model.heads, weights, model.bias)


def _shift(model: Classifier, intent: str, texts: Sequence[Corrected]) -> dict[str, float]:
    """Logistic regression from the model's own score as its origin, solved by weights of the texts instead of the features."""
    told = [text for text in texts if intent in text.meant]
    scores = np.array([model.scores(text.features)[INDEPENDENT][intent] for text in told])
    wanted = np.array([text.meant[intent] for text in told], dtype=float)
    if np.array_equal(scores >= 0.5, wanted > 0.5):
        return {}
    table, names = _table(model, told)
    alike = table @ table.T
    origin = np.log(scores / (1 - scores))
    share = np.zeros(len(told))
    step = 1 / (PULL + float(np.linalg.norm(alike, 2)) / 4)
    for _ in range(ROUNDS):
        share -= step * (1 / (1 + np.exp(-origin - alike @ share)) - wanted + PULL * share)
    found = table.T @ share
    return {name: round(float(value), 3) for name, value in zip(names, found, strict=True) if abs(value) >= SHIFT_MIN}


def _table(model: Classifier, texts: Sequence[Corrected]) -> tuple[NDArray[np.float64], list[str]]:
    names = sorted({name for text in texts for name in text.features if name in model.names})
    places = {name: at for at, name in enumerate(names)}
    table = np.zeros((len(texts), len(names)))
    for row, text in enumerate(texts):
        for name, value in text.features.items():
            if name in places:
                table[row, places[name]] = value
    return table, names
