"""Why a payment came late, asked once; the answer proposes what would prevent the next one."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dunwell.core.late_causes import LateCause
from dunwell.run import late_payments
from dunwell.store.models import Receivable
from dunwell.web.console import deeds, forms
from dunwell.web.console.deeds import Done
from dunwell.web.console.desk import Desk


def because(request: HttpRequest, desk: Desk, number: int) -> HttpResponse:
    """The cause, in the client's words if possible."""
    receivable: Receivable = deeds.found(Receivable, number)

    class Asked(forms.Form):
        cause = forms.choice(gettext_lazy("Why was it late?"), forms.words("late", [*LateCause]))
        why = forms.text(gettext_lazy("What they said"), required=False, rows=2)

    def do(said: dict[str, Any]) -> Done:
        cause = LateCause(said["cause"])
        late_payments.because(desk.creditor, receivable.invoice, cause, **desk.fact(said["why"]))
        return Done(_("Kept; what would prevent the next one stands on their page."))

    back = desk.url("customer", receivable.customer_id)
    title = _("Why was it late?")
    return deeds.ask(
        request, desk, Asked(request.POST or None), title=title, lead=receivable.invoice.number, button=_("Keep it"),
        back=back, do=do,
    )  # fmt: skip
