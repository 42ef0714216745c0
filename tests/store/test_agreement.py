"""The plan's balances and those of the last check before sending are the same, whatever was recorded and in which order."""

from datetime import date, timedelta
from itertools import count

from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dunwell.core.money import Money
from dunwell.run import allocations, facts, people, subjects
from dunwell.store import balances, load, scope
from dunwell.store.models import (
    Cancellation,
    Charge,
    Customer,
    Invoice,
    OnAccount,
    Payment,
    Proposal,
    Receivable,
    WriteOff,
)

DAY = date(2026, 3, 2)
_numbers = count(1)

EVENTS = st.lists(
    st.tuples(
        st.sampled_from(
            "pay pay_unknown allocate undo credit_note use_credit write_off charge cancel dispute end_dispute "
            "on_account take_back reverse propose".split()
        ),
        st.integers(0, 5),  # which receivable, payment or note
        st.integers(1, 200),  # how much
    ),
    max_size=25,
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(events=EVENTS)
def test_plan_and_last_check_agree_on_every_ledger(creditor, events):
    with scope.of(creditor.pk):
        customers = [_customer(creditor) for _ in range(2)]
        receivables = [_receivable(creditor, customers[n % 2], 100 + n) for n in range(4)]
        book = _Book(creditor, customers, receivables)
        for what, which, amount in events:
            getattr(book, what)(which, amount)
    seen = load.facts(creditor.pk, DAY, rehearsal=False, customers=tuple(one.pk for one in customers))
    ids = [one.pk for one in receivables]
    with scope.of(creditor.pk):
        planned = {
            row[0]: row[1:]
            for row in _rows(
                f"SELECT receivable_id, balance, disputed, is_cancelled FROM ({balances.balances_sql(as_of=DAY, rehearsal=False)}) b"
                " WHERE receivable_id = ANY(%s)",
                ids,
            )
        }
        asked = {
            key: _rows("SELECT balance, disputed, is_cancelled FROM dunwell_owed(%s, false)", key)[0] for key in ids
        }
        assert planned == asked
        loaded = seen.receivables.select("receivable_id", "balance", "disputed", "is_cancelled").rows()
        assert {key: tuple(rest) for key, *rest in loaded} == {
            key: found for key, found in asked.items() if found[0] > 0
        }
        for customer_id, credit, is_held in seen.customers.select(
            "customer_id", "credit_by_currency", "unmatched_hold"
        ).iter_rows():
            told = balances.credit_text({one["currency"]: one["amount"] for one in credit or ()})
            assert _rows(
                "SELECT dunwell_credit(%s), EXISTS (SELECT FROM dunwell_unmatched(%s, %s))",
                customer_id,
                creditor.pk,
                customer_id,
            ) == [(told, is_held)]


class _Book:
    """What people and files may record, as far as the database lets them."""

    def __init__(self, creditor, customers, receivables):
        self.creditor, self.customers, self.receivables = creditor, customers, receivables
        self.payments, self.notes, self.allocations, self.disputes = [], [], [], []

    def _one(self, rows, which):
        return rows[which % len(rows)] if rows else None

    def _fact(self, **values):
        return {"creditor": self.creditor, "effective_on": DAY, **values}

    def pay(self, which, amount, *, known=True):
        self.payments.append(
            Payment.objects.create(
                creditor=self.creditor,
                external_id=str(next(_numbers)),
                customer=self._one(self.customers, which) if known else None,
                date=DAY - timedelta(which),
                currency="EUR",
                amount=amount,
                recorded_on=DAY,
            )
        )

    def pay_unknown(self, which, amount):
        self.pay(which, amount, known=False)

    def _attempt(self, act):
        try:
            return act()
        except (allocations.NothingToSet, facts.AmountTooLarge, facts.NothingToUndo, subjects.NothingIsOpen):
            return None

    def allocate(self, which, amount):
        payment, receivable = self._one(self.payments, amount), self._one(self.receivables, which)
        if payment is not None:
            number = receivable.invoice.number
            self._attempt(
                lambda: allocations.allocate(self.creditor, payment.pk, number, amount=None, on=DAY, by="a", why="")
            )

    def undo(self, which, amount):
        rows = _rows(
            "SELECT id FROM allocation WHERE amount > 0 AND receivable_id = %s", self._one(self.receivables, which).pk
        )
        if rows:
            self._attempt(lambda: allocations.undo_allocation(self.creditor, rows[-1][0], on=DAY, by="a", why=""))

    def credit_note(self, which, amount):
        self.notes.append(
            Invoice.objects.create(
                creditor=self.creditor,
                external_id=f"K{next(_numbers)}",
                customer=self._one(self.customers, which),
                kind="credit_note",
                number=f"K{next(_numbers)}",
                issue_date=DAY,
                currency="EUR",
                total=amount,
                known_on=DAY,
            )
        )

    def use_credit(self, which, amount):
        note, receivable = self._one(self.notes, which), self._one(self.receivables, amount)
        if note is not None:
            ((left,),) = _rows(
                "SELECT least(%s, (SELECT balance FROM dunwell_owed(%s, false)), %s - coalesce((SELECT sum(amount) FROM allocation"
                " WHERE credit_note_id = %s), 0))",
                amount,
                receivable.pk,
                note.total,
                note.pk,
            )
            if left > 0:
                _rows(
                    "INSERT INTO allocation (creditor_id, effective_on, by, why, credit_note_id, receivable_id, currency, amount, basis)"
                    " VALUES (%s, %s, '', '', %s, %s, 'EUR', %s, 'credited_invoice') RETURNING id",
                    self.creditor.pk,
                    DAY,
                    note.pk,
                    receivable.pk,
                    left,
                )

    def write_off(self, which, amount):
        one = self._one(self.receivables, which)
        WriteOff.objects.create(**self._fact(receivable=one, currency="EUR", amount=amount))

    def charge(self, which, amount):
        one = self._one(self.receivables, which)
        Charge.objects.create(**self._fact(receivable=one, currency="EUR", amount=amount, kind="fee"))

    def cancel(self, which, amount):
        document = self._one([*self.receivables, *self.notes], which)
        Cancellation.objects.create(**self._fact(invoice=getattr(document, "invoice", document)))

    def dispute(self, which, amount):
        number = self._one(self.receivables, which).invoice.number
        part = Money(amount, "EUR") if amount % 2 else None
        made = self._attempt(
            lambda: people.dispute(self.creditor, number, cause="other", amount=part, on=DAY, by="a", why="")
        )
        self.disputes += made or []

    def end_dispute(self, which, amount):
        one = self._one(self.disputes, which)
        if one is not None:
            self._attempt(
                lambda: people.end(self.creditor, "dispute", one.pk, outcome="rejected", on=DAY, by="a", why="")
            )

    def on_account(self, which, amount, *, taken_back=False):
        payment = self._one(self.payments, which)
        if payment is not None:
            OnAccount.objects.create(
                **self._fact(payment=payment, customer=self._one(self.customers, amount), taken_back=taken_back)
            )

    def take_back(self, which, amount):
        self.on_account(which, amount, taken_back=True)

    def reverse(self, which, amount):
        payment = self._one(self.payments, which)
        if payment is not None:
            Payment.objects.create(
                creditor=self.creditor,
                external_id=str(next(_numbers)),
                customer=payment.customer,
                date=DAY,
                currency="EUR",
                amount=-payment.amount,
                reverses=payment,
                recorded_on=DAY,
            )

    def propose(self, which, amount):
        payment = self._one(self.payments, amount)
        if payment is not None:
            named = (
                {"receivable": self._one(self.receivables, which)}
                if which % 2
                else {"customer": self._one(self.customers, which)}
            )
            Proposal.objects.create(**self._fact(payment=payment, amount=payment.amount, **named))


def _customer(creditor):
    return Customer.objects.create(creditor=creditor, external_id=f"C{next(_numbers)}", name="Клиент", known_on=DAY)


def _receivable(creditor, customer, amount):
    number = f"N{next(_numbers)}"
    invoice = Invoice.objects.create(
        creditor=creditor,
        external_id=number,
        customer=customer,
        number=number,
        issue_date=DAY - timedelta(40),
        currency="EUR",
        total=amount,
        known_on=DAY,
    )
    return Receivable.objects.create(
        creditor=creditor,
        invoice=invoice,
        customer=customer,
        currency="EUR",
        amount=amount,
        due_date=DAY - timedelta(10),
    )


def _rows(sql, *values):
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchall()
