"""A company set up by somebody at the console: the creditor, its first accounts, and their own place at it."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction

from dunwell.core.roles import DeskRole
from dunwell.run import creditors, users
from dunwell.store.models import Creditor, Membership

RUSSIAN_ACCOUNT = ("account", "correspondent")


def may_found(user: User) -> bool:
    """Whether somebody may set up a company: whoever runs one here, and the first user of an empty installation."""
    if not Creditor.objects.exists():
        return True
    return Membership.objects.filter(user=user, role=DeskRole.ADMIN).exists()


def company(user: User, name: str, *, country: str, on: date, by: str, **told: Any) -> Creditor:
    """A creditor in rehearsal whose first administrator is the one who set it up."""
    russian = {field: told.pop(field, "") for field in RUSSIAN_ACCOUNT}
    slug = _free(creditors.slug_of(name))
    with transaction.atomic():
        made = creditors.create(name, slug=slug, country=country, on=on, by=by, **told)
        if russian["account"]:
            bank = {"bic": told.get("bic", ""), "bank": told.get("bank", "")}
            creditors.add_account(made, currency=made.currency, on=on, by=by, **russian, **bank)
        users.add(made, user.get_username(), role=DeskRole.ADMIN, by=by)
    return made


def _free(slug: str) -> str:
    """The short name, numbered where another company has it."""
    taken = set(Creditor.objects.filter(slug__startswith=slug).values_list("slug", flat=True))
    return next(one for one in (slug, *(f"{slug}-{number}" for number in range(2, len(taken) + 3))) if one not in taken)
