"""Registration and tax numbers: whether their check digits hold, by country. What a number cannot tell is left to the registers."""

from __future__ import annotations

import re
from dataclasses import dataclass

from stdnum.bg import vat as bulgarian
from stdnum.eu import vat as european
from stdnum.gb import vat as british
from stdnum.ru import inn, ogrn

KPP = re.compile(r"\d{4}[0-9A-Z]{2}\d{3}")


@dataclass(frozen=True, slots=True)
class NumberFault:
    """A number that cannot be right: which one, and what does not hold."""

    field: str
    value: str
    message: str


def faults(country: str, *, tax_id: str = "", registration: str = "", kpp: str = "") -> list[NumberFault]:
    """What cannot be right about the numbers of a company or person of a country; empty numbers are not judged."""
    found = []
    tax, registered = _plain(tax_id), _plain(registration)
    if tax and not _tax_holds(country, tax):
        found.append(NumberFault("tax_id", tax_id, "its check digits do not hold"))
    if registered and country == "RU" and not ogrn.is_valid(registered):
        found.append(NumberFault("registration", registration, "it is no ОГРН or ОГРНИП"))
    if registered and country == "BG" and not bulgarian.is_valid(registered):
        found.append(NumberFault("registration", registration, "it is no ЕИК"))
    if kpp and not KPP.fullmatch(_plain(kpp)):
        found.append(NumberFault("kpp", kpp, "a КПП has nine characters"))
    if kpp and tax and country == "RU" and len(tax) == 12:
        found.append(NumberFault("kpp", kpp, "a person or entrepreneur with an ИНН of 12 digits has no КПП"))
    return found


def _tax_holds(country: str, number: str) -> bool:
    if country == "RU":
        return bool(inn.is_valid(number))
    if country == "BG" and not number.startswith("BG"):
        return bool(bulgarian.is_valid(number))
    if country == "GB":
        return bool(british.is_valid(number))
    prefixed = number if number[:2].isalpha() else country + number
    return bool(european.is_valid(prefixed)) if european.guess_country(prefixed) or number[:2].isalpha() else True


def _plain(number: str) -> str:
    return re.sub(r"[\s./-]", "", number).upper()
