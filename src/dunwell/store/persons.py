"""A natural person over the whole ledger: found by an address or as a customer, everything that is known of them, and its end."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection
from django.db.models.functions import MD5

from dunwell.core import names
from dunwell.core.ledger import CustomerKind
from dunwell.store import balances, bulk
from dunwell.store.models import Contact, ContactPoint, Customer

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Person:
    """Signs of their addresses, the contacts that they are, the customers that they themselves are (not those they work for)."""

    keys: tuple[str, ...]
    contacts: tuple[int, ...]
    customers: tuple[int, ...]
    works_for: tuple[int, ...]
    words: tuple[str, ...]  # addresses and full names, by which free texts are found

    @property
    def is_known(self) -> bool:
        return bool(self.contacts or self.customers)


def by_address(address: str) -> Person:
    """Whoever is reached at an e-mail address or phone number; who is also reached elsewhere is one person. Inside `scope.of`."""
    key = names.person_key(address)
    own = ContactPoint.objects.filter(person_key=key).values("contact_id")
    return _person(Contact.objects.filter(pk__in=own), Customer.objects.none(), {key}, [address])


def by_customer(customer: Customer) -> Person:
    """A customer who is a person, with everybody through whom they are reached. Inside `scope.of`."""
    return _person(Contact.objects.filter(customer=customer), Customer.objects.filter(pk=customer.pk), set(), [])


def by_signs(keys: Iterable[str], customers: Iterable[str]) -> Person:
    """Whom an erasure has kept the signs of. Inside `scope.of`."""
    own = ContactPoint.objects.filter(person_key__in=list(keys)).values("contact_id")
    theirs = Customer.objects.annotate(hashed=MD5("external_id")).filter(
        hashed__in=list(customers), kind=CustomerKind.PERSON
    )
    contacts = Contact.objects.filter(pk__in=own) | Contact.objects.filter(customer__in=theirs)
    return _person(contacts, theirs, set(keys), [])


def customer_signs(person: Person) -> list[str]:
    """Hashes of the ids under which the source knows them as customers."""
    rows = Customer.objects.filter(pk__in=person.customers).annotate(hashed=MD5("external_id")).order_by("pk")
    return list(rows.values_list("hashed", flat=True))


def open_documents(person: Person) -> list[str]:
    """The documents on which something is owed by them, or by whom they work for."""
    sql = balances.balances_sql(
        as_of=None, rehearsal=False, among="SELECT id FROM receivable WHERE customer_id = ANY (%s)"
    )
    rows = bulk.rows(
        f"""SELECT DISTINCT i.number FROM ({sql}) b JOIN receivable r ON r.id = b.receivable_id JOIN invoice i ON i.id = r.invoice_id
            WHERE b.balance > 0 AND NOT b.is_cancelled ORDER BY 1""",
        *[[*person.customers, *person.works_for]] * sql.count("%s"),
    )
    return [number for (number,) in rows]


def pursued_claims(person: Person) -> list[str]:
    """Claims against them, or against whom they work for, that were not withdrawn."""
    rows = bulk.rows(
        """SELECT c.number FROM claim c JOIN receivable r ON r.invoice_id = c.invoice_id WHERE r.customer_id = ANY (%s)
           AND NOT EXISTS (SELECT FROM claim_event e WHERE e.claim_id = c.id AND e.event = 'withdrawn') ORDER BY 1""",
        [*person.customers, *person.works_for],
    )
    return list(dict.fromkeys(number for (number,) in rows))


def last_document(person: Person) -> date | None:
    """The day of the last document or payment that bears their own name."""
    ((found,),) = bulk.rows(
        """SELECT greatest((SELECT max(issue_date) FROM invoice WHERE customer_id = ANY (%s)),
                           (SELECT max(date) FROM payment WHERE customer_id = ANY (%s)))""",
        list(person.customers),
        list(person.customers),
    )
    last: date | None = found
    return last


def erase(creditor_id: int, person: Person, *, books: bool) -> None:
    """Replace what is personal by a tombstone, in the database's own procedure (`sql/erase.sql`)."""
    lists: list[Any] = [list(person.customers), list(person.contacts), list(person.keys), list(person.words)]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT dunwell_erase(%s, %s::bigint[], %s::bigint[], %s::text[], %s::text[], %s)",
            [creditor_id, *lists, books],
        )


def everything(person: Person) -> dict[str, list[Row]]:
    """What is known of them, by sections; days, sums in minor units and words as they stand."""
    values: dict[str, Any] = {
        "keys": list(person.keys),
        "contacts": list(person.contacts),
        "customers": list(person.customers),
    }
    found = {}
    with connection.cursor() as cursor:
        for section, sql in SECTIONS.items():
            cursor.execute(sql, values)
            columns = [column.name for column in cursor.description]
            found[section] = [dict(zip(columns, row, strict=True)) for row in cursor.fetchall()]
    return found


