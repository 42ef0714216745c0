"""Talks with clients: what each manager does well in calls and letters, what is missed, and what the playbook would have said.

Words alone are shown, nobody is ranked. Whoever lets messages go sees every manager; others see themselves.
"""

from __future__ import annotations

from datetime import timedelta

from django.http import HttpRequest, HttpResponse

from dunwell.core.roles import DeskRole
from dunwell.run import coaching, reader_lessons
from dunwell.web.console import show as answer
from dunwell.web.console.desk import Desk
from dunwell.web.console.templatetags.look import locale

DAYS = 90


def show(request: HttpRequest, desk: Desk) -> HttpResponse:
    sees_all = desk.may(DeskRole.APPROVER)
    since = desk.today - timedelta(DAYS)
    reports = coaching.coaching(
        desk.creditor, since, desk.today, manager="" if sees_all else desk.by, locale=str(locale())
    )
    context = {
        "section": "coaching",
        "days": DAYS,
        "sees_all": sees_all,
        "reports": reports,
        "months": reader_lessons.quality(desk.creditor),
    }
    return answer.page(request, desk, "coaching.html", context)
