"""XML written as it is read, from the outside inwards; an element with nothing inside does not come into being."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from decimal import Decimal

from lxml import etree

from dunwell.core.documents import Identifier, Party
from dunwell.core.money import minor_digits

NOT_XML = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
ISO_6523 = re.compile(r"[0-9]{4}")
VAT = "VAT"
REGISTERED = ("company", "ЕИК", "ИНН", "tax")
"""By what a party is registered where it has no number of an ISO 6523 scheme, the strongest first."""
Content = str | etree._Element | None
UNIT_DEFAULT = "C62"
"""UN/ECE Recommendation 20: one piece."""


class Maker:
    """Makes elements of one vocabulary; `names` turns the prefix of `cbc:ID` into its namespace."""

    def __init__(self, names: Mapping[str, str]) -> None:
        self.names = dict(names)

    def __call__(self, tag: str, *content: Content | Iterable[Content], **attributes: str) -> etree._Element | None:
        made = self.empty(tag)
        for one in content:
            for each in (one,) if one is None or isinstance(one, str | etree._Element) else one:
                if isinstance(each, str):
                    made.text = NOT_XML.sub("", each).strip()
                elif each is not None:
                    made.append(each)
        if not made.text and not len(made):
            return None
        for key, value in attributes.items():
            made.set(key, value)
        return made

    def empty(self, tag: str) -> etree._Element:
        """An element with nothing inside, where the schema wants one."""
        prefix, _, name = tag.partition(":")
        return etree.Element(f"{{{self.names[prefix]}}}{name}", nsmap=self.names)


def as_bytes(root: etree._Element | None) -> bytes:
    assert root is not None
    etree.cleanup_namespaces(root)
    found: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)
    return found


def amount(value: Decimal | None, currency: str) -> str:
    """With the currency's decimals; nothing where there is none."""
    return "" if value is None else f"{value:.{minor_digits(currency)}f}"


def plain(value: Decimal | None) -> str:
    """A rate or a quantity without what means nothing: `20`, `0.5`."""
    return "" if value is None else f"{value.normalize():f}"


def vat_number(party: Party) -> str:
    return next((one.value for one in party.identifiers if one.scheme == VAT), "")


def register_number(party: Party) -> Identifier | None:
    """The number by which a party is registered (BT-30, BT-47)."""
    numbered = {one.scheme: one for one in reversed(party.identifiers)}
    world = next((one for one in party.identifiers if ISO_6523.fullmatch(one.scheme)), None)
    return world or next((numbered[scheme] for scheme in REGISTERED if scheme in numbered), None)


def scheme_of(number: Identifier | None) -> dict[str, str]:
    return {"schemeID": number.scheme} if number and ISO_6523.fullmatch(number.scheme) else {}
