"""What a payer's words name: references with check digits, and what could be the numbers of invoices.

Payers retype numbers: in the other alphabet, without zeros, blanks and hyphens, in lists and ranges, beside a word for invoice
or without one. So a number is compared in three forms: as it is, *bare* (letters and digits, without leading zeros), and by its
*tail* (the digits at its end). Look-alike letters of Cyrillic count as the Latin ones throughout.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from functools import lru_cache

import polars as pl
from stdnum import iso11649

from dunwell.core import reference
from dunwell.core.reference import Reference

# Fewer digits stand in too many texts by chance (a year, a sum): such a number counts only beside a word for invoice,
# or in the column for it.
LOOSE_DIGITS = 5
TAIL_DIGITS_MIN = 3
RANGE_MAX = 50
TEXT_MAX = 2_000
SEPARATORS = re.compile(r"[\W_]+")
LEADING_ZEROS = re.compile(r"(?<![0-9])0+(?=[0-9])")
CYRILLIC = "АВЕЗКМНОРСТУХІЅЈ"
LATIN = "ABE3KMHOPCTYXISJ"
FOLD = str.maketrans(CYRILLIC, LATIN)

WORD_FOR_INVOICE = (
    r"(?:inv|invoices?|bills?|rechnung(?:en|snummer|snr)?|rg|re|сч[её]т(?:а|у|ам|ов|ом|е|ах)?(?:-фактур\w*)?|сч|сч[её]т-оферт\w*|"
    r"faktur[aiy]|schet[au]?|factur[ae]|с\/ф|с-ф|сф|ф-?р[аи]|фра|факт|фактур(?:а|и|у|ата|ите|ы|ам)?|упд|акт(?:а|у|ы|ам)?|документ(?:а|и)?|проформа|"
    r"no|nos|nr|num|number|номер|ном|#|n°)"
)
# What follows these is another number: of a contract, a tax, a telephone.
WORD_FOR_OTHER = (
    r"(?:договор\w*|дог|контракт\w*|contract|agreement|ндс|ддс|vat|инн|кпп|бик|огрн|еик|булстат|iban|bic|swift|тел|phone|"
    r"квартал\w*|кв|period|период\w*|год|г|лс|л\/с|сметка|account|р\/с|заявк\w*|ticket|пп|п\/п)"
)
DATES = re.compile(
    r"\b(?:от|from|dated?|of|дата|vom|/)\s*[0-9]{1,2}[./-][0-9]{1,2}[./-][0-9]{2,4}"
    r"|(?<![0-9])[0-3]?[0-9]\.[01]?[0-9]\.(?:20)?[0-9]{2}(?![0-9])",
    re.I,
)
# Fields of a bank's own that nobody took apart: "?20Invoice 12?32Daisy", "/REMI/Invoice 12//".
SUBFIELDS = re.compile(r"\?[0-9]{2}|//|/[A-Z]{4}/")
RANGE = re.compile(
    r"(?<![^\W_])(?:(?:с|от|from)\s+)?#?\s*([0-9]{3,12})\s*(?:-|–|—|\.\.\.?|…|(?<=\s)(?:по|до|to|through|bis)(?=\s))\s*#?\s*([0-9]{2,12})(?![^\W_])",
    re.I,
)
STRUCTURED = re.compile(r"(?<![^\W_])RF ?[0-9]{2}(?: ?[A-Z0-9]){1,25}(?![^\W_])", re.I)
WORDS = re.compile(r"[^\s,;:()\"«»„“]+")
IS_WORD_FOR_INVOICE = re.compile(WORD_FOR_INVOICE, re.I)
IS_WORD_FOR_OTHER = re.compile(WORD_FOR_OTHER, re.I)
# "сч12", "inv.#12", and with a mark between also "сч.INV-12".
INTRODUCED = re.compile(rf"{WORD_FOR_INVOICE}(?:\.?[#:]?(?=[0-9])|[.:#](?=[^\W_]))", re.I)
IN_LIST = frozenset(("и", "and", "&", "+", "u", "und", "y", "с", "по", "до", "to", "through", "bis"))
PREPAID = re.compile(r"аванс|предоплат|предплащ|капаро|prepay|pre-pay|advance|deposit|депозит|vorkasse|anzahlung", re.I)


@dataclass(frozen=True, slots=True)
class Named:
    """What a text names: `numbers` maps a number's form to whether a word for invoice or letters speak for it."""

    references: tuple[Reference, ...] = ()
    structured: tuple[str, ...] = ()
    numbers: dict[str, bool] = field(default_factory=dict)
    is_prepaid: bool = False


def key(number: str) -> str:
    """A number as it is compared: without blanks and case, look-alike letters as Latin ones. Leading zeros stay: 0012 and
    12 may be two invoices.
    """
    return "".join(number.split()).upper().translate(FOLD)


def bare(number: str) -> str:
    """Letters and digits alone, without the zeros before a run of digits."""
    return SEPARATORS.sub("", LEADING_ZEROS.sub("", key(number)))


def compact(number: str) -> str:
    """Letters and digits alone, every zero kept: what stands in a structured reference."""
    return SEPARATORS.sub("", key(number))


