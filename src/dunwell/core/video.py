"""A personal video: what may be kept, and its captions. What a file is, its content says, never its name."""

from __future__ import annotations

import re

from dunwell.core.refusal import Refusal

BYTES_MAX = 25_000_000
"""Two minutes as browsers record them; it is played from the creditor's own server."""
SECONDS_MAX = 180
CAPTIONS_MAX = 4_000
SENTENCES = re.compile(r"(?<=[.!?…])\s+|\n+")


class VideoUnfit(Refusal):
    """This is no video that browsers play: record it here, or take an MP4 or WebM file."""


class VideoTooLarge(Refusal):
    """The video has more than {limit_mb} MB: shorter is kinder, too. Two minutes are enough."""


class VideoTooLong(Refusal):
    """The video is {seconds} seconds long: at most {most}."""


class CaptionsMissing(Refusal):
    """Write what is said in the video, at most {most} signs: somebody may not hear it, or may not turn the sound on."""


def media_type(content: bytes) -> str:
    """`video/mp4` or `video/webm`; anything else is refused."""
    if len(content) > BYTES_MAX:
        raise VideoTooLarge(limit_mb=BYTES_MAX // 1_000_000)
    if content[4:8] == b"ftyp" and content[8:12] not in (b"heic", b"heix", b"mif1", b"avif", b"M4A "):
        return "video/mp4"
    if content.startswith(b"\x1a\x45\xdf\xa3") and b"webm" in content[:64]:
        return "video/webm"
    raise VideoUnfit


def captions(text: str) -> str:
    """What is said, as it will be shown; refused where there is nothing or too much."""
    kept = "\n".join(" ".join(line.split()) for line in text.strip().splitlines())
    if not kept or len(kept) > CAPTIONS_MAX:
        raise CaptionsMissing(most=CAPTIONS_MAX)
    return kept


def vtt(text: str, seconds: int) -> str:
    """Captions as WebVTT, a sentence at a time, each as long as its share of the words."""
    sentences = [one for one in SENTENCES.split(text) if one]
    whole = sum(map(len, sentences))
    cues, begins, said = ["WEBVTT"], 0, 0
    for sentence in sentences:
        said += len(sentence)
        ends = seconds * 1000 * said // whole
        # An arrow would end the cue's text, an ampersand or a bracket begin a tag.
        shown = sentence.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        cues.append(f"{_moment(begins)} --> {_moment(ends)}\n{shown}")
        begins = ends
    return "\n\n".join(cues) + "\n"


def _moment(milliseconds: int) -> str:
    seconds, rest = divmod(milliseconds, 1000)
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}.{rest:03}"
