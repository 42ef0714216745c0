"""I2–I6, I10 and I19 for books that nobody thought of: small portfolios drawn at random and lived for some weeks."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta

import polars as pl
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dunwell.core.frames import Portfolio
from dunwell.core.policy import FIRM_LEVEL_MIN
from dunwell.engine import plan
from plan.story import STANDARD, Book, day

START = day("4 May")
EXAMPLES = settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
FRAMES = (
    "receivables",
    "customers",
    "contacts",
    "steps_done",
    "under_way",
    "pauses",
    "touches",
    "signs",
    "settled",
    "forecasts",
)
STEP_NAMES = [step.name for step in STANDARD.steps]


@st.composite
def books(draw: st.DrawFn) -> Book:
    """One to four customers with up to four receivables each, and a handful of things that happened to them."""
    book = Book(fresh=draw(st.integers(0, 9)) > 0)
    keys: list[str] = []
    for _ in range(draw(st.integers(1, 4))):
        customer = book.customer(
            contacts=(),
            kind=draw(st.sampled_from(["business", "person"])),
            state=draw(st.sampled_from([None] * 6 + ["insolvent", "represented"])),
            owes=draw(st.sampled_from([None, None, "document"])),
            unmatched_hold=draw(st.integers(0, 9)) == 0,
        )
        for role in draw(st.lists(st.sampled_from(["payable", "requester", "manager", "director"]), max_size=3)):
            contact = book.contact(customer, role, draw(st.sampled_from(["email", "sms"])))
            if keys and draw(st.integers(0, 4)) == 0:
                book.rows["contacts"][-1]["person_key"] = draw(st.sampled_from(keys))
            if draw(st.integers(0, 5)) == 0:
                book.rows["contacts"][-1] |= {"is_usable": False, "unusable_reason": "opted_out"}
            keys.append(book.person(contact))
            if draw(st.integers(0, 3)) == 0:
                book.touch(contact, START - timedelta(draw(st.integers(0, 20))), customer_id=customer)
        for _ in range(draw(st.integers(1, 4))):
            _draw_receivable(draw, book, customer)
    return book


def _draw_receivable(draw: st.DrawFn, book: Book, customer: int) -> None:
    due = START + timedelta(draw(st.integers(-60, 30)))
    facts = {
        "currency": draw(st.sampled_from(["EUR", "RUB"])),
        "policy": draw(st.integers(0, 1)),
        "disputed": draw(st.sampled_from([0, 0, 0, 40_00, 100_00])),
    }
    if draw(st.integers(0, 5)) == 0:
        receivable = book.request(customer, issued=due - timedelta(30), valid=due)
    elif due < START and draw(st.booleans()):
        receivable = book.old_invoice(customer, due, START, **facts)
    else:
        receivable = book.invoice(customer, due, **facts)
        if draw(st.booleans()):
            book.done(
                receivable, draw(st.sampled_from(STEP_NAMES[:6])), min(START, due) - timedelta(draw(st.integers(1, 9)))
            )
    if draw(st.integers(0, 5)) == 0:
        until = START + timedelta(draw(st.integers(0, 20)))
        kind = draw(st.sampled_from(["hold", "promise", "plan"]))
        book.pause(kind, since=START, until=until, receivable_id=receivable)
    if draw(st.integers(0, 5)) == 0:
        book.sign(customer, draw(st.sampled_from(["replied", "paid", "bounced", "opened"])), START - timedelta(1))


def lived(book: Book, days: int = 8) -> list[tuple[date, plan.Proposal, Portfolio]]:
    told = []
    for distance in range(days):
        on = START + timedelta(distance)
        portfolio = book.portfolio(on)
        told.append((on, book.live(on).proposal, portfolio))
    return told


@given(books())
@EXAMPLES
def test_every_receivable_has_one_outcome_with_known_reasons(book):
    portfolio = book.portfolio(START)
    proposal = plan.propose(portfolio, START)
    assert proposal.outcomes["receivable_id"].to_list() == sorted(portfolio.receivables["receivable_id"])
    assert proposal.outcomes["code"].null_count() == proposal.outcomes["reasons"].null_count() == 0
    asked = proposal.outcomes.filter(pl.col("code").is_in(["act", "join"]))["receivable_id"]
    done = proposal.items.filter(pl.col("step").is_not_null())["receivable_id"]
    assert set(asked) <= set(done)


@given(books(), st.randoms(use_true_random=False))
@EXAMPLES
def test_i6_the_plan_does_not_depend_on_the_order_of_rows(book, random):
    portfolio = book.portfolio(START)
    seeds = {name: random.randrange(1000) for name in FRAMES}
    shuffled = {name: getattr(portfolio, name).sample(fraction=1, shuffle=True, seed=seeds[name]) for name in FRAMES}
    one, other = plan.propose(portfolio, START), plan.propose(replace(portfolio, **shuffled), START)
    assert one.outcomes.equals(other.outcomes)
    assert one.actions.equals(other.actions)
    assert one.items.equals(other.items)
    assert one.lapses.equals(other.lapses)


@given(books())
@EXAMPLES
def test_i6_customers_are_planned_apart_from_each_other(book):
    """Together with those whom they share a person with, a customer's plan is the same in any company."""
    portfolio = book.portfolio(START)
    whole = plan.propose(portfolio, START).outcomes
    for group in _sharing(portfolio):
        part = _only(portfolio, group)
        mine = whole.filter(pl.col("customer_id").is_in(sorted(group)))
        assert plan.propose(part, START).outcomes.equals(mine)


