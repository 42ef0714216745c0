"""Documents as PDF, with the creditor's logo on their first page."""

from __future__ import annotations

from dataclasses import replace

from dunwell.core.paper import Document
from dunwell.plugins import paper
from dunwell.store import load_letters
from dunwell.store.models import Creditor


def pdf(creditor: Creditor, document: Document) -> bytes:
    return paper.pdf(replace(document, logo=load_letters.logo(creditor.pk)))
