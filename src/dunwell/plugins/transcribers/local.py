"""A model on this machine: a folder with a model of whisper.cpp, run by its `whisper-cli`. Nothing leaves the machine."""

from __future__ import annotations

import json
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from dunwell.core.refusal import Refusal
from dunwell.core.speech import Spoken

PROGRAM = "whisper-cli"
TIMEOUT_S = 3600


class ModelMissing(Refusal):
    """{folder} holds no model of whisper.cpp (a file ggml-….bin)."""


class ProgramMissing(Refusal):
    """A local model is run by whisper-cli of whisper.cpp: put it into {folder}, or where programs are found."""


class RecordingUnreadable(Refusal):
    """{name} could not be transcribed: {said}. WAV with 16,000 samples a second always works."""


@dataclass(frozen=True, slots=True)
class Folder:
    """`key` is for transcribers elsewhere; a model of one's own asks for none."""

    address: str
    key: str = ""

    def transcribe(self, recording: bytes, *, name: str, lang: str) -> list[Spoken]:
        folder = Path(self.address)
        model = next(iter(sorted(folder.glob("*.bin"))), None)
        if model is None:
            raise ModelMissing(folder=folder)
        program = shutil.which(PROGRAM, path=str(folder)) or shutil.which(PROGRAM)
        if program is None:
            raise ProgramMissing(folder=folder)
        with TemporaryDirectory() as place:
            source, target = Path(place) / f"recording{Path(name).suffix}", Path(place) / "said"
            source.write_bytes(recording)
            order = [program, "-m", str(model), "-f", str(source), "-l", lang or "auto", "-oj", "-of", str(target)]
            try:
                done = subprocess.run(order, capture_output=True, timeout=TIMEOUT_S, check=False)
                answer = json.loads(target.with_suffix(".json").read_text("utf-8", errors="replace"))
            except (OSError, ValueError, subprocess.TimeoutExpired) as fault:
                raise RecordingUnreadable(name=name, said=fault) from None
        if done.returncode:
            raise RecordingUnreadable(name=name, said=done.stderr.decode(errors="replace").strip()[-200:])
        rows = answer.get("transcription", [])
        return [Spoken(one["offsets"]["from"] / 1000, one["text"].strip()) for one in rows if one["text"].strip()]
