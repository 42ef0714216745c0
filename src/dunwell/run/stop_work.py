"""Work that waits for payment: announced by a letter, stopped by a person, lifted by the payment.

Nothing stops by itself. The letter before (`announces_stop`) names the day and the right; on that day a person decides, and is
refused while anything stands against a firm step. Paid, work goes on by itself: our people and the other program are told, and
the plan writes to the customer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from dunwell.core import stop_work
from dunwell.core.ledger import Purpose, TaskKind
from dunwell.core.money import total_by_currency
from dunwell.core.refusal import Refusal
from dunwell.core.stop_work import StopRight
from dunwell.engine import terms
from dunwell.run import deliver, hooks, limitations, people, subjects, tell_staff
from dunwell.run.claim_facts import OBJECTIONS, calendar_of
from dunwell.store import audit, load_claims, load_letters, scope, switches
from dunwell.store import stop_work as load
from dunwell.store.models import Creditor, Customer, StopWork, StopWorkEnd, Task
from dunwell.store.models.stop_work import STOP_ENDS
from dunwell.store.stop_work import Announced, Open

STOPPED, RESUMED = "work.stopped", "work.resumed"


class StopForPerson(Refusal):
    """{customer} is a natural person: whether their work may be stopped is a question of consumer law. Ask a lawyer first."""


class NoRightToStop(Refusal):
    """Nothing gives the right to stop work for {customer}: record the clause with `dunwell agreement {customer} --set stop_work=…`, or, where the law gives it, the contract and the work (--set contract=… --set work=running)."""


class NotAnnounced(Refusal):
    """No letter has told {customer} from which day work would wait: the formal letter of a policy with a `stop_work` step does."""


class StopTooEarly(Refusal):
    """The letter of {sent_on} named {starts_on}: before that day work goes on."""


class NothingToStopFor(Refusal):
    """What the letter of {sent_on} asked {customer} for is paid, cancelled or contested: there is nothing to stop work for."""


class StopObjected(Refusal):
    """Work for {customer} cannot be stopped now: {reason}."""


class StoppedAlready(Refusal):
    """Work for {customer} has waited for payment since {since}."""


class NotStopped(Refusal):
    """Work for {customer} is not stopped."""


class EndUnknown(Refusal):
    """{outcome!r} does not say why work goes on: write {known}."""


@dataclass(frozen=True, slots=True)
class Standing:
    """The stop in force, and the letter that announced one while what it asked for is open."""

    stop: StopWork | None
    letter: Announced | None


def right_of(creditor: Creditor, customer: Customer, on: date) -> StopRight | None:
    """On what a stop for this customer would rest."""
    agreed = load_claims.agreement(creditor.pk, customer.pk, on)
    rule, locale = limitations.stop_rule(creditor), tell_staff.locale_of(creditor)
    return stop_work.right(agreed, rule, kind=customer.kind, locale=locale)


def announced(creditor: Creditor, customer: Customer, on: date) -> Announced | None:
    """The letter that named a day for this customer, where what it asked for is still open."""
    rehearsal = not switches.is_live(creditor.pk)
    letter = load.announced(creditor.pk, customer.pk, on, rehearsal=rehearsal)
    return letter if letter and load.still_open(creditor.pk, letter.receivables, rehearsal=rehearsal) else None


def begin(
    creditor: Creditor,
    name: str | Customer,
    *,
    tell: Sequence[str] = (),
    on: date,
    now: datetime,
    by: str,
    why: str = "",
) -> StopWork:
    """Let work stop from today: the word of a person, after the letter's day has come."""
    customer = subjects.customer(creditor, name)
    rehearsal = not switches.is_live(creditor.pk)
    right, letter, owed = _grounds(creditor, customer, on, now, rehearsal=rehearsal)
    told = tell_staff.called(creditor, tell, owner=customer.owner)
    with scope.of(creditor.pk):
        row = StopWork.objects.create(
            creditor_id=creditor.pk,
            effective_on=on,
            by=by,
            why=why,
            customer=customer,
            work=right.work.value,
            basis=right.basis,
            announced_on=letter.sent_on,
            receivables=[one.receivable_id for one in owed],
            told=[one.name for one in told],
            rehearsal=rehearsal,
        )
        _close_tasks(creditor, customer, on=on, by=by, why=why)
        _note(creditor, row, STOPPED, owed, on=on, by=by, why=why)
        locale = tell_staff.locale_of(creditor)
        sums = total_by_currency(one.asked for one in owed).values()
        values = {
            "date": terms.long_date(on, locale),
            "announced": terms.long_date(letter.sent_on, locale),
            "invoices": ", ".join(f"№ {one.number}" if locale != "en" else one.number for one in owed),
            "sum": " + ".join(terms.money(one, locale, "email") for one in sums),
            "basis": right.basis,
        }
        tell_staff.write(
            creditor,
            customer,
            Purpose.WORK_STOPPED,
            right.work.value,
            values,
            told,
            on=on,
            now=now,
            rehearsal=rehearsal,
        )
    return row


