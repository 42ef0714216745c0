"""How a person says what a handed-in file means: kind, columns, forms of dates and sums, until when payments are entered.

The names of fields in an address are: `kind`, `c0`, `c1` … (the field of each column), `date_order`, `decimal`, `covered_until`,
`complete`. The first wizard and the page of imports ask with it.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext as _

from dunwell.core.records import Mapping
from dunwell.run import sheets
from dunwell.run.ingest import Summary
from dunwell.run.ingest_documents import Options
from dunwell.run.sheets import Sheet
from dunwell.web.console import labels
from dunwell.web.console.desk import Desk

KINDS = ("auto", "invoices", "customers", "payments", "statement")
ANSWERS = {"dates_ambiguous": "date_order", "dates_contradict": "date_order", "kind_ambiguous": "kind"}
"""Which answer settles which question; the others are about decimal marks."""


def kept(request: HttpRequest, desk: Desk) -> str:
    """The token of the file that a form hands in, laid down as it came."""
    file = request.FILES.get("file")
    if file is None:
        raise sheets.FileEmpty
    return sheets.keep(desk.creditor, file.name or "file", file.chunks(), data=desk.folder)


def path(desk: Desk, token: str) -> Path:
    return sheets.path_of(desk.creditor, token, data=desk.folder)


def look(desk: Desk, token: str, said: QueryDict) -> tuple[Sheet, Options]:
    """The file with the answers given so far. Without any the program's own reading stands."""
    found = path(desk, token)
    options = _options(said, Mapping())
    if "c0" in said:
        # Columns go by their header; these are known once the file has been glanced at.
        headers = [one.header for one in sheets.look(desk.creditor, found, options).columns]
        named = {header: said.get(f"c{place}", "") for place, header in enumerate(headers)}
        options = _options(said, Mapping(columns=named))
    return sheets.look(desk.creditor, found, options), options


def context(sheet: Sheet, said: QueryDict, today: date) -> dict[str, object]:
    """What `part_sheet.html` shows."""
    fields = sorted(((one, labels.word("field", one)) for one in sheet.fields), key=lambda pair: pair[1])
    return {
        "sheet": sheet,
        "kind": said.get("kind") or "auto",
        "fields": fields,
        "missing": [_(" or ").join(labels.word("field", one) for one in group) for group in sheets.missing(sheet)],
        "questions": [(ANSWERS.get(one.code, "decimal"), one) for one in sheet.questions],
        "covered_until": said.get("covered_until", today.isoformat()),
        "complete": bool(said.get("complete")),
        "kept": [(name, said[name]) for name in ("date_order", "decimal") if said.get(name)],
    }


def summed_up(done: list[Summary]) -> str:
    """What an import came to, for a toast."""
    new, rows = sum(one.counts["invoices_new"] for one in done), sum(one.rows for one in done)
    said = _("{rows} rows read, {new} new documents.").format(rows=rows, new=new)
    findings = sum(one.findings_total for one in done)
    return said + " " + _("{count} remarks wait on the list.").format(count=findings) if findings else said


def _options(said: QueryDict, mapping: Mapping) -> Options:
    try:
        covered = date.fromisoformat(said.get("covered_until", ""))
    except ValueError:
        covered = None
    kind = said.get("kind", "auto")
    return Options(
        kind=kind if kind in KINDS else "auto",
        mapping=mapping if mapping.columns else None,
        date_order=said.get("date_order") if said.get("date_order") in ("dmy", "mdy") else None,
        decimal=said.get("decimal") if said.get("decimal") in (",", ".") else None,
        complete=bool(said.get("complete")),
        covered_until=covered,
    )
