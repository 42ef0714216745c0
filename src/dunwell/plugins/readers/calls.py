"""A collection call reviewed: what it came to, and which points of a good call were kept, each with the turn that shows it.

Only words are judged, never voices or moods. A point without a turn to quote was not kept.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

from dunwell.core.reading import CHECKLIST, CallContext, CallReview, Claim, Turn
from dunwell.plugins.readers.call_points import CHECKS, Point, commitment, handled, listened
from dunwell.plugins.readers.call_turns import Said, by_clients, first, is_no_contact, is_said, read_turns
from dunwell.plugins.readers.evidence import concept_patterns

PAID_SILENCES = 2.6  # "It was paid" settles a single passing excuse.
RANGE_OF_PROMISE = timedelta(days=400)
# Objections by the client's words; the order settles ties.
OBJECTION_MOVES = (
    ("wrong_person", "wrong_person"),
    ("end_client_not_paid", "client_not_paid"),
    ("approval_pending", "approval"),
    ("technical", "technical"),
    ("lost_invoice", "lost"),
    ("dispute", "dispute"),
    ("price_or_terms", "terms"),
    ("no_money", "no_money"),
    ("too_busy", "busy"),
)
UNABLE = re.compile(r"[^,.;!?]{0,16}\b(?:не|няма|can't|cannot|won't|not)\b")
# What clients say in mail they also say on the telephone: used where no phrase of a call matched.
WRITTEN_OBJECTIONS = (
    ("wrong_person", ("wrong_person",)),
    ("end_client_not_paid", ("waiting",)),
    ("approval_pending", ("delay",)),
    ("dispute", ("dispute_goods", "dispute_quality", "dispute_duplicate", "dispute_not_ordered")),
    ("price_or_terms", ("dispute_amount", "dispute_terms")),
    ("no_money", ("hardship",)),
)
CONTESTED = frozenset(("dispute", "price_or_terms"))
FULL = re.compile(r"вся сумм|всю сумм|полност|целиком|в полном|цялата|изцяло|full|whole|in one go")


def review(turns: Sequence[Turn], context: CallContext) -> CallReview:
    """The review of one call."""
    said = read_turns(turns, context)
    objection = _objection(said)
    promise = _promise(said, context, objection)
    outcome = _outcome(said, objection.value, promise)
    if outcome.value != "promise":
        promise = None
    checks = {item: CHECKS[item](said, context) for item in CHECKS}
    checks["listened_to_reason"] = listened(said, outcome.value)
    checks["objection_handled"] = handled(said, objection.value, outcome.value)
    checks["got_commitment"] = commitment(said, outcome.value, promise)
    return CallReview(
        checklist={item: _point(checks[item]) for item in CHECKLIST},
        objection=objection,
        outcome=outcome,
        promised_date=promise and Claim(promise[0], promise[1].source, 0.85),
        promised_amount=_part(said, context, promise) if promise else None,
    )


def _objection(said: list[Said]) -> Claim[str]:
    """The client's objection: the one with most of their turns behind it, the earlier first."""
    clients = by_clients(said)
    best, quote, strength = "none", "", 0.0
    for name, move in OBJECTION_MOVES:
        found = [one for one in clients if move in one.moves]
        if not found:
            continue
        weight = len(found) + 1.5 / (1 + found[0].at / 4)
        if weight > strength + 1e-9:
            best, quote, strength = name, found[0].source, weight
    if best == "none":
        best, quote = _written_objection(clients)
    if (
        strength < PAID_SILENCES
        and first(clients, "paid")
        and best not in ("dispute", "wrong_person", "end_client_not_paid")
    ):
        best, quote = "none", ""
    if is_no_contact(said):
        best, quote = "none", ""
    return Claim(best, quote, 0.8 if best != "none" else 0.6)


def _written_objection(clients: list[Said]) -> tuple[str, str]:
    for name, concepts in WRITTEN_OBJECTIONS:
        for one in clients:
            known = concept_patterns(one.view.lang, one.view.folded)
            if any(is_said(known[concept], one.view.text, "dispute") for concept in concepts):
                return name, one.source
    return "none", ""