@given(books())
@EXAMPLES
def test_i2_nothing_that_is_settled_disputed_or_held_is_ever_asked_for(book):
    for on, proposal, portfolio in lived(book):
        asked = proposal.items.join(proposal.actions.select("action_id", "customer_id"), on="action_id")
        asked = asked.join(portfolio.receivables.drop("currency"), on="receivable_id")
        assert asked.filter(
            (pl.col("amount") <= 0) | (pl.col("amount") != pl.col("balance") - pl.col("disputed"))
        ).is_empty()
        held = portfolio.pauses.filter((pl.col("since") <= on) & (pl.col("until") >= on))["receivable_id"]
        assert not set(held) & set(asked["receivable_id"])
        stopped = portfolio.customers.filter(pl.col("state").is_not_null() | pl.col("unmatched_hold"))["customer_id"]
        assert not set(stopped) & set(proposal.actions["customer_id"])
        written = proposal.actions["contact_id"].drop_nulls().to_list() + proposal.actions["copies"].explode().to_list()
        closed = portfolio.contacts.filter(~pl.col("is_usable"))["contact_id"].to_list()
        assert not set(closed) & set(written)


@given(books())
@EXAMPLES
def test_i3_no_person_is_contacted_more_often_than_the_governor_allows(book):
    earlier = {row["person_key"]: row["on"] for row in sorted(book.rows.get("touches", []), key=lambda row: row["on"])}
    for on, proposal, portfolio in lived(book):
        person = dict(portfolio.contacts.select("contact_id", "person_key").iter_rows())
        touched = Counter()
        for action in proposal.actions.filter(pl.col("contact_id").is_not_null()).iter_rows(named=True):
            assert on.weekday() < 5
            assert action["not_before"] < action["not_after"]
            assert action["not_after"].date() == on
            touched.update(person[contact] for contact in (action["contact_id"], *action["copies"]))
            gap = portfolio.policies[action["policy"]].gap_days_min
            for contact in (action["contact_id"], *action["copies"]):
                last = earlier.get(person[contact])
                assert last is None or (on - last).days >= gap
        assert all(count == 1 for count in touched.values())
        earlier |= dict.fromkeys(touched, on)


@given(books())
@EXAMPLES
def test_i4_one_message_per_customer_and_slot_and_no_receivable_twice(book):
    for _, proposal, portfolio in lived(book, days=6):
        messages = proposal.actions.filter(pl.col("task").is_null())
        assert messages.select("customer_id", "purpose").is_unique().all()
        assert proposal.items.select("action_id", "receivable_id").is_unique().all()
        owners = proposal.items.join(proposal.actions, on="action_id").join(portfolio.receivables, on="receivable_id")
        assert (owners["customer_id"] == owners["customer_id_right"]).all()


@given(books())
@EXAMPLES
def test_i5_steps_are_taken_in_order_one_a_day_and_never_twice(book):
    ladders = {policy.name: [step.name for step in policy.steps] for policy in book.policies}
    names = [*ladders["standard"], "hand_over"]
    for _, proposal, _ in lived(book, days=22):
        assert proposal.items.filter(pl.col("step").is_not_null())["receivable_id"].is_unique().all()
    known = {row["receivable_id"]: row for row in book.rows["receivables"]}
    for receivable, row in known.items():
        ladder = ladders["before-work"] if row["document"] == "request" else names
        done = sorted(
            (fact for fact in book.rows.get("steps_done", []) if fact["receivable_id"] == receivable),
            key=lambda fact: fact["on"],
        )
        places = [ladder.index(fact["step"]) for fact in done if fact["step"] in ladder and fact["state"] == "done"]
        assert places == sorted(set(places))


@given(books())
@EXAMPLES
def test_i10_with_stale_money_nobody_is_asked(book):
    book.fresh = False
    proposal = plan.propose(book.portfolio(START), START)
    assert proposal.actions.filter(pl.col("task").ne_missing("hand_over")).is_empty()


@given(books())
@EXAMPLES
def test_i19_no_firm_step_goes_out_while_our_side_owes(book):
    for _, proposal, portfolio in lived(book):
        owing = portfolio.customers.filter(pl.col("owes").is_not_null())["customer_id"]
        firm = proposal.actions.filter((pl.col("level") >= FIRM_LEVEL_MIN) & (pl.col("task").ne_missing("hand_over")))
        assert not set(owing) & set(firm["customer_id"])


def _sharing(portfolio: Portfolio) -> list[set[int]]:
    groups = [{number} for number in portfolio.customers["customer_id"]]
    for _, rows in portfolio.contacts.group_by("person_key"):
        together = [group for group in groups if group & set(rows["customer_id"])]
        groups = [group for group in groups if group not in together] + [set().union(*together)]
    return groups


def _only(portfolio: Portfolio, customers: set[int]) -> Portfolio:
    kept = pl.col("customer_id").is_in(sorted(customers))
    return replace(
        portfolio,
        receivables=portfolio.receivables.filter(kept),
        customers=portfolio.customers.filter(kept),
        contacts=portfolio.contacts.filter(kept),
    )
