"""Early attention: where a policy asks for it and the forecast fears for the money, a call is put on the work list before its day."""

from __future__ import annotations

from datetime import date

from dunwell.core.ledger import EARLY_CALL, TaskKind
from dunwell.engine import attention
from dunwell.run.desk import Planned
from dunwell.store import load_forecasts, record_plan
from dunwell.store.models import Creditor
from dunwell.store.record_plan import NewTask

A_DAY_MAX = 5
"""So many a day beside the calls of the ladders: the ones by whom most may be lost."""


def run(creditor: Creditor, as_of: date, planned: Planned, *, rehearsal: bool, by: str) -> int:
    """Put today's early calls on the work list; gives how many. An invoice is called about early once."""
    seen, proposal, run_id = planned.portfolio, planned.proposal, planned.run_id
    if seen is None or proposal is None or run_id is None or all(one.attention_from >= 1 for one in seen.policies):
        return 0
    feared = load_forecasts.feared(creditor.pk, as_of)
    calls = attention.wanted(seen, proposal, feared, as_of).head(A_DAY_MAX)
    tasks = [
        NewTask(
            customer_id=customer,
            contact_id=None,
            kind=TaskKind.CALL.value,
            policy=seen.policies[policy].name,
            step=EARLY_CALL,
            level=0,
            text="",
            items=tuple((one, None) for one in receivables),
        )
        for customer, policy, receivables in calls.iter_rows()
    ]
    return record_plan.tasks(creditor.pk, run_id, tasks, as_of=as_of, rehearsal=rehearsal, by=by)
