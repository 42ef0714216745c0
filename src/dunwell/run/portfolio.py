"""A creditor's portfolio as of a day: facts loaded, policies chosen, promises judged, calendars and law beside them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import polars as pl

from dunwell.core import frames, stop_work
from dunwell.core.assignment import CREDITOR_DEFAULTS, Assignment, Case, Scope, choose
from dunwell.core.frames import Portfolio
from dunwell.core.ledger import CustomerKind, DocumentKind
from dunwell.core.policy import Policy
from dunwell.engine import instalments, promises
from dunwell.run import calendars, jurisdictions, limitations, policies, ways
from dunwell.store import load, load_forecasts
from dunwell.store.load import Facts
from dunwell.store.models import Creditor

Policies = dict[str, Policy]


def of(creditor: Creditor, as_of: date, *, rehearsal: bool, customers: tuple[int, ...] = ()) -> Portfolio:
    """Everything the plan looks at."""
    facts = load.facts(creditor.pk, as_of, rehearsal=rehearsal, customers=customers)
    if creditor.channels and not rehearsal:
        facts = _with_ways_out(facts, set(creditor.channels))
    forecasts = load_forecasts.for_plan(creditor.pk, as_of)
    return replace(assemble(creditor, facts, as_of), forecasts=forecasts)


def assemble(
    creditor: Creditor, facts: Facts, as_of: date, *, instead: str = "", draft: Policy | None = None
) -> Portfolio:
    """Facts with their policies, law and calendars; `instead` puts one policy in the place of all that fit the same cases, a
    `draft` one that is not saved.
    """
    every = policies.load_all()
    if draft is not None:
        every, instead = {**every, draft.name: draft}, draft.name
    names = sorted(every)
    laws = jurisdictions.load_all()
    customers_frame = _with_stop_right(creditor, _with_jurisdiction(facts.customers, laws))
    chosen = _choose(facts, every, names, instead)
    receivables = facts.receivables.join(chosen, on=["receivable_id"], how="left")
    settled = facts.settled.join(chosen, on=["receivable_id"], how="left")
    countries = {creditor.country, *customers_frame["country"].unique().to_list()}
    days_off = calendars.load(countries, range(as_of.year - 1, as_of.year + 2), laws, calendars.load_corrections())
    grace = pl.DataFrame(
        {"policy": range(len(names)), "grace_days": [every[name].promise_grace_days for name in names]},
        schema={"policy": pl.Int32, "grace_days": pl.Int64},
    )
    judged = promises.pauses(
        facts.promises,
        receivables.select("receivable_id", "policy").join(grace, on="policy").drop("policy"),
        as_of,
    )
    return Portfolio(
        receivables=frames.conform(receivables, frames.RECEIVABLES),
        customers=frames.conform(customers_frame, frames.CUSTOMERS),
        contacts=_with_timezone(facts.contacts, customers_frame, laws),
        steps_done=facts.steps_done,
        under_way=facts.under_way,
        pauses=pl.concat([facts.pauses, judged, instalments.pauses(facts.plan_parts, as_of)]),
        touches=facts.touches,
        signs=facts.signs,
        settled=frames.conform(settled, frames.SETTLED),
        forecasts=frames.empty(frames.FORECASTS),
        policies=tuple(every[name] for name in names),
        jurisdictions=laws,
        calendars=days_off,
        creditor_calendar=days_off[creditor.country],
        covered_until=facts.covered_until,
        max_age_days=creditor.money_max_age_days,
        instalments=instalments.upcoming(facts.plan_parts, as_of),
    )


def policies_of(creditor_id: int, on: date, cases: list[Case]) -> list[Policy]:
    """The policy of each case on a day, chosen as a plan chooses it."""
    every = policies.load_all()
    assignments = _assignments(load.choices(creditor_id, on))
    return [every[choose(assignments, every, case).policy] for case in cases]


def _with_ways_out(facts: Facts, channels: set[str]) -> Facts:
    """Live, a message goes by a channel that has a way out; planned for another one it would wait for ever."""
    has_none = pl.col("channel").is_in(sorted(set(ways.MESSAGE_CHANNELS) - channels))
    contacts = facts.contacts.with_columns(
        is_usable=pl.col("is_usable") & ~has_none,
        unusable_reason=pl.when(has_none).then(pl.lit("no_way_out")).otherwise(pl.col("unusable_reason")),
    )
    return replace(facts, contacts=contacts)


def _with_jurisdiction(customers: pl.DataFrame, laws: dict) -> pl.DataFrame:
    by_country = {
        country: jurisdictions.of_country(country, laws).code for country in customers["country"].unique().to_list()
    }
    return customers.with_columns(jurisdiction=pl.col("country").replace_strict(by_country, return_dtype=pl.String))


def _with_stop_right(creditor: Creditor, customers: pl.DataFrame) -> pl.DataFrame:
    """Whether contract or law lets work be stopped, thought once per distinct case."""
    rule, case = limitations.stop_rule(creditor), ["kind", "stop_work", "work", "contract"]
    cases = customers.select(case).unique()
    may = [
        stop_work.right({name: value or "" for name, value in row.items()}, rule, kind=row["kind"], locale="en")
        is not None
        for row in cases.iter_rows(named=True)
    ]
    found = cases.with_columns(may_stop_work=pl.Series(may, dtype=pl.Boolean))
    return customers.join(found, on=case, how="left", nulls_equal=True)


def _with_timezone(contacts: pl.DataFrame, customers: pl.DataFrame, laws: dict) -> pl.DataFrame:
    """A person without a time zone of their own lives in the one that their country's law profile assumes."""
    by_country = {
        country: jurisdictions.timezone_of(country, laws) for country in customers["country"].unique().to_list()
    }
    zones = customers.select("customer_id", zone=pl.col("country").replace_strict(by_country, return_dtype=pl.String))
    return frames.conform(
        contacts.join(zones, on="customer_id", how="left").with_columns(timezone=pl.coalesce("timezone", "zone")),
        frames.CONTACTS,
    )


