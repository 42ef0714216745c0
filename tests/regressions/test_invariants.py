"""I1, I2, I4, I6, I9–I12, I14, I15 through the whole program, on small books drawn at random from fixed seeds."""

from __future__ import annotations

import os
import re
from collections import Counter
from datetime import date, timedelta
from itertools import count
from pathlib import Path

import psycopg
import pytest
from django.db import DatabaseError, connection
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from dunwell.core.refusal import Refusal
from dunwell.run import (
    allocations,
    approve,
    auditing,
    creditors,
    day,
    letters_preview,
    people,
    plan,
    portfolio,
    reconcile,
    simulate,
    stories,
    subjects,
    work,
)
from dunwell.store import balances, bulk, load, load_letters, load_money, outbox, scope
from dunwell.store.models import Creditor, Dispute, Hold, Message, MessageItem, Promise
from regressions import world as worlds
from regressions.world import DAY

pytestmark = pytest.mark.timeout(600)
_slugs = count(1)


def few(examples: int):
    """Few examples, always the same: each one is a whole firm."""
    return settings(
        max_examples=examples,
        derandomize=True,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        database=None,
        phases=[Phase.generate],  # shrinking a firm costs more than reading it
    )


def firm(folder: Path) -> worlds.World:
    """A new firm for each example."""
    number = next(_slugs)
    made = creditors.create(
        "Firm",
        slug=f"inv-{os.getpid()}-{number}",
        country="BG",
        on=date(2025, 1, 1),
        by="anna",
        locale="en",
        timezone="Europe/Sofia",
    )
    home = folder / str(number)
    home.mkdir()
    return worlds.fresh(made, home)


def ledger(world: worlds.World) -> list[tuple]:
    """Each document's sum, what is open, and each payment's sum and what is unapplied, by names that outlive an import."""
    with scope.of(world.creditor.pk):
        owed = bulk.rows(
            f"""SELECT c.external_id, i.number, r.instalment, r.amount, r.currency, r.due_date, b.balance
                FROM ({balances.balances_sql(as_of=None, rehearsal=False)}) b JOIN receivable r ON r.id = b.receivable_id
                JOIN invoice i ON i.id = r.invoice_id JOIN customer c ON c.id = r.customer_id ORDER BY 1, 2, 3"""
        )
        paid = bulk.rows(
            """SELECT p.external_id, p.amount, p.currency, coalesce(sum(a.amount), 0) FROM payment p
               LEFT JOIN allocation a ON a.payment_id = p.id GROUP BY p.id ORDER BY 1"""
        )
    return [*owed, *paid]


PAYMENTS = st.lists(
    st.tuples(
        st.integers(1, 20),
        st.sampled_from([4000, 10000, 10001, 25000]),
        st.sampled_from(["EUR", "EUR", "GBP"]),
        st.sampled_from(["C1 Ltd", "C2 Ltd", "Nobody"]),
        st.sampled_from(["invoice C1-1", "invoice C2-1", "C1-1 and C1-2", "thanks"]),
    ),
    min_size=1,
    max_size=4,
    unique=True,
)


@few(3)
@given(rows=PAYMENTS, piecemeal=st.booleans(), random=st.randoms(use_true_random=False))
def test_i01_what_is_allocated_and_what_is_not_is_what_came_in_any_order(
    database, tmp_path_factory, rows, piecemeal, random
):
    world = firm(tmp_path_factory.mktemp("i01"))
    world.owing("2026-02-20", "2026-02-25")
    world.owing("2026-02-20", client="C2")
    lines = [
        f"{DAY - timedelta(on)},{amount / 100:.2f},{currency},{who},{what}" for on, amount, currency, who, what in rows
    ]
    random.shuffle(lines)
    for piece in [[line] for line in lines] if piecemeal else [lines]:
        world.paid(*piece)
        reconcile.run(world.creditor, DAY, by="anna")
    reconcile.run(world.creditor, DAY, by="anna")
    assert reconcile.run(world.creditor, DAY, by="anna").allocations == 0, "nothing more to do"
    with scope.of(world.creditor.pk):
        unapplied = dict(bulk.rows(f"SELECT payment_id, unapplied FROM ({balances.unapplied_sql(as_of=None)}) u"))
        money = bulk.rows(
            "SELECT p.id, p.amount, coalesce(sum(a.amount), 0) FROM payment p LEFT JOIN allocation a ON a.payment_id = p.id GROUP BY 1, 2"
        )
        crossed = bulk.rows(
            "SELECT 1 FROM allocation a JOIN payment p ON p.id = a.payment_id JOIN receivable r ON r.id = a.receivable_id WHERE p.currency <> r.currency"
        )
        open_ = bulk.rows(f"SELECT balance FROM ({balances.balances_sql(as_of=None, rehearsal=False)}) b")
    assert len(money) == len(rows)
    assert all(allocated + unapplied.get(key, 0) == received for key, received, allocated in money)
    assert not crossed and all(left >= 0 for (left,) in open_)


