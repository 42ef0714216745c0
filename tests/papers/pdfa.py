"""What a PDF/A-3b must be, as far as it can be seen without rendering a page: clauses of ISO 19005-3 by qpdf and pikepdf.

Checked: the file's syntax (qpdf), its header, trailer and encryption, streams and filters, output intent, the embedding of
every font, forbidden actions and annotations, the metadata with every property of one's own explained, and the embedded
files. Not checked: glyph widths, colours within the pages' content, and anything that needs a page to be drawn.
"""

from __future__ import annotations

import io
from collections.abc import Iterator

import pikepdf
from lxml import etree
from pikepdf import Dictionary, Name, Object, Stream

NS = {
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "pdfaid": "http://www.aiim.org/pdfa/ns/id/",
    "pdfaSchema": "http://www.aiim.org/pdfa/ns/schema#",
    "pdfaProperty": "http://www.aiim.org/pdfa/ns/property#",
}
PREDEFINED = frozenset(
    {
        "http://purl.org/dc/elements/1.1/",
        "http://ns.adobe.com/xap/1.0/",
        "http://ns.adobe.com/xap/1.0/mm/",
        "http://ns.adobe.com/xap/1.0/t/pg/",
        "http://ns.adobe.com/pdf/1.3/",
        "http://www.aiim.org/pdfa/ns/id/",
        "http://www.aiim.org/pdfa/ns/extension/",
        NS["rdf"],
    }
)
FORBIDDEN_ACTIONS = frozenset(
    "/Launch /Sound /Movie /ResetForm /ImportData /Hide /SetOCGState /Rendition /Trans /GoTo3DView /JavaScript".split()
)
FORBIDDEN_ANNOTATIONS = frozenset("/3D /Sound /Screen /Movie".split())
FONT_FILES = (Name.FontFile, Name.FontFile2, Name.FontFile3)


def breaches(pdf: bytes) -> list[str]:
    """The clauses that the file breaks, each with what is wrong; none for a file that keeps all that is checked."""
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        rules = (
            _syntax(opened),
            _frame(pdf, opened),
            _streams(opened),
            _colours(opened),
            _fonts(opened),
            _forbidden(opened),
            _metadata(opened),
            _embedded(opened),
        )
        return [breach for found in rules for breach in found]


def _syntax(pdf: pikepdf.Pdf) -> Iterator[str]:
    yield from (f"6.1 qpdf: {problem}" for problem in pdf.check_pdf_syntax())


def _frame(data: bytes, pdf: pikepdf.Pdf) -> Iterator[str]:
    head, second = data.split(b"\n", 2)[:2]
    if not head.startswith(b"%PDF-1.") or not second.startswith(b"%") or min(second[1:5], default=0) < 128:
        yield "6.1.2 the header is no %PDF-1.n with a comment of four high bytes"
    if Name.ID not in pdf.trailer:
        yield "6.1.3 the trailer has no ID"
    if pdf.is_encrypted:
        yield "6.1.3 the file is encrypted"


def _streams(pdf: pikepdf.Pdf) -> Iterator[str]:
    for each in pdf.objects:
        if isinstance(each, Stream):
            if any(key in each for key in (Name.F, Name.FFilter, Name.FDecodeParms)):
                yield "6.1.7 a stream lies outside the file"
            if "LZWDecode" in str(each.get(Name.Filter, "")):
                yield "6.1.7 a stream is packed by LZW"


def _colours(pdf: pikepdf.Pdf) -> Iterator[str]:
    intents = [one for one in pdf.Root.get(Name.OutputIntents, []) if one.get(Name.S) == Name.GTS_PDFA1]
    if not intents:
        yield "6.2.3 there is no output intent"
    for intent in intents:
        profile = intent.get(Name.DestOutputProfile)
        if profile is None or profile.read_bytes()[36:40] != b"acsp":
            yield "6.2.3 the output intent has no ICC profile"