def _choose(facts: Facts, every: Policies, names: list[str], instead: str) -> pl.DataFrame:
    """The policy's index for every receivable: nearest assignment first; thought once per distinct case, not per row."""
    assignments = _assignments(facts.choices)
    if instead:
        assignments = _replaced(assignments, every, instead)
    alike = ["kind", "segment", "named_customer"]
    customers = facts.customers.select(
        "customer_id", "kind", "segment", _named("customer_id", assignments, Scope.CUSTOMER)
    )
    groups = customers.select(alike).unique().with_row_index("group")
    cases = (
        pl.concat(
            [
                frame.select("receivable_id", "customer_id", "invoice_id", "document")
                # A request that became an invoice stands among both: cancelled, and paid.
                for frame in (facts.receivables, facts.settled.join(facts.receivables, on="receivable_id", how="anti"))
            ]
        )
        .join(
            customers.join(groups, on=alike, nulls_equal=True).select("customer_id", "group"),
            on="customer_id",
            how="left",
        )
        .with_columns(_named("invoice_id", assignments, Scope.INVOICE))
    )
    keys = ["document", "group", "named_invoice"]
    distinct = cases.select(keys).unique()
    indices = [
        names.index(
            choose(
                assignments,
                every,
                Case(
                    document=DocumentKind(document),
                    customer_kind=CustomerKind(kind),
                    invoice=invoice,
                    customer=customer,
                    segments=frozenset({segment} - {""}),
                ),
            ).policy
        )
        for document, invoice, kind, segment, customer in distinct.join(
            groups, on="group", how="left", maintain_order="left"
        )
        .select("document", "named_invoice", *alike)
        .iter_rows()
    ]
    return cases.join(distinct.with_columns(policy=pl.Series(indices, dtype=pl.Int32)), on=keys, how="left").select(
        "receivable_id", "policy"
    )


def _assignments(choices: pl.DataFrame) -> list[Assignment]:
    given = [Assignment(Scope(row["scope"]), row["target"], row["policy"]) for row in choices.iter_rows(named=True)]
    return [*given, *(default for default in CREDITOR_DEFAULTS if not _overridden(default, choices))]


def _replaced(assignments: list[Assignment], every: Policies, instead: str) -> list[Assignment]:
    """The named policy wherever one of the same kind of document and customer stood."""
    new = every[instead]
    kinds = {(new.document, kind) for kind in ([new.customer_kind] if new.customer_kind else [None, *CustomerKind])}
    return [
        Assignment(one.scope, one.subject, instead)
        if (every[one.policy].document, every[one.policy].customer_kind) in kinds
        else one
        for one in assignments
    ]


def _overridden(default: Assignment, choices: pl.DataFrame) -> bool:
    # A creditor's own choice for a kind replaces the default of that kind; the others stay, so that nothing is without a policy.
    document, kind = {
        "standard": ("invoice", "business"),
        "standard-person": ("invoice", "person"),
        "before-work": ("request", ""),
    }[default.policy]
    return not choices.filter(
        (pl.col("scope") == "creditor")
        & (pl.col("document") == document)
        & ((pl.col("customer_kind") == kind) | (pl.col("customer_kind") == ""))
    ).is_empty()


def _named(column: str, assignments: list[Assignment], scope: Scope) -> pl.Expr:
    """The id as text where an assignment names it, else nothing: keeps the number of distinct cases small."""
    subjects = [int(one.subject) for one in assignments if one.scope == scope]
    named = pl.when(pl.col(column).is_in(subjects)).then(pl.col(column).cast(pl.String)).otherwise(pl.lit(""))
    return named.alias("named_invoice" if scope == Scope.INVOICE else "named_customer")
