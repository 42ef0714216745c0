"""The turns of a call with what the words of each one do."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache

from dunwell.core.reading import CallContext, Turn
from dunwell.plugins.readers.dates import Mention, mentions
from dunwell.plugins.readers.evidence import DATES
from dunwell.plugins.readers.numbers import in_digits
from dunwell.plugins.readers.phrases_calls import MACROS, MOVES
from dunwell.plugins.readers.sums import Amount, amounts
from dunwell.plugins.readers.words import View, compile_phrases, guess_language, prepare

TURNS_MAX = 400
# Moves that a "no" before them takes back: "no questions about the goods" disputes nothing.
NEGATABLE = frozenset("dispute terms paid promise_client own_action".split())
NEGATED = re.compile(r"(?:\b(?:не|нет|без|no|not|never|don't|isn't|няма|вопросов)\b)[^.!?,]{0,14}$")


@dataclass(frozen=True, slots=True)
class Said:
    """One turn with its views and the moves found in it."""

    at: int
    manager: bool
    source: str
    view: View
    digits: View
    moves: frozenset[str]
    days: tuple[Mention, ...]
    sums: tuple[Amount, ...]


def read_turns(turns: Sequence[Turn], context: CallContext) -> list[Said]:
    """The turns in their order; of a very long call the first ones."""
    lang = context.lang if context.lang in MOVES else guess_language(" ".join(turn.text for turn in turns[:20]).lower())
    total = context.invoice.amount if context.invoice else Decimal(0)
    result = []
    for at, turn in enumerate(turns[:TURNS_MAX]):
        prepared = prepare(turn.text, lang)
        view = prepared.views[0]
        digits = in_digits(view)
        moves = frozenset(
            move for move, shape in _moves(view.lang, view.folded).items() if is_said(shape, view.text, move)
        )
        result.append(
            Said(
                at,
                turn.speaker == "manager",
                turn.text,
                view,
                digits,
                moves,
                tuple(mentions(digits, DATES[view.lang])),
                tuple(amounts(digits, total)),
            )
        )
    return result


@cache
def _moves(lang: str, folded: bool) -> dict[str, re.Pattern[str]]:
    return {move: compile_phrases(phrases, MACROS[lang], lang, folded) for move, phrases in MOVES[lang].items()}


def is_said(shape: re.Pattern[str], text: str, move: str) -> bool:
    """Whether the phrase stands in the text and nothing takes it back."""
    for match in shape.finditer(text):
        if text.startswith("'t", match.end()):
            continue
        if move not in NEGATABLE or not NEGATED.search(text, max(0, match.start() - 24), match.start()):
            return True
    return False


def by_managers(said: list[Said]) -> list[Said]:
    return [one for one in said if one.manager]


def by_clients(said: list[Said]) -> list[Said]:
    return [one for one in said if not one.manager]


def first(said: list[Said], *moves: str) -> Said | None:
    return next((one for one in said if one.moves & set(moves)), None)


def is_no_contact(said: list[Said]) -> bool:
    """Voicemail, a dead line, or a client who says nothing of substance."""
    clients = by_clients(said)
    if not clients:
        return True
    words = sum(len(re.findall(r"\w+", one.source)) for one in clients if "voicemail" not in one.moves)
    heard = sum("voicemail" in one.moves for one in clients)
    return (heard >= 1 and words <= 8) or (heard >= 2 and words <= 14) or words <= 2
