"""Whom a message goes to, by which channel, with which copies, and whether a person must approve that first.

The step's audience is asked role by role; within a role the customer's own order of contacts, then the contact's preferred
channel, then the step's order of channels. Nobody of the audience can be reached: the usual recipient. Nobody at all: a task
for a person. Above the usual recipient the first message to each contact is approved once. Natural persons have no
management: only themselves, or their representative, are ever contacted.
"""

from __future__ import annotations

import polars as pl

from dunwell.core.ledger import USUAL_RECIPIENTS, CustomerKind, CustomerState, DocumentKind, Role
from dunwell.core.policy import Step
from dunwell.engine.ladder import Rungs

EMAIL = "email"
ROLES = tuple(role.value for role in Role)
USUAL = tuple(role.value for role in USUAL_RECIPIENTS)


def choose(wanted: pl.DataFrame, contacts: pl.DataFrame, steps_done: pl.DataFrame, table: Rungs) -> pl.DataFrame:
    """One row per row of `wanted` (customer_id, rung, receivable_id, kind, state, customer_locale): contact and channel.

    `contact_id` is null where nobody can be reached; then `unreachable` says why, null when the task needs nobody.
    """
    reach = _mark_used(_reach(wanted, contacts, table), wanted, steps_done, table)
    best = (
        reach.filter(pl.col("role_order").is_not_null() & pl.col("is_usable").fill_null(False))
        .sort("customer_id", "used", "role_order", "rank", "contact_id", "channel_order", "channel", nulls_last=True)
        .unique("customer_id", keep="first", maintain_order=True)
        .select(
            "customer_id",
            "contact_id",
            "channel",
            "role",
            "person_key",
            "timezone",
            "locale",
            "is_approved",
            falls_back=pl.col("role_order") >= len(ROLES),
            is_other_way=pl.col("used").not_().fill_null(False),
        )
    )
    blocked = (
        reach.filter(~pl.col("is_usable").fill_null(False))
        .group_by("customer_id")
        .agg(unreachable=pl.col("unusable_reason").min())
    )
    task = table.column("task")
    # A person finds a number or a door; a formal claim by post stays possible whatever the contacts opted out of.
    needs_nobody = task.is_not_null() & ((task == "letter") | pl.col("unreachable").is_null())
    return (
        wanted.join(best, on="customer_id", how="left")
        .join(blocked, on="customer_id", how="left")
        .with_columns(
            channel=pl.coalesce("channel", task),
            locale=pl.coalesce("locale", "customer_locale"),
            unreachable=pl.when(pl.col("contact_id").is_null() & ~needs_nobody.fill_null(False)).then(
                pl.col("unreachable").fill_null("none")
            ),
        )
    )


def copies(chosen: pl.DataFrame, contacts: pl.DataFrame, table: Rungs) -> pl.DataFrame:
    """The contacts whom the step copies, first of each role: organisations alone, by e-mail alone, for invoices alone."""
    eligible = chosen.filter(
        (pl.col("channel") == EMAIL)
        & pl.col("contact_id").is_not_null()
        & (pl.col("kind") == CustomerKind.BUSINESS.value)
        & pl.col("state").is_null()
        & (table.column("document") == DocumentKind.INVOICE.value)
    ).select("customer_id", "rung", main="contact_id", main_person="person_key")
    order = _Order(table, {rung: step.copies for rung, _, step in table.numbered()}, ROLES)
    return (
        contacts.filter((pl.col("channel") == EMAIL) & pl.col("is_usable"))
        .join(eligible, on="customer_id")
        .with_columns(role_order=order.of("role"))
        .filter(pl.col("role_order").is_not_null() & (pl.col("contact_id") != pl.col("main")))
        .filter(pl.col("person_key").ne_missing(pl.col("main_person")))
        .sort("customer_id", "role_order", "rank", "contact_id", nulls_last=True)
        .unique(["customer_id", "role_order"], keep="first", maintain_order=True)
        .select("customer_id", "contact_id", "role", "person_key", "is_approved", channel=pl.lit(EMAIL))
    )


def is_above_usual() -> pl.Expr:
    return ~pl.col("role").is_in(USUAL)


def _reach(wanted: pl.DataFrame, contacts: pl.DataFrame, table: Rungs) -> pl.DataFrame:
    """The contacts of the wanted customers on the step's channels; `role_order` is null for whom it may not reach."""
    by_role = _Order(table, {rung: step.audience for rung, _, step in table.numbered()}, ROLES)
    channels = {rung: _channels(step) for rung, _, step in table.numbered()}
    by_channel = _Order(table, channels, tuple(sorted({name for names in channels.values() for name in names})))
    usual = pl.col("role").replace_strict(
        {role: order for order, role in enumerate(USUAL)}, default=None, return_dtype=pl.Int32
    )
    role_order = (
        pl.when(pl.col("state") == CustomerState.REPRESENTED.value)
        .then(pl.when(pl.col("role") == Role.REPRESENTATIVE.value).then(0))
        .when(pl.col("kind").ne_missing(CustomerKind.BUSINESS.value))
        .then(usual)
        .otherwise(pl.coalesce(by_role.of("role"), usual + len(ROLES)))
    )
    return (
        contacts.join(wanted.select("customer_id", "rung", "kind", "state"), on="customer_id")
        .with_columns(role_order=role_order, channel_order=by_channel.of("channel"))
        .filter(pl.col("channel_order").is_not_null())
        .with_columns(channel_order=pl.when("is_preferred").then(-1).otherwise("channel_order"))
    )


def _mark_used(reach: pl.DataFrame, wanted: pl.DataFrame, steps_done: pl.DataFrame, table: Rungs) -> pl.DataFrame:
    """`used`: whether a step that asks another way would take the very contact and channel of last time (false last)."""
    asks_another_way = wanted.filter(table.column("other_channel")).select("customer_id", "receivable_id")
    last = (
        steps_done.filter(pl.col("state") == "done")
        .join(asks_another_way, on="receivable_id")
        .sort("customer_id", "on", "step", "channel", "contact_id")
        .unique("customer_id", keep="last", maintain_order=True)
        .select("customer_id", "contact_id", "channel", used=pl.lit(True))
    )
    return reach.join(last, on=["customer_id", "contact_id", "channel"], how="left").with_columns(
        used=pl.when(pl.col("customer_id").is_in(last["customer_id"].implode())).then(pl.col("used").fill_null(False))
    )


def _channels(step: Step) -> tuple[str, ...]:
    return (step.task.value,) if step.task else step.channels


class _Order:
    """A name's place in a tuple that each rung has, as one flat table."""

    def __init__(self, table: Rungs, names_of: dict[int, tuple[str, ...]], names: tuple[str, ...]) -> None:
        self.codes = {name: code for code, name in enumerate(names)}
        places: list[int | None] = [None] * (table.frame.height * max(1, len(names)))
        for rung, ordered in names_of.items():
            for place, name in reversed(list(enumerate(ordered))):
                places[rung * len(names) + self.codes[str(name)]] = place
        self.width, self.places = len(names), pl.Series(places, dtype=pl.Int32)

    def of(self, column: str) -> pl.Expr:
        code = pl.col(column).replace_strict(self.codes, default=None, return_dtype=pl.Int32)
        return pl.lit(self.places).gather(pl.col("rung") * self.width + code)
