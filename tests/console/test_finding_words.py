"""Findings of statements and e-invoices are said in the person's language, with the file's own words where they stood."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.utils import translation

from dunwell.web.console import finding_words

ROOT = Path(__file__).parents[2] / "src" / "dunwell"
READERS = (
    *("camt", "charset", "cii", "clientbank1c", "commerceml", "einvoice", "facturx", "invoice_table", "mt940", "ofx"),
    *("statement", "statement_preamble", "statement_table", "stream", "ubl"),
)
PLACES = (
    *(ROOT / "plugins" / "importers" / f"{name}.py" for name in READERS),
    *(ROOT / "run" / f"{name}.py" for name in ("ingest_invoices", "ingest_statement")),
    ROOT / "engine" / "einvoice.py",
)


def forms_in(path: Path) -> Iterator[str]:
    """The sentences that a module's findings are made of, `{}` for what they fill in."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Finding":
            said = [*node.args[1:2], *(one.value for one in node.keywords if one.arg in ("message", "remedy"))]
            for one in said:
                if isinstance(one, ast.JoinedStr):
                    yield "".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in one.values)
                elif isinstance(one, ast.Constant) and one.value:
                    yield str(one.value)


@pytest.mark.parametrize("path", PLACES, ids=lambda path: path.stem)
def test_every_sentence_has_its_form(path: Path) -> None:
    missing = set(forms_in(path)) - set(finding_words.FORMS)
    assert not missing, f"add them to FORMS and run `make words`: {missing}"


@pytest.mark.parametrize("language", ["ru", "bg"])
def test_a_sentence_keeps_the_words_of_the_file(built: None, language: str) -> None:
    with translation.override(language):
        said = finding_words.said("Invoice A {1} of 2 stands there 3 times; it was read once.")
        assert "A {1} of 2" in said and "3" in said and "stands" not in said
        assert "English" not in finding_words.said("The country of the buyer is not known.")
        assert "buyer" not in finding_words.said("The country of the buyer is not known.")
        assert finding_words.said("Something that nobody says.") == "Something that nobody says."
        for form in finding_words.FORMS:
            filled = form.format(*(f"w{place}" for place in range(form.count("{}"))))
            assert finding_words.said(filled) != filled or "{}: {}" in form, form


def test_english_stays_as_it_was_said(built: None) -> None:
    with translation.override("en"):
        assert finding_words.said("The account X is none of yours.") == "The account X is none of yours."
