"""Reports over a small book whose every figure can be done by hand."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from dunwell.core import frames
from dunwell.core.frames import Books
from dunwell.engine import reports

ON, MARCH = date(2026, 4, 10), date(2026, 3, 31)


def debt(key: int, amount: int, issued: str, due: str, *, currency: str = "EUR", owner: str = "anna", customer: int = 1, cancelled: str = "") -> dict:  # fmt: skip
    return {
        "receivable_id": key,
        "customer_id": customer,
        "owner": owner,
        "currency": currency,
        "amount": amount,
        "issued_on": date.fromisoformat(issued),
        "due_on": date.fromisoformat(due),
        "cancelled_on": date.fromisoformat(cancelled) if cancelled else None,
    }


def paid(key: int, on: str, amount: int, *, is_payment: bool = True) -> dict:
    return {"receivable_id": key, "on": date.fromisoformat(on), "amount": -amount, "is_payment": is_payment}


def books(debts: list[dict], moves: list[dict] = [], **more: list[dict]) -> Books:  # noqa: B006 - never changed
    schemas = {
        "credit_notes": frames.SUMS_BY_DAY,
        "received": frames.SUMS_BY_DAY,
        "promises": frames.PROMISES_MADE,
        "contacts": frames.CONTACTS_MADE,
    }
    rest = {name: pl.DataFrame(more.get(name, []), schema=schema) for name, schema in schemas.items()}
    return Books(
        pl.DataFrame(debts, schema=frames.DEBTS), pl.DataFrame(moves, schema=frames.DEBT_MOVES), unapplied={}, **rest
    )


def fast(book: Books, period: reports.Period) -> list[reports.Speed]:
    return reports.speed(book, reports.open_at(book, *reports.days_of(period)), period)


def rolled(book: Books) -> list[reports.Rolls]:
    return reports.rolls(reports.open_at(book, *reports.days_rolled(ON)), ON)


def test_a_debt_ages_from_the_day_after_its_due_date() -> None:
    dues = {
        1: ON,
        2: ON - timedelta(1),
        3: ON - timedelta(30),
        4: ON - timedelta(31),
        5: ON - timedelta(90),
        6: ON - timedelta(91),
    }
    book = books([debt(key, 100, "2025-12-01", due.isoformat()) for key, due in dues.items()])
    (row,) = reports.ageing(reports.open_at(book, ON)[ON], None).iter_rows(named=True)
    assert [row[age] for age in reports.AGES] == [100, 200, 100, 100, 100]
    assert (row["open"], row["overdue"], row["invoices"]) == (600, 500, 6)


def test_what_came_later_or_is_cancelled_is_not_owed_then() -> None:
    book = books(
        [debt(1, 100, "2026-03-01", "2026-03-20"), debt(2, 70, "2026-03-01", "2026-03-20", cancelled="2026-04-01"), debt(3, 5, "2026-05-01", "2026-05-20")],
        [paid(1, "2026-04-05", 40), paid(1, "2026-04-20", 60)],
    )  # fmt: skip
    assert reports.open_at(book, ON)[ON]["balance"].to_list() == [60]
    assert sorted(reports.open_at(book, MARCH)[MARCH]["balance"]) == [70, 100]


def test_owners_and_currencies_stand_apart() -> None:
    book = books([
        debt(1, 100, "2026-03-01", "2026-03-20"),
        debt(2, 900, "2026-03-01", "2026-03-20", owner="boris"),
        debt(3, 50, "2026-03-01", "2026-03-20", currency="RUB"),
    ])  # fmt: skip
    rows = reports.ageing(reports.open_at(book, ON)[ON], "owner").iter_rows(named=True)
    assert [(row["owner"], row["currency"], row["overdue"]) for row in rows] == [
        ("boris", "EUR", 900),
        ("anna", "EUR", 100),
        ("anna", "RUB", 50),
    ]


def test_speed_is_the_worked_example_of_a_quarter() -> None:
    """B = 100, S = 300 in the quarter, E = 120, of it 80 not yet due."""
    book = books(
        [
            debt(1, 100, "2025-12-01", "2026-01-15"),
            debt(2, 220, "2026-01-10", "2026-02-10"),
            debt(3, 90, "2026-03-10", "2026-04-30"),
            debt(4, 10, "2026-03-10", "2026-03-12", cancelled="2026-03-15"),
        ],
        [paid(1, "2026-02-01", 100), paid(2, "2026-03-01", 180), paid(3, "2026-03-31", 10, is_payment=False)],
        credit_notes=[{"currency": "EUR", "on": date(2026, 3, 31), "amount": 10}],
    )
    period = reports.closed_months(ON, 3)
    assert (period.first, period.last, period.days) == (date(2026, 1, 1), date(2026, 3, 31), 90)
    (found,) = fast(book, period)
    assert (found.opening, found.sales, found.closing, found.current) == (100, 300, 120, 80)
    assert (found.dso, found.dso_best_possible, found.delinquent_days) == (36, 24, 12)
    assert found.cei == Fraction(200, 3)
    # March sold 80, of 31 days; February nothing, 28 days; 40 of the 220 of January.
    assert found.dso_count_back == 31 + 28 + Fraction(40 * 31, 220)


def promise(key: int, receivable: int, amount: int, day: str) -> dict:
    return {
        "promise_id": key,
        "receivable_id": receivable,
        "currency": "EUR",
        "amount": amount,
        "made_on": date(2026, 3, 1),
        "promised_date": date.fromisoformat(day),
    }


def test_promises_are_judged_when_their_grace_is_over() -> None:
    debts = [debt(key, 100, "2026-01-01", "2026-01-31") for key in range(1, 6)]
    moves = [
        paid(1, "2026-03-12", 100),  # two days late, within grace
        paid(2, "2026-03-10", 60),  # in part
        paid(3, "2026-03-13", 100),  # too late
        paid(4, "2026-02-20", 100),  # before it was promised
    ]
    made = [*(promise(key, key, 100, "2026-03-10") for key in range(1, 5)), promise(5, 5, 100, "2026-04-09")]
    book = books(debts, moves, promises=made)
    (found,) = reports.promises(book.promises, book.moves, ON, since=date(2026, 1, 1), grace_days=2)
    assert (found.kept, found.partial, found.broken) == (1, 1, 2)  # the fifth is not over
    assert found.rate == 25
    assert found.rate_of_amount == 25


def test_a_cohort_rolls_invoice_by_invoice() -> None:
    debts = [
        debt(1, 100, "2026-01-01", "2026-03-01"),  # 9 days late then, 40 now
        debt(2, 100, "2026-01-01", "2026-03-01"),  # the same, half of it paid
        debt(3, 100, "2026-03-20", "2026-04-01"),  # new: of no cohort
    ]
    (found,) = rolled(books(debts, [paid(2, "2026-04-01", 50)]))
    ((age, balance, parts),) = found.rows
    assert (age, balance) == ("1-30", 200)
    assert parts == (25, 0, 0, 75, 0, 0)


def test_a_payment_in_the_week_after_a_contact_is_counted_once() -> None:
    contacts = [
        {"customer_id": 1, "on": date(2026, 3, 1)},  # paid on the 8th: the seventh day
        {"customer_id": 1, "on": date(2026, 2, 27)},  # nine days before
        {"customer_id": 2, "on": date(2026, 3, 1)},  # somebody else's payment
        {"customer_id": 1, "on": date(2026, 4, 5)},  # cannot be judged yet
    ]
    debts = [debt(1, 100, "2026-01-01", "2026-01-31"), debt(2, 100, "2026-01-01", "2026-01-31", customer=2)]
    moves = [paid(1, "2026-03-08", 30), paid(1, "2026-03-07", 30), paid(2, "2026-03-02", 10, is_payment=False)]
    found = reports.answered(books(debts, moves, contacts=contacts), ON, since=date(2026, 1, 1))
    assert (found.paid, found.contacts, found.rate) == (1, 3, Fraction(100, 3))


def test_cash_is_what_came_less_what_went_back() -> None:
    days = [(date(2026, 4, 1), 100), (date(2026, 4, 9), -30), (date(2025, 5, 1), 7), (date(2025, 4, 30), 1000)]
    received = [{"currency": "EUR", "on": on, "amount": amount} for on, amount in days]
    assert reports.cash(books([], received=received), ON)["amount"].to_list() == [7, 70]


def test_an_empty_book_has_empty_reports() -> None:
    empty = books([])
    assert fast(empty, reports.closed_months(ON, 12)) == []
    assert reports.promises(empty.promises, empty.moves, ON, since=ON, grace_days=0) == []
    assert rolled(empty) == []
    assert reports.answered(empty, ON, since=ON).rate is None
    assert reports.ageing(reports.open_at(empty, ON)[ON], "customer_id").is_empty()


@given(
    st.lists(
        st.tuples(st.integers(1, 10**6), st.integers(0, 200), st.integers(0, 120), st.integers(0, 10**6)), max_size=12
    )
)
def test_ages_add_up_and_cohorts_are_whole(rows: list[tuple[int, int, int, int]]) -> None:
    debts, moves = [], []
    for key, (amount, back, terms, part) in enumerate(rows):
        issued = ON - timedelta(back)
        debts.append(debt(key, amount, issued.isoformat(), (issued + timedelta(terms)).isoformat()))
        moves.append(paid(key, (issued + timedelta(back // 2)).isoformat(), min(part, amount)))
    book = books(debts, moves)
    opened = reports.open_at(book, ON)[ON]
    for row in reports.ageing(opened, "customer_id").iter_rows(named=True):
        assert sum(row[age] for age in reports.AGES) == row["open"] == opened["balance"].sum()
    for found in rolled(book):
        assert all(sum(parts) == 100 for _age, _balance, parts in found.rows)
