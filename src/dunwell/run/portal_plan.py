"""Putting off on the pay page: what a client may choose, the document to read, and its acceptance, or the wish that waits for a person.

What is accepted is what was read: the form carries the document's hash, and a document that has changed since is shown again.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from dunwell.core import instalments as rules
from dunwell.core.instalments import Every, Wish
from dunwell.core.ledger import DocumentKind, OurDebt
from dunwell.core.money import Money
from dunwell.core.paper import Document
from dunwell.core.refusal import Refusal
from dunwell.run import instalments, instalments_standing, portal
from dunwell.run.instalments import Debt, Fact
from dunwell.run.instalments_standing import Standing
from dunwell.run.portal import Visit
from dunwell.store import scope
from dunwell.store.models import OurSide, PaymentPlanPaper, Receivable
from dunwell.store.pages import Owed

BY = "page"
WHY = "accepted on the pay page"
FIRST_DAYS = 7
"""The day that the form proposes for the first payment lies so far ahead."""


class DayMissing(Refusal):
    """A day is needed."""


class NameMissing(Refusal):
    """The name of whoever accepts is needed."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What a client may choose from: how many payments, from when to when, in which currency."""

    parts: tuple[int, ...]
    first: date
    last: date
    proposed: date
    currency: str
    times_left: int


@dataclass(frozen=True, slots=True)
class Read:
    """The document of a wish, to be read before it is accepted; `refusal` says why it can only be asked for."""

    document: Document
    acknowledgement: str
    digest: str
    refusal: Refusal | None


@dataclass(frozen=True, slots=True)
class Shown:
    """A schedule on the page: its payments as day, sum and state."""

    number: int
    rows: tuple[tuple[str, str, str], ...]
    total: str
    is_waiting: bool
    is_broken: bool


def choice(seen: Visit, receivables: tuple[int, ...] = ()) -> Choice:
    """How far a client may go alone with what the link shows."""
    with scope.of(seen.creditor.pk):
        found = _debt(seen, receivables)
    bounds = found.bounds
    proposed = found.calendar.next_business_day(seen.on + timedelta(min(FIRST_DAYS, bounds.days_max)))
    last = seen.on + timedelta(bounds.days_max)
    parts = tuple(range(1, bounds.parts_max + 1))
    return Choice(
        parts, seen.on, last, min(proposed, last), found.owed.currency, max(0, bounds.times_max - found.times)
    )


def read(seen: Visit, wish: Wish, receivables: tuple[int, ...], locale: str) -> Read:
    """The document of a wish; refuses what nobody can agree."""
    with scope.of(seen.creditor.pk):
        found = _debt(seen, receivables)
        parts = instalments.parts_of(found, wish, seen.on)
        refusal = None
        try:
            instalments.check(found, parts, seen.on)
        except rules.BEYOND_BOUNDS as beyond:
            if found.bounds.approver is None:
                raise
            refusal = beyond
        said = instalments.facts(found, parts, locale, seen.on)
    return Read(instalments.document(said), instalments.acknowledgement(said), instalments.digest(said), refusal)


def accept(
    seen: Visit, wish: Wish, receivables: tuple[int, ...], locale: str, name: str, digest: str, *, asks: bool
) -> None:
    """Record the acceptance of the document that was read, or the wish beyond the policy; call inside `scope.of`."""
    if not name.strip():
        raise NameMissing
    found = _debt(seen, receivables)
    parts = instalments.parts_of(found, wish, seen.on)
    if instalments.digest(instalments.facts(found, parts, locale, seen.on)) != digest:
        raise instalments.PlanChanged
    evidence = instalments.words(locale)["on_page"].format(name=name.strip())
    fact = Fact(seen.on, BY, f"{WHY}, link {seen.link.pk}")
    if not asks:
        instalments.agree(found, parts, fact, locale=locale, evidence=evidence)
        return
    instalments.ask(found, parts, fact, locale=locale, evidence=evidence)
    # Who asked us something is owed an answer: firm steps wait for it (I19).
    OurSide.objects.create(
        creditor=seen.creditor,
        effective_on=seen.on,
        by=BY,
        why=WHY,
        customer_id=seen.link.customer_id,
        what=OurDebt.ANSWER.value,
        rehearsal=seen.link.rehearsal,
    )


def schedules(seen: Visit, locale: str) -> tuple[Shown, ...]:
    """The schedules of what the link shows, as the page draws them."""
    speech = portal.speech(seen, locale)
    with scope.of(seen.creditor.pk):
        shown = {one.receivable_id for one in portal.owed_by(seen.link, seen.on)}
        found = _standing(seen, shown)
    return tuple(
        Shown(
            one.plan.pk,
            tuple((speech.day(part.on), speech.money(part.amount), state) for part, state in one.parts),
            speech.money(one.amount),
            one.is_waiting,
            one.is_broken,
        )
        for one in found
    )


def printed(seen: Visit, number: int) -> bytes:
    """The paper of a schedule of what the link shows; empty where there is none."""
    with scope.of(seen.creditor.pk):
        shown = {one.receivable_id for one in portal.owed_by(seen.link, seen.on)}
        if number not in {one.plan.pk for one in _standing(seen, shown)}:
            return b""
        return bytes(PaymentPlanPaper.objects.get(plan_id=number).content)


def wish_of(parts: int, first: date | None, every: str, now: Money | None) -> Wish:
    """A wish from what a form says."""
    if first is None:
        raise DayMissing
    return Wish(parts=parts, first=first, every=Every(every) if every in set(Every) else Every.MONTH, now=now)


def _standing(seen: Visit, shown: set[int]) -> list[Standing]:
    every = instalments_standing.standing(
        seen.creditor.pk, seen.link.customer_id, seen.on, rehearsal=seen.link.rehearsal
    )
    return [one for one in every if shown.issuperset(one.plan.receivables)]


def _debt(seen: Visit, receivables: tuple[int, ...]) -> Debt:
    """What is open of the chosen invoices of the link; without a choice, of all in the first one's currency."""
    shown = [one for one in portal.owed_by(seen.link, seen.on) if one.open and one.kind == DocumentKind.INVOICE]
    chosen = [one for one in shown if one.receivable_id in receivables] if receivables else _of_one_currency(shown)
    rows = Receivable.objects.filter(pk__in=[one.receivable_id for one in chosen]).select_related("invoice")
    return instalments.debt(seen.creditor, list(rows), seen.on, rehearsal=seen.link.rehearsal)


def _of_one_currency(shown: list[Owed]) -> list[Owed]:
    return [one for one in shown if one.currency == shown[0].currency]
