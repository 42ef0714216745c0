"""The catalogue is complete: no reason without sentences, no sentence without a use."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from dunwell.core import reasons

ENGINE = Path(__file__).parents[2] / "src/dunwell/engine"
NAMES = ("plan", "answers", "reach", "rules", "ladder", "governor", "facts", "explain")
SOURCES = "\n".join((ENGINE / f"{name}.py").read_text() for name in NAMES)


@pytest.mark.parametrize("reason", reasons.CATALOGUE.values(), ids=lambda reason: reason.code)
def test_each_reason_has_its_sentences_with_the_same_slots(reason):
    slots = [re.findall(r"\{(\w+)\}", getattr(reason, locale)) for locale in reasons.LOCALES]
    assert slots[0] == slots[1] == slots[2]
    assert set(slots[0]) <= {"value"}
    assert re.search("[а-я]", reason.ru)
    assert re.search("[а-я]", reason.bg)
    assert re.fullmatch("[a-z_]+", reason.code)


@pytest.mark.parametrize("code", reasons.CATALOGUE)
def test_no_reason_is_listed_that_the_engine_never_gives(code):
    assert re.search(rf'"{code}[="]', SOURCES)


def test_a_text_is_read_back_as_codes_and_values():
    text = "step_due=firm; undisputed_rest"
    assert list(reasons.parse(text)) == [("step_due", "firm"), ("undisputed_rest", "")]
    assert reasons.sentences(text, "en") == [
        "Its step “firm reminder” is due.",
        "Part of it is disputed; only the rest is asked for.",
    ]
    with pytest.raises(KeyError):
        reasons.sentences("invented", "en")
