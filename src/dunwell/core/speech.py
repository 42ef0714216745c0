"""What was said in a recording, and when."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Spoken:
    """Words from a moment on, in seconds; `speaker` is empty where nobody can tell."""

    at_s: float
    text: str
    speaker: str = ""


class Transcriber(Protocol):
    """Raises `dunwell.core.refusal.Refusal` where it cannot be reached or the recording cannot be read."""

    def transcribe(self, recording: bytes, *, name: str, lang: str) -> list[Spoken]: ...
