"""The playbook of a telephone call: what to ask, and how to answer what is said back; and the outcomes a call can have.

Its words are content: one TOML file a language in `content/playbook`, edited by people who call.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class CallOutcome(StrEnum):
    """What came of a call. Each has one effect (`run.calls`)."""

    PROMISED = "promised"
    ALREADY_PAID = "already_paid"
    ASKED_FOR_TIME = "asked_for_time"
    DISPUTED = "disputed"
    NEEDS_DOCUMENT = "needs_document"
    NEEDS_ANSWER = "needs_answer"
    CALL_BACK = "call_back"
    NO_ANSWER = "no_answer"
    WRONG_NUMBER = "wrong_number"
    REFUSED = "refused"
    NOTHING_AGREED = "nothing_agreed"

    @property
    def is_reached(self) -> bool:
        """Whether somebody of theirs was spoken to."""
        return self not in (CallOutcome.NO_ANSWER, CallOutcome.WRONG_NUMBER)


OBJECTIONS = (
    "no_money",
    "awaiting_approval",
    "lost_invoice",
    "own_client_unpaid",
    "not_my_department",
    "quality",
    "wrong_sum",
    "too_busy",
    "price",
)
SCORES = range(1, 11)


@dataclass(frozen=True, slots=True)
class Objection:
    """What a client says, what may lie behind it, an answer, questions that lead on, what to leave out, and where it usually ends."""

    code: str
    says: str
    behind: str
    answer: str
    ask: tuple[str, ...]
    avoid: str
    outcome: CallOutcome


@dataclass(frozen=True, slots=True)
class Playbook:
    """`opening` names {caller} and {creditor}; `wish` is the question from 1 to 10; `hardship` are for whoever is in
    trouble, `survey` for whoever is not happy with us.
    """

    opening: str
    closing: str
    wish: str
    questions: tuple[str, ...]
    hardship: tuple[str, ...]
    survey: tuple[str, ...]
    objections: tuple[Objection, ...]


def from_dict(data: Mapping[str, Any]) -> Playbook:
    """A playbook from parsed TOML; what is missing or unknown is a mistake of our own files and raises."""
    objections = tuple(
        Objection(**{**one, "ask": tuple(one["ask"]), "outcome": CallOutcome(one["outcome"])})
        for one in data["objection"]
    )
    rest = {name: text for name, text in data.items() if name != "objection"}
    asked = {name: tuple(data[name]) for name in ("questions", "hardship", "survey")}
    return Playbook(**{**rest, **asked, "objections": objections})