def _promise(said: list[Said], context: CallContext, objection: Claim[str]) -> tuple[date, Said] | None:
    """The client's day of payment: said when asked for it or with words of payment; the last one stands."""
    found: list[tuple[date, Said]] = []
    asked = False
    for one in said:
        if one.manager:
            asked = (
                "ask_date" in one.moves and "ask_talk" not in one.moves
                if one.moves & {"ask_date", "ask_talk"} or "?" in one.source
                else asked
            )
            continue
        if objection.value in CONTESTED and "own_action" in one.moves and "promise_client" not in one.moves:
            continue  # "Correct it first, I'll send you the page tomorrow" is no day of payment.
        answers = asked or ("promise_client" in one.moves and not one.moves & {"paid", "own_action"})
        day = _day(one, context.held_on)
        if answers and day and "refuse" not in one.moves:
            found.append((day, one))
            asked = False
    if not found:
        return _restated(said, context)
    return found[-1]


def _restated(said: list[Said], context: CallContext) -> tuple[date, Said] | None:
    """A day the manager names for the payment and the client accepts in the next turn."""
    for one, answer in pairwise(said):
        if one.manager and not answer.manager and "confirms" in answer.moves and "denies" not in answer.moves:
            day = _day(one, context.held_on)
            if day and one.sums and day > context.held_on and "ask_party" not in one.moves and not one.moves & {"due"}:
                return day, answer
    return None


def _day(one: Said, held_on: date) -> date | None:
    days = [
        day
        for mention in one.days
        if mention.kind not in ("ago", "span", "now")
        and not UNABLE.match(one.digits.text, mention.end) and mention.relation not in ("not_before", "dated")
        and (day := mention.day(held_on)) and held_on <= day <= held_on + RANGE_OF_PROMISE
    ]  # fmt: skip
    return max(days, default=None)


def _outcome(said: list[Said], objection: str, promise: tuple[date, Said] | None) -> Claim[str]:
    clients = by_clients(said)
    refusal = first(clients, "refuse")
    if is_no_contact(said):
        return Claim("no_contact", clients[0].source if clients else "", 0.9)
    if promise and not (refusal and refusal.at > promise[1].at):
        return Claim("promise", promise[1].source, 0.85)
    if refusal and objection not in ("dispute", "price_or_terms"):
        return Claim("refusal", refusal.source, 0.8)
    paid = first(clients, "paid")
    if objection in ("dispute", "price_or_terms"):
        return Claim("dispute", (first(clients, "dispute", "terms") or clients[-1]).source, 0.8)
    if paid:
        return Claim("information", paid.source, 0.8)
    if refusal:
        return Claim("refusal", refusal.source, 0.7)
    appointment = _appointment(said)
    if appointment and objection != "technical":
        return Claim("callback", appointment.source, 0.7)
    return Claim("information", clients[-1].source if clients else "", 0.6)


def _appointment(said: list[Said]) -> Said | None:
    """A time agreed for the next contact."""
    return next(
        (
            one
            for one in reversed(said)
            if CALLING[one.view.lang].search(one.view.text) and (one.days or "time" in one.moves)
        ),
        None,
    )


CALLING = {
    "ru": re.compile(r"набер\w+|набира\w+|позвон\w+|перезвон\w+|звоню|созвон\w+|свяж\w+|звоните|наберите|напишу"),
    "bg": re.compile(r"звън\w*|обад\w+|обажд\w+|чуем|чуваме|потърся|позвън\w+|в девет|в десет"),
    "en": re.compile(r"\b(?:ring|call|phone|try|speak|talk|contact|it is)\b"),
}


def _part(said: list[Said], context: CallContext, promise: tuple[date, Said]) -> Claim[Decimal] | None:
    """A part of the invoice that was promised, from the client's words or the manager's summary."""
    if context.invoice is None:
        return None
    total, at = context.invoice.amount, promise[1].at
    if any(FULL.search(one.view.text) for one in said[at : at + 2]):
        return None
    for one in sorted(said[max(0, at - 1) : at + 3], key=lambda one: (one.at < at, one.at)):
        for amount in one.sums:
            if amount.kind == "number" and amount.value == total:
                return None
            if amount.kind == "number" and total / 20 <= amount.value < total:
                return Claim(amount.value, one.source, 0.8)
    for one in said[max(0, at - 3) : at + 2]:
        if not one.manager and any(amount.kind == "half" for amount in one.sums):
            return Claim(total / 2, one.source, 0.7)
    return None


def _point(point: Point) -> Claim[bool | None]:
    value, turn = point
    return Claim(value, turn.source if turn else "", 0.8 if turn else 0.6)
