"""The letters a day would write, without recording anything: the very code of a run."""

from __future__ import annotations

from datetime import date

from dunwell.run import letters, plan
from dunwell.run.letters import Letter
from dunwell.store.models import Creditor


def of_day(creditor: Creditor, as_of: date, *, rehearsal: bool, assume_contact: str | None = None) -> list[Letter]:
    planned = plan.propose(creditor, as_of, rehearsal=rehearsal, assume_contact=assume_contact)
    assert planned.portfolio is not None and planned.proposal is not None
    written = letters.write(creditor, planned.portfolio, planned.proposal, rehearsal=rehearsal)
    return [letter for letter in written if not letter.action["task"]]
