"""The same for many customers at once: who looks after them, their language, their policy, or that nobody writes to them.

Shown first, done with a reason, taken back as a whole: each customer gets back what it had, unless somebody has changed it since.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from dunwell.core.assignment import Scope
from dunwell.core.ledger import HoldReason
from dunwell.core.refusal import Refusal
from dunwell.run import facts, places, policies, subjects
from dunwell.run.people import HoldInPast
from dunwell.store import audit, scope
from dunwell.store.models import (
    Amendment,
    BulkChange,
    BulkEdit,
    Contact,
    Creditor,
    Customer,
    Ending,
    Hold,
    PolicyChoice,
)


class Field(StrEnum):
    """What can be given to many at once."""

    OWNER = "owner"
    LANGUAGE = "language"
    POLICY = "policy"
    HOLD = "hold"


COLUMNS = {Field.OWNER: "owner", Field.LANGUAGE: "locale"}


class NobodyChosen(Refusal):
    """Say for whom: customers by id or name, a segment, or whoever one of us looks after."""


class ReasonMissing(Refusal):
    """Say why (--why): it stands with every customer who is changed."""


class NothingToChange(Refusal):
    """All {count} have that already: nothing to change."""


@dataclass(frozen=True, slots=True)
class Change:
    """A customer and what it has now; empty where there is nothing of its own."""

    customer: Customer
    old: str


@dataclass(frozen=True, slots=True)
class Undone:
    """How many got back what they had; the others were changed by somebody since and stay so."""

    count: int
    left: tuple[Customer, ...]


def chosen(creditor: Creditor, *, names: Sequence[str] = (), segment: str = "", owner: str = "") -> list[Customer]:
    """The customers named, or all of a segment, or of one of us; a segment and an owner together: of both."""
    if bool(names) == bool(segment or owner):
        raise NobodyChosen
    if names:
        return list({one.pk: one for one in (subjects.customer(creditor, name) for name in names)}.values())
    wanted = {"segment": segment} if segment else {}
    wanted |= {"owner": owner} if owner else {}
    with scope.of(creditor.pk):
        return list(Customer.objects.filter(**wanted).order_by("name", "pk"))


def preview(creditor: Creditor, customers: Sequence[Customer], field: Field, value: str, *, on: date) -> list[Change]:
    """Who would be changed, with what they have now; refused where the value means nothing. Whoever is held is not held twice."""
    if field == Field.LANGUAGE:
        places.refuse_unknown(country=creditor.country, locale=value, timezone="")
    if field == Field.HOLD and value and date.fromisoformat(value) < on:
        raise HoldInPast(day=value)
    with scope.of(creditor.pk):
        now = _current(field, value, [one.pk for one in customers], on)
    return [Change(one, now[one.pk]) for one in customers if not _has(field, value, now[one.pk])]


def carry_out(
    creditor: Creditor, customers: Sequence[Customer], field: Field, value: str, *, on: date, by: str, why: str
) -> BulkEdit:
    """Give all of them the value. A hold's value is the day until which it stands; empty: until it is lifted."""
    if not why:
        raise ReasonMissing
    with scope.of(creditor.pk):
        changes = preview(creditor, customers, field, value, on=on)
        if not changes:
            raise NothingToChange(count=len(customers))
        said = facts.fact(creditor, on, by, why)
        edit = BulkEdit.objects.create(**said, field=field, value=value)
        old = {change.customer.pk: change.old for change in changes}
        if field == Field.HOLD:
            new = _hold(said, list(old), date.fromisoformat(value) if value else None)
        else:
            new = dict.fromkeys(old, value)
            _put(said, edit, old, new)
            if field == Field.LANGUAGE:
                _let_follow(said, old)
        _keep(edit, old, new)
    return edit


def undo(creditor: Creditor, number: int, *, on: date, by: str, why: str) -> Undone:
    """Take an edit back: a counter-record of its own, which cannot be taken back again."""
    with scope.of(creditor.pk):
        edit = BulkEdit.objects.filter(pk=number, undone_by=None, undoes=None).first()
        if edit is None:
            raise facts.NothingToUndo(what="bulk edit", number=number)
        rows = list(edit.changes.select_related("customer").order_by("pk"))
        same = _as_left(edit, rows, on)
        said = facts.fact(creditor, on, by, why or f"bulk edit {number} taken back")
        counter = BulkEdit.objects.create(**said, field=edit.field, value=edit.value, undoes=edit)
        old, new = {row.customer_id: row.new for row in same}, {row.customer_id: row.old for row in same}
        if edit.field == Field.HOLD:
            Ending.objects.bulk_create(Ending(**said, hold_id=int(row.new), outcome="lifted") for row in same)
        else:
            _put(said, edit, old, new)
        _keep(counter, old, new)
    return Undone(len(same), tuple(row.customer for row in rows if row not in same))


