"""What the letters of a run draw on: the creditor, the staff, the plan's portfolio, the rows that its actions name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl

from dunwell.core.calendar import Calendar
from dunwell.core.frames import Portfolio
from dunwell.core.ledger import DocumentKind
from dunwell.core.message import (
    BankAccount,
    CreditorFacts,
)
from dunwell.core.rates import Limitation, StopWorkRule
from dunwell.run import deadlines, limitations, offers, videos
from dunwell.run.videos import Still
from dunwell.store import load_letters, load_papers, pages
from dunwell.store.load_letters import Details, Row
from dunwell.store.models import Creditor, Deadline, OfferGrant, Staff


@dataclass(frozen=True)
class Sources:
    """What the letters of one run draw on."""

    creditor: Creditor
    facts: CreditorFacts
    staff: dict[str, Staff]
    usual_writer: Staff | None
    away: Mapping[int, Staff]  # who is on leave, with who stands in
    portfolio: Portfolio
    found: Details
    limitation: Limitation | None
    stop_rule: StopWorkRule | None
    broken: frozenset[int]  # receivables of which a promise was broken
    agreed: dict[int, Row]  # by receivable, the next payment of its schedule
    offers: dict[int, OfferGrant]  # by receivable
    deadlines: dict[int, dict[str, Deadline]]  # by request and kind
    videos: dict[int, Still]  # by customer, what letters show of a personal video
    surveyed: dict[int, frozenset[int]]  # by days, the customers who were asked how happy they are within them
    as_of: date


def sources(creditor: Creditor, portfolio: Portfolio, as_of: date, found: Details, *, rehearsal: bool) -> Sources:
    """What the letters of a day draw on; `found` are the rows that their actions name."""
    accounts = tuple(account_facts(one) for one in load_letters.bank_accounts(creditor.pk, as_of))
    staff = load_letters.staff(creditor.pk)
    return Sources(
        creditor=creditor,
        facts=CreditorFacts(
            trade_name=creditor.name,
            registered_name=creditor.registered_name,
            tax_id=creditor.tax_id,
            address=creditor.address,
            accounts=accounts,
            logo=load_papers.logo(creditor.pk),
        ),
        staff={one.name: one for one in staff},
        usual_writer=staff[0] if staff else None,
        away=load_letters.away(creditor.pk, as_of),
        portfolio=portfolio,
        found=found,
        limitation=limitations.of(creditor),
        stop_rule=limitations.stop_rule(creditor),
        agreed={row["receivable_id"]: row for row in portfolio.instalments.iter_rows(named=True)},
        broken=frozenset(
            portfolio.pauses.filter(pl.col("reason").is_in(("broken", "broken_in_part")))["receivable_id"].drop_nulls()
        ),
        offers=offers.told(creditor, list(found.receivables), as_of, rehearsal=rehearsal),
        deadlines=deadlines.told(creditor, _requests(found), as_of, rehearsal=rehearsal),
        videos=videos.stills(creditor.pk, found.customers, as_of),
        surveyed={
            days: pages.surveyed_since(creditor.pk, as_of - timedelta(days), rehearsal=rehearsal)
            for days in {policy.survey_gap_days for policy in portfolio.policies} - {0}
        },
        as_of=as_of,
    )


def calendar_of(known: Sources, action: Row) -> Calendar:
    """The working days of where the customer is."""
    country = known.found.customers[action["customer_id"]]["country"] or known.creditor.country
    return known.portfolio.calendars[country]


def account_facts(one: load_letters.BankAccount) -> BankAccount:
    """A stored account as letters and pages name it."""
    return BankAccount(
        currency=one.currency,
        holder=one.holder,
        bank_name=one.bank,
        iban=one.iban,
        bic=one.bic,
        account=one.account,
        corr_account=one.correspondent,
        inn=one.tax_id,
        kpp=one.kpp,
        address=one.creditor.address,
    )


def _requests(found: Details) -> list[int]:
    return [row["invoice_id"] for row in found.receivables.values() if row["kind"] == DocumentKind.REQUEST]
