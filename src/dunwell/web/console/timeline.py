"""The timeline's sentences: what happened, in a person's words, with a picture and where it leads."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from dunwell.store.customer_view import Event
from dunwell.web.console import labels
from dunwell.web.console.desk import Desk

ICONS = {
    "message": "mail",
    "task": "phone",
    "hold": "player-pause",
    "touch": "message-circle",
    "sign": "mail-opened",
    "reply": "message-2",
    "auto": "refresh",
    "auto_end": "ban",
    "auto_charge": "credit-card",
    "note": "note",
    "state": "gavel",
    "owes": "inbox",
    "agreement": "file-text",
    "payment": "cash",
    "issued": "file-invoice",
    "promise": "heart-handshake",
    "plan": "calendar-event",
    "dispute": "scale",
    "allocation": "check",
    "unallocation": "arrow-back-up",
    "cancelled": "ban",
    "stopped": "player-pause",
    "resumed": "player-play",
}
OURS = ("message", "task", "touch")
"""What went from us to them; shown apart from what came from them and from what is ours alone."""
THEIRS = ("payment", "sign", "reply", "promise", "plan", "dispute")


@dataclass(frozen=True, slots=True)
class Told:
    event: Event
    icon: str
    side: str
    title: str
    tone: str
    address: str
    until: date | None


def told(desk: Desk, events: list[Event]) -> list[Told]:
    return [
        Told(
            one, ICONS[one.kind], _side(one.kind), _TITLES[one.kind](one), _tone(one), _address(desk, one), _until(one)
        )
        for one in events
    ]


def _until(event: Event) -> date | None:
    return date.fromisoformat(event.words) if event.kind == "hold" and event.words else None


def _side(kind: str) -> str:
    if kind in OURS:
        return "ours"
    return "theirs" if kind in THEIRS else "inside"


def _tone(event: Event) -> str:
    if event.kind in ("payment", "allocation") or event.state in ("sent", "kept"):
        return "good"
    if event.state in ("failed_permanent", "unknown") or event.kind == "dispute" or event.what == "bounced":
        return "bad"
    return "warm" if event.kind in ("promise", "hold", "state", "stopped") else ""


def _address(desk: Desk, event: Event) -> str:
    if event.kind == "message":
        return desk.url("message", event.number)
    if event.kind == "reply":
        return desk.url("reply", event.number)
    return desk.url("invoice", event.number) if event.kind == "issued" else ""


def _ended(event: Event, said: str) -> str:
    return f"{said} – {labels.word('ending', event.state)}" if event.state else said


def _message(event: Event) -> str:
    return (
        f"{labels.word('step', event.by)} · {labels.word('channel', event.what)} · {labels.word('state', event.state)}"
    )


def _task(event: Event) -> str:
    state = {"open": _("open"), "done": _("done"), "not done": _("not done")}[event.state]
    return f"{labels.word('step', event.what)} · {state}"


def _hold(event: Event) -> str:
    return _ended(event, _("Contact on hold: {reason}").format(reason=labels.word("hold", event.what)))


def _touch(event: Event) -> str:
    return _ended(event, _("Contacted by hand: {channel}").format(channel=labels.word("channel", event.what)))


def _sign(event: Event) -> str:
    return labels.word("sign", event.what)


def _reply(event: Event) -> str:
    if event.what == "page":
        return _("Wrote on the pay page")
    if event.state == "automatic":
        return _("Automatic answer: {subject}").format(subject=event.words)
    return _("Wrote: {subject}").format(subject=event.words)


def _auto(event: Event) -> str:
    return _("Agreed to automatic payment ({provider})").format(provider=event.what)


def _auto_end(event: Event) -> str:
    return _("Ended automatic payment")


def _auto_charge(event: Event) -> str:
    told = _("Automatic charge announced for {day}").format(day=event.what)
    return f"{told} – {labels.word('charge', event.state)}" if event.state else told


def _note(event: Event) -> str:
    return _("Note")


def _state(event: Event) -> str:
    said = labels.word("customer_state", event.what)
    return _("No longer: {state}").format(state=said) if event.state else said


def _owes(event: Event) -> str:
    what = labels.word("owes", event.what)
    return _("Given: {what}").format(what=what) if event.state else _("We owe: {what}").format(what=what)


def _agreement(event: Event) -> str:
    return _("Agreement")


def _payment(event: Event) -> str:
    return _("Payment") if event.amount and event.amount.minor > 0 else _("Payment taken back")


def _issued(event: Event) -> str:
    return f"{labels.word('document', event.state)} {event.what}"


def _promise(event: Event) -> str:
    return _ended(event, _("Promised for {number} by {day}").format(number=event.what, day=event.words))


def _plan(event: Event) -> str:
    if event.state == "asked":
        return _("Asks for a payment schedule")
    return _ended(event, _("Payment schedule agreed"))


def _dispute(event: Event) -> str:
    return _ended(
        event, _("Disputes {number}: {cause}").format(number=event.words, cause=labels.word("cause", event.what))
    )


def _allocation(event: Event) -> str:
    return _("Money set against {number}").format(number=event.what)


def _unallocation(event: Event) -> str:
    return _("Allocation to {number} taken back").format(number=event.what)


def _cancelled(event: Event) -> str:
    return _("{number} is cancelled").format(number=event.what)


def _stopped(event: Event) -> str:
    return _("Work waits for payment: {what}").format(what=labels.word("work", event.what))


def _resumed(event: Event) -> str:
    return _("Work goes on: {why}").format(why=labels.word("stop_end", event.what))


_TITLES = {
    "message": _message,
    "task": _task,
    "hold": _hold,
    "touch": _touch,
    "sign": _sign,
    "reply": _reply,
    "auto": _auto,
    "auto_end": _auto_end,
    "auto_charge": _auto_charge,
    "note": _note,
    "state": _state,
    "owes": _owes,
    "agreement": _agreement,
    "payment": _payment,
    "issued": _issued,
    "promise": _promise,
    "plan": _plan,
    "dispute": _dispute,
    "allocation": _allocation,
    "unallocation": _unallocation,
    "cancelled": _cancelled,
    "stopped": _stopped,
    "resumed": _resumed,
}
