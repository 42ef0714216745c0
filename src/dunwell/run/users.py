"""The people who work in the console: made, given a role at a creditor, given a new password. Each deed leaves an audit link."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from django.contrib.auth.models import User
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction

from dunwell.core.refusal import Refusal
from dunwell.core.roles import DeskRole
from dunwell.store import audit, scope
from dunwell.store.models import Audit, Creditor, Membership

PASSWORD_BYTES = 12


class RoleUnknown(Refusal):
    """{role!r} is not a role. Roles: {roles}."""


class NotTheFirst(Refusal):
    """There is a company here already: `dunwell user add NAME --role …` lets somebody work at it."""


class NameTaken(Refusal):
    """Somebody of another company signs in as {name!r}: choose another name, or have `dunwell user add` let that person in."""


class LastAdmin(Refusal):
    """{name} is the only administrator here: make somebody else one first."""


class NoSuchUser(Refusal):
    """There is no user {name!r}: `dunwell user add {name} --role …` makes one."""


class PasswordWeak(Refusal):
    """This password will not do: {faults}"""


@dataclass(frozen=True, slots=True)
class Added:
    """A user at a creditor; `password` is set where it was generated here and nobody else knows it."""

    user: User
    membership: Membership
    is_new: bool
    password: str


def add(creditor: Creditor, name: str, *, role: str, by: str, password: str = "", full_name: str = "") -> Added:
    """Let somebody work at a creditor; a user who exists keeps their password and is given the role there."""
    if role not in list(DeskRole):
        raise RoleUnknown(role=role, roles=", ".join(DeskRole))
    with transaction.atomic():
        user = User.objects.filter(username=name).first()
        is_new = user is None
        generated = ""
        if user is None:
            generated = "" if password else secrets.token_urlsafe(PASSWORD_BYTES)
            given, _, family = full_name.partition(" ")
            user = User(username=name, first_name=given, last_name=family)
            _set_password(user, password or generated)
        if role != DeskRole.ADMIN:
            _refuse_last(creditor, name)
        membership, _ = Membership.objects.update_or_create(user=user, creditor=creditor, defaults={"role": role})
        _note(creditor, by, "user", name, {"role": role})
    return Added(user, membership, is_new, generated)


def invite(creditor: Creditor, name: str, *, role: str, by: str, full_name: str = "") -> Added:
    """The same at the desk of a creditor, where nobody may know who else signs in here: a name that means somebody of another company
    is refused. Who works here or did so may have another role."""
    if User.objects.filter(username=name).exists() and not _is_known(creditor, name):
        raise NameTaken(name=name)
    return add(creditor, name, role=role, by=by, full_name=full_name)


def first(name: str, *, password: str = "") -> str:
    """The first user of an empty installation, who sets up the company in the console; gives the password."""
    if Creditor.objects.exists():
        raise NotTheFirst
    user = User.objects.filter(username=name).first() or User(username=name)
    chosen = password or secrets.token_urlsafe(PASSWORD_BYTES)
    _set_password(user, chosen)
    return chosen


def new_password(name: str, *, password: str = "") -> str:
    """A new password for a user, generated where none is given; gives it. Their sessions end."""
    user = User.objects.filter(username=name).first()
    if user is None:
        raise NoSuchUser(name=name)
    chosen = password or secrets.token_urlsafe(PASSWORD_BYTES)
    _set_password(user, chosen)
    return chosen


def remove(creditor: Creditor, name: str, *, by: str) -> None:
    """A user no longer works at a creditor; what they did stays recorded under their name."""
    membership = Membership.objects.filter(creditor=creditor, user__username=name).first()
    if membership is None:
        raise NoSuchUser(name=name)
    _refuse_last(creditor, name)
    with transaction.atomic():
        membership.delete()
        _note(creditor, by, "user_removed", name, {})


def _is_known(creditor: Creditor, name: str) -> bool:
    with scope.of(creditor.pk):
        was_added = Audit.objects.filter(creditor=creditor, kind="user", subject=name).exists()
    return was_added or Membership.objects.filter(creditor=creditor, user__username=name).exists()


def _refuse_last(creditor: Creditor, name: str) -> None:
    admins = Membership.objects.filter(creditor=creditor, role=DeskRole.ADMIN)
    if [one.user.get_username() for one in admins.select_related("user")] == [name]:
        raise LastAdmin(name=name)


def _set_password(user: User, password: str) -> None:
    try:
        validate_password(password, user)
    except ValidationError as weak:
        raise PasswordWeak(faults=" ".join(weak.messages)) from None
    user.set_password(password)
    user.save()


def _note(creditor: Creditor, by: str, kind: str, name: str, content: dict[str, str]) -> None:
    with scope.of(creditor.pk):
        audit.link(creditor.pk, actor=by, kind=kind, subject=name, content=content)
