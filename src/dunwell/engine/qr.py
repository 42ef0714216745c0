"""QR pictures."""

from __future__ import annotations

import io

import segno


def png(data: bytes) -> bytes:
    out = io.BytesIO()
    segno.make(data, mode="byte", error="m", mask=0, boost_error=False).save(out, kind="png", scale=4, border=4)
    return out.getvalue()


def svg(data: bytes) -> str:
    return segno.make(data, mode="byte", error="m", mask=0, boost_error=False).svg_inline()
