"""A policy's ladder as a drawing: its steps on a line of days around the due date, the firmer the darker."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import get_language

from dunwell.core import policy_words
from dunwell.core.policy import Anchor, Policy, Step
from dunwell.web.console import labels

WIDTH, MARGIN, APART = 1000, 34, 46
TERM_DAYS = 14
"""Between issue and due date in the drawing; a policy does not say how long a client has."""


@dataclass(frozen=True, slots=True)
class Rung:
    """A step with its place on the line and its words."""

    number: int
    step: Step
    x: int
    when: str
    audience: str
    copies: str
    ways: str

    @property
    def shade(self) -> int:
        """0 (kind) to 4 (formal)."""
        return min(self.step.level // 2, 4)


@dataclass(frozen=True, slots=True)
class Ladder:
    """`due_x` is where the due date (or the end of an offer) stands, `issue_x` where the document was issued."""

    policy: Policy
    rungs: tuple[Rung, ...]
    due_x: int
    issue_x: int


def drawn(policy: Policy) -> Ladder:
    locale = (get_language() or "en")[:2]
    days = [-TERM_DAYS, 0, *(_day(step) for step in policy.steps)]
    low, span = min(days), max(max(days) - min(days), 1)
    places = {day: MARGIN + (WIDTH - 2 * MARGIN) * (day - low) // span for day in days}
    rungs, x = [], -APART
    for number, step in enumerate(policy.steps, 1):
        x = max(places[_day(step)], x + APART)
        rungs.append(
            Rung(
                number, step, x, policy_words.when(step.anchor, step.offset_days, locale),
                ", ".join(policy_words.word(one, locale) for one in step.audience),
                ", ".join(policy_words.word(one, locale) for one in step.copies),
                policy_words.word(step.task, locale) if step.task else ", ".join(labels.word("channel", one) for one in step.channels),
            )
        )  # fmt: skip
    return Ladder(policy, tuple(rungs), places[0], places[-TERM_DAYS])


def _day(step: Step) -> int:
    """Days from the due date."""
    return step.offset_days - TERM_DAYS if step.anchor is Anchor.ISSUE else step.offset_days
