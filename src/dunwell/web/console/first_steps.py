"""The strip over the pages of the first hour: which step of setting a company up this is."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy

from dunwell.store.models import PolicyChoice

STEPS = (
    ("company", gettext_lazy("Company")),
    ("file", gettext_lazy("Open items")),
    ("policy", gettext_lazy("Policy")),
    ("letters", gettext_lazy("Tomorrow")),
    ("live", gettext_lazy("Live")),
)


def at(step: str) -> dict[str, Any]:
    """What `part_steps.html` shows."""
    return {"steps": STEPS, "step": step}


def in_first_hour(step: str) -> dict[str, Any] | None:
    """The strip, while the company has no policy yet: pages that also belong to the daily work show it in the first hour alone."""
    return None if PolicyChoice.objects.exists() else at(step)
