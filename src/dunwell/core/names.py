"""A person's name taken apart, as far as its own endings tell, and never further.

Russian full names come as "Иванова Анна Сергеевна" or "Анна Сергеевна Иванова": the patronymic's ending says which. Bulgarian
names have three parts, the last being the family's. What the endings do not tell stays empty: nobody is addressed by a guess.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass

PATRONYMIC_F = re.compile(r"(?:овна|евна|ична|инична)$", re.IGNORECASE)
PATRONYMIC_M = re.compile(r"(?:ович|евич|ьич|мич|нич|кич)$", re.IGNORECASE)
FAMILY_F = re.compile(r"(?:ова|ева|ёва|ина|ына|ская|цкая|ска|цка)$", re.IGNORECASE)
FAMILY_M = re.compile(r"(?:ов|ев|ёв|ин|ын|ский|цкий|ски|цки)$", re.IGNORECASE)
TITLES = {"mr": "m", "mrs": "f", "ms": "f", "miss": "f", "г-н": "m", "г-жа": "f", "господин": "m", "госпожа": "f"}


@dataclass(frozen=True, slots=True)
class PersonName:
    given: str = ""
    family: str = ""
    patronymic: str = ""
    gender: str = ""


def take_apart(full: str) -> PersonName:
    """Given name, family name, patronymic and gender of a full name, each empty where it cannot be told."""
    words = [word for word in re.split(r"[\s,]+", full.strip()) if word]
    gender = ""
    if words and words[0].rstrip(".").lower() in TITLES:
        gender = TITLES[words.pop(0).rstrip(".").lower()]
    middle = next((word for word in words if PATRONYMIC_F.search(word) or PATRONYMIC_M.search(word)), "")
    if middle and len(words) == 3:
        given, family = (words[0], words[2]) if words[1] == middle else (words[1], words[0])
        return PersonName(given, family, middle, "f" if PATRONYMIC_F.search(middle) else "m")
    if len(words) < 2:
        return PersonName(given=" ".join(words), gender=gender)
    # "Иванова Анна": the family name first, as registers write it; told by its ending when the other word has none.
    is_family_first = len(words) == 2 and _is_family(words[0]) and not _is_family(words[1])
    given, family = (words[1], words[0]) if is_family_first else (words[0], words[-1])
    return PersonName(given, family, "", gender or _gender(family))


def person_key(address: str) -> str:
    """The sign of one person under whatever customer: a hash of the address in small letters, or of a phone's digits."""
    return hashlib.md5(
        (address.lower() if "@" in address else digits(address)).encode(), usedforsecurity=False
    ).hexdigest()


def digits(address: str) -> str:
    """A phone number's digits; nothing of an e-mail address."""
    return "" if "@" in address else re.sub(r"[^0-9]", "", address)


def _is_family(word: str) -> bool:
    return bool(FAMILY_F.search(word) or FAMILY_M.search(word))


def _gender(family: str) -> str:
    if not re.search("[а-яё]", family, re.IGNORECASE):
        return ""
    return "f" if FAMILY_F.search(family) else "m" if FAMILY_M.search(family) else ""
