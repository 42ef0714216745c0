"""What people type wrong, what the world does at the wrong moment, and what must not reach a client because of it."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from dunwell.core.channel import Capabilities, Limits
from dunwell.core.money import Money
from dunwell.core.refusal import OutcomeUnknown
from dunwell.plugins.channels.memory import Memory
from dunwell.run import allocations, approve, creditors, day, facts, people, stories, subjects, ways, work
from dunwell.store import bulk, load_letters, outbox, scope
from dunwell.store.models import Allocation, Audit, FindingRecord, Invoice, Payment, Receivable
from regressions.world import DAY, only

pytestmark = pytest.mark.timeout(300)
WHO = {"on": DAY, "by": "anna", "why": "they said so"}


def balance(world, number: str) -> int:
    return sum(one.balance for one in stories.tell(world.creditor, number, DAY, rehearsal=True))


def test_a_name_of_two_customers_is_never_a_choice(world):
    world.client("C1", name="Twin Ltd")
    world.client("C2", name="Twin Ltd", mail="other@client.example")
    for errand in (
        lambda: people.hold(world.creditor, customer_name="Twin Ltd", reason="other", until=None, **WHO),
        lambda: people.state(world.creditor, "Twin Ltd", "insolvent", **WHO),
        lambda: people.contacted(world.creditor, "Twin Ltd", channel="call", note="x", on=DAY, by="anna"),
    ):
        with pytest.raises(subjects.SeveralCustomers, match="C1, C2"):
            errand()
    assert subjects.customer(world.creditor, "C2").external_id == "C2"


@pytest.mark.parametrize("minor", [0, -1, -5000])
def test_no_part_of_anything_is_zero_or_less(world, minor):
    (number,) = world.owing("2026-02-20")
    world.paid("2026-03-01,40.00,EUR,Nobody,thanks")
    payment = waiting_payment(world)
    part = Money(minor, "EUR")
    for errand in (
        lambda: people.dispute(world.creditor, number, cause="other", amount=part, **WHO),
        lambda: people.promise(world.creditor, number, promised_date=DAY, amount=part, **WHO),
        lambda: allocations.allocate(world.creditor, payment, number, amount=part, **WHO),
    ):
        with pytest.raises(facts.AmountNotPositive):
            errand()
    assert balance(world, number) == 10000


def waiting_payment(world) -> int:
    with scope.of(world.creditor.pk):
        return Payment.objects.order_by("-pk")[0].pk


def test_what_was_typed_wrong_is_refused_in_a_sentence(world):
    (number,) = world.owing("2026-02-20")
    refused = [
        (subjects.NoSuchInvoice, lambda: subjects.receivables_of(world.creditor, f"{number}@yesterday")),
        (subjects.NoSuchInvoice, lambda: subjects.receivables_of(world.creditor, "@")),
        (allocations.NoSuchPayment, lambda: allocations.allocate(world.creditor, 999_999, number, amount=None, **WHO)),
        (allocations.NoSuchPayment, lambda: allocations.on_account(world.creditor, 999_999, "C1", **WHO)),
        (people.CoverageInFuture, lambda: people.cover(world.creditor, "bank", date(2062, 3, 2), on=DAY, by="anna")),
        (
            people.HoldInPast,
            lambda: people.hold(world.creditor, number=number, reason="other", until=DAY - timedelta(1), **WHO),
        ),
        (people.ReasonUnknown, lambda: people.our_side(world.creditor, "C1", "anser", done=False, **WHO)),
        (people.ReasonUnknown, lambda: people.opt_out(world.creditor, "c1@client.example", channel="mail", **WHO)),
        (
            people.PromiseTooLate,
            lambda: people.promise(world.creditor, number, promised_date=date(2062, 1, 1), amount=None, **WHO),
        ),
        (
            facts.AmountTooLarge,
            lambda: people.dispute(world.creditor, number, cause="other", amount=Money(10001, "EUR"), **WHO),
        ),
        (
            facts.AmountTooLarge,
            lambda: people.promise(world.creditor, number, promised_date=DAY, amount=Money(10001, "EUR"), **WHO),
        ),
    ]
    for kind, errand in refused:
        with pytest.raises(kind):
            errand()
    assert subjects.receivables_of(world.creditor, f"{number}@2026-01-30")


def test_a_payment_in_another_currency_is_never_set_against_the_invoice_and_holds_its_payer(world):
    (number,) = world.owing("2026-02-20")
    world.paid(f"2026-03-01,110.00,USD,C1 Ltd,invoice {number}")
    assert world.day().sent == 0
    with pytest.raises(allocations.OtherCurrency):
        allocations.allocate(world.creditor, waiting_payment(world), number, amount=None, **WHO)
    assert balance(world, number) == 10000


def test_what_is_left_of_a_payment_is_on_the_work_list_and_holds_its_payer(world):
    first, _second = world.owing("2026-02-20", "2026-02-23")
    world.paid(f"2026-03-01,130.00,EUR,Somebody,invoice {first}")
    world.day()
    assert not any(world.asked(one) for one in world.sent())
    (row,) = [row for row in work.rows(world.creditor, DAY) if row.kind == "money"]
    assert "30.00 EUR" in row.why


def test_an_allocation_taken_back_by_a_person_stays_taken_back(world):
    (number,) = world.owing("2026-02-20")
    world.paid(f"2026-03-01,100.00,EUR,C1 Ltd,invoice {number}")
    world.day()
    with scope.of(world.creditor.pk):
        allocation = Allocation.objects.get().pk
    allocations.undo_allocation(world.creditor, allocation, **WHO)
    with pytest.raises(facts.NothingToUndo):
        allocations.undo_allocation(world.creditor, allocation, **WHO)
    world.day(DAY + timedelta(2))
    assert balance(world, number) == 10000
    assert [row.kind for row in work.rows(world.creditor, DAY)] == ["money"]
    assert allocations.allocate(world.creditor, waiting_payment(world), number, amount=None, **WHO) == 10000


def test_a_row_missing_from_a_complete_file_that_a_person_says_is_paid_is_paid(world):
    world.client()
    head = "Customer ID,Invoice number,Invoice date,Due date,Amount,Currency\n"
    rows = [f"C1,M{n},2026-01-30,2026-02-20,100.00,EUR\n" for n in range(3)]
    world.take(head + "".join(rows), complete=True)
    world.take(head + rows[0], complete=True, on=DAY)
    with scope.of(world.creditor.pk):
        found = {one.receivable.invoice.number: one.pk for one in FindingRecord.objects.filter(code="row_missing")}
    assert set(found) == {"M1", "M2"}
    people.settle_finding(world.creditor, found["M1"], outcome="paid", **WHO)
    people.settle_finding(world.creditor, found["M2"], outcome="cancelled", **WHO)
    with pytest.raises(people.ReasonUnknown):
        people.settle_finding(world.creditor, found["M1"], outcome="payed", **WHO)
    for n in range(8):
        world.day(DAY + timedelta(n))
    asked = [list(world.asked(one)) for one in world.sent() if world.asked(one)]
    assert asked and all(each == ["M0"] for each in asked)


def test_a_finding_about_a_document_holds_all_its_instalments(world):
    world.client()
    head = "Customer ID;Номер на фактура;Дата на фактура;Вноска;Дата на падеж;Сума на реда;Валута\n"
    parts = "".join(f"C1;R1;05.01.2026;{n};{10 * n:02}.02.2026;100,00;EUR\n" for n in (1, 2))
    world.take(head + parts, complete=True)
    world.take(
        head + "C1;R2;05.01.2026;1;10.02.2026;100,00;EUR\nC1;R2;05.01.2026;2;20.02.2026;100,00;EUR\n", complete=True
    )
    world.day()
    assert [list(world.asked(one)) for one in world.sent()] == [["R2"]]


def test_an_end_of_one_state_leaves_the_others_standing(world):
    world.owing("2026-02-20")
    people.state(world.creditor, "C1", "insolvent", **WHO)
    people.state(world.creditor, "C1", "represented", **WHO)
    people.state(world.creditor, "C1", "represented", ended=True, **WHO)
    assert world.day().sent == 0 and "customer_state" in world.outcome("C1-1").reasons


def test_a_contact_by_hand_of_nobody_in_particular_counts_for_everybody(world):
    world.owing("2026-02-20")
    world.customers("C1,C1 Ltd,business,BG,en,Boris Hill,requester,boris@client.example")
    people.contacted(world.creditor, "C1", channel="call", note="somebody answered", on=DAY - timedelta(1), by="anna")
    assert world.day().sent == 0


def test_a_due_date_put_off_between_plan_and_send_stops_the_letter_that_calls_it_overdue(world):
    (number,) = world.owing("2026-02-20")
    world.plan()
    world.take(
        f"Customer ID,Invoice number,Invoice date,Due date,Amount,Currency\nC1,{number},2026-01-30,2026-04-20,100.00,EUR\n"
    )
    done = world.deliver()
    assert (done.sent, done.withdrawn) == (0, {"amended": 1})


class Doubtful:
    """A mail server whose answer never comes."""

    capabilities = Capabilities(length_max=None, html=True, attachments=True, receipts=False, idempotent=False)
    limits = Limits()

    def send(self, message, key):
        raise OutcomeUnknown("no answer")

    def check(self) -> str:
        return "here"

    def close(self) -> None:
        pass


def test_a_message_that_may_have_arrived_counts_for_the_gap_of_its_person(world):
    world.owing("2026-02-20")
    world.plan()
    assert world.deliver(way=Doubtful()).unknown == 1
    world.invoices("C1,invoice,N1,2026-02-11,2026-03-04,50.00,EUR,", on=DAY)
    assert world.day(DAY + timedelta(2)).sent == 0
    assert world.day(DAY + timedelta(7)).sent == 1


def test_an_opt_out_of_somebody_unknown_waits_for_them(world):
    people.opt_out(world.creditor, "C1@Client.example", channel="all", **WHO)
    world.owing("2026-02-20")
    assert world.day().sent == 0
    people.opt_out(world.creditor, "c1@client.example", channel="email", **WHO)
    people.opt_out(world.creditor, "c1@client.example", channel="all", wanted=True, **WHO)
    assert world.day(DAY + timedelta(2)).sent == 1, "all of it is taken back"


def test_a_message_is_called_back_until_it_is_claimed_and_never_after(world):
    world.owing("2026-02-20")
    world.plan()
    message = only(world.messages())
    outbox.claim(world.creditor.pk, at=message.not_before, channels=["email"], rehearsal=True, limit=10)
    with pytest.raises(outbox.AlreadyUnderWay):
        approve.recall(world.creditor, message.pk, by="anna", why="wrong client")


def test_whoever_calls_back_a_message_or_lets_a_run_go_stands_in_the_audit_chain(world):
    world.owing("2026-02-20")
    world.plan()
    message = only(world.messages())
    approve.recall(world.creditor, message.pk, by="anna", why="wrong client")
    creditors.stop(world.creditor, is_on=True, today=DAY, by="boris", why="wrong rates")
    with scope.of(world.creditor.pk):
        last = Audit.objects.order_by("-sequence")[:2]
        assert [(one.kind, one.actor) for one in last] == [("stop", "boris"), ("recalled", "anna")]
    assert only(world.messages()).state == "withdrawn"


def test_stop_between_plan_and_send_lets_nothing_go_and_lifting_it_goes_on(world):
    world.owing("2026-02-20")
    world.plan()
    creditors.stop(world.creditor, is_on=True, today=DAY, by="anna", why="wrong rates")
    assert world.deliver().sent == 0 and world.day().sent == 0
    creditors.stop(world.creditor, is_on=False, today=DAY, by="anna", why="repaired")
    assert world.deliver().sent == 1


def test_a_run_never_precedes_the_last_one_and_live_is_today_alone(world):
    world.owing("2026-02-20")
    world.day()
    with pytest.raises(Exception, match="rewrite history"):
        world.day(DAY - timedelta(1))
    world.go_live()
    with pytest.raises(day.NotToday):
        day.run(world.creditor, DAY - timedelta(1), now=None, today=DAY, by="anna", folder=world.folder)


def test_live_needs_money_data_a_way_out_and_a_person(world):
    now = world.creditor.created_at.replace(year=2026, month=3, day=2, hour=9)
    go = {"now": now, "today": DAY, "by": "anna", "why": "", "folder": world.folder}
    with pytest.raises(creditors.NoMoneySource):
        creditors.go_live(world.creditor, **go)
    people.cover(world.creditor, "bank", DAY - timedelta(10), on=DAY, by="anna")
    with pytest.raises(creditors.MoneyStale):
        creditors.go_live(world.creditor, **go)
    people.cover(world.creditor, "bank", DAY, on=DAY, by="anna")
    with pytest.raises(creditors.NoWayOut):
        creditors.go_live(world.creditor, **go)
    ways.configure(world.creditor, "email", "memory", {})
    world.owing("2026-02-20")
    world.plan()
    assert creditors.go_live(world.creditor, **go) == 1, "what was queued in rehearsal is withdrawn"
    assert world.deliver(way=Memory()).sent == 0


def test_a_live_plan_forgets_what_was_only_rehearsed(world):
    (number,) = world.owing("2026-02-20")
    world.day()
    world.go_live(DAY)
    world.plan()
    assert world.deliver().sent == 1
    assert world.steps(number) == ["reached", "reached"] and [one.rehearsal for one in world.sent()] == [True, False]


def test_zero_and_negative_invoices_and_unknown_currencies_ask_for_nothing(world):
    world.client()
    summary = world.take(
        "Customer ID,Invoice number,Invoice date,Due date,Amount,Currency\n"
        "C1,Z1,2026-01-30,2026-02-20,0.00,EUR\n"
        "C1,Z2,2026-01-30,2026-02-20,-25.00,EUR\n"
        "C1,Z3,2026-01-30,2026-02-20,10.00,ZZZ\n"
        "C1,Z4,2026-01-30,2026-02-20,10.005,EUR\n"
        "C1,Z5,2026-01-30,2026-02-20,10.00,EUR\n"
        "C1,Z5,2026-01-30,2026-02-20,12.00,EUR\n"
    )
    assert {one.line for one in summary.findings} >= {2, 3, 4, 5, 7}
    world.day()
    with scope.of(world.creditor.pk):
        assert set(Receivable.objects.values_list("invoice__number", flat=True)) <= {"Z1", "Z5"}
    assert not any(set(world.asked(one)) - {"Z5"} for one in world.sent())


def test_an_invoice_numbered_anew_is_not_asked_for_twice(world):
    world.client()
    head = "External ID,Customer ID,Invoice number,Invoice date,Due date,Amount,Currency\n"
    world.take(head + "guid-1,C1,OLD-1,2026-01-30,2026-02-20,100.00,EUR\n")
    summary = world.take(head + "guid-1,C1,NEW-1,2026-01-30,2026-02-20,100.00,EUR\n")
    assert [one.code for one in summary.findings] == ["number_changed"]
    world.day()
    assert not world.sent(), "until a person says which of the two it is"
    with scope.of(world.creditor.pk):
        assert Invoice.objects.count() == 1


HEAD = "Customer ID,Invoice number,Invoice date,Due date,Amount,Currency\n"


def test_a_corrected_issue_date_is_never_a_second_debt_until_a_person_says_which(world):
    """Number, customer and sum are the same: the identity is another, the debt is most likely one."""
    world.client()
    world.take(HEAD + "C1,A-7,2026-01-30,2026-02-20,100.00,EUR\n")
    summary = world.take(HEAD + "C1,A-7,2026-01-31,2026-02-20,100.00,EUR\n")
    assert [(one.code, one.value) for one in summary.findings] == [("date_changed", "2026-01-31")]
    assert not world.take(HEAD + "C1,A-7,2026-01-31,2026-02-20,100.00,EUR\n").findings, "the same sheet asks once"
    world.day()
    assert not world.sent(), "until a person says which of the two it is"

    rows = [row for row in work.rows(world.creditor, DAY) if row.kind == "finding"]
    assert [row.why.partition(": ")[0] for row in rows] == ["A-7@2026-01-30", "A-7@2026-01-31"]
    for row, outcome in zip(rows, ("cancelled", "still_open"), strict=True):
        people.settle_finding(world.creditor, row.number, outcome=outcome, on=DAY, by="anna")
    world.day(DAY + timedelta(2))
    assert world.asked(only(world.sent())) == {"A-7": 100_00}


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ("C1,A-7,2026-02-05,2026-02-20,120.00,EUR", "another sum"),
        ("C2,A-7,2026-02-05,2026-02-20,100.00,EUR", "another customer"),
        ("C1,A-7,2026-01-30,2026-02-27,100.00,EUR", "only its due date changed"),
    ],
)
def test_another_date_alone_is_no_corrected_date(world, row, why):
    world.client("C1"), world.client("C2")
    world.take(HEAD + "C1,A-7,2026-01-30,2026-02-20,100.00,EUR\n")
    assert not world.take(HEAD + row + "\n").findings, why


def test_hours_are_those_of_the_person_on_both_sides_of_the_change_of_clocks(world):
    world.owing("2026-03-24", client="C1")
    world.owing("2026-03-27", client="C2")
    world.day(date(2026, 3, 27))
    world.day(date(2026, 3, 31))
    hours = {one.slot_on.day: one.not_before.hour for one in world.sent()}
    assert set(hours) == {27, 31} and hours[27] - hours[31] == 1


def test_a_promise_kept_in_part_goes_on_with_the_rest(world):
    (number,) = world.owing("2026-02-20")
    people.promise(world.creditor, number, promised_date=DAY + timedelta(1), amount=Money(6000, "EUR"), **WHO)
    world.paid(f"2026-03-03,60.00,EUR,C1 Ltd,invoice {number}", on=DAY + timedelta(1))
    for n in range(10):
        world.day(DAY + timedelta(n))
    letters = [one for one in world.sent() if world.asked(one)]
    assert world.asked(letters[0]) == {number: 4000}
    assert not any("You mentioned" in one.content_row.text for one in letters), "nobody broke anything"


def test_a_promise_is_kept_by_money_that_came_in_time_and_was_set_against_it_later(world):
    (number,) = world.owing("2026-02-20")
    people.promise(world.creditor, number, promised_date=DAY + timedelta(1), amount=Money(6000, "EUR"), **WHO)
    world.paid("2026-03-03,60.00,EUR,Somebody Else,thank you", on=DAY + timedelta(1))
    with scope.of(world.creditor.pk):
        payment = Payment.objects.get().pk
    late = DAY + timedelta(8)
    allocations.allocate(world.creditor, payment, number, amount=None, on=late, by="anna", why="it is theirs")
    with scope.of(world.creditor.pk):
        assert Allocation.objects.get().effective_on == DAY + timedelta(1)
    world.day(late)
    (letter,) = world.sent()
    assert world.asked(letter) == {number: 4000} and "You mentioned" not in letter.content_row.text


def test_nobody_is_thanked_for_money_that_was_set_against_their_invoice_by_mistake(world):
    (number,) = world.owing("2026-02-20")
    world.paid("2026-03-01,60.00,EUR,Somebody Else,thank you")
    with scope.of(world.creditor.pk):
        payment, row = Payment.objects.get().pk, Receivable.objects.get(invoice__number=number)

    def thanked_for():
        about = {"customers": [row.customer_id], "receivables": [row.pk], "rehearsal": True}
        return set(load_letters.details(world.creditor.pk, DAY, **about).payments)

    allocations.allocate(world.creditor, payment, number, amount=None, **WHO)
    assert thanked_for() == {row.customer_id}
    with scope.of(world.creditor.pk):
        made = Allocation.objects.get().pk
    allocations.undo_allocation(world.creditor, made, **WHO)
    assert thanked_for() == set()


def test_a_promise_taken_back_is_never_held_against_anybody(world):
    (number,) = world.owing("2026-02-20")
    (made,) = people.promise(world.creditor, number, promised_date=DAY + timedelta(1), amount=None, **WHO)
    people.end(world.creditor, "promise", made.pk, outcome="withdrawn", **WHO)
    for n in range(10):
        world.day(DAY + timedelta(n))
    assert world.sent() and not any("You mentioned" in one.content_row.text for one in world.sent())


def test_a_dispute_of_a_part_asks_for_the_rest_and_its_end_for_all(world):
    (number,) = world.owing("2026-02-20")
    (made,) = people.dispute(world.creditor, number, cause="quality", amount=Money(2500, "EUR"), **WHO)
    world.day()
    assert world.asked(only(world.sent())) == {number: 7500}
    people.end(world.creditor, "dispute", made.pk, outcome="rejected", **WHO)
    for n in range(4, 9):
        world.day(DAY + timedelta(n))
    assert world.asked(world.sent()[1]) == {number: 10000}


def test_only_the_representative_of_a_represented_client_is_written_to(world):
    world.owing("2026-02-20")
    people.state(world.creditor, "C1", "represented", **WHO)
    assert world.day().sent == 0
    world.customers("C1,C1 Ltd,business,BG,en,Lara Law,representative,lara@law.example")
    world.day(DAY + timedelta(2))
    message = only(world.messages("waiting"))
    with scope.of(world.creditor.pk):
        assert [row[0] for row in bulk.rows("SELECT address FROM recipient WHERE message_id = %s", message.pk)] == [
            "lara@law.example"
        ]
