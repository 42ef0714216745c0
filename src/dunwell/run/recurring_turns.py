"""The turns of recurring documents: which have come, how they are issued, which come next.

A turn that was missed (nobody ran the program) is issued with the next run, dated on that day, so that the client has the agreed days
to pay; its words name the months that it is for. While a customer's work stands still nothing is issued to them. Documents are the
books, not their sending: a rehearsal issues them too, but never ahead of the real day.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from dunwell.core import agreed_terms
from dunwell.core import recurring as rules
from dunwell.core.agreed_terms import CountedFrom
from dunwell.core.ledger import DocumentKind
from dunwell.core.money import Money
from dunwell.core.recurring import Pause, Price, Rhythm, Wanted
from dunwell.engine import terms
from dunwell.run import books, facts, hooks, numbers
from dunwell.store import autopay, load_claims, locks, scope, stop_work, switches
from dunwell.store.models import Creditor, Customer, Recurring, RecurringIssued, RecurringPrice

MONTH = "{month}"
"""Where the words of a document name what it is for."""
ISSUED = "invoice.issued"


@dataclass(frozen=True, slots=True)
class Coming:
    """A document as it will be issued; `is_above_agreed`: an automatic payment was agreed, and does not reach so far."""

    on: date
    amount: Money
    what_for: str
    due: date
    is_charged: bool
    is_above_agreed: bool


def issue(creditor: Creditor, on: date, *, today: date, by: str) -> list[RecurringIssued]:
    """Issue every turn that has come and was not issued, oldest first; a second run, or another process, finds nothing more."""
    until = min(on, today)
    with scope.of(creditor.pk):
        if not Recurring.objects.exists():
            return []
        locks.in_turn(creditor.pk, "recurring")
        rows = [row for row in standing(creditor) if row.customer_id not in stopped(creditor, on)]
        stood = _stood_still(creditor)
        waiting = [(turn, row) for row in rows for turn in _due(row, until, stood.get(row.customer_id, ()))]
        waiting.sort(key=lambda found: (found[0], found[1].pk))
        return [_issue(creditor, row, turn, until, by=by) for turn, row in waiting]


def standing(creditor: Creditor) -> list[Recurring]:
    """Those that did not end; call inside `scope.of`."""
    rows = Recurring.objects.filter(creditor_id=creditor.pk).select_related("customer").order_by("pk")
    return [row for row in rows.prefetch_related("ends", "pauses__end", "prices", "issued") if not has_ended(row)]


def stopped(creditor: Creditor, on: date) -> set[int]:
    """The customers whose work stands still; call inside `scope.of`."""
    rows = stop_work.standing(creditor.pk, on, rehearsal=not switches.is_live(creditor.pk))
    return set(rows.values_list("customer_id", flat=True))


def has_ended(row: Recurring) -> bool:
    last = max(row.ends.all(), key=lambda one: one.pk, default=None)
    return last is not None and not last.taken_back


def paused_until(row: Recurring, on: date) -> date | None:
    """The last day of the pause that covers a day: the end of time where a person ends it, None where nothing pauses."""
    found = [pause.until or date.max for pause in pauses_of(row) if pause.covers(on)]
    return max(found, default=None)


def preview(creditor: Creditor, row: Recurring, after: date, most: int) -> list[Coming]:
    """The next documents as they would be issued; call inside `scope.of`."""
    issued = {one.turn for one in row.issued.all()}
    days = rules.coming(rhythm_of(row), pauses_of(row), issued, after, most)
    return [_coming(creditor, row.customer, _wanted(row, day), day, issued_on=day) for day in days]


def preview_of(creditor: Creditor, customer: Customer, wanted: Wanted, after: date, most: int) -> list[Coming]:
    """The same of what is not agreed yet, for a person to look at; call inside `scope.of`."""
    days = rules.coming(wanted.rhythm, (), (), after, most)
    return [_coming(creditor, customer, wanted, day, issued_on=day) for day in days]


def rhythm_of(row: Recurring) -> Rhythm:
    return Rhythm(row.first, row.every, row.day_of_month, row.last, row.is_ahead)


def pauses_of(row: Recurring) -> list[Pause]:
    """A pause that was ended reaches to the day before."""
    found = []
    for one in row.pauses.all():
        ended = getattr(one, "end", None)
        until = ended.effective_on - timedelta(1) if ended else one.until
        if until is None or until >= one.since:
            found.append(Pause(one.since, until))
    return found


def price_on(row: Recurring, day: date) -> Money:
    prices = [Price(one.since, Money(one.amount, row.currency)) for one in sorted(row.prices.all(), key=_place)]
    return rules.amount_on(prices, day)


def _place(price: RecurringPrice) -> int:
    return int(price.pk)


def _due(row: Recurring, until: date, stops: Sequence[Pause]) -> Sequence[date]:
    return rules.due(rhythm_of(row), pauses_of(row), {one.turn for one in row.issued.all()}, until, stops=stops)


def _stood_still(creditor: Creditor) -> dict[int, list[Pause]]:
    """By customer, the days on which their work stood still and goes on now; a stop that was a mistake stopped nothing."""
    found: dict[int, list[Pause]] = {}
    for one in stop_work.ended(creditor.pk, rehearsal=not switches.is_live(creditor.pk)):
        found.setdefault(one.customer_id, []).append(Pause(one.effective_on, one.end.effective_on - timedelta(1)))
    return found


def _issue(creditor: Creditor, row: Recurring, turn: date, on: date, *, by: str) -> RecurringIssued:
    kind, rhythm = DocumentKind(row.kind), rhythm_of(row)
    coming = _coming(creditor, row.customer, _wanted(row, turn), turn, issued_on=on)
    made = books.add_document(
        creditor, row.customer, kind=kind.value, number=numbers.take(creditor, kind, on), issued=on, due=coming.due,
        total=coming.amount, what_for=coming.what_for, is_sent=False, on=on, by=by, why=f"recurring {row.pk}",
    )  # fmt: skip
    first, last = rhythm.period(turn)
    issued = RecurringIssued.objects.create(
        **facts.fact(creditor, on, by, "" if turn == on else f"missed on {turn}"), recurring=row, turn=turn, invoice=made,
        period_first=first, period_last=last,
    )  # fmt: skip
    content = {
        "number": made.number, "kind": made.kind, "total": str(coming.amount), "due": str(coming.due),
        "customer": row.customer.external_id, "what_for": made.what_for, "turn": str(turn), "recurring": row.pk,
    }  # fmt: skip
    facts.link(creditor, by, "recurring_issued", str(row.pk), content)
    hooks.announce(creditor, ISSUED, f"{ISSUED}.{creditor.slug}.{made.pk}", content, on=on, by=by)
    return issued


def _coming(creditor: Creditor, customer: Customer, wanted: Wanted, turn: date, *, issued_on: date) -> Coming:
    most = _charged_up_to(creditor, customer, wanted)
    return Coming(
        on=turn,
        amount=wanted.amount,
        what_for=_words(wanted, turn, customer.locale or creditor.locale),
        due=_due_date(creditor, customer, wanted, issued_on),
        is_charged=most is not None and wanted.amount.minor <= most,
        is_above_agreed=most is not None and wanted.amount.minor > most,
    )


def _wanted(row: Recurring, day: date) -> Wanted:
    """What was agreed, at the price of a day."""
    return Wanted(DocumentKind(row.kind), row.what_for, price_on(row, day), rhythm_of(row), row.days)


def _words(wanted: Wanted, turn: date, locale: str) -> str:
    names = [terms.month_name(day, locale) for day in wanted.rhythm.period(turn)]
    return terms.clean(wanted.what_for.replace(MONTH, " – ".join(dict.fromkeys(names))))


def _due_date(creditor: Creditor, customer: Customer, wanted: Wanted, on: date) -> date:
    """By the terms agreed with the customer where they count from the issue, else by the days of the recurring document."""
    if wanted.kind is DocumentKind.INVOICE:
        agreed = agreed_terms.read(load_claims.agreement(creditor.pk, customer.pk, on))
        by_terms = agreed.due_date(on) if agreed.counted_from in (CountedFrom.ISSUE, CountedFrom.RECEIPT) else None
        if by_terms is not None:
            return by_terms
    return on + timedelta(wanted.days)


def _charged_up_to(creditor: Creditor, customer: Customer, wanted: Wanted) -> int | None:
    """How much at a time the customer lets be charged automatically; None where they did not agree to it."""
    if wanted.kind is not DocumentKind.INVOICE:
        return None
    agreed = autopay.consents(rehearsal=not switches.is_live(creditor.pk), customer=customer.pk)
    return max((one.most for one in agreed if one.currency == wanted.amount.currency), default=None)
