"""A stretch of the past, day by day, without touching the ledger; two policies side by side."""

from __future__ import annotations

from dataclasses import replace

import polars as pl

from dunwell.core.frames import MOVEMENTS, History
from dunwell.engine import forecasts, simulate
from plan.story import STANDARD, Book, day


def history(book: Book, *paid: tuple[int, str, int]) -> History:
    rows = [
        {"receivable_id": number, "on": day(on), "amount": amount, "kind": "payment"} for number, on, amount in paid
    ]
    return History(book.portfolio("30 Jun"), pl.DataFrame(rows, schema=MOVEMENTS))


def run(past: History, since: str = "20 Apr", until: str = "30 May", **options: str) -> simulate.Simulation:
    return simulate.simulate(past, since=day(since), until=day(until), **options)


def test_what_is_sent_becomes_a_fact_of_the_days_after():
    book = Book()
    book.invoice(book.customer(), "4 May")
    sent = run(history(book)).sent
    assert sent.select("on", "step").rows() == [
        (day("27 Apr"), "upcoming"),
        (day("4 May"), "due_day"),
        (day("7 May"), "reached"),
        (day("11 May"), "reminder"),
        (day("25 May"), "firm"),
    ]


def test_a_payment_stops_the_ladder_on_its_day_and_is_thanked_for_once():
    book = Book()
    invoice = book.invoice(book.customer(), "4 May")
    past = history(book, (invoice, "5 May", 40_00), (invoice, "12 May", 60_00))
    sent = run(past).sent
    assert sent.filter(pl.col("on") >= day("5 May")).select("on", "purpose", "step").rows() == [
        (day("11 May"), "request", "reminder"),
        (day("12 May"), "thanks", "thanks"),
    ]


def test_a_day_sees_only_what_was_known_on_it():
    book = Book()
    customer = book.customer()
    invoice = book.invoice(customer, "4 May")
    book.pause("promise", since="6 May", until="21 May", broken="22 May", receivable_id=invoice)
    sent = run(history(book)).sent
    assert sent["on"].to_list() == [day(text) for text in ("27 Apr", "4 May", "25 May", "29 May")]


def test_two_policies_stand_side_by_side():
    book = Book()
    for due in ("4 May", "5 May", "6 May"):
        book.invoice(book.customer(), due)
    gentle = history(book)
    quiet = tuple(replace(policy, steps=policy.steps[2:3]) for policy in gentle.portfolio.policies)
    quiet_past = replace(gentle, portfolio=replace(gentle.portfolio, policies=quiet))
    table = simulate.side_by_side({"standard": run(gentle), "quiet": run(quiet_past)})
    counts = {row["figure"]: (row["standard"], row["quiet"]) for row in table.to_dicts()}
    assert counts["messages"] == (15, 3)
    assert counts["customers"] == (3, 3)
    assert counts["messages_per_person_week_max"][0] == 2


def test_customers_without_contacts_are_one_task_each_or_planned_as_if_they_had_one():
    book = Book()
    for due in ("4 May", "5 May"):
        book.invoice(book.customer(contacts=()), due)
    assert run(history(book)).counts()["messages"] == 0
    assert run(history(book)).by("task").rows() == [("no_contact", 2)]
    assert run(history(book), assume_contact="email").counts()["messages"] == 10


def test_the_governors_denials_are_counted():
    book = Book()
    customer = book.customer(contacts=())
    contact = book.contact(customer)
    book.invoice(customer, "4 May")
    book.touch(contact, "2 May")
    simulated = run(history(book), since="4 May")
    assert simulated.denied.select("on", "reason").rows() == [(day("4 May"), "minimum_gap")]
    assert simulated.counts()["denied"] == 1


def outlook(rows: dict[int, tuple[str, list[float]]], since: str) -> pl.DataFrame:
    """Receivable → due day and the probabilities of being paid by each day from `since` on."""
    size = len(next(iter(rows.values()))[1])
    return pl.DataFrame(
        {
            "receivable_id": list(rows),
            "due_date": [day(due) for due, _ in rows.values()],
            "first_date": [day(since)] * len(rows),
            "cumulative": [shares for _, shares in rows.values()],
        },
        schema_overrides={"cumulative": pl.Array(pl.Float64, size)},
    )


def test_days_to_come_spare_who_will_surely_pay_and_only_while_that_is_said():
    book = Book((replace(STANDARD, spare_probability=0.9, spare_holdout=0.0),))
    sure, open_ = (book.invoice(book.customer(), "4 May") for _ in range(2))
    told = outlook({sure: ("4 May", [0.0] * 14 + [0.97] * 30), open_: ("4 May", [0.0] * 14 + [0.5] * 30)}, "20 Apr")
    past = replace(history(book, (sure, "5 May", 100_00)), outlook=told)
    seen = run(past, until="3 May")
    assert seen.spared > 0
    asked = {row["customer_id"] for row in seen.sent.iter_rows(named=True)}
    customers = dict(past.portfolio.receivables.select("receivable_id", "customer_id").iter_rows())
    assert customers[sure] not in asked
    assert customers[open_] in asked
    assert customers[sure] in {
        row["customer_id"] for row in run(replace(past, outlook=None), until="3 May").sent.iter_rows(named=True)
    }


def test_what_a_forecast_says_later_is_of_what_is_still_unpaid_then():
    told = outlook({1: ("1 May", [0.0, 0.5, 0.5, 0.75] + [0.75] * 60)}, "20 Apr")
    later = forecasts.on_day(told, day("22 Apr"))
    assert later["probability"].to_list() == [0.5]  # of the half that is left, half comes
    assert forecasts.on_day(told, day("24 Apr"))["probability"].to_list() == [0.0]
