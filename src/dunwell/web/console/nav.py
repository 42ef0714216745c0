"""The side bar: which pages there are, in the order of a working day. A new page adds its line here."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from dunwell.core.roles import DeskRole
from dunwell.web.console.desk import Desk


@dataclass(frozen=True, slots=True)
class Entry:
    """A page of the side bar: the name of its door, its picture, its words, the smallest role that sees it."""

    name: str
    icon: str
    words: str | Promise
    role: DeskRole = DeskRole.VIEWER


ENTRIES = (
    Entry("today", "list-check", _("Today")),
    Entry("customers", "users", _("Customers")),
    Entry("invoices", "file-invoice", _("Invoices")),
    Entry("money", "coins", _("Money")),
    Entry("outlook", "trending-up", _("Cash to come")),
    Entry("reports", "chart-bar", _("Reports")),
    Entry("policies", "route", _("Policies")),
    Entry("texts", "template", _("Texts")),
    Entry("settings", "settings", _("Settings"), DeskRole.ADMIN),
)


def entries(desk: Desk) -> list[Entry]:
    return [one for one in ENTRIES if desk.role.includes(one.role)]
