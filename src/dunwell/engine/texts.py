"""Texts as written, checked and cut into pieces once: literals and placeholders, nothing that could compute.

A text is Markdown with front matter. A front-matter line `lead.many.person: …` is a *block* of that letter: of all
lines named `lead`, the one is used whose tags all hold and which has the most of them. Prose knows no `if`, no loop,
no attribute.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from dunwell.core.placeholders import PLACEHOLDERS
from dunwell.core.refusal import Finding

# What may stand behind a block's name. All are facts of the letter, never of the calendar of the writer.
TAGS = frozenset(
    "many person single last f m neutral formal firm called only_called page in_time paid numbers several start next first emoji week_start "
    "week_end task not_late part_paid order kept part_kept".split()
)
FRONT_MATTER = re.compile(r"---\n(.*?)\n---\n(.*)", re.DOTALL)
BRACES = re.compile(r"{([^{}]*)}")
BOLD = re.compile(r"\*\*(.+?)\*\*")
# Bold travels through the filling as two control characters, which no fact can contain (`terms.clean`).
BOLD_ON, BOLD_OFF = "\x01", "\x02"

# A piece is a literal or the name of a placeholder.
Piece = tuple[bool, str]


@dataclass(frozen=True, slots=True)
class Line:
    """One paragraph or one block: pieces in order, True for a placeholder's name."""

    pieces: tuple[Piece, ...]

    @property
    def names(self) -> list[str]:
        return [text for is_name, text in self.pieces if is_name]


# The lines of one block, each with the tags that must hold for it.
Variants = tuple[tuple[frozenset[str], Line], ...]


@dataclass(frozen=True, slots=True)
class Text:
    """A checked text: its blocks by name with their tags, and its paragraphs."""

    key: str
    channel: str
    version: str
    blocks: Mapping[str, Variants]
    paragraphs: tuple[Line, ...]

    @property
    def names(self) -> set[str]:
        """Every placeholder that any variant may use."""
        lines = [*self.paragraphs, *(line for variants in self.blocks.values() for _, line in variants)]
        return {name for line in lines for name in line.names}


@dataclass(frozen=True, slots=True)
class Terms:
    """One language's words: `tables` as in terms.toml, and its shared blocks cut into pieces."""

    locale: str
    words: Mapping[str, Any]
    greeting: Mapping[str, str]
    counted: Mapping[str, Mapping[str, str]]
    labels: Mapping[str, str]
    blocks: Mapping[str, Variants]


@dataclass(slots=True)
class Reading:
    """What came of reading one source: its findings so far."""

    file: str
    findings: list[Finding] = field(default_factory=list)

    def found(self, code: str, message: str, line: int | None, remedy: str) -> None:
        self.findings.append(Finding(code, message, file=self.file, line=line, remedy=remedy))


def read_text(
    source: str, key: str, channel: str, version: str, file: str, shared: frozenset[str]
) -> tuple[Text | None, list[Finding]]:
    """A text cut into pieces, or the findings (file, line, remedy) that keep it from being used."""
    reading = Reading(file or f"{key}.{channel}.md")
    matched = FRONT_MATTER.fullmatch(source.replace("\r\n", "\n"))
    if matched is None:
        reading.found(
            "text_without_front_matter", "the text has no front matter", 1, "Begin it with ---, subject: …, ---."
        )
        return None, reading.findings
    head, body = matched.groups()
    blocks = _blocks(head.split("\n"), reading)
    known = shared | PLACEHOLDERS.keys() | blocks.keys()
    first_body_line = head.count("\n") + 4
    for number, line in enumerate(head.split("\n"), 2):
        _check_names(line, known, number, reading)
    for number, line in enumerate(body.split("\n"), first_body_line):
        _check_names(line, known, number, reading)
    if channel == "email" and "subject" not in blocks:
        reading.found(
            "text_without_subject", "the e-mail has no subject", 1, "Add a line subject: … to the front matter."
        )
    paragraphs = tuple(cut(part.strip()) for part in re.split(r"\n\s*\n", body) if part.strip())
    text = Text(key, channel, version, {name: tuple(variants) for name, variants in blocks.items()}, paragraphs)
    return (None if reading.findings else text), reading.findings


