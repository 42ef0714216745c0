"""A collection call reviewed: what it came to, and which points of a good call were kept, each with the turn that shows it.

Only words are judged, never voices or moods. A point without a turn to quote was not kept.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from itertools import pairwise

from dunwell.core.reading import CHECKLIST, CallContext, CallReview, Claim, Turn
from dunwell.plugins.readers.dates import Mention, mentions
from dunwell.plugins.readers.evidence import DATES, concept_patterns
from dunwell.plugins.readers.numbers import in_digits
from dunwell.plugins.readers.phrases_calls import MACROS, MOVES
from dunwell.plugins.readers.sums import Amount, amounts
from dunwell.plugins.readers.words import View, compile_phrases, guess_language, prepare

TURNS_MAX = 400
OPENING = 2  # Manager's turns in which a greeting belongs.
PARTY = 8  # Turns in which the right person is asked for.
NAME_ASKED = 4  # A bare name with a question mark asks for the person only at the start.
CLOSING = 4  # Manager's last turns, where the next step is said.
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
# Moves that a "no" before them takes back: "no questions about the goods" disputes nothing.
NEGATABLE = frozenset("dispute terms paid promise_client own_action".split())
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
NEGATED = re.compile(r"(?:\b(?:не|нет|без|no|not|never|don't|isn't|няма|вопросов)\b)[^.!?,]{0,14}$")
BUSINESS_WORDS = re.compile(r"[«„“\"][^»“”\"]{2,40}[»“”\"]")
CAPITALISED = re.compile(r"(?<=[\s,«„“(])[A-ZА-ЯЁ][a-zа-яё]{2,}")


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


def review(turns: Sequence[Turn], context: CallContext) -> CallReview:
    """The review of one call."""
    said = _said(turns, context)
    objection = _objection(said)
    promise = _promise(said, context, objection)
    outcome = _outcome(said, objection.value, promise)
    if outcome.value != "promise":
        promise = None
    checks = {item: CHECKS[item](said, context) for item in CHECKS}
    checks["listened_to_reason"] = _listened(said, outcome.value)
    checks["objection_handled"] = _handled(said, objection.value, outcome.value)
    checks["got_commitment"] = _commitment(said, outcome.value, promise)
    return CallReview(
        checklist={item: _point(checks[item]) for item in CHECKLIST},
        objection=objection,
        outcome=outcome,
        promised_date=promise and Claim(promise[0], promise[1].source, 0.85),
        promised_amount=_part(said, context, promise) if promise else None,
    )


Point = tuple[bool | None, Said | None]


def _said(turns: Sequence[Turn], context: CallContext) -> list[Said]:
    lang = context.lang if context.lang in MOVES else guess_language(" ".join(turn.text for turn in turns[:20]).lower())
    total = context.invoice.amount if context.invoice else Decimal(0)
    result = []
    for at, turn in enumerate(turns[:TURNS_MAX]):
        prepared = prepare(turn.text, lang)
        view = prepared.views[0]
        digits = in_digits(view)
        moves = frozenset(
            move for move, shape in _moves(view.lang, view.folded).items() if _present(shape, view.text, move)
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


def _present(shape: re.Pattern[str], text: str, move: str) -> bool:
    for match in shape.finditer(text):
        if text.startswith("'t", match.end()):
            continue
        if move not in NEGATABLE or not NEGATED.search(text, max(0, match.start() - 24), match.start()):
            return True
    return False


def _managers(said: list[Said]) -> list[Said]:
    return [one for one in said if one.manager]


def _clients(said: list[Said]) -> list[Said]:
    return [one for one in said if not one.manager]


def _first(said: list[Said], *moves: str) -> Said | None:
    return next((one for one in said if one.moves & set(moves)), None)


def _objection(said: list[Said]) -> Claim[str]:
    """The client's objection: the one with most of their turns behind it, the earlier first."""
    clients = _clients(said)
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
        and _first(clients, "paid")
        and best not in ("dispute", "wrong_person", "end_client_not_paid")
    ):
        best, quote = "none", ""
    if _no_contact(said):
        best, quote = "none", ""
    return Claim(best, quote, 0.8 if best != "none" else 0.6)


