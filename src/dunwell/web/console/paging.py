"""A page of a long list: what to show, and where the next page begins."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest

from dunwell.store.lists import ROWS
from dunwell.web.console import forms


@dataclass(frozen=True, slots=True)
class Page:
    rows: Sequence[Any]
    after: int  # the number of the last row shown where more follow, else 0


def page(found: Sequence[Any]) -> Page:
    """The rows of a list that asked for one more than it shows."""
    shown = found[:ROWS]
    return Page(shown, shown[-1].pk if len(found) > ROWS else 0)


def after(request: HttpRequest) -> int:
    """Where the address says that the page begins; nonsense is the start."""
    return forms.number(request.GET.get("after", ""))
