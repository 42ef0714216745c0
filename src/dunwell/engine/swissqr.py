"""The Swiss QR-bill (Swiss Payment Standards, implementation guidelines QR-bill 2.3): its payload, and the cross in its middle.

Only structured addresses are valid since November 2025, and only Latin letters: what is Cyrillic is transliterated, and where the
holder's address cannot be taken apart for certain there is no code. A QR-IBAN wants a reference of its bank and gets no code here.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from dunwell.core.message import BankAccount
from dunwell.core.money import Money

MARK = b"SPC\n0200\n"
NAME_MAX, STREET_MAX, HOUSE_MAX, TOWN_MAX, TEXT_MAX = 70, 70, 16, 35, 140
MINOR_MAX = 99_999_999_999
BYTES_MAX = 660
"""What our largest symbol holds at level M; the standard allows 997 characters."""
NOBODY = ("",) * 7
QR_IIDS = range(30_000, 32_000)
COUNTRIES = ("CH", "LI")
PLACE = re.compile(r"(?P<street>[^\n,]+)[,\n]\s*(?:(?P<country>CH|LI)[ -])?(?P<postcode>\d{4})\s+(?P<town>[^\n,]+)")
HOUSE = re.compile(r"(?P<street>.*\D)\s+(?P<house>\d+\s?[A-Za-z]?)")
# ISO 9 as passports have it (Bulgarian and Russian letters together); what is no letter of ours stays for the next rule.
TRANSLITERATED = dict(
    zip(
        "абвгдеёжзийклмнопрстуфхцчшщъыьэюя",
        "a b v g d e e zh z i y k l m n o p r s t u f h ts ch sh sht a y y e yu ya".split(),
        strict=True,
    )
) | {"№": "No. ", "„": '"', "“": '"', "«": '"', "»": '"', "–": "-", "—": "-", "’": "'", "€": "EUR "}
LATIN_LAST = 0x17F
"""Basic Latin, Latin-1 and Latin Extended-A: the set of the standard, with a few letters of Romanian besides."""
LATIN_MORE = "ȘșȚț"


@dataclass(frozen=True, slots=True)
class Place:
    street: str
    house: str
    postcode: str
    town: str
    country: str


def covers(account: BankAccount, amount: Money) -> bool:
    """Whether this is a sum in francs to an account with a bank there that takes it without a reference of its own."""
    return account.iban[:2] in COUNTRIES and amount.currency == "CHF" and not is_qr_iban(account.iban)


def is_qr_iban(iban: str) -> bool:
    """Accounts that take payments with a QR reference alone."""
    number = iban.replace(" ", "")[4:9]
    return iban[:2] in COUNTRIES and number.isdecimal() and int(number) in QR_IIDS


def payload(account: BankAccount, amount: Money, purpose: str) -> bytes | None:
    """The bill's data; None where the holder's place is not known for certain, or the sum is outside the standard's range."""
    place = placed(account.address, account.iban[:2])
    name = latin(account.holder)[:NAME_MAX]
    if place is None or not name or not 0 < amount.minor <= MINOR_MAX:
        return None
    creditor = ("S", name, place.street, place.house, place.postcode, place.town, place.country)
    head = ("SPC", "0200", "1", account.iban.replace(" ", ""), *creditor, *NOBODY)
    text = latin(purpose)[:TEXT_MAX]
    sum_ = (f"{amount.decimal:.2f}", amount.currency)
    while len(data := "\n".join((*head, *sum_, *NOBODY, "NON", "", text, "EPD")).encode()) > BYTES_MAX:
        text = text[:-1]
    return data


def placed(address: str, country: str) -> Place | None:
    """An address as street, house, postcode and town: `Bahnhofstrasse 1, 8001 Zürich`; nothing where it reads otherwise."""
    found = PLACE.fullmatch(address.strip())
    if found is None:
        return None
    street, town = latin(found["street"]), latin(found["town"])
    apart = HOUSE.fullmatch(street)
    if not (street and town) or len(town) > TOWN_MAX or len(street) > STREET_MAX:
        return None
    named, house = (apart["street"], apart["house"]) if apart else (street, "")
    return Place(named, house[:HOUSE_MAX], found["postcode"], town, found["country"] or country)


def latin(text: str) -> str:
    """A text in the letters that the standard allows, on one line; what has no Latin form is left out."""
    spelled = "".join(_letter(letter) for letter in text)
    plain = "".join(one for one in spelled if _is_allowed(one) or one.isspace())
    return " ".join(plain.split())


def _letter(letter: str) -> str:
    if _is_allowed(letter):
        return letter
    small = TRANSLITERATED.get(letter.lower())
    if small is not None:
        return small.capitalize() if letter.isupper() else small
    return unicodedata.normalize("NFKD", letter)


def _is_allowed(letter: str) -> bool:
    return 0x20 <= ord(letter) <= 0x7E or 0xA0 < ord(letter) <= LATIN_LAST or letter in LATIN_MORE
