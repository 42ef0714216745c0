"""An invoice document as JSON and back: what its issuer wrote is kept whole beside the few facts that the ledger needs."""

from __future__ import annotations

import dataclasses
import json
from datetime import date
from decimal import Decimal
from functools import cache
from types import UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

from dunwell.core.documents import InvoiceDocument


def dumps(document: InvoiceDocument) -> str:
    """Compact JSON of what the document says; what it leaves out is left out."""
    return json.dumps(_said(document), ensure_ascii=False, separators=(",", ":")).replace("\\u0000", "")


def loads(text: str) -> InvoiceDocument:
    """The document again; fields that it does not hold have their defaults."""
    found: InvoiceDocument = _built(InvoiceDocument, json.loads(text))
    return found


def _said(value: Any) -> Any:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        values = ((one, getattr(value, one.name)) for one in dataclasses.fields(value))
        return {one.name: _said(found) for one, found in values if found != one.default}
    if isinstance(value, tuple):
        return [_said(one) for one in value]
    return value if value is None or isinstance(value, str) else str(value)


def _built(kind: Any, value: Any) -> Any:
    if get_origin(kind) in (Union, UnionType):
        return None if value is None else _built(next(one for one in get_args(kind) if one is not type(None)), value)
    if get_origin(kind) is tuple:
        return tuple(_built(get_args(kind)[0], one) for one in value)
    if isinstance(kind, type) and dataclasses.is_dataclass(kind):
        hints = _hints(kind)
        return kind(**{name: _built(hints[name], one) for name, one in value.items() if name in hints})
    if kind is Decimal:
        return Decimal(value)
    return date.fromisoformat(value) if kind is date else value


@cache
def _hints(kind: type) -> dict[str, Any]:
    return get_type_hints(kind)