def read_terms(locale: str, tables: Mapping[str, Any]) -> Terms:
    """One language's terms; a table that is missing is a bug of the pack and crashes here, at load."""
    blocks: dict[str, list[tuple[frozenset[str], Line]]] = {}
    for name, text in tables["blocks"].items():
        base, tags = _name_and_tags(name)
        blocks.setdefault(base, []).append((tags, cut(text)))
    return Terms(
        locale,
        tables["words"],
        tables["greeting"],
        tables["counted"],
        tables["labels"],
        {name: tuple(variants) for name, variants in blocks.items()},
    )


def choose(variants: Variants, tags: frozenset[str]) -> Line | None:
    """The variant whose tags all hold and which has the most of them; in a tie the one for persons, then the first
    one written.
    """
    holding = [variant for variant in variants if variant[0] <= tags]
    # A text written for a company must never reach a natural person because it happens to fit the number of invoices.
    return max(holding, key=lambda variant: (len(variant[0]), "person" in variant[0]))[1] if holding else None


def cut(text: str) -> Line:
    """Literals and names in order; `**bold**` becomes its two marks."""
    pieces: list[Piece] = []
    for index, part in enumerate(BRACES.split(BOLD.sub(BOLD_ON + r"\1" + BOLD_OFF, text))):
        if part:
            pieces.append((index % 2 == 1, part))
    return Line(tuple(pieces))


def _blocks(lines: list[str], reading: Reading) -> dict[str, list[tuple[frozenset[str], Line]]]:
    blocks: dict[str, list[tuple[frozenset[str], Line]]] = {}
    for number, line in enumerate(lines, 2):
        if not line.strip():
            continue
        name, colon, text = line.partition(":")
        if not colon:
            reading.found("block_without_colon", f"{line!r} is not a block", number, "Write name: text on one line.")
            continue
        base, tags = _name_and_tags(name.strip())
        if unknown := tags - TAGS:
            remedy = f"Known are {', '.join(sorted(TAGS))}."
            reading.found("unknown_tag", f"{', '.join(sorted(unknown))} is no tag", number, remedy)
        if base in PLACEHOLDERS:
            reading.found("block_hides_placeholder", f"{base} is a placeholder", number, "Give the block another name.")
        blocks.setdefault(base, []).append((tags, cut(text.strip())))
    return blocks


def _name_and_tags(name: str) -> tuple[str, frozenset[str]]:
    base, *tags = name.split(".")
    if base in ("reason", "benefit", "consequence", "offer"):
        base, tags = f"{base}.{tags[0]}", tags[1:]
    return base, frozenset(tags)


def _check_names(line: str, known: frozenset[str] | set[str], number: int, reading: Reading) -> None:
    for name in BRACES.findall(line):
        if name not in known:
            remedy = "docs/content.md lists all of them."
            reading.found("unknown_placeholder", f"{{{name}}} is not a placeholder", number, remedy)
    if "{" in (rest := BRACES.sub("", line)) or "}" in rest:
        reading.found("stray_brace", "a brace stands alone", number, "Write placeholders as {name}.")


Evaluate = Callable[[str], str]


def fill(line: Line, value_of: Evaluate) -> str:
    """The line with its values; a block that is empty leaves no double space and no blank end."""
    text = "".join([value_of(part) if is_name else part for is_name, part in line.pieces])
    # A sentence that ends in an abbreviation (72 000 р., 2026 г.) has one full stop.
    if ".." in text and "..." not in text:
        text = text.replace("..", ".")
    while "  " in text:
        text = text.replace("  ", " ")
    return text.strip(" \n").replace(" \n", "\n").replace("\n ", "\n")