def edits(creditor: Creditor) -> list[tuple[BulkEdit, int, bool]]:
    """The edits that were made, the newest first: how many customers each changed, and whether it can still be taken back."""
    with scope.of(creditor.pk):
        rows = BulkEdit.objects.filter(undoes=None).prefetch_related("changes").order_by("-pk")
        undone = set(BulkEdit.objects.exclude(undoes=None).values_list("undoes_id", flat=True))
        return [(row, len(row.changes.all()), row.pk not in undone) for row in rows]


def _as_left(edit: BulkEdit, rows: Sequence[BulkChange], on: date) -> list[BulkChange]:
    """The changes that nobody has changed again since."""
    if edit.field == Field.HOLD:
        open_ = set(
            Hold.objects.filter(pk__in=[int(row.new) for row in rows], ending=None).values_list("pk", flat=True)
        )
        return [row for row in rows if int(row.new) in open_]
    now = _current(Field(edit.field), edit.value, [row.customer_id for row in rows], on)
    return [row for row in rows if now[row.customer_id] == row.new]


def _has(field: Field, value: str, now: str) -> bool:
    """Whether nothing is to be done; a hold is one, whatever its number and end."""
    return bool(now) if field == Field.HOLD else now == value


def _current(field: Field, value: str, ids: Sequence[int], on: date) -> dict[int, str]:
    """What each has now: the value, of a hold its number, empty for nothing of its own."""
    if field in COLUMNS:
        return dict(Customer.objects.filter(pk__in=ids).values_list("pk", COLUMNS[field]))
    found = dict.fromkeys(ids, "")
    if field == Field.HOLD:
        held = Hold.objects.filter(customer__in=ids, ending=None, rehearsal=False)
        standing = held.filter(until_date=None) | held.filter(until_date__gte=on)
        return found | {one: str(number) for one, number in standing.values_list("customer_id", "pk") if one}
    policy = policies.load(value)
    choices = PolicyChoice.objects.filter(
        scope=Scope.CUSTOMER,
        target__in=map(str, ids),
        document=policy.document,
        customer_kind=policy.customer_kind or "",
    )
    for choice in choices.order_by("pk"):
        found[int(choice.target)] = choice.policy
    return found


def _put(said: dict[str, Any], edit: BulkEdit, old: Mapping[int, str], new: Mapping[int, str]) -> None:
    """Write what each has from now on, as an import or a person would for one of them."""
    if edit.field == Field.POLICY:
        policy = policies.load(edit.value)
        kind = str(policy.customer_kind or "")
        PolicyChoice.objects.bulk_create(
            PolicyChoice(
                **said,
                scope=Scope.CUSTOMER,
                target=str(one),
                document=policy.document,
                customer_kind=kind,
                policy=value,
            )
            for one, value in new.items()
        )
        return
    column = COLUMNS[Field(edit.field)]
    Amendment.objects.bulk_create(
        Amendment(**said, noun="customer", noun_id=one, field=column, old=old[one], new=value)
        for one, value in new.items()
    )
    for value in set(new.values()):
        Customer.objects.filter(pk__in=[one for one, its in new.items() if its == value]).update(**{column: value})


def _let_follow(said: dict[str, Any], old: Mapping[int, str]) -> None:
    """Contacts who had their customer's language, word for word, have it from now on whatever it is; others keep their own."""
    same = [
        contact
        for contact in Contact.objects.filter(customer__in=old).exclude(locale="")
        if contact.locale == old[contact.customer_id]
    ]
    Amendment.objects.bulk_create(
        Amendment(**said, noun="contact", noun_id=one.pk, field="locale", old=one.locale, new="") for one in same
    )
    Contact.objects.filter(pk__in=[one.pk for one in same]).update(locale="")


def _hold(said: dict[str, Any], ids: Sequence[int], until: date | None) -> dict[int, str]:
    made = Hold.objects.bulk_create(
        Hold(**said, customer_id=one, reason=HoldReason.OTHER, until_date=until) for one in ids
    )
    return {one: str(hold.pk) for one, hold in zip(ids, made, strict=True)}


def _keep(edit: BulkEdit, old: Mapping[int, str], new: Mapping[int, str]) -> None:
    BulkChange.objects.bulk_create(
        BulkChange(creditor=edit.creditor, edit=edit, customer_id=one, old=old[one], new=value)
        for one, value in new.items()
    )
    content = {
        "field": edit.field,
        "value": edit.value,
        "changes": {one: [old[one], new[one]] for one in new},
        "why": edit.why,
    }
    kind = "bulk_edit" if edit.undoes_id is None else "bulk_edit_undone"
    audit.link(edit.creditor_id, actor=edit.by, kind=kind, subject=str(edit.pk), content=content)
