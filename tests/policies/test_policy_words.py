"""A ladder in a person's words: counted days, calendar words and real dates, in every language."""

from datetime import date

import pytest

from dunwell.core.ledger import Role, TaskKind
from dunwell.core.policy import Anchor
from dunwell.core.policy_rules import INVOICE_CONTENT, ORDER_CONTENT
from dunwell.core.policy_text import CHANNELS, TONES
from dunwell.core.policy_words import _WORDS, LOCALES, Example, describe, when
from dunwell.run import calendars, jurisdictions, policies


@pytest.mark.parametrize(
    ("anchor", "offset", "locale", "words"),
    [
        (Anchor.DUE, -7, "en", "7 days before the due date"),
        (Anchor.DUE, 1, "en", "1 day after the due date"),
        (Anchor.ISSUE, 0, "en", "on the day of issue"),
        (Anchor.VALIDITY, -1, "en", "1 day before validity ends"),
        (Anchor.DUE, -7, "ru", "за 7 дней до срока оплаты"),
        (Anchor.DUE, 21, "ru", "через 21 день после срока оплаты"),
        (Anchor.DUE, 3, "ru", "через 3 дня после срока оплаты"),
        (Anchor.DUE, 12, "ru", "через 12 дней после срока оплаты"),
        (Anchor.DUE, 0, "ru", "в день срока оплаты"),
        (Anchor.DUE, -7, "bg", "7 дни преди падежа"),
        (Anchor.DUE, 1, "bg", "1 ден след падежа"),
        (Anchor.VALIDITY, 0, "bg", "в последния ден на валидност"),
    ],
)
def test_an_offset_is_said_in_words(anchor: Anchor, offset: int, locale: str, words: str) -> None:
    assert when(anchor, offset, locale) == words


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("name", sorted(policies.load_all()))
def test_every_shipped_ladder_has_a_table_with_a_row_for_each_step(name: str, locale: str) -> None:
    policy = policies.load(name)
    lines = describe(policy, locale).splitlines()
    assert len(lines) == 2 + len(policy.steps) + (policy.wake_up is not None)
    assert len({len(line) for line in lines}) == 1, "the columns are aligned"
    for step, line in zip(policy.steps, lines[-len(policy.steps) :], strict=True):
        assert when(step.anchor, step.offset_days, locale) in line


def test_every_word_of_a_policy_has_its_words() -> None:
    keys = {*INVOICE_CONTENT, *ORDER_CONTENT, "wake_up", *TaskKind, *Role}
    keys |= {f"tone_{tone}" for tone in TONES} | {f"by_{channel}" for channel in CHANNELS}
    for locale in LOCALES:
        assert keys <= set(_WORDS[locale])
        assert all(_WORDS[locale].values())


def test_r34_the_preview_names_calendar_days_moved_off_days_of_rest() -> None:
    """Due on Friday, 17 April 2026 in Bulgaria: a week before is Easter's Good Friday, so it is said on Thursday."""
    calendar = calendars.load(["BG"], [2026], jurisdictions.load_all(), {})["BG"]
    lines = describe(
        policies.load("standard"), "en", Example(date(2026, 3, 18), date(2026, 4, 17), calendar)
    ).splitlines()
    shown = {cells[1]: cells[2] for cells in ([cell.strip() for cell in line.split("|")] for line in lines[3:])}
    assert shown["on the day of issue"] == "2026-03-18"
    assert shown["7 days before the due date"] == "2026-04-09"
    assert shown["14 days after the due date"] == "2026-05-04"  # 1 May is a day off, then a weekend
