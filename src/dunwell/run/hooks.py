"""News to another program: recorded in the transaction of what it tells of, delivered afterwards until it is taken.

The same key and the same bytes at every attempt, so that a receiver who takes each key once hears of everything once. In
rehearsal nothing leaves: the news is a file beside the letters.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from django.db.models import Exists, OuterRef

from dunwell.core.refusal import DeliveryFailed, Refusal
from dunwell.plugins import webhook
from dunwell.store import audit, locks, scope, switches, vault
from dunwell.store.models import Creditor, Hook, HookAttempt, HookCall

RETRY_AFTER = tuple(timedelta(minutes=n) for n in (1, 5, 30, 120, 360, 720, 1440))
"""Over two days; then it stands in the list of what nobody took (`dunwell stopwork hook`)."""
ADDRESS = re.compile(r"https://[^\s/]+\S*|http://(127\.0\.0\.1|localhost)(:\d+)?(/\S*)?")
FOLDER = "hooks"
Post = Callable[..., str]


class HookAddress(Refusal):
    """{address!r} cannot be told anything: write an https address."""


@dataclass(frozen=True, slots=True)
class Told:
    """What one delivery did: news taken, put off, and given up."""

    taken: int = 0
    later: int = 0
    given_up: int = 0


def point(creditor: Creditor, address: str, *, on: date, by: str) -> str:
    """Tell this address from now on, or nobody (empty); gives the secret that signs the news, shown this once."""
    if address and not ADDRESS.fullmatch(address):
        raise HookAddress(address=address)
    secret = webhook.new_secret() if address else ""
    with scope.of(creditor.pk):
        Hook.objects.create(
            creditor_id=creditor.pk,
            effective_on=on,
            by=by,
            address=address,
            secret=vault.seal(secret) if secret else "",
        )
        audit.link(creditor.pk, actor=by, kind="hook", subject=address, content={"address": address})
    return secret


def announce(creditor: Creditor, kind: str, key: str, content: Mapping[str, Any], *, on: date, by: str) -> None:
    """Put a piece of news on its way, in the transaction of what it tells of; nothing where nobody is told."""
    if _hook(creditor) is None:
        return
    body = json.dumps(
        {"type": kind, "id": key, "creditor": creditor.slug, **content}, ensure_ascii=False, sort_keys=True
    )
    HookCall.objects.get_or_create(
        creditor_id=creditor.pk,
        key=key,
        defaults={"effective_on": on, "by": by, "body": body, "rehearsal": not switches.is_live(creditor.pk)},
    )


def deliver(creditor: Creditor, now: datetime, *, folder: Path, post: Post = webhook.post) -> Told:
    """Tell what is due at `now` (UTC), one after the other; another process that does so already is left to it."""
    taken = later = given_up = 0
    with locks.alone(creditor.pk, "hooks") as is_alone:
        for call in due(creditor, now) if is_alone else ():
            attempt = _attempt(creditor, call, now, folder, post)
            taken += attempt.taken
            later += attempt.retry_at is not None
            given_up += not attempt.taken and attempt.retry_at is None
    return Told(taken, later, given_up)


def due(creditor: Creditor, now: datetime) -> list[HookCall]:
    """News that were never tried, or whose next try has come; rehearsed ones never leave a live creditor."""
    with scope.of(creditor.pk):
        tries = HookAttempt.objects.filter(call=OuterRef("pk"))
        waits = tries.filter(retry_at__gt=now) | tries.filter(retry_at=None)
        rows = HookCall.objects.filter(rehearsal=not switches.is_live(creditor.pk)).exclude(Exists(waits))
        return list(rows.order_by("pk"))


def untaken(creditor: Creditor) -> list[HookAttempt]:
    """The last tries of the news that nobody took."""
    with scope.of(creditor.pk):
        rows = HookAttempt.objects.filter(taken=False, retry_at=None).select_related("call")
        return list(rows.order_by("pk"))


def _attempt(creditor: Creditor, call: HookCall, now: datetime, folder: Path, post: Post) -> HookAttempt:
    with scope.of(creditor.pk):
        before = call.attempts.count()
        hook = _hook(creditor)
    taken, final, said = False, False, "nobody is told any more"
    if call.rehearsal:
        taken, said = True, _write(folder / creditor.slug / FOLDER, call)
    elif hook is not None:
        try:
            said = post(hook.address, vault.unseal(hook.secret), key=call.key, body=call.body, at=now)
            taken = True
        except DeliveryFailed as error:
            said, final = str(error), error.permanent
    is_last = taken or final or hook is None or before >= len(RETRY_AFTER)
    with scope.of(creditor.pk):
        return HookAttempt.objects.create(
            creditor_id=creditor.pk,
            effective_on=now.date(),
            by="hooks",
            call=call,
            taken=taken,
            said=said,
            at=now,
            retry_at=None if is_last else now + RETRY_AFTER[before],
        )


def _hook(creditor: Creditor) -> Hook | None:
    with scope.of(creditor.pk):
        last = Hook.objects.order_by("-pk").first()
    return last if last is not None and last.address else None


def _write(folder: Path, call: HookCall) -> str:
    folder.mkdir(parents=True, exist_ok=True)
    place = folder / f"{re.sub(r'[^A-Za-z0-9_-]+', '-', call.key)}.json"
    place.write_text(call.body + "\n", "utf-8")
    return str(place)
