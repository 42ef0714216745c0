"""The morning digest of the company's own people: by mail, once a working day, in each one's language, quiet when there is nothing to say.

It is no client's message and never touches the outbox. A try is written down before the first byte leaves: after a crash in between nobody
knows whether it arrived, and it is not repeated; what certainly failed is tried again each hour. Whoever signs in here gets it, where an
address is known, until they say otherwise.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from dunwell.core.channel import Channel
from dunwell.core.message import LOCALES
from dunwell.core.refusal import DeliveryFailed, OutcomeUnknown, Refusal
from dunwell.core.roles import DeskRole
from dunwell.run import brake, calendars, digest_words, facts, freshness, leaves, ways
from dunwell.run.digest_words import FROM_ROLE, LINES_MAX, Morning
from dunwell.store import digests, load_letters, locks, scope, switches, today
from dunwell.store.models import Creditor, Digest, DigestChoice, DigestEnd, Membership

ATTEMPTS_MAX = 5
BY = "worker"


class NotAReader(Refusal):
    """{name!r} does not sign in at this creditor: `dunwell user add {name} --role …`."""


class NoAddress(Refusal):
    """No address of {name} is known: say --to."""


class LanguageUnknown(Refusal):
    """{locale!r} is none of the languages: {known}."""


@dataclass(frozen=True, slots=True)
class Reader:
    """Somebody who signs in here; `address` is empty where none is known, `names` are theirs and of those they stand in for."""

    who: str
    name: str
    role: DeskRole
    address: str
    locale: str
    wanted: bool
    names: tuple[str, ...]


def readers(creditor: Creditor, on: date) -> list[Reader]:
    """Everybody who works here, with how they chose."""
    with scope.of(creditor.pk):
        chosen = digests.choices()
        staff = {one.name: one.email for one in load_letters.staff(creditor.pk)}
    found = []
    for one in Membership.objects.filter(creditor=creditor).select_related("user").order_by("user__username"):
        who, name = one.user.get_username(), one.user.get_full_name()
        choice = chosen.get(who)
        known = (choice.address if choice else "") or one.user.email or staff.get(name, "")
        locale = (choice.locale if choice else "") or creditor.locale
        found.append(
            Reader(
                who=who,
                name=one.user.first_name,
                role=DeskRole(one.role),
                address=known,
                locale=locale if locale in LOCALES else "en",
                wanted=choice.wanted if choice else True,
                names=leaves.of_names(creditor, name or who, on),
            )
        )
    return found


def choose(
    creditor: Creditor, who: str, *, wanted: bool, address: str = "", locale: str = "", on: date, by: str
) -> Reader:
    """Turn somebody's digest on or off; what is not said stays as it was."""
    before = {one.who: one for one in readers(creditor, on)}.get(who)
    if before is None:
        raise NotAReader(name=who)
    if locale and locale not in LOCALES:
        raise LanguageUnknown(locale=locale, known=", ".join(LOCALES))
    if wanted and not (address or before.address):
        raise NoAddress(name=who)
    with scope.of(creditor.pk):
        DigestChoice.objects.create(
            **facts.fact(creditor, on, by, ""),
            reader=who,
            wanted=wanted,
            address=address or before.address,
            locale=locale or before.locale,
        )
        facts.link(creditor, by, "digest_choice", who, {"wanted": wanted})
    return {one.who: one for one in readers(creditor, on)}[who]


def is_due(creditor: Creditor, now: datetime) -> bool:
    """Somebody has not been told of this working day yet."""
    return bool(_due(creditor, now))


def run(creditor: Creditor, now: datetime, *, folder: Path) -> int:
    """Tell everybody who has not been told today; gives how many mails left. One process at a time."""
    rehearsal = not switches.is_live(creditor.pk)
    with locks.alone(creditor.pk, "digest") as is_alone:
        if not is_alone:
            return 0
        with ways.opened(creditor, rehearsal=rehearsal, folder=folder) as out:
            way = out.get("email")
            if way is None:
                return 0
            return sum(_tell(creditor, one, now, way, rehearsal=rehearsal) for one in _due(creditor, now))


