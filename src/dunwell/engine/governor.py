"""Whether a person may be contacted today: law ∧ courtesy ∧ minimum gap, over all channels, invoices and customers.

A person is the same wherever the key of the address is the same. Everything we began counts, copies and contacts made by hand
included; answers to a person's own question do not. A contact whose person nobody noted counts against everybody at that
customer. Where it is unclear which rules apply, all of them do.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import polars as pl

from dunwell.core.frames import INSTANT
from dunwell.core.jurisdiction import Cap, Hours, Jurisdiction
from dunwell.core.ledger import CustomerKind
from dunwell.engine.days import Days

MEMORY_DAYS = 92
"""Older contacts weigh in no cap; none reaches further back than a quarter."""

MONTH_DAYS_MIN = 28
"""A cap over at least so many days is one over a month: the calendar's month counts beside the rolling window."""

Jurisdictions = dict[str, Jurisdiction]


def refuse(
    asked: pl.DataFrame, touches: pl.DataFrame, jurisdictions: Jurisdictions, as_of: date, calendar: Days
) -> pl.DataFrame:
    """Of the contacts asked for (contact_no, customer_id, person_key, channel, kind, jurisdiction, place, gap) those
    refused: contact_no, reason, allowed_on. A null gap asks for the law's and courtesy's caps alone."""
    earlier = _earlier(asked, touches, as_of)
    refusals = [_too_soon(asked, earlier, as_of)]
    for code, kind in asked.select("jurisdiction", "kind").unique().sort("jurisdiction", "kind").iter_rows():
        mine = asked.filter(pl.col("jurisdiction").eq_missing(code) & pl.col("kind").eq_missing(kind))
        refusals += [_capped(mine, earlier, cap, as_of, calendar) for cap in _caps(jurisdictions, code, kind)]
    return (
        pl.concat(refusals)
        .sort("contact_no", "allowed_on", "reason", descending=[False, True, False])
        .unique("contact_no", keep="first", maintain_order=True)
    )


def hours(asked: pl.DataFrame, jurisdictions: Jurisdictions, as_of: date) -> pl.DataFrame:
    """For each (jurisdiction, kind, timezone) that occurs: the instants between which a message may go out on that day."""
    rows = []
    for code, kind, zone in asked.select("jurisdiction", "kind", "timezone").unique().iter_rows():
        start, end = _window(jurisdictions, code, kind)
        place = _zone(zone, jurisdictions, code)
        bounds = (datetime.combine(as_of, at, tzinfo=place).astimezone(UTC) for at in (start, end))
        rows.append((code, kind, zone, *bounds))
    keys = {"jurisdiction": pl.String, "kind": pl.String, "timezone": pl.String}
    return pl.DataFrame(rows, schema={**keys, "not_before": INSTANT, "not_after": INSTANT}, orient="row")


def _earlier(asked: pl.DataFrame, touches: pl.DataFrame, as_of: date) -> pl.DataFrame:
    counted = touches.filter(
        pl.col("counts").fill_null(True) & pl.col("on").is_between(as_of - timedelta(MEMORY_DAYS), as_of)
    ).select("person_key", "customer_id", "on", "is_draft", touched="channel")
    ask = asked.select("contact_no", "customer_id", "person_key")
    by_person = (
        ask.drop_nulls("person_key")
        .join(counted.rename({"customer_id": "touched_at"}), on="person_key")
        # A customer's own draft is what is asked for: it does not stand in its own way.
        .filter(~(pl.col("is_draft").fill_null(False) & (pl.col("touched_at") == pl.col("customer_id"))))
    )
    unnamed = counted.filter(pl.col("person_key").is_null()).drop("person_key")
    at_customer = ask.join(unnamed, on="customer_id")
    columns = ["contact_no", "on", "touched"]
    return pl.concat([by_person.select(columns), at_customer.select(columns)])


def _too_soon(asked: pl.DataFrame, earlier: pl.DataFrame, as_of: date) -> pl.DataFrame:
    allowed_on = pl.col("on") + pl.duration(days=pl.col("gap"))
    return (
        earlier.group_by("contact_no")
        .agg(pl.col("on").max())
        .join(asked.select("contact_no", "gap"), on="contact_no")
        .select("contact_no", reason=pl.lit("minimum_gap"), allowed_on=allowed_on)
        .filter(pl.col("allowed_on") > as_of)
    )


def _capped(asked: pl.DataFrame, earlier: pl.DataFrame, cap: Cap, as_of: date, calendar: Days) -> pl.DataFrame:
    channels = sorted(cap.channels)
    mine = asked.filter(pl.col("channel").is_in(channels)).select("contact_no", "place")
    name = f"cap_reached={cap.basis} {'+'.join(channels)} {cap.count}/{cap.days}"
    if cap.count == 0:
        return mine.select("contact_no", reason=pl.lit(name), allowed_on=pl.lit(None, pl.Date))
    return (
        earlier.filter(pl.col("touched").is_in(channels))
        .join(mine, on="contact_no")
        .with_columns(free_again=_free_again(cap, pl.col("on"), calendar))
        .filter(pl.col("free_again") > as_of)
        .group_by("contact_no")
        .agg(n=pl.len(), allowed_on=pl.col("free_again").sort(descending=True).slice(cap.count - 1, 1).first())
        .filter(pl.col("n") >= cap.count)
        .select("contact_no", "allowed_on", reason=pl.lit(name))
        .select("contact_no", "reason", "allowed_on")
    )


def _free_again(cap: Cap, on: pl.Expr, calendar: Days) -> pl.Expr:
    """The first day on which a contact of that day weighs no more: rolling or calendar month, whichever is later."""
    if cap.business_days:
        return calendar.add(on.to_physical().cast(pl.Int32), cap.days, pl.col("place")).cast(pl.Int32).cast(pl.Date)
    rolling = on.dt.offset_by(f"{cap.days}d")
    if cap.days < MONTH_DAYS_MIN:
        return rolling
    return pl.max_horizontal(rolling, on.dt.month_start().dt.offset_by("1mo"))


def _profiles(jurisdictions: Jurisdictions, code: str | None) -> list[Jurisdiction]:
    return [jurisdictions[code]] if code in jurisdictions else [jurisdictions[name] for name in sorted(jurisdictions)]


def _kind(kind: str | None) -> CustomerKind:
    return CustomerKind.BUSINESS if kind == CustomerKind.BUSINESS.value else CustomerKind.PERSON


def _caps(jurisdictions: Jurisdictions, code: str | None, kind: str | None) -> list[Cap]:
    return [cap for profile in _profiles(jurisdictions, code) for cap in profile.caps.get(_kind(kind), ())]


def _window(jurisdictions: Jurisdictions, code: str | None, kind: str | None) -> tuple[time, time]:
    """The day's hours; where several profiles apply, those that suit all of them."""
    found: list[Hours] = [profile.hours[_kind(kind)] for profile in _profiles(jurisdictions, code)]
    return max(each.business_days[0] for each in found), min(each.business_days[1] for each in found)


def _zone(name: str | None, jurisdictions: Jurisdictions, code: str | None) -> ZoneInfo:
    fallback = _profiles(jurisdictions, code)[0].timezone
    try:
        return ZoneInfo(name or fallback)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo(fallback)
