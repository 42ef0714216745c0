"""Pictures that people upload: never kept as they came, but drawn anew, small, without whatever else the file held."""

from __future__ import annotations

from io import BytesIO

from PIL import Image, ImageDraw, ImageOps, UnidentifiedImageError

from dunwell.core.refusal import Refusal

UPLOAD_BYTES_MAX = 8_000_000
PIXELS_MAX = 40_000_000
"""More than any telephone takes; a file of a few kilobytes can claim to hold billions."""
FORMATS = ("JPEG", "PNG", "WEBP")
PORTRAIT_SIDE = 208
"""Twice what a letter shows, for sharp screens."""
LOGO_SIDES = (600, 170)
"""14 mm high at 300 dots an inch, and no wider than half a page."""
QUALITY = 82
STILL_SIDES = (480, 270)
STILL_GROUND = (61, 74, 92)


class PictureUnfit(Refusal):
    """This is no picture that can be used: take a JPEG, PNG or WebP of at most {limit_mb} MB."""


def portrait(uploaded: bytes) -> bytes:
    """The middle of a picture as a small square JPEG, upright, without its place, time and camera."""
    square = ImageOps.fit(_opened(uploaded).convert("RGB"), (PORTRAIT_SIDE, PORTRAIT_SIDE), Image.Resampling.LANCZOS)
    drawn = BytesIO()
    square.save(drawn, "JPEG", quality=QUALITY, optimize=True)
    return drawn.getvalue()


def logo(uploaded: bytes) -> bytes:
    """The whole picture as a PNG for the head of a printed page; what was transparent stays so."""
    picture = _opened(uploaded).convert("RGBA")
    picture.thumbnail(LOGO_SIDES, Image.Resampling.LANCZOS)
    drawn = BytesIO()
    picture.save(drawn, "PNG", optimize=True)
    return drawn.getvalue()


def still(uploaded: bytes) -> bytes:
    """What a letter shows of a video: its picture, or a plain sheet where there is none, under a mark to play it; a JPEG."""
    sheet = (
        ImageOps.fit(_opened(uploaded).convert("RGB"), STILL_SIDES, Image.Resampling.LANCZOS)
        if uploaded
        else Image.new("RGB", STILL_SIDES, STILL_GROUND)
    )
    across, down = (side // 2 for side in STILL_SIDES)
    draw = ImageDraw.Draw(sheet)
    draw.ellipse((across - 44, down - 44, across + 44, down + 44), fill=(20, 24, 30), outline=(255, 255, 255), width=3)
    draw.polygon([(across - 14, down - 23), (across - 14, down + 23), (across + 26, down)], fill=(255, 255, 255))
    drawn = BytesIO()
    sheet.save(drawn, "JPEG", quality=QUALITY, optimize=True)
    return drawn.getvalue()


def _opened(uploaded: bytes) -> Image.Image:
    unfit = PictureUnfit(limit_mb=UPLOAD_BYTES_MAX // 1_000_000)
    if len(uploaded) > UPLOAD_BYTES_MAX:
        raise unfit
    try:
        with Image.open(BytesIO(uploaded), formats=FORMATS) as picture:
            if picture.width * picture.height > PIXELS_MAX:
                raise unfit
            picture.load()
            return ImageOps.exif_transpose(picture)
    except (UnidentifiedImageError, Image.DecompressionBombError, OSError, SyntaxError, ValueError) as error:
        raise unfit from error
