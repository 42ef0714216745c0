"""Imports: a file comes in, its columns are looked at and put right, it is imported while one watches, its findings are settled."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from django import forms as django_forms
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from dunwell.core.records import RecordKind
from dunwell.core.refusal import Refusal
from dunwell.run import people, uploads
from dunwell.run.ingest_documents import Options
from dunwell.run.uploads import Look
from dunwell.store import money_view, today
from dunwell.store.models import FindingRecord, ImportFile
from dunwell.web.console import deeds, finding_words, first_steps, forms, labels, paging
from dunwell.web.console import show as answer
from dunwell.web.console.deeds import Done
from dunwell.web.console.desk import Desk

KINDS = ("auto", *RecordKind, "statement")
ANSWERS = {"dates_ambiguous": "date_order", "dates_contradict": "date_order", "kind_ambiguous": "kind"}
"""Which answer settles which question; the others are about decimal marks."""
SAYS_WHAT_IS_PAID = {"balance", "paid", "paid_date", "status"}
SAMPLES = 3
UNREAD = "-"
COLUMN = "column-"


def show(request: HttpRequest, desk: Desk) -> HttpResponse:
    """The files that came in, the newest first."""
    context = {
        "section": "money",
        "page": paging.page(money_view.files(before=paging.after(request))),
        "count": len(today.unmatched(desk.creditor.pk)),
    }
    return answer.page(request, desk, "files.html", context)


def one(request: HttpRequest, desk: Desk, number: int) -> HttpResponse:
    """A file with what was wrong in it; each finding beside its row as it was received."""
    file: ImportFile = deeds.found(ImportFile, number)
    context = {"section": "money", "file": file, "findings": money_view.file_findings(number)}
    return answer.page(request, desk, "file.html", context)


def settle(request: HttpRequest, desk: Desk, number: int) -> HttpResponse:
    """A person has looked at a finding: what it held goes on."""
    finding: FindingRecord = deeds.found(FindingRecord, number)
    if finding.file_id is None:
        raise Http404
    outcomes = people.FINDING_OUTCOMES if finding.receivable_id else ("still_open", "repaired", "ignored")

    class Asked(forms.Form):
        outcome = forms.choice(gettext_lazy("What is true"), forms.words("settled", list(outcomes)))
        why = forms.why(required=False)

    def do(said: dict[str, Any]) -> Done:
        people.settle_finding(desk.creditor, number, outcome=said["outcome"], **desk.fact(said["why"]))
        return Done(_("The finding is settled."))

    return deeds.ask(
        request,
        desk,
        Asked(request.POST or None),
        title=_("Settle the finding"),
        lead=finding_words.said(finding.message),
        button=_("Settle it"),
        back=desk.url("file", finding.file_id),
        do=do,
    )


class UploadForm(forms.Form):
    file = django_forms.FileField(
        label=gettext_lazy("File"),
        widget=django_forms.FileInput({"class": "form-control"}),
        help_text=gettext_lazy(
            "A sheet of customers, invoices, open items or payments (CSV, XLSX, ODS), a bank statement (camt, MT940, OFX, 1C, "
            "CSV), an e-invoice (UBL, CII, Factur-X, CommerceML), or a zip of them."
        ),
    )


def upload(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Take a file in; nothing is recorded yet."""
    form = UploadForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data["file"]
        try:
            token = uploads.keep(desk.creditor, desk.folder, given.name, given.chunks())
        except Refusal as refusal:
            form.add_error("file", answer.refused(refusal))
        else:
            return answer.sent_on(request, desk.url("import-look", token))
    status = answer.UNPROCESSABLE if form.errors else 200
    return answer.page(request, desk, "import.html", {"section": "money", "form": form}, status=status)


def look(request: HttpRequest, desk: Desk, token: str) -> HttpResponse:
    """What the file is taken for: its columns, its first rows, its questions. Said otherwise, it is read otherwise."""
    path = _path(desk, token)
    if uploads.state(path).phase != "waiting":
        return answer.sent_on(request, desk.url("import-progress", token))
    found, options = _read(request, desk, path)
    return answer.page(request, desk, "import_look.html", _looked(request, desk, token, found, options))


@require_POST
def take(request: HttpRequest, desk: Desk, token: str) -> HttpResponse:
    """Import the file as it was looked at; where a question is still open it is asked again."""
    path = _path(desk, token)
    found, options = _read(request, desk, path)
    if not found.is_ready:
        context = _looked(request, desk, token, found, options)
        return answer.page(request, desk, "import_look.html", context, status=answer.UNPROCESSABLE)
    if uploads.state(path).phase != "running":
        uploads.start(desk.creditor, path, options, as_of=desk.today, by=desk.by)
    return answer.sent_on(request, desk.url("import-progress", token))