def _fonts(pdf: pikepdf.Pdf) -> Iterator[str]:
    descriptors = [each for each in _dictionaries(pdf) if each.get(Name.Type) == Name.FontDescriptor]
    fonts = [each for each in _dictionaries(pdf) if each.get(Name.Type) == Name.Font]
    for font in fonts:
        is_whole = font.get(Name.Subtype) in (Name.Type0, Name.Type3)
        if not is_whole and Name.FontDescriptor not in font:
            yield f"6.2.11.4 the font {font.get(Name.BaseFont)} is not embedded"
        if font.get(Name.Subtype) == Name.Type0 and Name.ToUnicode not in font:
            yield f"6.2.11.7 the font {font.get(Name.BaseFont)} does not say which letters its glyphs are"
    for descriptor in descriptors:
        if not any(key in descriptor for key in FONT_FILES):
            yield f"6.2.11.4 the font {descriptor.get(Name.FontName)} is not embedded"


def _forbidden(pdf: pikepdf.Pdf) -> Iterator[str]:
    for each in _dictionaries(pdf):
        if str(each.get(Name.S)) in FORBIDDEN_ACTIONS:
            yield f"6.5.1 an action {each.S} is not permitted"
        if each.get(Name.Type) == Name.Annot:
            if str(each.get(Name.Subtype)) in FORBIDDEN_ANNOTATIONS:
                yield f"6.3.1 an annotation {each.Subtype} is not permitted"
            flags = int(each.get(Name.F, 0))
            if each.get(Name.Subtype) != Name.Popup and (not flags & 4 or flags & (1 | 2 | 32)):
                yield "6.3.2 an annotation is hidden or not printed"
    if Name.AA in pdf.Root or "/XFA" in str(pdf.Root.get(Name.AcroForm, Dictionary()).keys()):
        yield "6.5.2 the document acts by itself"


def _metadata(pdf: pikepdf.Pdf) -> Iterator[str]:
    stream = pdf.Root.get(Name.Metadata)
    if stream is None or Name.Filter in stream:
        yield "6.6.2.1 the metadata are missing or packed"
        return
    tree = etree.fromstring(stream.read_bytes())
    said = {name: _said(tree, f"pdfaid:{name}") for name in ("part", "conformance")}
    if said != {"part": "3", "conformance": "B"}:
        yield f"6.6.4 the file says it is {said}"
    explained = {
        (schema.findtext("pdfaSchema:namespaceURI", namespaces=NS), name.text)
        for schema in tree.iterfind(".//{*}schemas/rdf:Bag/rdf:li", NS)
        for name in schema.iterfind(".//pdfaProperty:name", NS)
    }
    for description in tree.iterfind(".//rdf:Description", NS):
        for child in description:
            name = etree.QName(child)
            if name.namespace not in PREDEFINED and (name.namespace, name.localname) not in explained:
                yield f"6.6.2.3 the property {name.localname} is not explained"


def _said(tree: etree._Element, name: str) -> str | None:
    prefix, local = name.split(":")
    attribute = f"{{{NS[prefix]}}}{local}"
    inline = (each.get(attribute) for each in tree.iterfind(".//rdf:Description", NS))
    return tree.findtext(f".//{name}", namespaces=NS) or next(filter(None, inline), None)


def _embedded(pdf: pikepdf.Pdf) -> Iterator[str]:
    associated = [one.objgen for one in pdf.Root.get(Name.AF, [])]
    for each in _dictionaries(pdf):
        if each.get(Name.Type) != Name.Filespec:
            continue
        if Name.F not in each or Name.UF not in each or Name.AFRelationship not in each:
            yield "6.8 a file specification lacks its name or its relationship to the document"
        if each.objgen not in associated:
            yield "6.8 an embedded file is not associated with the document"
        stream = each.get(Name.EF, Dictionary()).get(Name.F)
        if stream is None or Name.Subtype not in stream or Name.ModDate not in stream.get(Name.Params, Dictionary()):
            yield "6.8 an embedded file lacks its type or the day of its change"


def _dictionaries(pdf: pikepdf.Pdf) -> Iterator[Dictionary]:
    """Every dictionary of the file, those within others too."""
    for each in pdf.objects:
        yield from _within(each)


def _within(each: Object) -> Iterator[Dictionary]:
    if isinstance(each, Dictionary | Stream):
        yield each
        children = [value for _, value in each.items()]
    elif isinstance(each, pikepdf.Array):
        children = list(each)
    else:
        return
    for child in children:
        if isinstance(child, Object) and not child.is_indirect:
            yield from _within(child)
