"""A customer: everything on one page, with one timeline of all that was said, sent, opened, promised and paid."""

from __future__ import annotations

from datetime import date, datetime

from django.http import HttpRequest, HttpResponse

from dunwell.run import forecasting, freshness, late_payments, stop_work
from dunwell.store import autopay, customer_view, load_forecasts
from dunwell.store.customer_view import EVENTS, Event, Owed
from dunwell.store.models import Agreement, Customer, PolicyChoice
from dunwell.web.console import deeds, labels, payer
from dunwell.web.console import show as answer
from dunwell.web.console.desk import Desk
from dunwell.web.console.pages import instalments
from dunwell.web.console.timeline import told


def show(request: HttpRequest, desk: Desk, number: int) -> HttpResponse:
    customer: Customer = deeds.found(Customer, number)
    rows = customer_view.owed(number, as_of=desk.today, rehearsal=desk.is_rehearsal)
    forecasts = load_forecasts.shown([row.receivable for row in rows])
    context = {
        "section": "customers",
        "customer": customer,
        "rows": [(row, labels.sentences(row.reasons), forecasts.get(row.receivable)) for row in rows],
        "payer": payer.pictured(forecasting.profile(desk.creditor, customer, desk.today)),
        "ages": customer_view.ages(rows, number, as_of=desk.today),
        "next": next_step(rows),
        "pauses": customer_view.pauses(number, rehearsal=desk.is_rehearsal),
        "plans": instalments.standing(desk, number),
        "sources": freshness.sources(desk.creditor, desk.now),
        "people": _by_contact(customer_view.people(number)),
        "stop": stop_work.of(desk.creditor, customer, desk.today),
        "late": late_payments.of_customer(desk.creditor, customer, desk.today),
        "autos": autopay.standing(number, rehearsal=desk.is_rehearsal),
        "agreement": Agreement.objects.filter(customer=customer).order_by("-pk").first(),
        "policy": _policy(number),
        **_page(desk, number, None),
    }
    return answer.page(request, desk, "customer.html", context)


def events(request: HttpRequest, desk: Desk, number: int) -> HttpResponse:
    """Earlier events of the timeline."""
    deeds.found(Customer, number)
    context = {"customer": deeds.found(Customer, number), **_page(desk, number, _before(request.GET.get("before", "")))}
    return answer.part(request, desk, "part_timeline.html", context)


def next_step(rows: list[Owed]) -> Owed | None:
    """The receivable whose next step comes first, as the last run saw it."""
    coming = [row for row in rows if row.next_on is not None and row.decision in ("act", "join", "task", "wait")]
    return min(coming, key=lambda row: (row.next_on or date.max, row.receivable), default=None)


def _page(desk: Desk, number: int, before: tuple[date, datetime] | None) -> dict[str, object]:
    found = customer_view.timeline(number, before=before)
    shown = found[:EVENTS]
    return {"events": told(desk, shown), "earlier": _cursor(shown[-1]) if len(found) > EVENTS else ""}


def _cursor(event: Event) -> str:
    return f"{event.on} {event.at.isoformat()}"


def _before(text: str) -> tuple[date, datetime] | None:
    on, _, at = text.partition(" ")
    try:
        return date.fromisoformat(on), datetime.fromisoformat(at.replace(" ", "+"))
    except ValueError:
        return None


def _by_contact(people: list[customer_view.Person]) -> list[list[customer_view.Person]]:
    """Each contact with their addresses; a telephone that serves for calls and short messages is shown once."""
    found: dict[int, list[customer_view.Person]] = {}
    for one in people:
        ways = found.setdefault(one.contact, [])
        if one.address not in {way.address for way in ways}:
            ways.append(one)
    return list(found.values())


def _policy(number: int) -> PolicyChoice | None:
    """The policy of their own that counts now."""
    last = PolicyChoice.objects.filter(scope="customer", target=str(number)).order_by("-pk").first()
    return last if last and last.policy else None
