"""Pictures that people upload: never kept as they came, but drawn anew, small, without whatever else the file held."""

from __future__ import annotations

from io import BytesIO

from PIL import Image, ImageOps, UnidentifiedImageError

from dunwell.core.refusal import Refusal

UPLOAD_BYTES_MAX = 8_000_000
PIXELS_MAX = 40_000_000
"""More than any telephone takes; a file of a few kilobytes can claim to hold billions."""
FORMATS = ("JPEG", "PNG", "WEBP")
PORTRAIT_SIDE = 208
"""Twice what a letter shows, for sharp screens."""
QUALITY = 82


class PictureUnfit(Refusal):
    """This is no picture that can be used: take a JPEG, PNG or WebP of at most {limit_mb} MB."""


def portrait(uploaded: bytes) -> bytes:
    """The middle of a picture as a small square JPEG, upright, without its place, time and camera."""
    unfit = PictureUnfit(limit_mb=UPLOAD_BYTES_MAX // 1_000_000)
    if len(uploaded) > UPLOAD_BYTES_MAX:
        raise unfit
    try:
        with Image.open(BytesIO(uploaded), formats=FORMATS) as picture:
            if picture.width * picture.height > PIXELS_MAX:
                raise unfit
            upright = ImageOps.exif_transpose(picture).convert("RGB")
            square = ImageOps.fit(upright, (PORTRAIT_SIDE, PORTRAIT_SIDE), Image.Resampling.LANCZOS)
    except (UnidentifiedImageError, Image.DecompressionBombError, OSError, SyntaxError, ValueError) as error:
        raise unfit from error
    drawn = BytesIO()
    square.save(drawn, "JPEG", quality=QUALITY, optimize=True)
    return drawn.getvalue()
