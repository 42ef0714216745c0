"""What a natural person may ask for: everything that is known of them as one file, and its erasure (I14).

An erasure is refused while money is owed or a claim is pursued, because then the law needs what was said. It takes the words at once; the
name on documents and payments stays as long as the law on books asks (`jurisdictions/*.toml`, `[books]`), and the answer says until when.
Each one is also written into a journal beside the backups, signs alone, so that a restored copy repeats it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from django.conf import settings

from dunwell.core.ledger import CustomerKind
from dunwell.core.refusal import Refusal
from dunwell.run import facts, jurisdictions, subjects
from dunwell.store import audit, persons, scope
from dunwell.store.models import Creditor, Customer, Erasure, OptOut
from dunwell.store.persons import Person

JOURNAL = "erasures.jsonl"


class PersonUnknown(Refusal):
    """Nobody is known by {who!r}: write an e-mail address, a phone number, or the id of a customer who is a person."""


class MoneyStillOwed(Refusal):
    """Something is still owed on {numbers}: until it is settled, what was said is needed. An opt-out stops the letters meanwhile."""


class ClaimPursued(Refusal):
    """Claim {numbers} is pursued: what it stands on is not erased before it has ended (GDPR art. 17 (3) e)."""


@dataclass(frozen=True, slots=True)
class Erased:
    """What an erasure did; `books_until` is the day to which the name stays on documents, None where it is gone or there was none."""

    contacts: int
    books_until: date | None


def export(creditor: Creditor, who: str | Customer, *, on: date, by: str) -> dict[str, Any]:
    """Everything that is known of a person, by sections; that it was taken is recorded."""
    with scope.of(creditor.pk):
        person = _found(creditor, who)
        found = persons.everything(person)
        audit.link(creditor.pk, actor=by, kind="person_exported", content={"people": person.keys, "on": on})
    return {"creditor": creditor.registered_name, "as_of": on, **found}


def erase(creditor: Creditor, who: str | Customer, *, on: date, by: str, why: str) -> Erased:
    """Replace what is personal by a tombstone; nobody writes to them any more."""
    with scope.of(creditor.pk):
        person = _found(creditor, who)
        if numbers := persons.open_documents(person):
            raise MoneyStillOwed(numbers=", ".join(numbers))
        if numbers := persons.pursued_claims(person):
            raise ClaimPursued(numbers=", ".join(numbers))
        until = _books_until(creditor, person)
        has_books = until is None or until < on
        customers = persons.customer_signs(person)
        row = Erasure(
            **facts.fact(creditor, on, by, why), keys=list(person.keys), customers=customers, has_books=has_books
        )
        # Before the commit: at worst a demand is in the journal that is carried out a second time.
        for journal in journals():
            _note(journal, creditor, row)
        _carry_out(creditor, person, row)
    return Erased(len(person.contacts), None if has_books else until)


def repeat(creditor: Creditor, beside: Path, *, on: date, by: str) -> int:
    """Carry out again what the journals know and these books do not; gives how many. `beside` is the folder of the backup."""
    with scope.of(creditor.pk):
        known = {(one.effective_on, tuple(one.keys), one.has_books) for one in Erasure.objects.all()}
        missing = {}
        for told in _told([*journals(), beside / JOURNAL], creditor):
            sign = (date.fromisoformat(told["on"]), tuple(told["keys"]), told["has_books"])
            if sign not in known:
                missing[sign] = told
        for told in missing.values():
            values = facts.fact(creditor, date.fromisoformat(told["on"]), by, "repeated after a restore")
            row = Erasure(**values, keys=told["keys"], customers=told["customers"], has_books=told["has_books"])
            _carry_out(creditor, persons.by_signs(row.keys, row.customers), row)
    return len(missing)


def journals() -> tuple[Path, ...]:
    """Where erasures are noted: in the data folder, and beside the backups, which may bring back what was erased."""
    return tuple(dict.fromkeys((Path(settings.DATA_DIR) / JOURNAL, Path(settings.BACKUPS) / JOURNAL)))


def _carry_out(creditor: Creditor, person: Person, row: Erasure) -> None:
    persons.erase(creditor.pk, person, books=row.has_books)
    row.save()
    for key in person.keys:
        OptOut.objects.create(
            **facts.fact(creditor, row.effective_on, row.by, "erased"), person_key=key, channel="all", wanted=False
        )
    content = {"people": row.keys, "has_books": row.has_books, "why": row.why}
    audit.link(creditor.pk, actor=row.by, kind="person_erased", content=content)


def _found(creditor: Creditor, who: str | Customer) -> Person:
    if isinstance(who, Customer):
        person = persons.by_customer(who)
    elif "@" in who or who.lstrip("+").replace(" ", "").isdigit():
        person = persons.by_address(who)
        person = person if person.is_known else _as_customer(creditor, who)
    else:
        person = _as_customer(creditor, who)
    if not person.is_known:
        raise PersonUnknown(who=str(who))
    return person


def _as_customer(creditor: Creditor, who: str) -> Person:
    try:
        customer = subjects.customer(creditor, who)
    except subjects.NoSuchCustomer:
        raise PersonUnknown(who=who) from None
    if customer.kind != CustomerKind.PERSON:
        raise PersonUnknown(who=who)
    return persons.by_customer(customer)


def _books_until(creditor: Creditor, person: Person) -> date | None:
    """The last day on which their name must stay on documents; None where there is none."""
    last = persons.last_document(person) if person.customers else None
    if last is None:
        return None
    years = jurisdictions.of_country(creditor.country, jurisdictions.load_all()).books_years
    return date(last.year + years, 12, 31)


def _note(journal: Path, creditor: Creditor, row: Erasure) -> None:
    told = {
        "creditor": creditor.slug,
        "on": row.effective_on.isoformat(),
        "keys": row.keys,
        "customers": row.customers,
        "has_books": row.has_books,
    }
    journal.parent.mkdir(parents=True, exist_ok=True)
    with journal.open("a") as file:
        file.write(json.dumps(told) + "\n")


def _told(files: list[Path], creditor: Creditor) -> Iterator[dict[str, Any]]:
    for file in files:
        if file.is_file():
            lines = map(json.loads, file.read_text().splitlines())
            yield from (told for told in lines if told["creditor"] == creditor.slug)
