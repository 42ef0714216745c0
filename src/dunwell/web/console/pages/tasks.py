"""A visit or a formal talk: the papers to take along, and what came of it; the outcome leads to where it takes effect."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dunwell.core.ledger import TaskKind
from dunwell.core.refusal import Refusal
from dunwell.run import people
from dunwell.store.models import Task
from dunwell.web.console import deeds, forms
from dunwell.web.console import show as answer
from dunwell.web.console.desk import Desk

OUTCOMES: dict[str, tuple[str, ...]] = {
    TaskKind.VISIT.value: ("visited", "promised", "nothing_agreed", "not_met"),
    TaskKind.TALK.value: ("parts_agreed", "retainer_agreed", "parting", "promised", "nothing_agreed", "not_met"),
}
NOT_DONE = ("not_met",)
LEADS_TO = {
    "parts_agreed": "customer-instalments",
    "retainer_agreed": "retainer-propose",
    "parting": "customer-papers",
    "promised": "customer-promise",
}
"""Where what was agreed is recorded, so that it takes effect with the next run."""


def close(request: HttpRequest, desk: Desk, number: int) -> HttpResponse:
    """What came of it; a task of another kind is closed where it is worked on."""
    task: Task = deeds.found(Task, number)
    if task.kind not in OUTCOMES:
        raise Http404

    class Asked(forms.Form):
        outcome = forms.choice(gettext_lazy("What came of it"), forms.words("task_outcome", [*OUTCOMES[task.kind]]))
        why = forms.text(gettext_lazy("What was said"), rows=4, required=False)

    form = Asked(request.POST or None)
    back = desk.url("customer", task.customer_id)
    if request.method == "POST" and form.is_valid():
        said: dict[str, Any] = form.cleaned_data
        outcome = said["outcome"]
        leads_to = desk.url(LEADS_TO[outcome], task.customer_id) if outcome in LEADS_TO else back
        try:
            with transaction.atomic():
                if deeds.is_repeated(request, desk):
                    return answer.done(request, _("This was done already."), back)
                people.close_task(
                    desk.creditor, number, outcome=outcome, is_done=outcome not in NOT_DONE, **desk.fact(said["why"])
                )
        except Refusal as refusal:
            form.add_error(None, answer.refused(refusal))
        else:
            return answer.done(request, _("Kept. What was agreed is recorded here."), leads_to)
    context = {
        "section": "today", "form": form, "title": _("What came of it"), "lead": task.customer.name, "back": back,
        "button": _("Keep it"), "action": request.path, "once": deeds.once(request), "customer": task.customer,
    }  # fmt: skip
    status = answer.UNPROCESSABLE if form.errors else 200
    return answer.page(request, desk, "task.html", context, status=status)