FATES = ("open", "open", "paid", "part_paid", "disputed", "held", "promised", "cancelled")
BOOKS = st.lists(
    st.tuples(
        st.integers(1, 3),
        st.sampled_from(FATES),
        st.integers(-10, 30),
        st.integers(5_00, 2_000_00),
        st.sampled_from(["EUR", "GBP"]),
    ),
    min_size=1,
    max_size=7,
)


def write_book(world: worlds.World, book) -> dict[str, str]:
    """Invoices of up to three customers, each with a fate; gives number → fate."""
    for client in sorted({one[0] for one in book}):
        world.client(f"C{client}", language=["en", "bg", "ru"][client - 1])
    rows, fates = [], {}
    for n, (client, fate, late, minor, currency) in enumerate(book):
        due = DAY - timedelta(late)
        rows.append(f"C{client},invoice,B{n},{due - timedelta(21)},{due},{minor / 100:.2f},{currency},")
        fates[f"B{n}"] = fate
    world.invoices(*rows, on=DAY - timedelta(60))
    who = {"on": DAY, "by": "anna", "why": "x"}
    for n, (client, fate, late, minor, currency) in enumerate(book):
        number = f"B{n}"
        if fate in ("paid", "part_paid"):
            part = minor if fate == "paid" else minor // 3
            world.paid(f"{DAY - timedelta(1)},{part / 100:.2f},{currency},C{client} Ltd,invoice {number} of {n}")
        elif fate == "disputed":
            people.dispute(world.creditor, number, cause="quality", amount=None, **who)
        elif fate == "held":
            people.hold(world.creditor, number=number, reason="hardship", until=None, **who)
        elif fate == "promised":
            people.promise(world.creditor, number, promised_date=DAY + timedelta(9), amount=None, **who)
        elif fate == "cancelled":
            world.take(
                "Customer ID,Invoice number,Invoice date,Due date,Amount,Currency,Status\n"
                f"C{client},{number},{DAY - timedelta(late + 21)},{DAY - timedelta(late)},{minor / 100:.2f},{currency},cancelled\n"
            )
    return fates


