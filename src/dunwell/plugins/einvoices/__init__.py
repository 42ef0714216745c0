"""E-invoices out: one document as XML of EN 16931, in the syntax that its reader asks for.

A writer puts down what the document says and computes nothing; whether it may be written at all is `engine.einvoice`'s to judge.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from dunwell.core.documents import InvoiceDocument
from dunwell.plugins.einvoices import cii, ubl

WRITERS: Mapping[str, Callable[[InvoiceDocument], bytes]] = {"ubl": ubl.write, "cii": cii.write}
