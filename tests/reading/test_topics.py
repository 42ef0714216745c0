"""What words are about: the same topics in every language, in the order they were said, whatever the words' endings."""

from __future__ import annotations

from datetime import date

import pytest

from dunwell.core.reading import ReplyContext
from dunwell.plugins.readers import READERS
from dunwell.plugins.readers.evidence import gather, spans_of
from dunwell.plugins.readers.lexicon import topics_of

ON = date(2026, 3, 11)


def topics(text: str, lang: str) -> set[str]:
    context = ReplyContext(ON, lang)
    evidence = gather(text, context)
    return topics_of(evidence.view, evidence.span, *spans_of(evidence, context))


@pytest.mark.parametrize(
    ("lang", "text"),
    [
        ("ru", "Товар не доставили."),
        ("ru", "tovar ne dostavili"),
        ("bg", "Стоката не е доставена."),
        ("en", "The goods were not delivered."),
    ],
)
def test_the_order_of_ideas_is_the_same_in_every_language(lang: str, text: str) -> None:
    assert {"==goods>neg", "==neg>deliver"} <= topics(text, lang)


def test_days_and_sums_stand_among_the_words() -> None:
    assert {"==pay>sum", "==sum>ahead"} <= topics("We pay 500 EUR on Friday", "en")


def test_sentences_do_not_run_into_each_other() -> None:
    assert "==pay>doc" not in topics("We pay. The contract.", "en")


@pytest.mark.parametrize(
    ("lang", "text", "parts"),
    [
        ("ru", "Давайте пополам: сейчас половину, через месяц вторую, можно в рассрочку?", 2),
        ("bg", "Може ли разсрочено, на 12 равни месечни вноски?", 12),
        ("en", "Can this be spread over a year in 12 equal monthly amounts, in instalments?", 12),
    ],
)
def test_the_number_of_instalments(lang: str, text: str, parts: int) -> None:
    found = READERS["local"]().read(text, ReplyContext(ON, lang)).instalments
    assert found is not None and found.value == parts


@pytest.mark.parametrize(
    ("lang", "text"), [("ru", "Отдадим, просто не сейчас."), ("en", "You get your money, just not now.")]
)
def test_a_denied_day_is_no_promise(lang: str, text: str) -> None:
    assert READERS["local"]().read(text, ReplyContext(ON, lang)).promised_date is None
