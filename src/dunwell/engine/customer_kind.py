"""Whether a customer of whom a sheet does not say it is a business or a natural person, by what the sheet does say.

A legal form, a register number or a company's tax number make a business; a personal number (ЕГН, ЛНЧ, an ИНН of twelve digits
without ИП) makes a person. A person's name alone makes a probable one: the rules for persons are the gentler ones, so they hold until
somebody says otherwise. Pure.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from stdnum.bg import egn, pnf
from stdnum.bg import vat as bulgarian
from stdnum.ru import inn

from dunwell.core import names
from dunwell.core.given_names import GIVEN_NAMES
from dunwell.core.ledger import CustomerKind

# Legal forms and what only organisations are called, as whole words; sole traders act as businesses (ИП, ЕТ).
FORMS = frozenset(
    """
    ооо оао зао пао ао нао тоо ип кфх гк нко ано тсж тсн снт гуп муп фгуп фгбу фгбоу гбу гбоу мбу мбоу маоу мкоу пк спк адвокатское
    оод еоод ад еад ет сд кд кда дззд дп еит фондация сдружение община читалище кооперация министерство агенция училище университет
    фонд ассоциация союз товарищество министерство департамент администрация управление колледж университет школа лицей музей театр
    больница поликлиника банк завод фабрика комбинат холдинг группа компания фирма студия агентство магазин бюро
    ltd limited llc llp lp plc inc incorporated corp corporation co company gmbh ag kg ohg ug sa sas sarl srl spa bv nv ab as oy aps
    sl sro doo dooel ood eood ad ead et ooo zao ip foundation association council ministry university school college hospital bank
    group holding holdings partners partnership trust studio agency services solutions systems consulting industries sons brothers
    """.split()
)
FORM_DOTTED = re.compile(
    r"\b(?:s\.r\.o|s\.r\.l|s\.p\.a|sp\. ?z ?o\.? ?o|d\.o\.o|l\.l\.c|b\.v|n\.v|s\.a)\b", re.IGNORECASE
)
SOLE_TRADER = re.compile(r"индивидуальный предприниматель|едноличен търговец|sole trader", re.IGNORECASE)
QUOTED_OR_COUNTED = re.compile(r"[«»„“”\"&+@0-9]")
INITIALS = re.compile(r"(?:\b[^\W\d_]\.\s?){1,2}")
WORD = re.compile(r"[^\W\d_]+(?:[-’'][^\W\d_]+)*")
FAMILY = re.compile(r"\w{2,}(?:ов|ова|ев|ева|ёв|ёва|ян|дзе|швили|енко|чук)$", re.IGNORECASE)
PATRONYMIC = re.compile(r"\w{3,}(?:ович|евич|овна|евна|ична|инична)$", re.IGNORECASE)


class Told(NamedTuple):
    """What the facts say: `kind` is None where they say nothing; `is_sure` where a number or a legal form says it."""

    kind: CustomerKind | None
    is_sure: bool


def tell(name: str, *, tax_id: str = "", registration: str = "", country: str = "") -> Told:
    """What a customer is, by name, tax number, register number and country (ISO 3166, of the customer or else the creditor)."""
    words = {word.casefold() for word in re.findall(r"[^\W_]+", name)}
    if words & FORMS or FORM_DOTTED.search(name) or SOLE_TRADER.search(name) or registration:
        return Told(CustomerKind.BUSINESS, True)
    if tax_id:
        return _by_number(tax_id, country)
    if _is_name_of_a_person(name):
        return Told(CustomerKind.PERSON, False)
    return Told(None, False)


def _by_number(tax_id: str, country: str) -> Told:
    """A tax number of a company, or a personal one; of ten digits that fit both the country decides."""
    digits = re.sub(r"^BG(?=\d{10}$)", "", tax_id)
    if len(digits) == 12 and inn.is_valid(digits):
        return Told(CustomerKind.PERSON, True)
    is_personal = len(digits) == 10 and (egn.is_valid(digits) or pnf.is_valid(digits))
    is_company = len(digits) == 10 and inn.is_valid(digits)
    if is_personal and not (is_company and country == "RU"):
        return Told(CustomerKind.PERSON, True)
    if is_company or bulgarian.is_valid(digits) or not digits.isdigit():
        return Told(CustomerKind.BUSINESS, True)
    return Told(CustomerKind.BUSINESS, False)


def _is_name_of_a_person(name: str) -> bool:
    """Two or three words of which one is a given name, a patronymic or a family name, or a word with initials; nothing that firms are
    called."""
    if QUOTED_OR_COUNTED.search(name):
        return False
    bare = INITIALS.sub(" ", name)
    words = [word for word in WORD.findall(bare) if word]
    if words and words[0].casefold() in names.TITLES:
        return len(words) > 1
    if bare != name:
        return len(words) == 1
    is_named = any(word.casefold() in GIVEN_NAMES or PATRONYMIC.search(word) or FAMILY.search(word) for word in words)
    return is_named and 2 <= len(words) <= 3