def _written_objection(clients: list[Said]) -> tuple[str, str]:
    for name, concepts in WRITTEN_OBJECTIONS:
        for one in clients:
            known = concept_patterns(one.view.lang, one.view.folded)
            if any(_present(known[concept], one.view.text, "dispute") for concept in concepts):
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
    clients = _clients(said)
    refusal = _first(clients, "refuse")
    if _no_contact(said):
        return Claim("no_contact", clients[0].source if clients else "", 0.9)
    if promise and not (refusal and refusal.at > promise[1].at):
        return Claim("promise", promise[1].source, 0.85)
    if refusal and objection not in ("dispute", "price_or_terms"):
        return Claim("refusal", refusal.source, 0.8)
    paid = _first(clients, "paid")
    if objection in ("dispute", "price_or_terms"):
        return Claim("dispute", (_first(clients, "dispute", "terms") or clients[-1]).source, 0.8)
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


def _no_contact(said: list[Said]) -> bool:
    """Voicemail, a dead line, or a client who says nothing of substance."""
    clients = _clients(said)
    if not clients:
        return True
    words = sum(len(re.findall(r"\w+", one.source)) for one in clients if "voicemail" not in one.moves)
    heard = sum("voicemail" in one.moves for one in clients)
    return (heard >= 1 and words <= 8) or (heard >= 2 and words <= 14) or words <= 2


def _greeted(said: list[Said], context: CallContext) -> Point:
    """A greeting, and one's own name or company, in the opening."""
    opening = _managers(said)[:OPENING]
    greeting = _first(opening, "greeting")
    for one in opening:
        named = BUSINESS_WORDS.search(one.source) or CAPITALISED.search(one.source)
        if named and ("introduction" in one.moves or BUSINESS_WORDS.search(one.source) or one.source.count(",") >= 1):
            return (True, one) if greeting and "rude" not in one.moves else (False, None)
    return False, None


def _party(said: list[Said], context: CallContext) -> Point:
    """A question who this is, and the client's yes."""
    for one, answer in pairwise(said[: PARTY + 1]):
        if not one.manager or answer.manager or "?" not in one.source:
            continue
        question = re.split(r"(?<=[.!?])\s+", one.source.strip())[-1]
        names = re.fullmatch(r"(?:[А-ЯЁA-Z][\w-]+[\s,]*){1,3}(?:верно|правильно)?\?", question.strip())
        if not ((names and one.at < NAME_ASKED) or "ask_party" in one.moves):
            continue
        if ("denies" in answer.moves and not answer.moves & {"confirms"}) or (
            "wrong_person" in answer.moves and "denies" in answer.moves
        ):
            continue
        if "confirms" in answer.moves:
            return True, answer
    return False, None


def _invoice_named(said: list[Said], context: CallContext) -> Point:
    """Both the number and the sum, by the manager."""
    if context.invoice is None:
        return False, None
    managers = _managers(said)
    number = next((one for one in managers if _says_number(one, context.invoice.number)), None)
    amount = next((one for one in managers if _says_amount(one, context.invoice.amount)), None)
    return (True, number) if number and amount else (False, None)


def _says_number(one: Said, number: str) -> bool:
    spoken = re.sub(r"[\s№#-]", "", one.source.lower())
    core = re.sub(r"[\s№#-]", "", number.lower())
    if core and core in spoken:
        return True
    tail = re.sub(r"\D", "", number).lstrip("0")
    return any(
        len(run) >= 3 and tail.endswith(run) for run in re.findall(r"\d+", one.digits.text) if run.lstrip("0") == run
    )


def _says_amount(one: Said, amount: Decimal) -> bool:
    whole = int(amount)
    values = {int(found.value) for found in one.sums if found.kind == "number"}
    values |= {int(run.replace(" ", "")) for run in re.findall(r"\d[\d ]*\d|\d", one.digits.text) if len(run) < 16}
    half = re.search(r"(\d+) с половиной тыс|(\d+) and a half thousand|(\d+) хиляди и половина", one.digits.text)
    if half:
        values.add(int(next(group for group in half.groups() if group)) * 1000 + 500)
    return whole in values


