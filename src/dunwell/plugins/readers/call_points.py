"""The points of a good collection call: whether each was kept, and the turn that shows it."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from itertools import pairwise

from dunwell.core.reading import CallContext
from dunwell.plugins.readers.call_turns import Said, by_clients, by_managers, first, is_no_contact

OPENING = 2  # Manager's turns in which a greeting belongs.
PARTY = 8  # Turns in which the right person is asked for.
NAME_ASKED = 4  # A bare name with a question mark asks for the person only at the start.
CLOSING = 4  # Manager's last turns, where the next step is said.
BUSINESS_WORDS = re.compile(r"[«„“\"][^»“”\"]{2,40}[»“”\"]")
CAPITALISED = re.compile(r"(?<=[\s,«„“(])[A-ZА-ЯЁ][a-zа-яё]{2,}")
# What a client says of why nothing has come, and what shows that the manager goes on with it, or past it.
REASONS = frozenset("wrong_person client_not_paid approval technical lost dispute terms no_money busy paid".split())
TAKEN_UP = frozenset("ask_reason empathy offer next_step".split())
STORY = 8  # Words in which somebody tells something, whatever the words are.
PRESSING = frozenset("ask_date threat rude brush".split())

Point = tuple[bool | None, Said | None]


def _greeted(said: list[Said], context: CallContext) -> Point:
    """A greeting, and one's own name or company, in the opening."""
    opening = by_managers(said)[:OPENING]
    greeting = first(opening, "greeting")
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
    managers = by_managers(said)
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
    for one in by_managers(said):
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
    if is_no_contact(said):
        return False, None
    offer = next((one for one in by_managers(said) if _is_offer(one)), None)
    return offer is not None, offer


def _is_offer(one: Said) -> bool:
    return "offer" in one.moves and "rude" not in one.moves and ("threat" not in one.moves or "?" in one.source)


def _asked_date(said: list[Said], context: CallContext) -> Point:
    """Asked when the payment, not the next talk, will come."""
    for one in by_managers(said):
        if "ask_date" in one.moves and "ask_talk" not in one.moves:
            return True, one
    return False, None


def _next_step(said: list[Said], context: CallContext) -> Point:
    """A concrete step with a time, or the client's own day said again, near the end."""
    if is_no_contact(said):
        return False, None
    for one in reversed(by_managers(said)[-CLOSING:]):
        is_question = one.source.rstrip().endswith("?") and len(one.source) < 60
        if one.at < 3 or is_question or one.moves & {"threat", "rude", "ask_reason"}:
            continue
        if ("next_step" in one.moves and (one.days or "time" in one.moves)) or _repeats(one, said, context.held_on):
            return True, one
    return False, None


def _repeats(one: Said, said: list[Said], held_on: date) -> bool:
    """Whether a turn names a day that the client named in the turn before."""
    before = said[one.at - 1]
    return not before.manager and bool(_days_ahead(one, held_on) & _days_ahead(before, held_on))


def _days_ahead(one: Said, held_on: date) -> set[date]:
    return {day for mention in one.days if (day := mention.day(held_on)) is not None and day >= held_on}


def _polite(said: list[Said], context: CallContext) -> Point:
    rude = first(by_managers(said), "rude")
    return (False, rude) if rude else (True, None)


def _pressure(said: list[Said], context: CallContext) -> Point:
    threat = first(by_managers(said), "threat")
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


def listened(said: list[Said], outcome: str) -> Point:
    """A reason came up, was asked for or left room, and was not brushed aside.

    It is brushed aside by words that say so, by abuse, and where every turn that gives a reason is met with nothing but a
    short demand.
    """
    managers = by_managers(said)
    asked = first(managers, "ask_reason")
    told = [(one, after) for one, after in pairwise(said) if not one.manager and after.manager and _is_reason(one)]
    if outcome == "no_contact" or not (asked or told):
        return False, None
    if asked is None:
        aside = first(managers, "brush", "rude") or _passed_over([after for _, after in told])
        if aside:
            return False, aside
    return True, asked or first(managers[1:], "empathy") or told[0][1]


def _is_reason(one: Said) -> bool:
    """Known words of a reason, or so much said that it is more than a yes and a day."""
    return bool(one.moves & REASONS) or len(one.source.split()) >= STORY


def _passed_over(answers: list[Said]) -> Said | None:
    """The first of the answers to reasons, where none of them takes a reason up."""
    is_heard = any(
        one.moves & TAKEN_UP or not one.moves & PRESSING or len(one.source.split()) >= STORY for one in answers
    )
    return None if is_heard else answers[0]


def handled(said: list[Said], objection: str, outcome: str) -> Point:
    if objection == "none":
        return None, None
    managers = by_managers(said)
    rude = first(managers, "rude")
    failed = _brushed_for_good(said) or _declined(said) or rude
    if failed:
        return False, failed
    return True, first(managers[1:], "offer") or first(managers[1:], "empathy")


def _brushed_for_good(said: list[Said]) -> Said | None:
    """The turn that brushes the client aside, where no offer after it makes up for it."""
    brushed = first(by_managers(said), "brush")
    if brushed is None or any(_is_offer(one) for one in by_managers(said) if one.at > brushed.at):
        return None
    return brushed


def _declined(said: list[Said]) -> Said | None:
    """The client's turn that says no to what was just offered."""
    return next((one for before, one in pairwise(said) if "offer" in before.moves and "rejects" in one.moves), None)


def commitment(said: list[Said], outcome: str, promise: tuple[date, Said] | None) -> Point:
    """A day of payment, or a dated step of the client's own where payment is reported or disputed."""
    if outcome == "promise" and promise:
        return True, promise[1]
    if outcome in ("information", "dispute"):
        for one in by_clients(said):
            if "own_action" in one.moves and (one.days or "time" in one.moves):
                return True, one
    return False, None
