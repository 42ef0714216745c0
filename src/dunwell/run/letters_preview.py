"""The letters a day would write, without recording anything: the very code of a run."""

from __future__ import annotations

import base64
from collections import Counter
from dataclasses import dataclass
from datetime import date

import polars as pl

from dunwell.core import reasons
from dunwell.core.message import Draft
from dunwell.run import letters, plan
from dunwell.run.letters import Letter
from dunwell.store.models import Creditor


@dataclass(frozen=True, slots=True)
class Preview:
    """A day that nobody has run: its letters, its tasks for people, and how many receivables wait for which reason."""

    letters: list[Letter]
    tasks: int
    waiting: list[tuple[str, int]]  # a reason and how many say it, the most frequent first


def look(
    creditor: Creditor,
    as_of: date,
    *,
    rehearsal: bool,
    assume_contact: str | None = None,
    customers: tuple[int, ...] = (),
) -> Preview:
    """The day as it would be, of all customers or only of some."""
    planned = plan.propose(creditor, as_of, rehearsal=rehearsal, assume_contact=assume_contact, customers=customers)
    assert planned.portfolio is not None and planned.proposal is not None
    written = list(letters.write(creditor, planned.portfolio, planned.proposal, rehearsal=rehearsal))
    tasks = planned.proposal.actions["task"].is_not_null().sum()
    idle = planned.proposal.outcomes.filter(pl.col("code").is_in(["wait", "hold"]))
    return Preview(
        [one for one in written if not one.action["task"]],
        int(tasks),
        Counter(one for said in idle["reasons"] for one in said.split(reasons.SEPARATOR)).most_common(),
    )


def of_day(creditor: Creditor, as_of: date, *, rehearsal: bool, assume_contact: str | None = None) -> list[Letter]:
    return look(creditor, as_of, rehearsal=rehearsal, assume_contact=assume_contact).letters


def standalone_html(draft: Draft) -> str:
    """The letter as one page for a browser: pictures that an e-mail carries beside its text stand inside it."""
    page = draft.html
    for one in draft.attachments:
        if one.content_id:
            inside = base64.b64encode(one.content).decode()
            page = page.replace(f"cid:{one.content_id}", f"data:{one.media_type};base64,{inside}")
    return page
