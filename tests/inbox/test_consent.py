"""A plain yes to terms that were sent: only where nothing is asked, objected to or added."""

from __future__ import annotations

import pytest

from dunwell.engine.consent import plain_yes


@pytest.mark.parametrize(
    ("text", "yes"),
    [
        ("Agreed.\n\nBest regards,\nAnna", "Agreed."),
        ("Hello Maria,\nwe agree to these terms.\nThanks!", "we agree to these terms."),
        ("Добрый день! Согласны, спасибо.", "Согласны, спасибо."),
        ("Подтверждаю условия.", "Подтверждаю условия."),
        ("Здравейте, съгласни сме с условията.", "Здравейте, съгласни сме с условията."),
        ("Договорено!", "Договорено!"),
    ],
)
def test_a_plain_yes_is_found_as_it_was_written(text, yes):
    assert plain_yes(text) == yes


@pytest.mark.parametrize(
    "text",
    [
        "", "Thank you, we will look at it.", "We agree, but thirty days are too short.", "Is that agreed?",
        "We do not agree.", "Agreed if you drop the penalty.", "Не согласны.", "Согласны, кроме пункта 3.",
        "Давайте обсудим. В целом согласны.", "Не сме съгласни.", "Съгласни сме, но срокът е кратък.",
        "Мы согласны рассмотреть это на следующей неделе вместе с нашим юристом и главным бухгалтером компании, после праздников.",
    ],
)  # fmt: skip
def test_what_asks_objects_or_adds_is_no_yes(text):
    assert plain_yes(text) == ""
