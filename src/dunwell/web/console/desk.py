"""The desk: who is working, for which creditor, on which day. Every page of the console is handed one; nothing is ambient."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.contrib.auth.models import User
from django.urls import reverse

from dunwell.core.roles import DeskRole
from dunwell.store.models import Creditor, Membership


@dataclass(frozen=True, slots=True)
class Desk:
    """One person at work: `today` is the creditor's day, `now` UTC, `others` the further creditors they may turn to."""

    creditor: Creditor
    user: User
    role: DeskRole
    today: date
    now: datetime
    is_live: bool
    is_stopped: bool
    others: tuple[Membership, ...]
    folder: Path

    @property
    def by(self) -> str:
        """The name that facts are recorded under."""
        return self.user.get_full_name() or self.user.get_username()

    @property
    def is_rehearsal(self) -> bool:
        return not self.is_live

    def may(self, role: str) -> bool:
        return self.role.includes(DeskRole(role))

    def fact(self, why: str = "") -> dict[str, Any]:
        """What every recorded fact is told: on which day, by whom, why."""
        return {"on": self.today, "by": self.by, "why": why}

    def url(self, name: str, *parts: object) -> str:
        """The address of a page of this creditor."""
        return reverse(f"console:{name}", args=[self.creditor.slug, *parts])
