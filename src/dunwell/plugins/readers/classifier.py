"""A small linear classifier over the evidence: logistic weights in a JSON file, applied with numpy.

It is trained by `dunwell train-reader` from labelled conversations and ships with the package; the same data give the same
file. Reading needs no training library.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

GRAM_SIZES = (3, 5)
GRAMS_MAX = 1500  # Letters of a text beyond this add nothing to what a reply means.


@dataclass(frozen=True)
class Classifier:
    """`heads` names the questions ("intents", "primary", …) and their columns in `weights` (features × columns)."""

    names: dict[str, int]
    heads: dict[str, tuple[str, ...]]
    weights: NDArray[np.float32]
    bias: NDArray[np.float32]

    def scores(self, features: Mapping[str, float]) -> dict[str, dict[str, float]]:
        """For each question, the probability of each answer; answers of "intents" are independent of each other."""
        known = [(self.names[name], value) for name, value in features.items() if name in self.names]
        rows = np.array([row for row, _ in known], dtype=np.intp)
        values = np.array([value for _, value in known], dtype=np.float32)
        sums = values @ self.weights[rows] + self.bias
        result, at = {}, 0
        for head, labels in self.heads.items():
            part = sums[at : at + len(labels)]
            shares = 1 / (1 + np.exp(-part)) if head == "intents" else _softmax(part)
            result[head] = dict(zip(labels, shares.tolist(), strict=True))
            at += len(labels)
        return result


@cache
def shipped(name: str) -> Classifier:
    """A classifier that comes with the package."""
    return loaded(files("dunwell.plugins.readers").joinpath(f"{name}.json").read_text(encoding="utf-8"))


def loaded(text: str) -> Classifier:
    data = json.loads(text)
    rows = data["weights"]
    return Classifier(
        names={name: at for at, name in enumerate(rows)},
        heads={head: tuple(labels) for head, labels in data["heads"].items()},
        weights=np.array(list(rows.values()), dtype=np.float32).reshape(len(rows), -1),
        bias=np.array(data["bias"], dtype=np.float32),
    )


def letters(text: str) -> dict[str, float]:
    """Runs of letters inside words, each once, scaled to length one: what is left to learn where no phrase matched."""
    found: set[str] = set()
    for word in re.findall(r"[^\W\d_]+", text[:GRAMS_MAX]):
        padded = f" {word} "
        for size in GRAM_SIZES:
            found.update(padded[at : at + size] for at in range(len(padded) - size + 1))
    scale = 1 / max(1.0, len(found)) ** 0.5
    return {"~" + gram: scale for gram in found}


def _softmax(scores: NDArray[np.float32]) -> NDArray[np.float32]:
    grown = np.exp(scores - scores.max())
    return grown / grown.sum()
