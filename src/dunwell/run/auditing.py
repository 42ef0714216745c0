"""Verification of a creditor's audit chain."""

from __future__ import annotations

from dunwell.store import audit, scope
from dunwell.store.audit import Verification
from dunwell.store.models import Creditor


def verify(creditor: Creditor) -> Verification:
    with scope.of(creditor.pk):
        return audit.verify(creditor.pk)
