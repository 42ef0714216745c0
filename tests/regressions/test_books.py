"""R8, R10, R11, R13–R20, R22, R25, R28, R30–R32, R34, R35, R37–R40, R43, R46, R47: what the books say, and what is asked for."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import DatabaseError, connection, transaction

from dunwell.run import allocations, approve, letters_preview, people, plan, stories, work
from dunwell.store import scope
from dunwell.store.models import Charge, Creditor, Dispute, Invoice, Promise, Receivable
from regressions.world import DAY, only

pytestmark = pytest.mark.timeout(300)
WHO = {"on": DAY, "by": "anna", "why": "they said so"}


def receivable(world, number: str) -> Receivable:
    with scope.of(world.creditor.pk):
        return Receivable.objects.get(invoice__number=number)


def balance(world, number: str, on: date = DAY) -> int:
    return sum(one.balance for one in stories.tell(world.creditor, number, on, rehearsal=True))


def test_r08_thirty_invoices_on_three_levels_in_two_currencies_are_one_message(world):
    dues = ["2026-02-23"] * 10 + ["2026-02-25"] * 10 + ["2026-03-02"] * 10
    world.client()
    rows = [
        f"C1,invoice,T{n:02},2026-02-01,{due},{10 + n}.00,{'EUR' if n % 2 else 'GBP'}," for n, due in enumerate(dues)
    ]
    world.invoices(*rows, on=date(2026, 2, 1))
    world.day()
    message = only(world.sent())
    asked = world.asked(message)
    assert len(asked) == 30
    letter = message.content_row.text.replace("\xa0", " ")
    euro = sum(1000 + 100 * n for n in range(30) if n % 2)
    pound = sum(1000 + 100 * n for n in range(30) if not n % 2)
    assert sum(amount for number, amount in asked.items() if int(number[1:]) % 2) == euro
    assert f"€{euro // 100}.00" in letter and f"£{pound // 100}.00" in letter
    assert f"{(euro + pound) // 100}.00" not in letter, "currencies never add"


def test_r10_when_the_oldest_is_paid_the_others_go_on_where_they_were(world):
    old, new = world.owing("2026-02-16", "2026-02-24")
    world.day(date(2026, 2, 27))
    world.paid(f"2026-02-28,100.00,EUR,C1 Ltd,invoice {old}")
    for n in range(12):
        world.day(DAY + timedelta(n))
    steps = world.steps(new)
    assert len(steps) == len(set(steps)) and world.steps(old) == world.steps(old)[:1]
    order = ["wake_up", "request", "upcoming", "due_day", "reached", "reminder", "firm"]
    assert steps == sorted(steps, key=order.index) and "reminder" in steps


def test_r11_an_instalment_whose_day_was_missed_is_asked_for_late_and_not_lost(world):
    world.client()
    world.take(
        "Customer ID;Номер на фактура;Дата на фактура;Вноска;Дата на падеж;Сума на реда;Валута\n"
        "C1;R11;05.01.2026;1;20.01.2026;100,00;EUR\n"
        "C1;R11;05.01.2026;2;20.02.2026;100,00;EUR\n"
        "C1;R11;05.01.2026;3;20.03.2026;100,00;EUR\n",
        on=date(2026, 1, 5),
    )
    world.paid("2026-01-20,100.00,EUR,C1 Ltd,invoice R11", on=date(2026, 1, 21))
    world.day()
    assert world.asked(only(world.sent())) == {"R11": 10000}, "the one that is due, not the one to come"
    with scope.of(world.creditor.pk):
        assert Receivable.objects.count() == 3


def test_r13_broken_rows_are_reported_and_all_others_are_planned(world):
    world.client()
    rows = [f"C1,G{n},2026-01-30,2026-02-20,10.00,EUR" for n in range(40)]
    rows[7] = "C1,G7,2026-01-30,2026-02-20,ten,EUR"
    rows[21] = "C1,G21,,2026-02-20,10.00,EUR"
    rows[30] = "C1,G30,2026-01-30,2026-02-20,10.00,XXQ"
    summary = world.take("Customer ID,Invoice number,Invoice date,Due date,Amount,Currency\n" + "\n".join(rows) + "\n")
    assert summary.counts["rows_refused"] == 3 and summary.counts["invoices_new"] == 37
    assert {one.line for one in summary.findings} >= {9, 23, 32}
    assert world.plan().receivables == 37


def test_r14_money_data_of_three_days_ago_hold_every_request(world):
    world.owing("2026-02-20")
    world.go_live(DAY)
    later = DAY + timedelta(3)
    planned = plan.run(world.creditor, later, rehearsal=False, by="anna")
    assert planned.messages == 0 and planned.reasons == {"hold: stale_money": 1}


def test_r14_money_data_that_age_between_plan_and_send_stop_the_delivery(world):
    world.owing("2026-02-20")
    world.go_live(DAY - timedelta(1))
    world.plan()
    people.cover(world.creditor, "card", date(2026, 2, 20), on=DAY, by="anna")
    done = world.deliver()
    assert (done.sent, done.halted) == (0, "stale_money")


def test_r16_a_fee_charged_and_waived_and_the_invoice_paid_leave_nothing_and_all_history(world):
    (number,) = world.owing("2026-02-20")
    one = receivable(world, number)
    values = {
        "creditor": world.creditor,
        "effective_on": DAY,
        "by": "anna",
        "receivable": one,
        "currency": "EUR",
        "kind": "fee",
    }
    with scope.of(world.creditor.pk):
        Charge.objects.create(**values, amount=4000)
    assert balance(world, number) == 14000
    with scope.of(world.creditor.pk):
        Charge.objects.create(**values, amount=-4000, why="goodwill")
    world.paid(f"2026-03-01,100.00,EUR,C1 Ltd,invoice {number}")
    done = world.day()
    assert balance(world, number) == 0
    assert not any(world.asked(one) for one in world.messages()), "nothing is asked for"
    assert done.planned.messages <= 1
    with scope.of(world.creditor.pk):
        assert Charge.objects.count() == 2


def test_r18_a_credit_note_larger_than_the_invoice_is_silence_and_never_a_debt(world):
    (number,) = world.owing("2026-02-20")
    world.invoices(f"C1,credit note,CN1,2026-02-25,,150.00,EUR,{number}")
    world.day()
    assert balance(world, number) == 0
    assert not any(world.asked(one) for one in world.messages())
    (second,) = next_invoice(world)
    world.day(DAY + timedelta(4))
    message = only(one for one in world.sent() if world.asked(one))
    assert world.asked(message) == {second: 10000}
    assert "50.00" in message.content_row.text, "what is left of the credit note is deducted"


def next_invoice(world) -> list[str]:
    world.invoices("C1,invoice,C1-9,2026-02-10,2026-03-06,100.00,EUR,", on=DAY)
    return ["C1-9"]


def test_r18_what_is_left_of_a_credit_note_is_shown_to_a_person_and_never_lost(world):
    (number,) = world.owing("2026-02-20")
    world.invoices(f"C1,credit note,CN1,2026-02-25,,150.00,EUR,{number}")
    world.day()
    rows = [row for row in work.rows(world.creditor, DAY) if row.kind == "credit"]
    assert [("CN1" in row.why, "50.00 EUR" in row.why) for row in rows] == [(True, True)]


def test_r19_on_a_holiday_of_the_customers_country_nothing_goes(world):
    world.owing("2026-03-03")
    assert world.day(date(2026, 3, 3)).sent == 0, "the third of March is a holiday in Bulgaria"
    assert world.day(date(2026, 3, 4)).sent == 1
    message = only(world.sent())
    assert 7 <= message.not_before.hour <= 10, "in the morning of Sofia, written in UTC"


def test_r20_a_mail_written_by_hand_counts_for_the_gap(world):
    world.owing("2026-02-20")
    people.contacted(world.creditor, "C1", channel="email", note="wrote to Anna", on=DAY - timedelta(1), by="anna")
    assert world.day().sent == 0
    assert [world.day(DAY + timedelta(n)).sent for n in (2, 3)] == [1, 0]


def test_r22_three_due_invoices_of_one_customer_are_one_message(world):
    numbers = world.owing("2026-03-02", "2026-03-02", "2026-03-02")
    assert world.day().sent == 1
    assert world.asked(only(world.sent())) == dict.fromkeys(numbers, 10000)


def test_r25_an_instalment_plan_without_a_day_today_is_left_alone(world):
    (number,) = world.owing("2026-02-20")
    one = receivable(world, number)
    with scope.of(world.creditor.pk):
        for n in (5, 35):
            Promise.objects.create(
                creditor=world.creditor,
                effective_on=DAY - timedelta(1),
                receivable=one,
                kind="plan",
                currency="EUR",
                amount=5000,
                promised_date=DAY + timedelta(n),
            )
    assert world.day().sent == 0
    assert world.outcome(number).code != "act"


def test_r28_the_least_sum_looks_at_what_remains(world):
    (number,) = world.owing("2026-02-20")
    world.paid(f"2026-02-27,98.50,EUR,C1 Ltd,invoice {number}")
    world.day()
    assert not any(world.asked(one) for one in world.messages())
    assert balance(world, number) == 150


def test_r30_interest_stays_claimable_after_the_principal_is_paid_until_it_is_waived(world):
    (number,) = world.owing("2026-02-20")
    values = {
        "creditor": world.creditor,
        "by": "anna",
        "receivable": receivable(world, number),
        "currency": "EUR",
        "kind": "interest",
    }
    with scope.of(world.creditor.pk):
        Charge.objects.create(**values, effective_on=DAY, amount=500)
    world.paid(f"2026-03-02,100.00,EUR,C1 Ltd,invoice {number}")
    world.plan()
    assert balance(world, number) == 500
    with scope.of(world.creditor.pk):
        Charge.objects.create(**values, effective_on=DAY, amount=-500, why="goodwill")
    assert balance(world, number) == 0


def test_r31_several_payments_settle_one_debt_only_when_all_of_it_is_there(world):
    (number,) = world.owing("2026-02-20")
    world.paid(
        f"2026-02-24,40.00,EUR,C1 Ltd,invoice {number}",
        f"2026-02-25,40.00,EUR,C1 Ltd,invoice {number} second part",
        f"2026-02-26,15.00,EUR,C1 Ltd,invoice {number} third part",
    )
    world.day()
    assert world.asked(only(world.sent())) == {number: 500}
    world.paid(f"2026-03-03,5.00,EUR,C1 Ltd,invoice {number}", on=DAY + timedelta(1))
    for n in range(2, 9):
        world.day(DAY + timedelta(n))
    assert not any(world.asked(one) for one in world.sent()[1:])


def test_r32_an_opt_out_still_holds_after_a_month(world):
    world.owing("2026-02-20")
    people.opt_out(
        world.creditor, "C1@client.example", channel="email", on=DAY - timedelta(31), by="anna", why="asked us"
    )
    assert world.day().sent == 0
    assert {task.kind for task in world.tasks()} == {"no_contact"}


def test_r32_an_opt_out_holds_under_every_customer_of_the_person(world):
    world.owing("2026-02-20")
    world.client("C2", mail="c1@client.example")
    world.invoices("C2,invoice,C2-1,2026-01-30,2026-02-20,70.00,EUR,", on=date(2026, 1, 30))
    people.opt_out(world.creditor, "c1@client.example", channel="all", **WHO)
    assert world.day().sent == 0


def test_r34_the_ladder_in_words_says_before_and_after(world):
    lines = "\n".join(row[0] for row in stories.policies_in_words("en")["standard"])
    assert "7 days before the due date" in lines and "7 days after the due date" in lines
    (number,) = world.owing("2026-03-20")
    (told,) = stories.tell(world.creditor, number, DAY, rehearsal=True)
    days = {rung.step: rung.planned_on for rung in told.story.ladder}
    assert (days["upcoming"], days["reminder"]) == (date(2026, 3, 13), date(2026, 3, 27)), "and the calendar's days"


def test_r35_the_age_of_a_debt_is_counted_from_its_due_date(world):
    world.client()
    world.invoices("C1,invoice,A1,2025-12-01,2026-02-20,10.00,EUR,", on=date(2025, 12, 1))
    world.cover(DAY)
    letter = only(letters_preview.of_day(world.creditor, DAY, rehearsal=True))
    assert [item.days_overdue for item in letter.facts.items] == [10]


def test_r37_money_that_is_on_its_way_waits_until_it_fails_to_come(world):
    (number,) = world.owing("2026-02-20")
    people.hold(world.creditor, number=number, reason="claimed_paid", until=DAY + timedelta(4), **WHO)
    assert [world.day(DAY + timedelta(n)).sent for n in (0, 4, 7)] == [0, 0, 1]


def test_r38_a_proposed_match_holds_the_debt_until_a_person_decides(world):
    (number,) = world.owing("2026-02-20")
    world.paid("2026-03-01,100.00,EUR,Nobody We Know,thanks")
    assert world.day().sent == 0
    (row,) = [row for row in work.rows(world.creditor, DAY) if row.kind == "money"]
    assert allocations.allocate(world.creditor, row.number, number, amount=None, **WHO) == 10000
    world.day()
    assert not any(world.asked(one) for one in world.messages())


def test_r39_a_row_that_cannot_be_read_any_more_holds_what_it_names(world):
    (number,) = world.owing("2026-02-20")
    world.take(
        f"Customer ID,Invoice number,Invoice date,Due date,Amount,Currency\nC1,{number},2026-01-30,2026-02-20,1oo.00,EUR\n"
    )
    assert world.day().sent == 0
    assert world.outcome(number).reasons.startswith("finding")


def test_r40_a_promised_debt_is_left_out_with_the_reason_and_a_broken_promise_goes_on(world):
    (number,) = world.owing("2026-02-20")
    people.promise(world.creditor, number, promised_date=DAY + timedelta(3), amount=None, **WHO)
    assert world.day().sent == 0
    assert "promised" in world.outcome(number).reasons
    for n in range(1, 6):
        assert world.day(DAY + timedelta(n)).sent == 0, "two days of grace"
    for n in range(6, 10):
        world.day(DAY + timedelta(n))
    assert "You mentioned 5\N{NO-BREAK SPACE}March" in only(world.sent()).content_row.text


def test_r43_a_cancelled_invoice_is_never_sent_and_a_request_is_never_overdue(world):
    (number,) = world.owing("2026-02-20")
    world.take(
        "Customer ID,Invoice number,Invoice date,Due date,Amount,Currency,Status\n"
        f"C1,{number},2026-01-30,2026-02-20,100.00,EUR,cancelled\n"
    )
    world.take(
        "Customer ID,Document type,Invoice number,Invoice date,Valid until,Amount,Currency,What for\n"
        "C1,proforma,P1,2026-02-20,2026-03-20,250.00,EUR,Design\n",
        on=date(2026, 2, 20),
    )
    for n in range(24):
        world.day(DAY + timedelta(n))
    assert world.sent() and {one.policy for one in world.sent()} == {"before-work"}
    for one in world.sent():
        assert list(world.asked(one)) == ["P1"]
        assert "overdue" not in one.content_row.text


def test_r46_the_ladder_ends_in_a_hand_over_to_a_person_and_then_is_silent(world):
    (number,) = world.owing("2026-01-05")
    for n in range(20):
        on = date(2026, 1, 5) + timedelta(4 * n)
        world.day(on)
        for message in world.messages("waiting"):
            approve.approve(world.creditor, message, by="boss", why="", on=on)
        world.deliver(on)
    assert world.tasks()[-1].kind == "hand_over"
    assert world.steps(number)[-1] in ("formal", "final")
    last = max(one.slot_on for one in world.sent())
    assert last < world.tasks()[-1].effective_on <= date(2026, 3, 31)


def test_r47_history_is_not_changed_by_sql_not_even_by_the_owner_of_the_tables(world):
    (number,) = world.owing("2026-02-20")
    world.paid(f"2026-03-01,40.00,EUR,C1 Ltd,invoice {number}")
    world.day()
    for sql in (
        "UPDATE allocation SET amount = 1",
        "DELETE FROM payment",
        "UPDATE outcome SET code = 'act'",
        "DELETE FROM audit",
    ):
        with (
            pytest.raises(DatabaseError),
            scope.of(world.creditor.pk),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(sql)
    with scope.of(world.creditor.pk):
        assert Invoice.objects.count() == 1
    assert Creditor.objects.filter(pk=world.creditor.pk).exists()


def test_a_story_names_the_customers_holds_and_what_was_only_rehearsed(world) -> None:
    (number,) = world.owing("2026-03-20")
    people.hold(world.creditor, customer_name="C1", reason="hardship", until=None, on=DAY, by="anna", why="")
    with scope.of(world.creditor.pk):
        receivable = Receivable.objects.get()
        values = {"creditor": world.creditor, "effective_on": DAY, "receivable": receivable, "rehearsal": True}
        Promise.objects.create(**values, currency="EUR", amount=100, promised_date=DAY + timedelta(3))
        Dispute.objects.create(**values, cause="quality")
    (told,) = stories.tell(world.creditor, number, DAY, rehearsal=True)
    said = [what for _, what, _ in told.events]
    assert any(what.startswith("hold ") and what.endswith(" of the customer") for what in said), said
    assert sum(what.endswith("(rehearsal)") and what.startswith(("promise", "dispute")) for what in said) == 2
