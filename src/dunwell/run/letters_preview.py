"""The letters a day would write, without recording anything: the very code of a run."""

from __future__ import annotations

import base64
from datetime import date

from dunwell.core.message import Draft
from dunwell.run import letters, plan
from dunwell.run.letters import Letter
from dunwell.store.models import Creditor


def of_day(creditor: Creditor, as_of: date, *, rehearsal: bool, assume_contact: str | None = None) -> list[Letter]:
    planned = plan.propose(creditor, as_of, rehearsal=rehearsal, assume_contact=assume_contact)
    assert planned.portfolio is not None and planned.proposal is not None
    written = letters.write(creditor, planned.portfolio, planned.proposal, rehearsal=rehearsal)
    return [letter for letter in written if not letter.action["task"]]


def standalone_html(draft: Draft) -> str:
    """The letter as one page for a browser: pictures that an e-mail carries beside its text stand inside it."""
    page = draft.html
    for one in draft.attachments:
        if one.content_id:
            inside = base64.b64encode(one.content).decode()
            page = page.replace(f"cid:{one.content_id}", f"data:{one.media_type};base64,{inside}")
    return page
