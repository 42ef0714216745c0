"""Recordings of calls: whether they may be used where the other side is, and what was said in them.

Each side on a track of its own tells who speaks: the first track is ours. Nobody's voice is judged or kept.
"""

from __future__ import annotations

import io
import wave
from dataclasses import replace
from enum import StrEnum
from pathlib import Path

from dunwell.core.jurisdiction import Recording
from dunwell.core.reading import Turn
from dunwell.core.refusal import Refusal
from dunwell.core.speech import Spoken, Transcriber
from dunwell.plugins.readers import transcripts
from dunwell.plugins.transcribers import TRANSCRIBERS
from dunwell.run import jurisdictions
from dunwell.store.models import Creditor, Customer

SOUNDS = frozenset({".wav", ".mp3", ".m4a", ".mp4", ".ogg", ".oga", ".opus", ".flac", ".webm"})
BYTES_MAX = 200_000_000
SIDES = ("manager", "client")


class Told(StrEnum):
    """What the other side knew of the recording."""

    NOTHING = ""
    TOLD = "told"
    """They were told before it began, and did not object."""
    AGREED = "agreed"


class NoTranscriber(Refusal):
    """{name} is a recording, and nothing is set that turns speech into text. Name it with --transcriber (or DUNWELL_TRANSCRIBER): the address of an OpenAI-compatible service, or the folder of a model on this machine. A transcript needs none."""


class NotTold(Refusal):
    """A call with somebody in {country} may be used only if they {needed} ({source}). Say so with --recorded {word}, if it is true."""


class OneVoice(Refusal):
    """{name} does not tell who speaks: record each side on a track of its own (stereo WAV, ours first), or bring a transcript."""


class RecordingTooLarge(Refusal):
    """{name} has more than 200 MB: cut it into single calls."""


def is_sound(path: Path) -> bool:
    return path.suffix.lower() in SOUNDS


def may_use(creditor: Creditor, customer: Customer, told: Told) -> None:
    """Refuse a recording that the law of either side does not allow; the stricter one counts."""
    known = jurisdictions.load_all()
    for country in (customer.country or creditor.country, creditor.country):
        rule = jurisdictions.of_country(country, known).recording
        if not _is_enough(rule, told):
            needed, word = ("agreed to it", Told.AGREED) if rule.needs_consent else ("were told before", Told.TOLD)
            raise NotTold(country=country, needed=needed, source=rule.source, word=word.value)


def turns(path: Path, lang: str, *, transcriber: str, key: str) -> list[Turn]:
    """What was said, turn by turn."""
    if not transcriber:
        raise NoTranscriber(name=path.name)
    if path.stat().st_size > BYTES_MAX:
        raise RecordingTooLarge(name=path.name)
    sort = "address" if transcriber.startswith(("http://", "https://")) else "folder"
    said = _said(TRANSCRIBERS[sort](transcriber, key), path, lang)
    if len({one.speaker for one in said}) < len(SIDES):
        raise OneVoice(name=path.name)
    return transcripts.joined([(one.speaker, one.text) for one in said], path.name)


def _said(transcriber: Transcriber, path: Path, lang: str) -> list[Spoken]:
    recording = path.read_bytes()
    tracks = _tracks(recording) if path.suffix.lower() == ".wav" else []
    if not tracks:
        return transcriber.transcribe(recording, name=path.name, lang=lang)
    found = [
        replace(one, speaker=side)
        for side, track in zip(SIDES, tracks, strict=True)
        for one in transcriber.transcribe(track, name=path.name, lang=lang)
    ]
    return sorted(found, key=lambda one: one.at_s)


def _tracks(recording: bytes) -> list[bytes]:
    """The two sides of a stereo WAV, each as a recording of its own; none of any other."""
    try:
        with wave.open(io.BytesIO(recording)) as sound:
            if sound.getnchannels() != len(SIDES):
                return []
            width, rate, frames = sound.getsampwidth(), sound.getframerate(), sound.readframes(sound.getnframes())
    except (wave.Error, EOFError):
        return []
    return [_mono(frames, side, width, rate) for side in range(len(SIDES))]


def _mono(frames: bytes, side: int, width: int, rate: int) -> bytes:
    one = bytearray(len(frames) // len(SIDES))
    for byte in range(width):
        one[byte::width] = frames[side * width + byte :: width * len(SIDES)]
    target = io.BytesIO()
    with wave.open(target, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(width)
        sound.setframerate(rate)
        sound.writeframes(bytes(one))
    return target.getvalue()


def _is_enough(rule: Recording, told: Told) -> bool:
    return told is Told.AGREED or (told is Told.TOLD and not rule.needs_consent)