def _due_named(said: list[Said], context: CallContext) -> Point:
    """The due date, or how long it has passed."""
    due = context.invoice.due_date if context.invoice else None
    for one in _managers(said):
        on_day = due is not None and any(mention.day(context.held_on, past=True) == due for mention in one.days)
        counted = "due" in one.moves and (
            one.days
            or (
                re.search(r"\d", re.sub(r"\x01+", "", one.digits.text))
                and any(m.kind in ("span", "ago", "in") for m in one.days)
            )
        )
        if (on_day and not one.moves & {"next_step"} - {"due"}) or counted or (on_day and "due" in one.moves):
            return True, one
    return False, None


def _offered(said: list[Said], context: CallContext) -> Point:
    for one in _managers(said):
        if (
            "offer" in one.moves
            and not one.moves & {"rude", "voicemail"}
            and ("threat" not in one.moves or "?" in one.source)
        ):
            return True, one
    return False, None


def _asked_date(said: list[Said], context: CallContext) -> Point:
    """Asked when the payment, not the next talk, will come."""
    for one in _managers(said):
        if "ask_date" in one.moves and "ask_talk" not in one.moves:
            return True, one
    return False, None


def _next_step(said: list[Said], context: CallContext) -> Point:
    """A concrete step with a time, near the end."""
    for one in reversed(_managers(said)[-CLOSING:]):
        if (
            "next_step" in one.moves
            and (one.days or "time" in one.moves)
            and not one.moves & {"threat", "rude"}
            and not _no_contact(said)
        ):
            if one.at < 3 or one.moves & {"ask_reason"} or (one.source.rstrip().endswith("?") and len(one.source) < 60):
                continue
            return True, one
    return False, None


def _polite(said: list[Said], context: CallContext) -> Point:
    rude = _first(_managers(said), "rude")
    return (False, rude) if rude else (True, None)


def _pressure(said: list[Said], context: CallContext) -> Point:
    threat = _first(_managers(said), "threat")
    return (False, threat) if threat else (True, None)


CHECKS: dict[str, Callable[[list[Said], CallContext], Point]] = {
    "greeted_and_introduced": _greeted,
    "right_party_confirmed": _party,
    "named_invoice_and_amount": _invoice_named,
    "named_due_date": _due_named,
    "offered_option": _offered,
    "asked_for_specific_date": _asked_date,
    "confirmed_next_step": _next_step,
    "polite_tone": _polite,
    "no_pressure_or_threat": _pressure,
}


def _listened(said: list[Said], outcome: str) -> Point:
    """A reason came up, was asked for or left room, and was not brushed aside."""
    managers = _managers(said)
    asked = _first(managers, "ask_reason")
    brushed = _first(managers, "brush")
    heard = asked or _first(managers[1:], "empathy")
    if outcome == "no_contact" or (brushed and not asked):
        return False, brushed
    rude = _first(managers, "rude")
    if rude and not asked:
        return False, rude
    return True, heard


def _handled(said: list[Said], objection: str, outcome: str) -> Point:
    if objection == "none":
        return None, None
    managers = _managers(said)
    brushed = _first(managers, "brush")
    rejected = _first(_clients(said), "rejects")
    if brushed or rejected:
        return False, brushed or rejected
    rude = _first(managers, "rude")
    if rude:
        return False, rude
    return True, _first(managers[1:], "offer") or _first(managers[1:], "empathy")


def _commitment(said: list[Said], outcome: str, promise: tuple[date, Said] | None) -> Point:
    """A day of payment, or a dated step of the client's own where payment is reported or disputed."""
    if outcome == "promise" and promise:
        return True, promise[1]
    if outcome in ("information", "dispute"):
        for one in _clients(said):
            if "own_action" in one.moves and (one.days or "time" in one.moves):
                return True, one
    return False, None


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
