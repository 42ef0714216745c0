"""I5: steps are taken in order, none is jumped over, lapsed ones are passed, and the spacing is kept."""

from __future__ import annotations

from datetime import date, timedelta

from plan.story import Book, Plan, day


def story(book: Book, receivable: int, start: str, days: int) -> list[tuple[date, str]]:
    """What happens to a receivable when every day is lived, as (day, step)."""
    told = []
    for distance in range(days):
        on = day(start) + timedelta(distance)
        outcome = book.live(on).outcome(receivable)
        if outcome["code"] in ("act", "join"):
            told.append((on, outcome["step"]))
    return told


def steps(plan: Plan) -> list[str]:
    return [action["step"] for action in plan.actions]


def test_a_quiet_customer_hears_every_step_on_its_day():
    book = Book()
    invoice = book.invoice(book.customer(), due="4 May")
    assert story(book, invoice, "20 Apr", 30) == [
        (day("27 Apr"), "upcoming"),
        (day("4 May"), "due_day"),
        (day("7 May"), "reached"),
        (day("11 May"), "reminder"),
    ]


def test_r2_ten_missed_days_take_one_step_and_keep_the_spacing():
    book = Book()
    invoice = book.invoice(book.customer(), due="4 May")
    book.done(invoice, "upcoming", "27 Apr")
    book.done(invoice, "reached", "7 May")
    assert steps(book.live("26 May")) == ["reminder"]
    # reminder and firm are fourteen days apart on the ladder, so they stay fourteen days apart.
    assert book.plan("27 May").outcome(invoice)["next_on"] == day("9 Jun")
    assert steps(book.live("9 Jun")) == ["firm"]
