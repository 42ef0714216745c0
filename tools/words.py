"""Gather the words of the faces: every sentence to translate goes into the catalogues of `src/dunwell/web/locale`, new ones empty.

`make words` runs it. What nobody says any more leaves; entries stand in the order of their English text, without places, so that
two changes rarely meet. The test `console/test_words.py` fails while an entry is empty. English is the text in the code itself.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

from babel.messages import pofile
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_python
from django.conf import settings
from django.utils.translation.template import templatize

ROOT = Path(__file__).parents[1] / "src" / "dunwell"
LANGUAGES = ("ru", "bg")
MADE = datetime(2026, 1, 1, tzinfo=UTC)  # always the same: a catalogue changes where its words do, and nowhere else
KEYWORDS = {
    **dict.fromkeys(("_", "gettext", "gettext_lazy", "gettext_noop"), None),
    **dict.fromkeys(("ngettext", "ngettext_lazy"), (1, 2)),
    **dict.fromkeys(("pgettext", "pgettext_lazy", "term"), ((1, "c"), 2)),
    "npgettext": ((1, "c"), 2, 3),
}
# A refusal's docstring is its sentence: those of the modules whose refusals a person at a face can meet.
REFUSING = (
    "core/money.py",
    "core/numbering.py",
    "core/offers.py",
    "core/agreed_terms.py",
    "core/payment.py",
    "core/recurring.py",
    "core/retainer.py",
    "core/tracking.py",
    "core/vat.py",
    "core/video.py",
    "plugins/mailboxes/imap.py",
    "run/allocations.py",
    "run/api_tokens.py",
    "run/before_work.py",
    "run/before_work_invoice.py",
    "run/approve.py",
    "run/autopay.py",
    "run/books.py",
    "run/calls.py",
    "core/instalments.py",
    "run/connections.py",
    "run/creditors.py",
    "run/credits.py",
    "run/deadlines.py",
    "run/digest.py",
    "run/disputes.py",
    "run/einvoices.py",
    "run/facts.py",
    "run/folder.py",
    "run/videos.py",
    "run/talks.py",
    "run/inbox.py",
    "run/late_payments.py",
    "run/inbox_effects.py",
    "run/instalments.py",
    "run/leaves.py",
    "run/mail_logins.py",
    "run/mailboxes.py",
    "run/news.py",
    "run/numbers.py",
    "run/offers.py",
    "run/own_letter.py",
    "run/papers.py",
    "run/people.py",
    "run/persons.py",
    "run/places.py",
    "run/pictures.py",
    "run/platforms.py",
    "run/policies.py",
    "run/portal_desk.py",
    "run/posted.py",
    "run/recurring.py",
    "run/stop_work.py",
    "run/subjects.py",
    "run/tell_staff.py",
    "run/uploads.py",
    "run/users.py",
    "run/ways.py",
    "store/inbox.py",
    "store/outbox.py",
    "store/vault.py",
)
# A finding of a row is a check with two sentences: what is wrong and what to do.
CHECKING = (
    "engine/open_items.py",
    "run/ingest_kinds.py",
    "plugins/importers/invoice_checks.py",
    "plugins/importers/invoices.py",
    "plugins/importers/parties.py",
    "plugins/importers/payments.py",
    "plugins/importers/rows.py",
    "plugins/importers/table.py",
)


def main() -> None:
    settings.configure(USE_I18N=True)
    for language in LANGUAGES:
        path = ROOT / "web" / "locale" / language / "LC_MESSAGES" / "django.po"
        catalog = merged(path, language)
        with path.open("wb") as written:
            pofile.write_po(written, catalog, width=120, sort_output=True, omit_header=False, no_location=True)
        empty = sum(not message.string or not all(message.string) for message in catalog if message.id)
        print(f"{language}: {len(catalog)} entries, {empty} to translate")


def merged(path: Path, language: str) -> Catalog:
    """What is said now, with the translations that there are."""
    before = pofile.read_po(path.open("rb"), locale=language) if path.exists() else Catalog(locale=language)
    catalog = Catalog(locale=language, header_comment=f"# Dunwell, {language}", creation_date=MADE, fuzzy=False)
    for context, text in said():
        single = text[0] if isinstance(text, tuple) else text
        known = before.get(single, context)
        catalog.add(text, known.string if known else None, context=context)
    return catalog


def said() -> Iterator[tuple[str | None, str | tuple[str, ...]]]:
    """Every sentence of templates, Python of the faces, and refusals: (context, text or singular and plural)."""
    for path in sorted((ROOT / "web").rglob("*.html")):
        yield from _of_python(templatize(path.read_text()).encode())
    for path in sorted((ROOT / "web").rglob("*.py")):
        yield from _of_python(path.read_bytes())
    for name in REFUSING:
        yield from _refusals((ROOT / name).read_text())
    for name in CHECKING:
        yield from _findings((ROOT / name).read_text())


def _of_python(source: bytes) -> Iterator[tuple[str | None, str | tuple[str, ...]]]:
    for _, function, found, _ in extract_python(BytesIO(source), list(KEYWORDS), [], {"encoding": "utf-8"}):
        texts = [one for one in (found if isinstance(found, tuple) else (found,)) if one is not None]
        spec = KEYWORDS[function]
        context = None
        if spec and isinstance(spec[0], tuple):
            context, *texts = texts
        if spec == (1, 2) or (spec and len(spec) == 3):
            yield context, tuple(texts[:2])
        elif texts:
            yield context, texts[0]


def _findings(source: str) -> Iterator[tuple[None, str]]:
    """The sentences that checks are made with, on the spot or by a name that they share."""
    for node in ast.walk(ast.parse(source)):
        given: list[ast.expr] = [node.value] if isinstance(node, ast.Assign) else []
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("Check", "_findings"):
            given = [*node.args, *(keyword.value for keyword in node.keywords)]
        for one in given:
            if isinstance(one, ast.Constant) and isinstance(one.value, str) and one.value.endswith("."):
                yield None, one.value


def _refusals(source: str) -> Iterator[tuple[None, str]]:
    """Docstrings of classes that derive from Refusal, directly as all of ours do; a sentence of several lines is one."""
    for node in ast.parse(source).body:
        if isinstance(node, ast.ClassDef) and any(isinstance(one, ast.Name) and one.id == "Refusal" for one in node.bases):
            yield None, " ".join((ast.get_docstring(node) or "").split())


if __name__ == "__main__":
    main()
