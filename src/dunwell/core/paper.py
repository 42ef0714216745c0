"""What a printed document is made of: plain values, from which one template makes every PDF.

Texts are shown as they are, sign by sign: nothing in them is ever read as a command of the printer. A line break in a text breaks the
line. Tables are cells of text that their writer has formatted; `align` and `widths` have one entry a column.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class Title:
    text: str
    kind: ClassVar[str] = "title"


@dataclass(frozen=True, slots=True)
class Heading:
    text: str
    kind: ClassVar[str] = "heading"


@dataclass(frozen=True, slots=True)
class Paragraph:
    text: str
    kind: ClassVar[str] = "text"


@dataclass(frozen=True, slots=True)
class SmallPrint:
    text: str
    kind: ClassVar[str] = "small"


@dataclass(frozen=True, slots=True)
class Pairs:
    """What and its value, line by line, kept on one page with the sentence that leads to them."""

    rows: tuple[tuple[str, str], ...]
    lead: str = ""
    kind: ClassVar[str] = "pairs"


@dataclass(frozen=True, slots=True)
class Column:
    head: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Columns:
    """Blocks of lines side by side, such as the two parties."""

    columns: tuple[Column, ...]
    kind: ClassVar[str] = "columns"


@dataclass(frozen=True, slots=True)
class PaperTable:
    """Rows under a head; an empty head is not printed. A rule stands before the column `divided_before`, none at 0."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    align: tuple[str, ...]  # left or right
    widths: tuple[str, ...]  # auto, fill, or so many mm
    total: tuple[str, ...] = ()
    divided_before: int = 0
    kind: ClassVar[str] = "table"


@dataclass(frozen=True, slots=True)
class Bullets:
    items: tuple[str, ...]
    numbered: bool = False
    kind: ClassVar[str] = "list"


@dataclass(frozen=True, slots=True)
class QrCode:
    """A code as SVG beside lines that say the same in words."""

    svg: str
    lines: tuple[str, ...]
    kind: ClassVar[str] = "qr"


@dataclass(frozen=True, slots=True)
class Signature:
    closing: str
    name: str
    lines: tuple[str, ...] = ()
    kind: ClassVar[str] = "signature"


@dataclass(frozen=True, slots=True)
class Brand:
    """The head of a document of account: the logo or the name, and beside it who that is."""

    name: str
    lines: tuple[str, ...] = ()
    kind: ClassVar[str] = "brand"


@dataclass(frozen=True, slots=True)
class Due:
    """The one sum that a document is about, framed: what it is, how much, and what goes with it, such as the day."""

    label: str
    sum: str
    lines: tuple[str, ...] = ()
    kind: ClassVar[str] = "due"


@dataclass(frozen=True, slots=True)
class SignedBy:
    """One side of a paper that several sign: who it is, and what it fills in by hand."""

    head: str
    lines: tuple[str, ...]
    blanks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Signatures:
    """Two sides that sign next to each other, kept on one page."""

    sides: tuple[SignedBy, ...]
    kind: ClassVar[str] = "signatures"


@dataclass(frozen=True, slots=True)
class NewPage:
    kind: ClassVar[str] = "page"


Block = (
    Title
    | Heading
    | Paragraph
    | SmallPrint
    | Pairs
    | Columns
    | PaperTable
    | Bullets
    | QrCode
    | Signature
    | Brand
    | Due
    | Signatures
    | NewPage
)


@dataclass(frozen=True, slots=True)
class Letterhead:
    """The first page of a letter: who writes, and the address where the window of the envelope is.

    `window` is left (DIN 5008 form B; the United Kingdom's fits it) or right (Russian E65 and Bulgarian DL envelopes); the sheet is
    folded at 105 and 210 mm or in thirds. `beside` stands next to the window: day, number, writer.
    """

    window: str
    sender_name: str
    sender_lines: tuple[str, ...]
    return_line: str
    address: tuple[str, ...]
    beside: tuple[tuple[str, str], ...]
    notice: str = ""


@dataclass(frozen=True, slots=True)
class Document:
    """One printed document in one language; the same values give the same bytes on every machine.

    `look` is one of `core.message.LOOKS`: the firmer the letter, the stricter the form, never the louder. `logo` is a PNG or JPEG.
    """

    title: str
    author: str
    day: date
    locale: str
    footer: str
    blocks: tuple[Block, ...] = field(default_factory=tuple)
    letter: Letterhead | None = None
    look: str = "plain"
    logo: bytes = b""
    is_wide: bool = False


@dataclass(frozen=True, slots=True)
class DataFile:
    """The data of a printed document for the reader's program, carried inside it (Factur-X); `profile` as its standard names it."""

    name: str
    content: bytes
    profile: str


WINDOWS = {"ru": "right", "bg": "right", "en": "left"}
"""Where the window of a usual envelope is, by the reader's language."""
