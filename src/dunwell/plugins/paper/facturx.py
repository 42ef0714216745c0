"""What tells a reader's program that a PDF carries an invoice: the properties of Factur-X in the document's metadata.

Typst attaches the file but knows no such properties. The metadata are said anew in an update appended to the file (ISO 32000-1,
7.5.6): nothing else of it changes, and the same document has the same bytes.
"""

from __future__ import annotations

import re

from dunwell.core.paper import DataFile

METADATA = re.compile(rb"(\d+) 0 obj\n<</Length \d+/Type/Metadata/Subtype/XML>>\nstream\n(.*?)\nendstream", re.S)
TRAILER = re.compile(rb"trailer\n<<(.*?)>>\nstartxref\n(\d+)\n%%EOF\s*$", re.S)
NAMESPACE = "urn:factur-x:pdfa:CrossIndustryDocument:invoice:1p0#"
SCHEMAS_END = b"</rdf:Bag></pdfaExtension:schemas>"
DESCRIPTIONS_END = b"</rdf:RDF>"
PROPERTIES = {
    "DocumentFileName": "name of the embedded XML invoice file",
    "DocumentType": "INVOICE",
    "Version": "version of the XML schema",
    "ConformanceLevel": "conformance level of the embedded data",
}


def declared(pdf: bytes, data: DataFile) -> bytes:
    """The PDF with its data declared."""
    found, trailer = METADATA.search(pdf), TRAILER.search(pdf)
    assert found is not None and trailer is not None, "typst writes its metadata and its table of objects plainly"
    number, before = int(found[1]), found[2]
    said = before.replace(SCHEMAS_END, _schema().encode() + SCHEMAS_END)
    said = said.replace(DESCRIPTIONS_END, _properties(data).encode() + DESCRIPTIONS_END)
    assert before.count(SCHEMAS_END) == before.count(DESCRIPTIONS_END) == 1
    at = len(pdf) + 1
    stream = b"%d 0 obj\n<</Length %d/Type/Metadata/Subtype/XML>>\nstream\n%s\nendstream\nendobj\n" % (
        number,
        len(said),
        said,
    )
    table = b"xref\n%d 1\n%010d 00000 n\r\ntrailer\n<<%s/Prev %s>>\n" % (number, at, trailer[1], trailer[2])
    return pdf + b"\n" + stream + table + b"startxref\n%d\n%%%%EOF\n" % (at + len(stream))


def _properties(data: DataFile) -> str:
    values = dict(zip(PROPERTIES, (data.name, "INVOICE", "1.0", data.profile), strict=True))
    said = "".join(f"<fx:{name}>{value}</fx:{name}>" for name, value in values.items())
    return f'<rdf:Description rdf:about="" xmlns:fx="{NAMESPACE}">{said}</rdf:Description>'


def _schema() -> str:
    """PDF/A wants every property of one's own explained (ISO 19005-3, 6.6.2.3)."""
    properties = "".join(
        '<rdf:li rdf:parseType="Resource"><pdfaProperty:category>external</pdfaProperty:category>'
        f"<pdfaProperty:description>{what}</pdfaProperty:description><pdfaProperty:name>{name}</pdfaProperty:name>"
        "<pdfaProperty:valueType>Text</pdfaProperty:valueType></rdf:li>"
        for name, what in PROPERTIES.items()
    )
    return (
        '<rdf:li rdf:parseType="Resource"><pdfaSchema:schema>Factur-X PDFA Extension Schema</pdfaSchema:schema>'
        f"<pdfaSchema:namespaceURI>{NAMESPACE}</pdfaSchema:namespaceURI><pdfaSchema:prefix>fx</pdfaSchema:prefix>"
        f"<pdfaSchema:property><rdf:Seq>{properties}</rdf:Seq></pdfaSchema:property></rdf:li>"
    )
