"""The doors of the console: each page is entered through one, which asks who comes, in which role, and to which creditor.

A page cannot be reached past its door, since the table in `urls.py` is made of nothing else. Within it only the rows of the
creditor named in the address exist (row-level security), so that a number of another creditor's object is simply not found.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from functools import wraps
from zoneinfo import ZoneInfo

from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib.auth.models import User
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import BadRequest, PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import URLPattern, path
from django.utils.module_loading import import_string
from django.views.decorators.cache import never_cache

from dunwell.core.roles import DeskRole
from dunwell.run import creditors
from dunwell.store import scope
from dunwell.store.models import Creditor, Membership, Run
from dunwell.web.console.desk import Desk

Page = Callable[..., HttpResponse]
NEEDS_SECOND_FACTOR = DeskRole.APPROVER
"""From this role on a person at a live creditor must have set up a second factor."""


@dataclass(frozen=True, slots=True)
class Door:
    """A page of a creditor: its address below the creditor's, its view, the smallest role that may enter, its name.

    A page `commits` when its deeds are to stand one by one, or have to be seen by others before it ends; it then opens its
    creditor's transactions itself. All others are one transaction.
    """

    address: str
    page: Page
    role: DeskRole
    name: str
    commits: bool = False

    @property
    def pattern(self) -> URLPattern:
        return path(f"c/<slug:creditor>/{self.address}", _guarded(self), name=self.name)


@dataclass(frozen=True, slots=True)
class OpenDoor:
    """A page of no creditor: log-in and the like, or (`needs_user`) a person's own account."""

    address: str
    page: Page
    name: str
    needs_user: bool = False

    @property
    def pattern(self) -> URLPattern:
        return path(self.address, _of_user(self.page) if self.needs_user else self.page, name=self.name)


def memberships(user: User) -> list[Membership]:
    """Where a user works, the first creditor first."""
    return list(Membership.objects.filter(user=user).select_related("creditor").order_by("pk"))


def _guarded(door: Door) -> Callable[..., HttpResponseBase]:
    @never_cache
    @wraps(door.page)
    def enter(request: HttpRequest, creditor: str, **parts: object) -> HttpResponseBase:
        if not isinstance(request.user, User):
            return redirect_to_login(request.get_full_path())
        mine = memberships(request.user)
        here = next((one for one in mine if one.creditor.slug == creditor), None)
        if here is None:
            raise Http404
        if not DeskRole(here.role).includes(door.role):
            raise PermissionDenied
        _refuse_nul(request)
        with scope.of(here.creditor_id):
            desk = _desk(request.user, here, mine)
            if desk.is_live and desk.may(NEEDS_SECOND_FACTOR) and not is_mfa_enabled(request.user):
                return redirect("mfa_activate_totp")
            if not door.commits:
                return door.page(request, desk, **parts)
        return door.page(request, desk, **parts)

    return enter


def _refuse_nul(request: HttpRequest) -> None:
    """No text of the books can hold a NUL, and no keyboard types one."""
    if any("\0" in value for said in (request.GET, request.POST) for _, values in said.lists() for value in values):
        raise BadRequest


def _desk(user: User, here: Membership, mine: list[Membership]) -> Desk:
    now: datetime = import_string(settings.CLOCK)()
    status = creditors.status(here.creditor)
    return Desk(
        creditor=here.creditor,
        user=user,
        role=DeskRole(here.role),
        today=_today(here.creditor, now),
        now=now,
        is_live=status.live,
        is_stopped=status.stopped,
        others=tuple(one for one in mine if one.pk != here.pk),
        folder=settings.DATA_DIR,
    )


def _today(creditor: Creditor, now: datetime) -> date:
    """The creditor's day; the demo's is the one it has been lived up to."""
    last = Run.objects.order_by("-effective_on").first() if creditor.is_demo else None
    return last.effective_on if last else now.astimezone(ZoneInfo(creditor.timezone)).date()


def _of_user(page: Page) -> Callable[..., HttpResponseBase]:
    @never_cache
    @wraps(page)
    def enter(request: HttpRequest, **parts: object) -> HttpResponseBase:
        if not isinstance(request.user, User):
            return redirect_to_login(request.get_full_path())
        return page(request, **parts)

    return enter
