"""The side bar: which pages there are, in the order of a working day. A new page adds its line here."""

from __future__ import annotations

from dataclasses import dataclass, replace

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from dunwell.core.roles import DeskRole
from dunwell.store import today
from dunwell.web.console.desk import Desk


@dataclass(frozen=True, slots=True)
class Entry:
    """A page of the side bar: the name of its door, its picture, its words, the smallest role that sees it, how much waits there."""

    name: str
    icon: str
    words: str | Promise
    role: DeskRole = DeskRole.VIEWER
    count: int = 0


ENTRIES = (
    Entry("today", "list-check", _("Today")),
    Entry("replies", "inbox", _("Replies")),
    Entry("customers", "users", _("Customers")),
    Entry("invoices", "file-invoice", _("Invoices")),
    Entry("money", "coins", _("Money")),
    Entry("outlook", "trending-up", _("Cash to come")),
    Entry("reports", "chart-bar", _("Reports")),
    Entry("coaching", "phone-call", _("Talks")),
    Entry("policies", "route", _("Policies")),
    Entry("texts", "template", _("Texts")),
    Entry("settings", "settings", _("Settings"), DeskRole.ADMIN),
)


def entries(desk: Desk) -> list[Entry]:
    waiting = today.badges(creditor_id=desk.creditor.pk, as_of=desk.today, rehearsal=desk.is_rehearsal)
    counts = {"today": sum(waiting.values()), "replies": waiting.get("reply", 0), "money": waiting.get("money", 0)}
    return [replace(one, count=counts.get(one.name, 0)) for one in ENTRIES if desk.role.includes(one.role)]