def progress(request: HttpRequest, desk: Desk, token: str) -> HttpResponse:
    """How far the import is, asked again every second while it runs; then what it did."""
    path = _path(desk, token)
    state = uploads.state(path)
    context = {
        "section": "money",
        "token": token,
        "name": path.name,
        "state": state,
        "first": first_steps.in_first_hour("file"),
    }
    if state.phase == "done":
        context["refused"] = len(uploads.refused(path).rows)
    return answer.page(request, desk, "import_progress.html", context)


def repair(request: HttpRequest, desk: Desk, token: str) -> HttpResponse:
    """The rows that did not go in, to be put right here; what is typed is then looked at like any file."""
    path = _path(desk, token)
    found = uploads.refused(path)
    if not found.rows:
        raise Http404
    if request.method == "POST":
        width = range(len(found.titles))
        rows = [
            [request.POST.get(f"cell-{row}-{column}", "") for column in width]
            for row in range(len(found.rows))
            if request.POST.get(f"take-{row}") == "on"
        ]
        return answer.sent_on(
            request, desk.url("import-look", uploads.repaired(desk.creditor, desk.folder, path, rows))
        )
    context = {
        "section": "money",
        "token": token,
        "name": path.name,
        "titles": found.titles,
        "rows": [
            (row, [(f"cell-{row}-{column}", cell) for column, cell in enumerate(cells)], wrong)
            for row, (cells, wrong) in enumerate(found.rows)
        ],
    }
    return answer.page(request, desk, "import_repair.html", context)


def _path(desk: Desk, token: str) -> Path:
    found = uploads.find(desk.creditor, desk.folder, token)
    if found is None:
        raise Http404
    return found


def _read(request: HttpRequest, desk: Desk, path: Path) -> tuple[Look, Options]:
    """The file read as the form says; the columns count only while the kind is the one that they were chosen for."""
    said = request.POST
    kind = said.get("kind", "auto") if said.get("kind") in KINDS else "auto"
    options = Options(
        kind=kind,
        date_order=said["date_order"] if said.get("date_order") in ("dmy", "mdy") else None,
        decimal=said["decimal"] if said.get("decimal") in (",", ".") else None,
        complete=said.get("complete") == "on",
        covered_until=_day(said.get("covered_until", "")),
    )
    found = uploads.look(desk.creditor, path, options)
    if found.head is None or said.get("shown_kind") != found.head.kind:
        return found, options
    names = [said.get(f"{COLUMN}{place}", "") for place in range(len(found.head.headers))]
    # What stands as it was recognised is left to be recognised: only what a person changed goes into the mapping.
    changed = {
        header: "" if name == UNREAD else name
        for header, name, was in zip(found.head.headers, names, found.head.fields, strict=True)
        if header and name and name != (was or UNREAD)
    }
    if not changed:
        return found, options
    mapping = uploads.mapping_of(found.head, changed, RecordKind(kind) if kind in list(RecordKind) else None)
    options = replace(options, mapping=mapping)
    return uploads.look(desk.creditor, path, options), options


def _day(said: str) -> date | None:
    try:
        return date.fromisoformat(said)
    except ValueError:
        return None


def _looked(request: HttpRequest, desk: Desk, token: str, found: Look, options: Options) -> dict[str, Any]:
    first = first_steps.in_first_hour("file")
    fields = sorted(((name, labels.word("field", name)) for name in found.fields), key=lambda pair: pair[1])
    covered = request.POST.get("covered_until")
    if covered is None and (first or (found.head and SAYS_WHAT_IS_PAID & set(found.head.fields))):
        covered = desk.today.isoformat()
    return {
        "section": "money",
        "token": token,
        "first": first,
        "look": found,
        "options": options,
        "trouble": answer.refused(found.trouble) if found.trouble else "",
        "kinds": [(kind, labels.word("file", kind)) for kind in KINDS],
        "columns": list(_columns(found)),
        "fields": fields,
        "missing": [
            _(" or ").join(labels.word("field", name) for name in group)
            for group in (found.head.missing if found.head else ())
        ],
        "unread": UNREAD,
        "questions": [(ANSWERS.get(one.code, "decimal"), one) for one in found.questions],
        "covered_until": covered or "",
    }


def _columns(found: Look) -> Iterator[tuple[str, str, str, list[str]]]:
    """Each column that holds something: the name of its answer, its header, what it is read as, what its first cells hold."""
    if not found.head:
        return
    for place, (header, name) in enumerate(zip(found.head.headers, found.head.fields, strict=True)):
        cells = dict.fromkeys(row[place] for row in found.head.rows if row[place])
        if header or cells:
            yield f"{COLUMN}{place}", header, name, list(cells)[:SAMPLES]
