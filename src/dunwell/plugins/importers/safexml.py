"""XML from strangers: no DOCTYPE, no entities, no network, bounded size.

Elements are addressed by local names alone: the namespaces of one and the same format differ by version, and prefixes
by program. `strip_namespaces` does that once, after which lxml's own find is fast and plain.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

from lxml import etree

from dunwell.core.refusal import Refusal

BYTES_MAX = 30_000_000
HEAD_PIECE = 65_536
# An element takes some 250 bytes of memory however short it is in the file; these keep a tree under 200 MB.
TAGS_MAX = 1_000_000
ATTRIBUTES_MAX = 1_000_000
# In a stream: between two elements that are released.
STREAM_TAGS_MAX = 500_000

Node = Any


class XmlUnreadable(Refusal):
    """The file is not well-formed XML: {reason}"""


class XmlWithDoctype(Refusal):
    """The file holds a DOCTYPE, which no invoice and no statement needs and which can pull in foreign files; it was not read."""


class XmlTooLarge(Refusal):
    """The file is larger than {limit}; no single document is."""


class XmlOfAnotherKind(Refusal):
    """The file is XML, but not {expected}: it begins with <{root}>."""


def parse(data: bytes) -> Node:
    """The root of a whole document, its tags bare of namespaces."""
    if len(data) > BYTES_MAX:
        raise XmlTooLarge(limit=f"{BYTES_MAX // 1_000_000} MB")
    if data.count(b"<") > TAGS_MAX or data.count(b'="') + data.count(b"='") > ATTRIBUTES_MAX:
        raise XmlTooLarge(limit=f"{TAGS_MAX} elements")
    data = _from_first_tag(data)
    _refuse_doctype(data)
    # huge_tree lifts libxml2's limit of 10 MB per text node, which attached documents pass; without a DOCTYPE there is
    # nothing that could expand, and the size is bounded above.
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=True, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError, LookupError) as fault:
        raise XmlUnreadable(reason=_reason(fault)) from None
    strip_namespaces(root)
    return root


def strip_namespaces(root: Node) -> None:
    """Bare local names on a tree, in place."""
    for node in root.iter():
        if isinstance(node.tag, str) and "}" in node.tag:
            node.tag = node.tag.rpartition("}")[2]


def events(source: Any, tags: tuple[str, ...]) -> Iterator[tuple[str, Node]]:
    """Start and end of the named elements as they are read; the caller clears what it has used up.

    Memory is bounded by what the caller keeps. Raises the refusals of this module at the place where the trouble is.
    """
    first = True
    guarded = _Guarded(source)
    try:
        walk = etree.iterparse(
            guarded,
            events=("start", "end"),
            tag=[f"{{*}}{tag}" for tag in tags],
            resolve_entities=False,
            no_network=True,
            load_dtd=False,
            huge_tree=False,
            remove_comments=True,
            remove_pis=True,
        )
        for event, node in walk:
            if first and _has_doctype(node):
                raise XmlWithDoctype
            first = False
            if event == "end":
                guarded.tags = 0
            yield event, node
    except (etree.XMLSyntaxError, ValueError, LookupError) as fault:
        raise XmlUnreadable(reason=_reason(fault)) from None


def local_name(node: Node) -> str:
    """The element's name without its namespace."""
    return str(node.tag).rpartition("}")[2]


def release(node: Node) -> None:
    """Forget an element that has been read, and those before it."""
    node.clear()
    while (before := node.getprevious()) is not None:
        del node.getparent()[0]
        del before


class _Guarded:
    """A stream without leading white space (mail programs put some there) that counts what was not released yet."""

    def __init__(self, source: Any) -> None:
        self.source = source
        self.begun = False
        self.tags = 0

    def read(self, size: int) -> bytes:
        piece: bytes = self.source.read(size)
        self.tags += piece.count(b"<") + piece.count(b'="') + piece.count(b"='")
        if self.tags > STREAM_TAGS_MAX:
            raise XmlTooLarge(limit=f"{STREAM_TAGS_MAX} elements in one entry")
        if not self.begun and piece:
            self.begun = True
            piece = _from_first_tag(piece)
        return piece


def _from_first_tag(data: bytes) -> bytes:
    if data.startswith(b"\xef\xbb\xbf"):
        data = data[3:]
    return data.lstrip(b" \t\r\n") if data[:1] in b" \t\r\n" else data


def _refuse_doctype(data: bytes) -> None:
    # The pull parser stops at the root's start tag, before any entity of a DOCTYPE could be expanded.
    pull = etree.XMLPullParser(events=("start",), resolve_entities=False, no_network=True, load_dtd=False)
    source = io.BytesIO(data)
    try:
        while piece := source.read(HEAD_PIECE):
            pull.feed(piece)
            for _, node in pull.read_events():
                if _has_doctype(node):
                    raise XmlWithDoctype
                return
    except (etree.XMLSyntaxError, ValueError, LookupError) as fault:
        raise XmlUnreadable(reason=_reason(fault)) from None
    raise XmlUnreadable(reason="it has no element.")


def _has_doctype(node: Node) -> bool:
    info = node.getroottree().docinfo
    return bool(info.doctype) or info.internalDTD is not None


def _reason(fault: Exception) -> str:
    first = str(fault).splitlines()[0] if str(fault) else "it breaks off"
    return first if first.endswith(".") else f"{first}."
