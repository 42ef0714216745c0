"""Which characters the bytes stand for.

A byte-order mark or strict UTF-8 settles it, whatever the file declares of itself: four of six real 1C files declare
Windows and are UTF-8. Otherwise the single-byte encodings of our customers' programs are tried, and the one whose
result looks most like words wins; that is a guess, so it is a finding.
"""

from __future__ import annotations

import codecs
from dataclasses import dataclass
from itertools import pairwise

from dunwell.core.refusal import Finding, Refusal

BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# In order of preference: on equal evidence the earlier one wins.
SINGLE_BYTE = (
    "cp1251",
    "cp1252",
    "cp866",
    "koi8-r",
    "cp1250",
    "iso8859-15",
    "iso8859-2",
    "cp850",
    "cp852",
    "mac-cyrillic",
)
SAMPLE_BYTES = 200_000

# Letters that words of the languages in question are made of; what stands in none of them speaks against a decoding.
# How frequent a letter is in Russian and Bulgarian.
CYRILLIC_WEIGHTS = {
    **dict.fromkeys("оеаинтсрвл", 2.0),
    **dict.fromkeys("кмдпуязгб", 1.0),
    **dict.fromkeys("ьычйхъжш", 0.4),
    **dict.fromkeys("юцщэфёіїєґѝ", -0.6),
}
WESTERN = frozenset("äöüßÄÖÜéèêëàâçîïôûùñáíóúåøæÅØÆãõìòœÉÈÀÇÑÁÍÓÚ")
CENTRAL = frozenset("ąćęłńśźżĄĆĘŁŃŚŹŻčďěňřšťůžýČĎĚŇŘŠŤŮŽÝáéíóúäöüßÄÖÜÁÉÍÓÚőűŐŰăâîșțşţđĐôľĺŕ")
PUNCTUATION = frozenset("«»„“”‘’–—…№§°€£ \u00ad\u00a0")
LETTERS = {
    "cp1250": CENTRAL,
    "iso8859-2": CENTRAL,
    "cp852": CENTRAL,
    "cp1252": WESTERN,
    "iso8859-15": WESTERN,
    "cp850": WESTERN,
}
CYRILLIC_ENCODINGS = frozenset({"cp1251", "cp866", "koi8-r", "mac-cyrillic"})


class CharactersUnreadable(Refusal):
    """The characters of this file cannot be read: it is neither UTF-8 nor a known single-byte encoding."""


@dataclass(frozen=True, slots=True)
class Decoded:
    text: str
    encoding: str
    findings: tuple[Finding, ...] = ()


def decode(data: bytes, *, declared: str = "") -> Decoded:
    """Text of a file: byte-order mark, then strict UTF-8, then the declared encoding, then the best guess.

    `declared` is a Python codec name, or empty. Raises `CharactersUnreadable`.
    """
    for mark, encoding in BYTE_ORDER_MARKS:
        if data.startswith(mark):
            return Decoded(_strict(data[len(mark) :], encoding), encoding)
    if wide := _utf16_without_mark(data):
        return Decoded(_strict(data, wide), wide)
    try:
        return Decoded(data.decode("utf-8"), "utf-8")
    except UnicodeDecodeError:
        pass
    if declared and (text := _try(data, declared)) is not None and _likeness(text, declared) >= 0:
        return Decoded(text, declared)
    encoding = guess(data)
    finding = Finding(
        "charset_guessed",
        f"The file does not say how its characters are encoded; it was read as {encoding}.",
        remedy="Check the names for wrong letters.",
    )
    return Decoded(_strict(data, encoding), encoding, (finding,))


def guess(data: bytes) -> str:
    """The single-byte encoding under which the bytes look most like words."""
    sample = data[:SAMPLE_BYTES]
    scores: dict[str, float] = {}
    for encoding in SINGLE_BYTE:
        if _try(data, encoding) is not None:
            scores[encoding] = _likeness(sample.decode(encoding), encoding)
    if not scores:
        raise CharactersUnreadable
    return max(scores, key=lambda encoding: scores[encoding])


def _likeness(text: str, encoding: str) -> float:
    """How much the non-ASCII characters look like words of the encoding's languages, per character (−2 to 2)."""
    score = count = 0.0
    cyrillic = encoding in CYRILLIC_ENCODINGS
    letters = LETTERS.get(encoding, WESTERN)
    for before, character in pairwise(" " + text):
        if character < "\x80":
            continue
        count += 1
        if character in PUNCTUATION:
            continue
        if cyrillic:
            score += _cyrillic_weight(before, character)
        else:
            score += _latin_weight(before, character, letters)
    return score / count if count else 0.0


def _cyrillic_weight(before: str, character: str) -> float:
    weight = CYRILLIC_WEIGHTS.get(character.lower())
    if weight is None or (before.isascii() and before.isalpha()):
        return -2.0
    if character.isupper():
        # koi8-r and cp1251 swap the cases of one another: an upper-case letter after a lower-case one tells them apart
        # in a sentence, the frequency of letters in words that are upper-case throughout.
        return -2.0 if before.islower() and not before.isascii() else weight - 0.2
    return weight


def _latin_weight(before: str, character: str, letters: frozenset[str]) -> float:
    if character not in letters:
        return -2.0
    # Accented letters stand among plain ones; two of them in a row are rare, a Cyrillic word is nothing else.
    if character.isupper() and before.islower():
        return -2.0
    return -1.0 if before >= "\x80" and before not in PUNCTUATION else 1.5


def _utf16_without_mark(data: bytes) -> str:
    sample = data[:400]
    if len(sample) < 8 or len(data) % 2:
        return ""
    half = len(sample) // 2
    if sample[1::2].count(0) > half * 0.6 and not sample[0::2].count(0):
        return "utf-16-le"
    if sample[0::2].count(0) > half * 0.6 and not sample[1::2].count(0):
        return "utf-16-be"
    return ""


def _try(data: bytes, encoding: str) -> str | None:
    try:
        return data.decode(encoding)
    except (UnicodeDecodeError, LookupError):
        return None


def _strict(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        raise CharactersUnreadable from None