SECTIONS = {
    "customer": "SELECT external_id, name, kind, country, locale, tax_id, address, known_on FROM customer WHERE id = ANY (%(customers)s)",
    "contact": """SELECT u.name AS customer, c.role, c.given_name, c.family_name, c.patronymic, c.gender, c.locale, c.timezone,
        c.postal_address, c.note FROM contact c JOIN customer u ON u.id = c.customer_id WHERE c.id = ANY (%(contacts)s) ORDER BY c.id""",
    "reached_by": """SELECT channel, address, is_preferred, consent_on, consent_evidence FROM contact_point
        WHERE contact_id = ANY (%(contacts)s) ORDER BY id""",
    "wishes": """SELECT effective_on AS on, channel, CASE WHEN wanted THEN 'write again' ELSE 'do not write' END AS wish, by, why
        FROM opt_out WHERE person_key = ANY (%(keys)s) AND NOT rehearsal ORDER BY id""",
    "documents": """SELECT kind, number, issue_date, currency, total, what_for FROM invoice WHERE customer_id = ANY (%(customers)s) ORDER BY id""",
    "payments": """SELECT date, currency, amount, payer_name, payer_account, remittance FROM payment
        WHERE customer_id = ANY (%(customers)s) ORDER BY id""",
    "letters": """SELECT m.sent_on AS on, m.channel, r.address, m.state, c.subject, c.text FROM recipient r
        JOIN message m ON m.id = r.message_id JOIN message_content c ON c.message_id = m.id
        WHERE r.person_key = ANY (%(keys)s) AND NOT m.rehearsal ORDER BY m.id""",
    "replies": """SELECT m.effective_on AS on, c.sender, c.subject, c.text FROM inbound m JOIN inbound_content c ON c.mail_id = m.id
        WHERE m.person_key = ANY (%(keys)s) OR m.customer_id = ANY (%(customers)s) ORDER BY m.id""",
    "page": """SELECT a.effective_on AS on, a.kind, a.day, w.text, w.name, w.email, w.phone FROM page_answer a
        JOIN page_link l ON l.id = a.link_id LEFT JOIN page_words w ON w.answer_id = a.id
        WHERE (l.person_key = ANY (%(keys)s) OR a.customer_id = ANY (%(customers)s)) AND NOT a.rehearsal ORDER BY a.id""",
    "contacted": """SELECT effective_on AS on, channel, outcome, note, by, EXISTS (SELECT FROM ending e WHERE e.touch_id = touch.id) AS taken_back FROM touch
        WHERE contact_id = ANY (%(contacts)s) OR customer_id = ANY (%(customers)s) ORDER BY id""",
    "signs": """SELECT effective_on AS on, channel, kind FROM sign WHERE person_key = ANY (%(keys)s) AND NOT rehearsal ORDER BY id""",
    "videos": """SELECT v.effective_on AS on, v.last_day, c.captions, v.by,
        ARRAY(SELECT w.effective_on FROM video_view w WHERE w.video_id = v.id ORDER BY 1) AS played_on
        FROM video v JOIN video_content c ON c.video_id = v.id WHERE v.customer_id = ANY (%(customers)s) ORDER BY v.id""",
    "notes": "SELECT effective_on AS on, text, by FROM note WHERE customer_id = ANY (%(customers)s) ORDER BY id",
    "erasures": "SELECT effective_on AS on, by, why FROM erasure WHERE keys && %(keys)s::text[] ORDER BY id",
}


def _person(contacts: Any, customers: Any, keys: set[str], addresses: list[str]) -> Person:
    found = list(contacts.select_related("customer"))
    points = list(ContactPoint.objects.filter(contact__in=found))
    themselves = {one.pk for one in customers} | {
        one.customer_id for one in found if one.customer.kind == CustomerKind.PERSON
    }
    owners = Customer.objects.filter(pk__in=themselves)
    words = {*addresses, *(one.address for one in points), *(one.name for one in owners)}
    words |= {f"{one.given_name} {one.family_name}" for one in found if one.given_name and one.family_name}
    return Person(
        keys=tuple(sorted(keys | {one.person_key for one in points})),
        contacts=tuple(one.pk for one in found),
        customers=tuple(sorted(themselves)),
        works_for=tuple(sorted({one.customer_id for one in found} - themselves)),
        words=tuple(sorted(words)),
    )
