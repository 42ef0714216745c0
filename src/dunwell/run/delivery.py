"""Delivery by the creditor's own ways out and calendar."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from dunwell.run import calendars, deliver, hooks, jurisdictions, sent_copies, ways
from dunwell.run.deliver import Delivery
from dunwell.store import switches
from dunwell.store.models import Creditor


def run(creditor: Creditor, now: datetime, *, folder: Path) -> Delivery:
    """Send what is due at `now` (UTC): live through the configured channels, in rehearsal into files."""
    laws = jurisdictions.load_all()
    years = range(now.year - 1, now.year + 2)
    calendar = calendars.load([creditor.country], years, laws, calendars.load_corrections())[creditor.country]
    rehearsal = not switches.is_live(creditor.pk)
    with ways.opened(creditor, rehearsal=rehearsal, folder=folder) as out:
        done = deliver.deliver(creditor.pk, now, out, rehearsal=rehearsal, calendar=calendar)
    hooks.deliver(creditor, now, folder=folder)
    sent_copies.look(creditor, on=now.astimezone(ZoneInfo(creditor.timezone)).date())
    return done