def lift(
    creditor: Creditor, name: str | Customer, *, outcome: str, on: date, now: datetime, by: str, why: str = ""
) -> StopWorkEnd:
    """Work goes on although it is not paid: something else was agreed, or the stop was a mistake."""
    if outcome not in STOP_ENDS[1:]:
        raise EndUnknown(outcome=outcome, known=" or ".join(STOP_ENDS[1:]))
    customer = subjects.customer(creditor, name)
    with scope.of(creditor.pk):
        row = (
            load.standing(creditor.pk, on, rehearsal=not switches.is_live(creditor.pk))
            .filter(customer=customer)
            .first()
        )
        if row is None:
            raise NotStopped(customer=customer.name)
        return _end(creditor, row, outcome, on=on, now=now, by=by, why=why)


def lift_paid(creditor: Creditor, on: date, now: datetime, *, by: str) -> list[StopWorkEnd]:
    """End every stop whose debts are paid, credited, cancelled or written off; the plan then tells the customer."""
    rehearsal = not switches.is_live(creditor.pk)
    with scope.of(creditor.pk):
        rows = list(load.standing(creditor.pk, on, rehearsal=rehearsal))
        paid = [one for one in rows if not load.still_open(creditor.pk, one.receivables, rehearsal=rehearsal)]
        return [_end(creditor, one, "paid", on=on, now=now, by=by, why="") for one in paid]


def standing(creditor: Creditor, on: date) -> list[StopWork]:
    """Whose work waits for payment."""
    with scope.of(creditor.pk):
        return list(load.standing(creditor.pk, on, rehearsal=not switches.is_live(creditor.pk)))


def of(creditor: Creditor, customer: Customer, on: date) -> Standing:
    """How it stands with a customer's work on a day."""
    with scope.of(creditor.pk):
        rows = load.standing(creditor.pk, on, rehearsal=not switches.is_live(creditor.pk))
        return Standing(rows.filter(customer=customer).first(), announced(creditor, customer, on))


def _grounds(
    creditor: Creditor, customer: Customer, on: date, now: datetime, *, rehearsal: bool
) -> tuple[StopRight, Announced, list[Open]]:
    """What a stop rests on; each thing that is missing is a refusal of its own."""
    if customer.kind == "person":
        raise StopForPerson(customer=customer.name)
    with scope.of(creditor.pk):
        row = load.standing(creditor.pk, on, rehearsal=rehearsal).filter(customer=customer).first()
    if row is not None:
        raise StoppedAlready(customer=customer.name, since=row.effective_on)
    right = right_of(creditor, customer, on)
    if right is None:
        raise NoRightToStop(customer=customer.name)
    letter = load.announced(creditor.pk, customer.pk, on, rehearsal=rehearsal)
    if letter is None:
        raise NotAnnounced(customer=customer.name)
    if on < letter.starts_on:
        raise StopTooEarly(sent_on=letter.sent_on, starts_on=letter.starts_on)
    owed = [one for one in load.still_open(creditor.pk, letter.receivables, rehearsal=rehearsal) if one.asked.minor > 0]
    if not owed:
        raise NothingToStopFor(customer=customer.name, sent_on=letter.sent_on)
    reason = load_claims.objection(
        creditor,
        customer.pk,
        [one.receivable_id for one in owed],
        on=on,
        at=now,
        covered_min=deliver.covered_min(creditor, now, calendar_of(creditor.country, on)),
        rehearsal=rehearsal,
    )
    if reason:
        raise StopObjected(customer=customer.name, reason=OBJECTIONS.get(reason, reason))
    return right, letter, owed


def _end(creditor: Creditor, row: StopWork, outcome: str, *, on: date, now: datetime, by: str, why: str) -> StopWorkEnd:
    end = StopWorkEnd.objects.create(
        creditor_id=creditor.pk, effective_on=on, by=by, why=why, stop=row, outcome=outcome
    )
    _note(creditor, row, RESUMED, [], on=on, by=by, why=why or outcome)
    told = [one for one in load_letters.staff(creditor.pk) if one.name in row.told and one.email]
    values = {"date": terms.long_date(on, tell_staff.locale_of(creditor))}
    tell_staff.write(
        creditor, row.customer, Purpose.WORK_RESUMED, outcome, values, told, on=on, now=now, rehearsal=row.rehearsal
    )
    return end


def _note(creditor: Creditor, row: StopWork, kind: str, owed: Sequence[Open], *, on: date, by: str, why: str) -> None:
    """The audit chain's link, and the same for the other program."""
    content = {
        "customer": {"id": row.customer.external_id, "name": row.customer.name},
        "work": row.work,
        "basis": row.basis,
        "since": str(row.effective_on),
        "on": str(on),
        "told": row.told,
        "invoices": [{"number": one.number, "open": str(one.asked)} for one in owed],
        "why": why,
    }
    audit.link(creditor.pk, actor=by, kind=kind, subject=row.customer.external_id, content=content)
    hooks.announce(creditor, kind, f"{kind}.{creditor.slug}.{row.pk}", content, on=on, by=by)


def _close_tasks(creditor: Creditor, customer: Customer, *, on: date, by: str, why: str) -> None:
    """The decision on the work list is made."""
    for task in Task.objects.filter(customer=customer, kind=TaskKind.STOP_WORK, outcome=None):
        people.close_task(creditor, task.pk, outcome=people.STOPPED, is_done=True, on=on, by=by, why=why)