def morning(creditor: Creditor, reader: Reader, now: datetime) -> Morning:
    """What this person is told: whoever looks after customers and lets no letters go hears of their own ones alone."""
    on = now.astimezone(ZoneInfo(creditor.timezone)).date()
    rehearsal = not switches.is_live(creditor.pk)
    with scope.of(creditor.pk):
        own = today.customers_of(reader.names) if reader.role == DeskRole.COLLECTOR else frozenset()
        bound = own or None
        since = digests.told_until(reader.who, on, rehearsal=rehearsal) or on - timedelta(1)
        counts = (
            today.counts(creditor_id=creditor.pk, as_of=on, rehearsal=rehearsal)
            if bound is None
            else today.counts_of(bound, creditor_id=creditor.pk, as_of=on, rehearsal=rehearsal)
        )
        broken = today.items(
            "broken", creditor_id=creditor.pk, as_of=on, rehearsal=rehearsal, limit=LINES_MAX, own=bound
        )
        letters = digests.letters_on(on, rehearsal=rehearsal, own=bound)
        paid = digests.paid(since, on, own=bound)
    works = reader.role.includes(DeskRole.COLLECTOR)
    lets_go = reader.role.includes(DeskRole.APPROVER)
    return Morning(
        letters=letters,
        waiting={k: n for k, n in counts.items() if k in FROM_ROLE and reader.role.includes(FROM_ROLE[k])},
        paid=paid,
        paid_since=since,
        broken=broken if works else (),
        broken_count=counts.get("broken", 0) if works else 0,
        is_own=bound is not None,
        stale=[one for one in freshness.sources(creditor, now) if one.is_late] if works else (),
        braked=brake.braked(creditor.pk) if lets_go and not rehearsal else (),
        is_stopped=lets_go and switches.is_stopped(creditor.pk),
        is_rehearsal=rehearsal,
    )


def text(creditor: Creditor, reader: Reader, now: datetime) -> tuple[str, str] | None:
    """Subject and text of the digest as it would be now; None where there is nothing to say."""
    told = morning(creditor, reader, now)
    if told.is_quiet:
        return None
    on = now.astimezone(ZoneInfo(creditor.timezone)).date()
    return digest_words.write(told, creditor=creditor.name, name=reader.name, on=on, locale=reader.locale)


def _due(creditor: Creditor, now: datetime) -> list[Reader]:
    on = now.astimezone(ZoneInfo(creditor.timezone)).date()
    if not calendars.around(creditor.country, on.year).is_business_day(on):
        return []
    rehearsal = not switches.is_live(creditor.pk)
    wanted = [one for one in readers(creditor, on) if one.wanted and one.address]
    with scope.of(creditor.pk):
        return [one for one in wanted if _is_open(digests.tried(one.who, on, rehearsal=rehearsal))]


def _is_open(tried: list[Digest]) -> bool:
    """Nothing was tried yet, or it certainly failed and may be tried again."""
    if not tried:
        return True
    end = getattr(tried[-1], "end", None)
    return end is not None and end.outcome == digests.STILL_OPEN and len(tried) < ATTEMPTS_MAX


def _tell(creditor: Creditor, reader: Reader, now: datetime, way: Channel, *, rehearsal: bool) -> bool:
    on = now.astimezone(ZoneInfo(creditor.timezone)).date()
    written = text(creditor, reader, now)
    with scope.of(creditor.pk):
        number = len(digests.tried(reader.who, on, rehearsal=rehearsal)) + 1
        begun = Digest.objects.create(
            **facts.fact(creditor, on, BY, ""), reader=reader.who, attempt=number, rehearsal=rehearsal
        )
    # The row is committed: from here on a crash leaves it without an end, and it is not repeated.
    outcome, said = _sent(creditor, reader, now, way, written) if written else ("quiet", "")
    with scope.of(creditor.pk):
        DigestEnd.objects.create(**facts.fact(creditor, on, BY, said), digest=begun, outcome=outcome)
    return outcome == "sent"


def _sent(creditor: Creditor, reader: Reader, now: datetime, way: Channel, written: tuple[str, str]) -> tuple[str, str]:
    subject, body = written
    letter = ways.note(creditor, reader.address, subject=subject, text=body, now=now, name=f"digest-{reader.who}")
    try:
        return "sent", way.send(letter, key=f"digest {creditor.pk} {reader.who} {letter.slot_on}").reference
    except OutcomeUnknown as unknown:
        return "unknown", str(unknown)
    except DeliveryFailed as failed:
        return ("failed_permanent" if failed.permanent else "failed_temporary"), str(failed)