@few(5)
@given(book=BOOKS)
def test_i02_i04_i11_i12_every_message_names_what_may_be_asked_with_the_sums_of_the_ledger(
    database, tmp_path_factory, book
):
    world = firm(tmp_path_factory.mktemp("i02"))
    fates = write_book(world, book)
    world.day()
    owed = {
        number: (left, currency)
        for _, number, _, _, currency, _, left, *_ in (row for row in ledger(world) if len(row) == 7)
    }
    sent = [one for one in world.sent() if one.purpose == "request"]
    per_slot = Counter(
        (one.customer_id, one.slot_on, one.purpose) for one in world.messages() if one.state != "withdrawn"
    )
    assert all(number == 1 for number in per_slot.values())
    for message in sent:
        asked = world.asked(message)
        assert all(fates[number] in ("open", "part_paid") for number in asked), (asked, fates)
        assert all(amount == owed[number][0] for number, amount in asked.items())
        totals = Counter()
        for number, amount in asked.items():
            totals[owed[number][1]] += amount
        letter = message.content_row.text
        undated = re.sub(r"\d{1,2}\.\d{2}\.\d{2,4}|\d{4}-\d{2}-\d{2}", "", letter)
        said = {int(re.sub(r"\D", "", one)) for one in re.findall(r"\d[\d\s\xa0\u202f.,’']*[.,]\d\d(?=\D|$)", undated)}
        assert set(totals.values()) <= said, (totals, letter)
        known = {*totals.values(), *asked.values(), *(left for left, _ in owed.values()), *(one[3] for one in book)}
        known |= {one[3] - one[3] // 3 for one in book} | {one[3] // 3 for one in book}
        assert said <= known | sums(owed), (said, letter)
        for text in (message.content_row.subject, letter, message.content_row.html):
            assert not re.search(
                r"\{[^}]*\}\}|\{\{|\[\[|\]\]|\bNone\b|\{[a-z_.]+\}", re.sub(r"<style.*?</style>", "", text, flags=re.S)
            ), text


def sums(owed: dict[str, tuple[int, str]]) -> set[int]:
    """Every sum of some of the open amounts in one currency: what a line such as "together with" may say."""
    found: set[int] = set()
    for code in {currency for _, currency in owed.values()}:
        here = {0}
        for left, currency in owed.values():
            here |= {known + left for known in here} if currency == code else set()
        found |= here
    return found


@few(2)
@given(book=BOOKS)
def test_i06_the_dry_run_is_the_run_and_the_run_again_is_nothing(database, tmp_path_factory, book):
    world = firm(tmp_path_factory.mktemp("i06"))
    write_book(world, book)
    world.cover(DAY)
    reconcile.run(world.creditor, DAY, by="anna")
    dry = plan.propose(world.creditor, DAY, rehearsal=True)
    letters = letters_preview.of_day(world.creditor, DAY, rehearsal=True)
    run = plan.run(world.creditor, DAY, rehearsal=True, by="anna")
    assert dry.proposal.outcomes.equals(run.proposal.outcomes) and dry.proposal.actions.equals(run.proposal.actions)
    queued = {one.key: bytes(one.content_row.mime or b"") for one in world.messages()}
    assert queued == {one.message.key: one.mime for one in letters if one.message}
    world.deliver()
    first = ledger(world)
    world.day()
    settled = world.day()
    assert (settled.sent, settled.planned.messages, settled.planned.tasks, settled.planned.outcomes_changed) == (
        0,
        0,
        0,
        0,
    )
    assert ledger(world) == first and len(world.messages()) == len(queued)


FILES = st.lists(
    st.tuples(st.integers(1, 3), st.integers(0, 9), st.integers(1_00, 900_00), st.integers(0, 2)),
    min_size=2,
    max_size=8,
    unique_by=lambda row: row[1],
)


@few(2)
@given(rows=FILES, cut=st.integers(1, 7), random=st.randoms(use_true_random=False))
def test_i09_a_file_twice_in_pieces_or_reordered_gives_the_same_books(database, tmp_path_factory, rows, cut, random):
    head = "Customer ID,Customer name,Email,Invoice number,Invoice date,Due date,Amount,Paid,Currency\n"
    lines = [
        f"K{client},K{client} Ltd,k{client}@c.example,F{number},2026-01-10,2026-02-10,{minor / 100:.2f},{minor // 200 * paid / 100:.2f},EUR\n"
        for client, number, minor, paid in rows
    ]
    bank = "Payment date,Amount,Currency,Payer,Remittance information\n"
    money = [
        f"2026-02-1{n % 9},{row[2] // 5 / 100:.2f},EUR,K{row[0]} Ltd,invoice F{row[1]} no {n}\n"
        for n, row in enumerate(rows)
    ]
    shuffled, mixed = random.sample(lines, len(lines)), random.sample(money, len(money))
    ways = (
        [(lines, money)],
        [(lines, money), (lines, money)],
        [(lines[:cut], money[:cut]), (lines[cut:], money[cut:])],
        [(shuffled, mixed)],
    )
    books = []
    for n, way in enumerate(ways):
        world = firm(tmp_path_factory.mktemp(f"i09-{n}"))
        for sheet, _ in way:
            if sheet:
                world.take(head + "".join(sheet))
        for _, statement in way:
            if statement:
                world.take(bank + "".join(statement), kind="payments")
        reconcile.run(world.creditor, DAY, by="anna")
        books.append(ledger(world))
    assert books[0] == books[1] == books[2] == books[3]


@pytest.mark.parametrize("age", [0, 1, 2, 3, 7])
def test_i10_nothing_is_asked_on_money_data_older_than_a_business_day(world, age):
    world.owing("2026-02-20")
    people.cover(world.creditor, "bank", DAY + timedelta(8 - age), on=DAY + timedelta(8), by="anna")
    on = DAY + timedelta(8)  # a Tuesday
    done = day.run(world.creditor, on, now=None, today=on, by="anna", folder=world.folder)
    assert done.sent == (1 if age <= 1 else 0)


@few(2)
@given(paid=st.integers(1, 99))
def test_i10_money_of_the_payer_that_is_not_matched_holds_the_chase(database, tmp_path_factory, paid):
    world = firm(tmp_path_factory.mktemp("i10"))
    world.owing("2026-02-20", "2026-02-21")
    world.paid(f"2026-03-01,{paid}.00,{'USD' if paid % 2 else 'EUR'},C1 Ltd,thank you")
    assert world.day().sent == 0
    assert [row.kind for row in work.rows(world.creditor, DAY)] == ["money"]


@pytest.fixture
def busy(world):
    """A firm that has lived through some days: rows in most tables."""
    first, second = world.owing("2026-02-16", "2026-02-20")
    world.day(date(2026, 2, 19))
    world.paid(f"2026-02-20,40.00,EUR,C1 Ltd,invoice {first}", "2026-02-20,7.00,GBP,Nobody,thanks")
    who = {"on": DAY, "by": "anna", "why": "x"}
    people.dispute(world.creditor, second, cause="quality", amount=None, **who)
    people.promise(world.creditor, first, promised_date=DAY, amount=None, **who)
    people.hold(world.creditor, customer_name="C1", reason="other", until=DAY, **who)
    people.opt_out(world.creditor, "c1@client.example", channel="sms", **who)
    people.contacted(world.creditor, "C1", channel="call", note="x", on=DAY, by="anna")
    people.state(world.creditor, "C1", "insolvent", ended=True, **who)
    people.our_side(world.creditor, "C1", "answer", done=True, **who)
    world.day()
    return world


APPLICATION_MAY_CHANGE = {
    "staff",
    "bank_account",
    "customer_group",
    "customer",
    "contact",
    "contact_point",
    "invoice",
    "receivable",
    "message",
}


def owner(creditor: Creditor) -> psycopg.Connection:
    """A session of the tables' owner, with the creditor's rows in sight."""
    session = psycopg.connect(os.environ["DUNWELL_OWNER_DATABASE_URL"], autocommit=True)
    session.execute("SELECT set_config('dunwell.creditor', %s, false)", [str(creditor.pk)])
    return session


def test_i14_facts_refuse_update_and_delete_by_the_application_and_by_the_owner(busy):
    with owner(busy.creditor) as session:
        tables = [
            row[0]
            for row in session.execute(
                "SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'creditor_id' "
                "WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace ORDER BY 1"
            )
            # Who may come in is no fact of a creditor, and ends; a forecast and what is left of a payment are derived.
            if row[0] not in ("membership", "receivable_forecast", "payment_open")
        ]
        filled = [name for name in tables if session.execute(f"SELECT EXISTS (SELECT FROM {name})").fetchone()[0]]
        assert len(filled) > 25, filled
        for name in filled:
            with pytest.raises(psycopg.Error):
                session.execute(f"DELETE FROM {name}")
            if name not in APPLICATION_MAY_CHANGE:
                with pytest.raises(psycopg.Error):
                    session.execute(f"UPDATE {name} SET creditor_id = creditor_id")
            with pytest.raises(psycopg.Error):
                session.execute(f"TRUNCATE {name}") if name not in APPLICATION_MAY_CHANGE else session.execute(
                    f"DELETE FROM {name}"
                )
    for name in filled:
        with pytest.raises(DatabaseError), scope.of(busy.creditor.pk), connection.cursor() as cursor:
            cursor.execute(f"DELETE FROM {name}")


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE audit_content SET body = replace(body, 'x', 'y') WHERE body LIKE '%x%'",
        "UPDATE audit SET actor = 'nobody' WHERE sequence = 3",
        "DELETE FROM audit_content WHERE audit_id IN (SELECT id FROM audit WHERE sequence = 4); DELETE FROM audit WHERE sequence = 4",
        "DELETE FROM audit_content WHERE audit_id IN (SELECT max(id) FROM audit); DELETE FROM audit WHERE id IN (SELECT max(id) FROM audit)",
    ],
)
def test_i14_the_chain_verifies_and_shows_what_even_the_owner_altered(busy, change):
    whole = auditing.verify(busy.creditor)
    assert whole.links > 8 and not whole.broken and not whole.erased
    with owner(busy.creditor) as session:
        for table in ("audit", "audit_content"):
            session.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        session.execute(change)
        for table in ("audit", "audit_content"):
            session.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
    assert auditing.verify(busy.creditor).broken


