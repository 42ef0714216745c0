"""The clients of the demo: companies and people in three languages, made from a seed and from nobody real.

Addresses end in `.example` (RFC 2606), telephone numbers begin where none are given out, tax numbers have right check digits
in ranges that no office assigns.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import count, islice, product

from stdnum import iban

from dunwell.core import names
from dunwell.run import demo_words as words
from dunwell.run.demo_words import Names

BUSINESS_SHARE = {"bg": (72, 54), "ru": (72, 54), "en": (56, 46)}
"""Clients by language, and how many of them are businesses."""
# How a client pays: share among businesses, days late from the first to the last.
MANNERS = {
    "early": (30, -6, 0),
    "usual": (32, 0, 6),
    "late": (20, 7, 24),
    "slow": (12, 25, 58),
    "silent": (6, 400, 400),
}
COLLECTS_SHARE = 0.2
"""So many of those who pay a little late pay all that is due in one transfer."""
SMALL_FIRMS_SHARE = 0.08


@dataclass(frozen=True, slots=True)
class Person:
    name: str
    role: str  # as the creditor's own list says it, in the language of the client
    email: str
    phone: str


@dataclass(frozen=True, slots=True)
class Client:
    number: str
    name: str
    kind: str  # business | person
    country: str
    language: str
    tax_id: str
    address: str
    segment: str
    office: str  # sofia | moscow
    currency: str
    account: str
    manner: str
    collects: bool
    people: tuple[Person, ...]


def clients(chance: random.Random) -> list[Client]:
    """All clients, numbered in a mixed order as a grown list is."""
    serial = count(1)
    phones = {country: map(f"{start}{{:03d}}".format, count()) for country, start in words.PHONES.items()}
    made = [
        _client(chance, language, phones, is_business=at < businesses, name=name, serial=next(serial))
        for language, (total, businesses) in BUSINESS_SHARE.items()
        for at, name in enumerate(islice(_names(chance, language, businesses), total))
    ]
    chance.shuffle(made)
    return [_numbered(one, number) for number, one in enumerate(made, 1)]


def control_digit_inn(digits: str) -> str:
    """An ИНН completed by its control digits: 9 digits become a company's ten, 10 become a person's twelve."""
    weights = (3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8)
    for length in (9,) if len(digits) == 9 else (10, 11):
        digits += str(
            sum(int(digit) * weight for digit, weight in zip(digits, weights[-length:], strict=True)) % 11 % 10
        )
    return digits


def eik(digits: str) -> str:
    """A Bulgarian company number of 8 digits completed by its control digit."""
    rest = sum(int(digit) * weight for weight, digit in enumerate(digits, 1)) % 11
    if rest == 10:
        rest = sum(int(digit) * weight for weight, digit in enumerate(digits, 3)) % 11 % 10
    return f"{digits}{rest}"


def bulgarian_iban(number: int) -> str:
    """An account at a bank that does not exist, with right check digits."""
    bban = f"XMPL999010{number:08d}"
    return f"BG{iban.calc_check_digits(f'BG00{bban}')}{bban}"


def latin(text: str) -> str:
    """A name as it stands in an address of the net."""
    spelled = "".join(words.LATIN.get(letter, letter) for letter in text.lower())
    return "-".join("".join(sign if sign.isascii() and sign.isalnum() else " " for sign in spelled).split())


def _names(chance: random.Random, language: str, businesses: int) -> Iterator[str]:
    """Company names without their legal form first, then people's; none twice."""
    firms = [first + second for first, second in product(words.FIRMS[language], words.TRADES[language])]
    yield from chance.sample(firms, businesses)
    people = [
        (name, family, middle)
        for name in words.NAMES[language]
        for family in range(len(name.family))
        for middle in (0, 1, 2)
    ]
    for name, family, middle in chance.sample(people, len(people)):
        yield _full_name(name, chance.choice(name.given), family, middle)


def _client(
    chance: random.Random,
    language: str,
    phones: Mapping[str, Iterator[str]],
    *,
    is_business: bool,
    name: str,
    serial: int,
) -> Client:
    country = chance.choices(*zip(*words.COUNTRIES[language], strict=True))[0]
    currency = {"RU": "RUB", "GB": "GBP"}.get(country, "EUR")
    manner = chance.choices(list(MANNERS), [share for share, _, _ in MANNERS.values()])[0]
    return Client(
        number="",
        name=chance.choice(words.FORMS[country]).format(name) if is_business else words.untitled(name),
        kind="business" if is_business else "person",
        country=country,
        language=language,
        tax_id=_tax_id(country, serial) if is_business else "",
        address=chance.choice(words.STREETS[country]).format(chance.randint(1, 90)),
        segment=chance.choice(words.SEGMENTS) if is_business else "private",
        office="moscow" if country == "RU" else "sofia",
        currency=currency,
        account=bulgarian_iban(20_000_000 + serial) if country == "BG" else "",
        manner=manner,
        collects=is_business and country != "RU" and manner in ("usual", "late") and chance.random() < COLLECTS_SHARE,
        people=tuple(
            _people_of(chance, language, name, phones[country])
            if is_business
            else [
                Person(
                    name,
                    words.ROLES[language]["requester"],
                    f"{_mailbox(name)}.{serial}@mail.example",
                    next(phones[country]),
                )
            ]
        ),
    )


def _numbered(client: Client, number: int) -> Client:
    values = {name: getattr(client, name) for name in Client.__slots__}
    return Client(**values | {"number": f"K-{number:04d}"})


def _people_of(chance: random.Random, language: str, firm: str, phones: Iterator[str]) -> Iterator[Person]:
    """A firm's people: as a rule accounts payable and who ordered, and some of their superiors."""
    wanted = ["payable", "requester", *(role for role in ("manager", "finance", "director") if chance.random() < 0.45)]
    if chance.random() < SMALL_FIRMS_SHARE:
        wanted = ["requester"]
    taken: set[str] = set()
    for role in wanted:
        name = _person(chance, language)
        address = f"{'accounts' if role == 'payable' else _mailbox(name)}@{latin(firm)}.example"
        if address not in taken:
            taken.add(address)
            yield Person(name, words.ROLES[language][role], address, next(phones) if chance.random() < 0.8 else "")


def _person(chance: random.Random, language: str) -> str:
    name = chance.choice(words.NAMES[language])
    return _full_name(name, chance.choice(name.given), chance.randrange(len(name.family)), chance.randrange(3))


def _full_name(name: Names, given: str, family: int, middle: int) -> str:
    return name.form.format(given=given, family=name.family[family], middle=name.middle[middle % len(name.middle)])


def _mailbox(name: str) -> str:
    parts = names.take_apart(name)
    return f"{latin(parts.given)}.{latin(parts.family)}"


def _tax_id(country: str, serial: int) -> str:
    if country == "RU":
        return control_digit_inn(f"99990{serial:04d}")
    return f"BG{eik(f'9990{serial:04d}')}" if country == "BG" else ""