def tail(number: str) -> str:
    """The digits at the end of a number that begins with something else, without leading zeros; empty for others."""
    match = re.fullmatch(r".*[^0-9]0*([0-9]+)", key(number))
    return match[1] if match and len(match[1]) >= TAIL_DIGITS_MIN else ""


def key_of(number: pl.Expr) -> pl.Expr:
    """`key` of a column."""
    return number.str.replace_all(r"\s+", "").str.to_uppercase().str.replace_many(list(CYRILLIC), list(LATIN))


def bare_of(number: pl.Expr) -> pl.Expr:
    """`bare` of a column."""
    return key_of(number).str.replace_all(r"(^|[^0-9])0+([0-9])", "$1$2").str.replace_all(r"[\W_]+", "")


def compact_of(number: pl.Expr) -> pl.Expr:
    """`compact` of a column."""
    return key_of(number).str.replace_all(r"[\W_]+", "")


@lru_cache(maxsize=200_000)
def named(text: str) -> Named:
    """What a payer's words name. "Оплата по счетам № 12, 13 от 05.01.2026" → 12 and 13, both beside a word for invoice."""
    text = unicodedata.normalize("NFKC", SUBFIELDS.sub(" ", text[:TEXT_MAX]).replace("№", " # "))
    structured = tuple(dict.fromkeys(filter(None, (_structured(match[0]) for match in STRUCTURED.finditer(text)))))
    plain = reference.FORM.sub(lambda match: " . " if reference.found(match[0]) else match[0], text)
    plain = STRUCTURED.sub(lambda match: " . " if _structured(match[0]) else match[0], plain)
    plain = DATES.sub(" . ", plain)
    numbers = _numbers(plain)
    for match in RANGE.finditer(plain):
        is_introduced = any(is_strong for number, is_strong in numbers.items() if number.startswith(match[1]))
        for number in _range(match[1], match[2]):
            numbers.setdefault(number, is_introduced)
    return Named(tuple(reference.found(text)), structured, numbers, bool(PREPAID.search(text)))


def _structured(text: str) -> str:
    """A creditor reference of ISO 11649 whose check digits hold; words behind it may have been taken for a part of it."""
    compact = "".join(text.split()).upper()
    words = text.upper().split()
    while words:
        compact = "".join(words)
        if iso11649.is_valid(compact):
            return compact
        words.pop()
    return ""


def _numbers(text: str) -> dict[str, bool]:
    """What could be an invoice number, and whether it stands beside a word for invoice or holds letters.

    Dates and sums are left out, and short digits that nothing introduces.
    """
    words = WORDS.findall(text)
    keys: dict[str, bool] = {}
    is_introduced = is_other = False
    before = ""
    for at, word in enumerate(words):
        plain = word.strip(".!?'")
        if not any(letter.isdigit() for letter in plain):
            # A list goes on: "счета 12, 13 и 14".
            goes_on = plain.lower() in IN_LIST
            is_other = bool(IS_WORD_FOR_OTHER.fullmatch(plain)) or (is_other and plain == "#")
            is_introduced = not is_other and (bool(IS_WORD_FOR_INVOICE.fullmatch(plain)) or (is_introduced and goes_on))
            before = before if goes_on else ""
            continue
        if is_other:
            is_other = False
            continue
        introduced = INTRODUCED.match(plain)
        is_strong = is_introduced or bool(introduced)
        if introduced:
            keys[key(plain[introduced.end() :])] = True
        if at and words[at - 1].isalpha() and words[at - 1].lower() not in IN_LIST:
            keys.setdefault(key(words[at - 1] + plain), True)
        if is_strong or _is_telling(plain):
            keys[key(plain)] = keys.get(key(plain), False) or is_strong or any(letter.isalpha() for letter in plain)
            if is_strong and plain.isdigit() and len(plain) < len(before):
                # "1041, 42, 43": the beginning is not repeated.
                keys.setdefault(key(before[: -len(plain)] + plain), True)
            elif plain.isdigit():
                before = plain
        if at and re.fullmatch(r"[0-9]{3}", plain) and words[at - 1].isdigit():
            # A number in groups: "10 427".
            keys.setdefault(key(words[at - 1] + plain), is_strong)
    return keys


def _range(first: str, last: str) -> list[str]:
    """The numbers of "1041-1043" or "1041-43"; none where it is too long to be meant, or leads backwards."""
    if len(last) < len(first):
        last = first[: -len(last)] + last
    if len(first) != len(last) or not 0 < int(last) - int(first) <= RANGE_MAX:
        return []
    return [f"{number:0{len(first)}d}" for number in range(int(first), int(last) + 1)]


def _is_telling(word: str) -> bool:
    """Whether a word is likely no year, no sum and no part of a date, so that it may be looked up as a number."""
    is_sum = re.fullmatch(r"[0-9]+[.,][0-9]{1,2}", word)
    return not is_sum and (
        any(letter.isalpha() for letter in word) or sum(letter.isdigit() for letter in word) >= LOOSE_DIGITS
    )
