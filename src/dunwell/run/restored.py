"""After a restore: which letters may have gone out since the backup, and a person's word on each (I17).

Three things tell. The books that were replaced, where they still stand beside ours, know exactly. Without them: what waited in the outbox
at the backup's moment, and what the plan would have sent on the days since, simulated with the facts that were imported again. Beside
these, the folder of sent mail shows what really arrived there. Nothing goes live before a person has confirmed the list.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from dunwell.core.refusal import Refusal
from dunwell.run import restored_letters
from dunwell.run.restored_letters import Basis, MayHaveGone
from dunwell.store import audit, gone_out, outbox, scope, switches
from dunwell.store.models import Creditor, Restoration, RestorationConfirmed, Switch


class NothingRestored(Refusal):
    """{creditor} was not restored from a backup, or what went out since is confirmed already."""


class NoSuchLetter(Refusal):
    """{name!r} is none of the letters that may have gone out: `dunwell restored` lists them."""


class CustomersMissing(Refusal):
    """These customers were written to since the backup and are not in the books: {names}. Import what came in since, then confirm."""


def settle(creditor: Creditor, *, backup_at: datetime, replaced: str, on: date, by: str, why: str) -> int:
    """What every restored copy begins with: rehearsal, an empty outbox, and the open question what went out; gives how many were withdrawn."""
    was_live = switches.is_live(creditor.pk)
    outbox.sweep(creditor.pk, alone=True)
    with scope.of(creditor.pk):
        switches.turn(creditor.pk, Switch.MODE, switches.REHEARSAL, by=by, why=why, on=on)
        withdrawn = outbox.withdraw(creditor.pk, gone_out.RESTORED)
        Restoration.objects.create(
            creditor=creditor,
            effective_on=on,
            by=by,
            why=why,
            backup_at=backup_at,
            was_live=was_live,
            replaced=replaced,
        )
        content = {"backup_at": backup_at, "was_live": was_live, "withdrawn": withdrawn, "why": why}
        audit.link(creditor.pk, actor=by, kind="restored", content=content)
    return withdrawn


def unconfirmed(creditor: Creditor) -> Restoration | None:
    """The last restore of which nobody has said yet what went out since its backup."""
    with scope.of(creditor.pk):
        return Restoration.objects.filter(confirmed=None).order_by("pk").last()


def may_have_gone(creditor: Creditor, *, today: date, sent_folder: str = "") -> list[MayHaveGone]:
    """The letters in question, by their days; `sent_folder` of the creditor's mailbox is looked through too."""
    restoration = _open(creditor)
    since = restoration.backup_at.astimezone(ZoneInfo(creditor.timezone)).date()
    known = gone_out.known(creditor.pk)
    waited = gone_out.withdrawn(creditor.pk, creditor.slug)
    replaced = gone_out.in_replaced(restoration.replaced, creditor.slug)
    if replaced is not None:
        found = [MayHaveGone(one, Basis.REPLACED) for one in replaced]
    else:
        planned = restored_letters.planned(creditor, since, today) if restoration.was_live else []
        found = [MayHaveGone(one, Basis.WAITED) for one in waited]
        found += [MayHaveGone(one, Basis.PLAN) for one in restored_letters.without_steps_of(planned, waited)]
    if sent_folder:
        found = restored_letters.with_mails(creditor, found, folder=sent_folder, since=since)
    unknown_yet = (one for one in found if one.letter.key not in known)
    return sorted(unknown_yet, key=lambda one: (one.letter.on, one.letter.key))


def confirm(
    creditor: Creditor,
    letters: Sequence[MayHaveGone],
    went: Callable[[MayHaveGone], bool],
    *,
    on: date,
    by: str,
    why: str,
) -> int:
    """Record those that went out as sent, and the person's word that the others did not; gives how many went."""
    gone = [one.letter for one in letters if went(one)]
    customers = gone_out.customers(creditor.pk, [one.customer_id for one in gone])
    if missing := sorted({one.customer for one in gone if one.customer_id not in customers}):
        raise CustomersMissing(names=", ".join(missing))
    with scope.of(creditor.pk):
        for letter in gone:
            gone_out.record(creditor.pk, letter, on=on, by=by, why=why)
        for one in Restoration.objects.filter(confirmed=None):
            RestorationConfirmed.objects.create(creditor=creditor, effective_on=on, by=by, why=why, restoration=one)
        content = {
            "sent": [one.key for one in gone],
            "not_sent": [one.letter.key for one in letters if one.letter not in gone],
            "why": why,
        }
        audit.link(creditor.pk, actor=by, kind="restore_confirmed", content=content, count=len(letters))
    return len(gone)


def named(letters: Sequence[MayHaveGone], names: Sequence[str]) -> set[str]:
    """The keys of the letters that a person names."""
    by_name = {one.name: one.letter.key for one in letters}
    for name in names:
        if name not in by_name:
            raise NoSuchLetter(name=name)
    return {by_name[name] for name in names}


def _open(creditor: Creditor) -> Restoration:
    found = unconfirmed(creditor)
    if found is None:
        raise NothingRestored(creditor=creditor.slug)
    return found
