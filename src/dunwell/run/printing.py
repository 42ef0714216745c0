"""Printed documents under the creditor's logo."""

from __future__ import annotations

from dataclasses import replace

from dunwell.core.paper import Document
from dunwell.plugins import paper
from dunwell.store import load_papers
from dunwell.store.models import Creditor


def pdf(creditor: Creditor, document: Document) -> bytes:
    """The document as PDF: the logo of its day stands in its head, and changes nothing of what it says."""
    return paper.pdf(replace(document, logo=load_papers.logo(creditor.pk, document.day)))