def test_i15_another_creditors_rows_do_not_exist_for_any_loader_or_errand(busy, tmp_path):
    other = creditors.create("Other", slug=f"other-{busy.creditor.pk}", country="BG", on=DAY, by="boris")
    with scope.of(busy.creditor.pk):
        messages = list(Message.objects.values_list("pk", flat=True))
        receivables = list(MessageItem.objects.values_list("receivable_id", flat=True))
        customers = list(Message.objects.values_list("customer_id", flat=True))
        ids = {model: model.objects.values_list("pk", flat=True)[0] for model in (Promise, Dispute, Hold)}
        payment, allocation = bulk.rows("SELECT payment_id, id FROM allocation")[0]
        account = bulk.rows("SELECT id FROM bank_account")[0][0]
    facts = load.facts(other.pk, DAY, rehearsal=True, customers=tuple(customers))
    frames = (
        [getattr(facts, name) for name in facts.__slots__]
        if hasattr(facts, "__slots__")
        else list(vars(facts).values())
    )
    assert all(frame is None or frame.is_empty() for frame in frames)
    past, movements = load.history(other.pk, DAY - timedelta(60), DAY)
    assert movements.is_empty() and past.receivables.is_empty() and past.customers.is_empty()
    assert all(frame.is_empty() for frame in load_money.money(other.pk, DAY))
    details = load_letters.details(other.pk, DAY, customers=customers, receivables=receivables, rehearsal=True)
    assert not any(vars(details).values())
    assert (
        not load_letters.staff(other.pk)
        and not load_letters.bank_accounts(other.pk, DAY)
        and not load_letters.overrides(other.pk)
    )
    seen = portfolio.of(other, DAY, rehearsal=True)
    assert seen.receivables.is_empty() and seen.covered_until is None
    assert simulate.run(other, since=DAY - timedelta(30), until=DAY, named=[])["as chosen"].sent.is_empty()
    assert work.rows(other, DAY) == [] and auditing.verify(other).links == 1
    assert reconcile.run(other, DAY, by="boris").allocations == 0 and not letters_preview.of_day(
        other, DAY, rehearsal=True
    )
    who = {"on": DAY, "by": "boris", "why": "x"}
    strangers = [
        lambda: stories.tell(other, "C1-1", DAY, rehearsal=True),
        lambda: subjects.receivables_of(other, "C1-1"),
        lambda: subjects.customer(other, "C1"),
        lambda: people.promise(other, "C1-1", promised_date=DAY, amount=None, **who),
        lambda: people.dispute(other, "C1-1", cause="other", amount=None, **who),
        lambda: people.hold(other, customer_name="C1", reason="other", until=None, **who),
        *(
            lambda what=what, model=model: people.end(other, what, ids[model], outcome="lifted", **who)
            for what, model in (("promise", Promise), ("dispute", Dispute), ("hold", Hold))
        ),
        lambda: allocations.allocate(other, payment, "C1-1", amount=None, **who),
        lambda: allocations.on_account(other, payment, "C1", **who),
        lambda: allocations.undo_allocation(other, allocation, **who),
        lambda: people.state(other, "C1", "insolvent", **who),
        lambda: people.contacted(other, "C1", channel="call", note="x", on=DAY, by="boris"),
        lambda: people.close_task(other, 1, outcome="x", is_done=True, **who),
        lambda: people.settle_finding(other, 1, outcome="ignored", **who),
        lambda: creditors.confirm_account(other, account, by="boris"),
        lambda: approve.waiting(other, messages[0], every=False),
        lambda: approve.recall(other, messages[0], by="boris", why="x"),
        lambda: approve.settle(other, messages[0], was_sent=True, **who),
        lambda: outbox.objection(other.pk, messages[0], at=None, covered_min=DAY),
    ]
    for stranger in strangers:
        with pytest.raises(Refusal):
            stranger()
    people.opt_out(other, "c1@client.example", channel="all", **who)
    done = day.run(other, DAY, now=None, today=DAY, by="boris", folder=tmp_path)
    assert (done.sent, done.planned.receivables, done.planned.messages) == (0, 0, 0)
    with scope.of(busy.creditor.pk):
        assert Message.objects.count() == len(messages)
