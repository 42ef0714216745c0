"""A personal video with a request: a script from the ledger, the recording, the still that letters show, and who looked at it.

Letters show it, and the client's page plays it, up to the day of which it speaks. People record it; nothing is ever generated.
"""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from importlib.resources import files
from typing import Any

from django.db.models import QuerySet

from dunwell.core import video as rules
from dunwell.core.message import LOCALES
from dunwell.core.money import total_by_currency
from dunwell.core.refusal import Refusal
from dunwell.engine import terms
from dunwell.plugins import transcoder
from dunwell.run import facts, pictures, subjects
from dunwell.run.portal_speech import Speech, terms_of
from dunwell.run.signing import writer_of
from dunwell.store import load_papers, scope, switches
from dunwell.store.models import Creditor, Customer, Video, VideoContent, VideoEnd

DAYS_MAX = 30
"""What is said of a month ahead is seldom true then."""
DAYS_USUAL = 7


class VideoDayUnfit(Refusal):
    """A video goes with letters from today to {last} at most, not until {day}."""


class NoSuchVideo(Refusal):
    """There is no video number {number} that still runs."""


@dataclass(frozen=True, slots=True)
class Taken:
    """What a person recorded: `poster` is a picture of it, empty where there is none; `seconds` 0 where nobody knows how long it is."""

    recording: bytes
    poster: bytes
    captions: str
    seconds: int
    last_day: date


@dataclass(frozen=True, slots=True)
class Still:
    """What a letter shows of a video: a picture with a play mark."""

    picture: bytes
    seconds: int


def keep(creditor: Creditor, name: str | Customer, taken: Taken, *, on: date, by: str) -> Video:
    """Keep a video for a customer; it takes the place of one that still runs."""
    customer = subjects.customer(creditor, name)
    if not on <= taken.last_day <= on + timedelta(DAYS_MAX):
        raise VideoDayUnfit(day=taken.last_day, last=on + timedelta(DAYS_MAX))
    if taken.seconds > rules.SECONDS_MAX:
        raise rules.VideoTooLong(seconds=taken.seconds, most=rules.SECONDS_MAX)
    captions = rules.captions(taken.captions)
    rules.media_type(taken.recording)
    recording = transcoder.mp4(taken.recording) or taken.recording
    kind, still = rules.media_type(recording), pictures.still(taken.poster)
    digest = hashlib.sha256(recording).hexdigest()
    with scope.of(creditor.pk):
        for older in shown_on([customer.pk], on):
            VideoEnd.objects.create(**facts.fact(creditor, on, by, "replaced"), video=older)
        made = Video.objects.create(
            **facts.fact(creditor, on, by, ""),
            customer=customer,
            last_day=taken.last_day,
            seconds=max(0, taken.seconds),
            media_type=kind,
            sha256=digest,
            size=len(recording),
        )
        VideoContent.objects.create(creditor=creditor, video=made, recording=recording, still=still, captions=captions)
        facts.link(creditor, by, "video", customer, {"sha256": digest, "last_day": taken.last_day})
    return made


def withdraw(creditor: Creditor, number: int, *, on: date, by: str, why: str = "") -> None:
    """Take a video back: no letter shows it any more, and the page plays it no more."""
    with scope.of(creditor.pk):
        video = Video.objects.select_related("customer").filter(pk=number, end=None).first()
        if video is None:
            raise NoSuchVideo(number=number)
        VideoEnd.objects.create(**facts.fact(creditor, on, by, why), video=video)
        facts.link(creditor, by, "video_ended", video.customer, {"video": number, "why": why})


def running(creditor: Creditor, customer: Customer, on: date) -> Video | None:
    """The customer's video that letters show on a day."""
    with scope.of(creditor.pk):
        return next(iter(shown_on([customer.pk], on)), None)


def stills(creditor_id: int, customers: Iterable[int], on: date) -> dict[int, Still]:
    """By customer, what letters of a day show of the video that runs."""
    with scope.of(creditor_id):
        rows = shown_on(customers, on).values_list("customer_id", "content__still", "seconds")
        return {customer: Still(bytes(still), seconds) for customer, still, seconds in rows if still}


def script(creditor: Creditor, name: str | Customer, on: date) -> str:
    """What could be said, from the ledger: who speaks, what is open, that another day or parts are possible. A person makes it theirs."""
    customer = subjects.customer(creditor, name)
    locale = next((one for one in (customer.locale, creditor.locale) if one in LOCALES), "en")
    return "\n".join(_sentences(creditor, customer, words(locale), Speech(terms_of(locale), on)))


@cache
def words(locale: str) -> Mapping[str, Any]:
    return tomllib.loads((files("dunwell") / "content" / "video" / f"{locale}.toml").read_text("utf-8"))


def _sentences(creditor: Creditor, customer: Customer, said: Mapping[str, Any], speech: Speech) -> Iterator[str]:
    writer = writer_of(creditor, customer, speech.on)
    reader = _first_name(customer)
    yield said["hello" if reader else "hello_nameless"].format(name=reader, writer=writer.name, creditor=creditor.name)
    rehearsal = not switches.is_live(creditor.pk)
    open_ = [one for one in load_papers.standing(creditor.pk, customer.pk, speech.on, rehearsal=rehearsal) if one.asked]
    one = open_[0] if len(open_) == 1 else None
    if one and one.due:
        key = "one_late" if one.due < speech.on else "one"
        yield said[key].format(number=speech.number(one.number), sum=speech.money(one.asked), due=speech.until(one.due))
    elif open_:
        sums = " + ".join(speech.money(total) for total in total_by_currency(one.asked for one in open_).values())
        yield said["several"].format(count=len(open_), sum=sums)
    if open_:
        yield said["help"]
    yield said["bye"].format(phone=terms.clean(writer.phone)) if writer.phone else said["bye_no_phone"]


def _first_name(customer: Customer) -> str:
    with scope.of(customer.creditor_id):
        return customer.contacts.order_by("rank", "pk").values_list("given_name", flat=True).first() or ""


def shown_on(customers: Iterable[int], on: date) -> QuerySet[Video]:
    """The videos that run on a day, the newest first; evaluate inside `scope.of`."""
    return Video.objects.filter(
        customer__in=list(customers), end=None, effective_on__lte=on, last_day__gte=on
    ).order_by("-pk")
