from datetime import date

import polars as pl
import pytest

from dunwell.core.forecast import Influence, Reason
from dunwell.engine import features, forecast_reasons
from dunwell.engine.forecast_texts import LOCALES, TEXTS, text
from dunwell.plugins.predictors import PREDICTORS
from dunwell.run.forecast import learning_features
from forecast import ledgers

ORIGIN = date(2025, 7, 7)


@pytest.fixture(scope="module")
def explained():
    ledger = ledgers.make(customers=20, weeks=34)
    asked = ledger.filter(
        pl.col("issue_date") < ORIGIN, pl.col("paid_date").is_null() | (pl.col("paid_date") >= ORIGIN)
    )
    asked = asked.with_columns(origin=pl.lit(ORIGIN))
    known = features.build(ledger, asked, features.market(ledger, asked["origin"]))
    predictor = PREDICTORS["learned"](1)
    predictor.fit(learning_features(ledger, ORIGIN, 1))
    return known.rows, predictor.explain(known)


def test_each_reason_points_where_the_model_points(explained):
    rows, influences = explained
    for line, told in enumerate(forecast_reasons.reasons(rows, influences)):
        assert 1 <= len(told) <= 3
        for reason in told:
            strength = influences[line, str(reason.influence)]
            assert reason.is_earlier == (strength > 0)


def test_the_strongest_reasons_come_first(explained):
    rows, influences = explained
    told = forecast_reasons.reasons(rows, influences)[0]
    strengths = [abs(influences[0, str(reason.influence)]) for reason in told]
    assert strengths == sorted(strengths, reverse=True)
    assert strengths[0] == max(abs(value) for value in influences.row(0))


@pytest.mark.parametrize("locale", LOCALES)
def test_every_reason_becomes_a_sentence_without_gaps(explained, locale):
    for told in forecast_reasons.reasons(*explained):
        for reason in told:
            sentence = forecast_reasons.sentence(reason, locale)
            assert "{" not in sentence
            assert sentence.endswith(text("earlier" if reason.is_earlier else "later", locale) + ".")


def test_every_text_stands_in_every_locale_with_the_same_placeholders():
    for code, texts in TEXTS.items():
        assert len(texts) == len(LOCALES) and all(texts), code
        assert len({frozenset(part.split("}")[0] for part in each.split("{")[1:]) for each in texts}) == 1, code


@pytest.mark.parametrize(
    ("locale", "sentence"),
    [
        ("en", "Usually pays 6 days late (21 payments seen): speaks for a later payment."),
        ("bg", "Обикновено плаща със закъснение 6 дни (видени 21 плащания): говори за по-късно плащане."),
        ("ru", "Обычно платит с опозданием на 6 дней (известно 21 платёж): говорит за более позднюю оплату."),
    ],
)
def test_counted_words_bend_as_the_language_wants(locale, sentence):
    reason = Reason(Influence.HABIT, "habit_late", is_earlier=False, values=(("days", 6), ("payments", 21)))
    assert forecast_reasons.sentence(reason, locale).replace("\N{NO-BREAK SPACE}", " ") == sentence
