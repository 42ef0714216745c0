"""A small linear classifier over the evidence: logistic weights in a JSON file, applied with numpy.

It is trained by `dunwell train-reader` from labelled conversations and ships with the package; the same data give the same
file. Reading needs no training library.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from dunwell.plugins.readers.words import View, fold_phrase

Scores = dict[str, dict[str, float]]

GRAM_SIZES = (3, 5)
GRAMS_MAX = 1500  # Letters of a text beyond this add nothing to what a reply means.
STEM = 6  # Letters of a word that are kept: endings change with the sentence, beginnings with the meaning.
SPELLING_WEIGHT = 4.0  # Of all spellings of a text together, against one concept; chosen by leaving authors out.
TOPIC_WEIGHT = 4.0
PRIMARY = "primary"  # The question of which intent decides.
INDEPENDENT = "intents"  # The question whose answers do not exclude each other.


@dataclass(frozen=True)
class Classifier:
    """`heads` names the questions ("intents", "primary", …) and their columns in `weights` (features × columns)."""

    names: dict[str, int]
    heads: dict[str, tuple[str, ...]]
    weights: NDArray[np.float32]
    bias: NDArray[np.float32]

    def scores(self, features: Mapping[str, float]) -> Scores:
        """For each question, the probability of each answer; answers of "intents" are independent of each other."""
        known = [(self.names[name], value) for name, value in features.items() if name in self.names]
        rows = np.array([row for row, _ in known], dtype=np.intp)
        values = np.array([value for _, value in known], dtype=np.float32)
        sums = values @ self.weights[rows] + self.bias
        result, at = {}, 0
        for head, labels in self.heads.items():
            part = sums[at : at + len(labels)]
            shares = 1 / (1 + np.exp(-part)) if head == INDEPENDENT else _softmax(part)
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


def pooled(whole: Scores, parts: Sequence[Scores]) -> Scores:
    """The whole text weighed against its most telling sentence: a long letter dilutes what one sentence says plainly."""
    result: Scores = {}
    for head, shares in whole.items():
        peaks = {label: max(part[head][label] for part in parts) for label in shares}
        total = 1.0 if head == INDEPENDENT else sum(peaks.values())
        result[head] = {label: (share + peaks[label] / total) / 2 for label, share in shares.items()}
    return result


def spellings(text: str, view: View) -> dict[str, float]:
    """Runs of letters, word beginnings and pairs of them: what is left to learn where no phrase matched.

    `text` is of `view`; both alphabets are folded to the same sounds. Each kind is scaled to length `SPELLING_WEIGHT`.
    """
    text = text[:GRAMS_MAX]
    words = re.findall(r"[^\W\d_]+", text if view.folded else fold_phrase(text, view.lang))
    runs = {f" {word} "[at : at + size] for word in words for size in GRAM_SIZES for at in range(len(word) + 3 - size)}
    stems = [word[:STEM] for word in words]
    return {
        **_scaled("~" + run for run in runs),
        **_scaled("#" + stem for stem in set(stems)),
        **_scaled(f"##{one}_{two}" for one, two in set(pairwise(stems))),
    }


def topics(told: Iterable[str]) -> dict[str, float]:
    """Topics and their pairs, each kind scaled to length `TOPIC_WEIGHT`."""
    pairs = {one for one in told if one.startswith("==")}
    return {**_scaled(set(told) - pairs, TOPIC_WEIGHT), **_scaled(pairs, TOPIC_WEIGHT)}


def _scaled(names: Iterable[str], weight: float = SPELLING_WEIGHT) -> dict[str, float]:
    found = list(names)
    return dict.fromkeys(found, weight / max(1, len(found)) ** 0.5)


def _softmax(scores: NDArray[np.float32]) -> NDArray[np.float32]:
    grown = np.exp(scores - scores.max())
    return grown / grown.sum()
