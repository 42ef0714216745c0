"""Letters by post: printed one by one or all at once, and the post's number kept."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dunwell.core.refusal import Refusal
from dunwell.run import posted
from dunwell.store.models import Task
from dunwell.web.console import deeds, forms
from dunwell.web.console import show as answer
from dunwell.web.console.deeds import Done
from dunwell.web.console.desk import Desk


def show(request: HttpRequest, desk: Desk, number: int) -> HttpResponse:
    """What a letter says, the way to its paper, and the form for the post's number."""
    task: Task = deeds.found(Task, number)
    if task.kind != "letter" or hasattr(task, "outcome"):
        raise Http404

    class Asked(forms.Form):
        tracking = forms.text(
            gettext_lazy("Number of the post"),
            max_length=60,
            help_text=gettext_lazy("As on the receipt, such as RR123456785BG; it goes into the evidence."),
        )

    def do(said: dict[str, Any]) -> Done:
        kept = posted.post(desk.creditor, number, said["tracking"], on=desk.today, by=desk.by)
        return Done(_("Posted as {number}.").format(number=kept))

    form = Asked(request.POST or None)
    back = desk.url("today")
    if request.method == "POST":
        return deeds.ask(request, desk, form, title=_("Letter"), button=_("It was posted"), back=back, do=do)
    context = {"section": "today", "task": task, "form": form, "paragraphs": task.text.split("\n\n")}
    return answer.page(request, desk, "posted.html", context)


def paper(request: HttpRequest, desk: Desk, number: int) -> HttpResponse:
    """The letter as PDF."""
    deeds.found(Task, number)
    return _pdf(request, desk, [number], f"letter-{number}.pdf")


def together(request: HttpRequest, desk: Desk) -> HttpResponse:
    """All letters that wait, for the printer."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    return _pdf(request, desk, [one.pk for one in posted.waiting(desk.creditor)], "letters.pdf")


def _pdf(request: HttpRequest, desk: Desk, numbers: list[int], name: str) -> HttpResponse:
    if not numbers:
        return answer.failed(request, _("No letter waits to be printed."), desk.url("today"))
    try:
        printed = posted.together(desk.creditor, numbers)
    except Refusal as refusal:
        return answer.failed(request, answer.refused(refusal), desk.url("today"))
    headers = {"Content-Disposition": f'inline; filename="{name}"', "Cache-Control": "no-store"}
    return HttpResponse(printed, content_type="application/pdf", headers=headers)
