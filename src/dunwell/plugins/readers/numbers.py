"""Numbers said in words, turned into digits: "двадцать пятого" → "25-го", "three thousand six hundred" → "3600"."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cache

from dunwell.plugins.readers.words import View, fold_phrase


@dataclass(frozen=True, slots=True)
class Numerals:
    """Words of one language: stems of whole words (regular expressions) with their value."""

    cardinals: dict[str, int]
    ordinals: dict[str, int]
    scales: dict[str, int]
    joiner: str
    ordinal_mark: str


RU_TEENS = "один две три четыр пят шест сем восем девят".split()
RUSSIAN = Numerals(
    cardinals={
        **{
            "два": 2,
            "две": 2,
            "двух": 2,
            "двумя": 2,
            "двум": 2,
            "двое": 2,
            "трое": 3,
            "три": 3,
            "трех": 3,
            "тремя": 3,
            "четыре": 4,
        },
        **{"четырех": 4, "пять": 5, "пяти": 5, "шесть": 6, "шести": 6, "семь": 7, "семи": 7, "восемь": 8, "восьми": 8},
        **{"девять": 9, "девяти": 9, "десять": 10, "десяти": 10, "пару": 2},
        **{f"{stem}надцат(?:ь|и)": 11 + at for at, stem in enumerate(RU_TEENS)},
        **{
            "двадцат(?:ь|и)": 20,
            "тридцат(?:ь|и)": 30,
            "сорока?": 40,
            "пятьдесят": 50,
            "пятидесяти": 50,
            "шестьдесят": 60,
        },
        **{
            "шестидесяти": 60,
            "семьдесят": 70,
            "восемьдесят": 80,
            "девяност[оа]": 90,
            "сто": 100,
            "ста": 100,
            "двести": 200,
        },
        **{
            "триста": 300,
            "четыреста": 400,
            "пятьсот": 500,
            "шестьсот": 600,
            "семьсот": 700,
            "восемьсот": 800,
            "девятьсот": 900,
        },
    },
    ordinals={
        **{
            "перв": 1,
            "втор": 2,
            "треть": 3,
            "четверт": 4,
            "пят": 5,
            "шест": 6,
            "седьм": 7,
            "восьм": 8,
            "девят": 9,
            "десят": 10,
        },
        **{f"{stem}надцат": 11 + at for at, stem in enumerate(RU_TEENS)},
        **{"двадцат": 20, "тридцат": 30},
    },
    scales={"тысяч[аиу]?": 1000, "миллион\\w{0,2}": 1_000_000},
    joiner=" ",
    ordinal_mark="-го",
)
RU_ORDINAL_END = r"(?:ого|его|ому|ему|ое|ье)"
BG_UNITS = {
    **{
        "два": 2,
        "две": 2,
        "двата": 2,
        "двете": 2,
        "три": 3,
        "трите": 3,
        "четири": 4,
        "пет": 5,
        "шест": 6,
        "седем": 7,
        "осем": 8,
    },
    **{"девет": 9, "десет": 10, "единайсет|единадесет": 11, "дванайсет|дванадесет": 12, "тринайсет|тринадесет": 13},
    **{"четиринайсет|четиринадесет": 14, "петнайсет|петнадесет": 15, "шестнайсет|шестнадесет": 16},
    **{"седемнайсет|седемнадесет": 17, "осемнайсет|осемнадесет": 18, "деветнайсет|деветнадесет": 19},
    **{"двайсет|двадесет": 20, "трийсет|тридесет": 30, "четиридесет|четирийсет|четиресет": 40, "петдесет": 50},
    **{"шестдесет|шейсет|шейсе": 60, "седемдесет": 70, "осемдесет": 80, "деветдесет": 90, "сто": 100, "двеста": 200},
    **{"триста": 300, "четиристотин": 400, "петстотин": 500, "шестстотин": 600, "седемстотин": 700, "осемстотин": 800},
    **{"деветстотин": 900, "хиляда": 1000},
}
BULGARIAN = Numerals(
    cardinals=BG_UNITS,
    ordinals={
        **{
            "първ": 1,
            "втор": 2,
            "трет": 3,
            "четвърт": 4,
            "пет": 5,
            "шест": 6,
            "седм": 7,
            "осм": 8,
            "девет": 9,
            "десет": 10,
        },
        **{
            "единайсет|единадесет": 11,
            "дванайсет|дванадесет": 12,
            "тринайсет|тринадесет": 13,
            "четиринайсет|четиринадесет": 14,
        },
        **{"петнайсет|петнадесет": 15, "шестнайсет|шестнадесет": 16, "седемнайсет|седемнадесет": 17},
        **{
            "осемнайсет|осемнадесет": 18,
            "деветнайсет|деветнадесет": 19,
            "двайсет|двадесет": 20,
            "трийсет|тридесет": 30,
        },
    },
    scales={"хиляд[аи]": 1000, "хил": 1000, "милион[аи]?": 1_000_000},
    joiner=r"(?:\s+и)?\s+",
    ordinal_mark="-ти",
)
BG_ORDINAL_END = r"(?:и|о|ото|ият|ия)"
EN_TENS = {"twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90}
ENGLISH = Numerals(
    cardinals={
        **{
            "two": 2,
            "three": 3,
            "four": 4,
            "five": 5,
            "six": 6,
            "seven": 7,
            "eight": 8,
            "nine": 9,
            "ten": 10,
            "eleven": 11,
        },
        **{"twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16, "seventeen": 17, "eighteen": 18},
        **{"nineteen": 19, **EN_TENS},
    },
    ordinals={
        **{
            "first(?! (?:thing|of all|come|on|in|up|half|part|point|batch|time|days?|weeks?|payment|instal\\w*|two|three|four|\\d))": 1,
            "second": 2,
            "third": 3,
            "fourth": 4,
            "fifth": 5,
            "sixth": 6,
            "seventh": 7,
            "eighth": 8,
            "ninth": 9,
        },
        **{
            "tenth": 10,
            "eleventh": 11,
            "twelfth": 12,
            "thirteenth": 13,
            "fourteenth": 14,
            "fifteenth": 15,
            "sixteenth": 16,
        },
        **{"seventeenth": 17, "eighteenth": 18, "nineteenth": 19, "twentieth": 20, "thirtieth": 30},
    },
    scales={"hundred": 100, "thousand": 1000, "grand": 1000, "million": 1_000_000},
    joiner=r"(?:\s+and\s+|[\s-]+)",
    ordinal_mark="th",
)
NUMERALS = {"ru": RUSSIAN, "bg": BULGARIAN, "en": ENGLISH}
ENDINGS = {"ru": RU_ORDINAL_END, "bg": BG_ORDINAL_END, "en": ""}
EN_ONE = r"\b(?:one|a)(?= (?:hundred|thousand|grand|million)\b)"


def in_digits(view: View) -> View:
    """The same view with numbers in words replaced; each digit points at the word it stands for."""
    token, values = _grammar(view.lang, view.folded)
    text, origin, at = [], [], 0
    for found in token.finditer(view.text):
        start, end = found.span()
        written = _value(found.group(), values, view.lang)
        if written is None:
            continue
        text.append(view.text[at:start] + written)
        origin += list(view.origin[at:start])
        inner = view.origin[start:end]
        origin += [inner[min(i, len(inner) - 1)] for i in range(len(written) - 1)] + [inner[-1]]
        at = end
    text.append(view.text[at:])
    origin += list(view.origin[at:])
    return replace(view, text="".join(text), origin=tuple(origin))


@cache
def _grammar(lang: str, folded: bool) -> tuple[re.Pattern[str], list[tuple[re.Pattern[str], int, str]]]:
    numerals = NUMERALS[lang]

    def spelled(stem: str) -> str:
        return fold_phrase(stem, lang) if folded else stem

    values: list[tuple[re.Pattern[str], int, str]] = []
    parts: dict[str, list[str]] = {"unit": [], "scale": [], "ordinal": []}
    for kind, table in (("unit", numerals.cardinals), ("scale", numerals.scales), ("ordinal", numerals.ordinals)):
        ending = ENDINGS[lang] if kind == "ordinal" else ""
        for stem, value in table.items():
            shape = f"(?:{spelled(stem)}){spelled(ending)}"
            values.append((re.compile(shape), value, kind))
            parts[kind].append(shape)
    if lang == "en":
        values.append((re.compile("one|a"), 1, "unit"))
        parts["unit"].append(EN_ONE)
    unit, ordinal = _either(parts["unit"]), _either(parts["ordinal"])
    word = _either(parts["unit"] + parts["scale"])
    digits = r"\d+(?=\s+(?:" + "|".join(spelled(one) for one in numerals.scales) + r")(?!\w))"
    # "Seventy thousand on the twentieth" is a sum and a day: an ordinal takes at most its own tens with it.
    day = rf"(?:{unit}{numerals.joiner})?{ordinal}"
    sum_ = rf"(?:{digits}|{word})(?:{numerals.joiner}(?!{day}){word})*"
    return re.compile(rf"(?<![\w-])(?:{day}|{sum_})"), values


def _either(shapes: list[str]) -> str:
    return "(?:" + "|".join(sorted(shapes, key=len, reverse=True)) + r")(?!\w)"


def _value(phrase: str, values: list[tuple[re.Pattern[str], int, str]], lang: str) -> str | None:
    total, current, last, ordinal = 0, 0, 0, False
    for word in re.findall(r"\w+", phrase):
        if word in ("и", "and"):
            continue
        if word.isdigit():
            current, last = current + int(word), int(word)
            continue
        found = next(((value, kind) for shape, value, kind in values if shape.fullmatch(word)), None)
        if found is None:
            return None
        value, kind = found
        if kind == "ordinal":
            ordinal = True
            current += value
        elif kind == "scale":
            current = max(current, 1) * value
            if value >= 1000:
                total, current = total + current, 0
        elif current and value >= 20 and current % 100 and current < 100 and lang == "en":
            current = current * 100 + value  # "two sixty", "nineteen eighty"
        elif lang != "en" and value >= 100 and 0 < last < 100:
            total, current = total + current * 1000, value  # "сорок три двести" leaves the thousands out
        else:
            current += value
        last = value
    written = str(total + current)
    return written + NUMERALS[lang].ordinal_mark if ordinal else written
