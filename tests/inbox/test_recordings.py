"""Recordings: used where the other side knew, heard by what was set, and each side told by its track."""

from __future__ import annotations

import io
import json
import threading
import wave
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from dunwell.core.refusal import Refusal
from dunwell.plugins.transcribers import endpoint, local
from dunwell.run import coaching, recordings, subjects
from dunwell.run.coaching import Sound
from dunwell.run.recordings import Told
from dunwell.store import load_evidence, scope
from regressions.world import DAY, World

OURS = "Good morning, this is Vera from Firm. It is about invoice C1-1 for 300 euro. When could you pay?"
THEIRS = "I will pay everything on Friday."
HEAR = """#!/bin/sh
while [ $# -gt 0 ]; do case $1 in -f) file=$2;; -of) out=$2;; esac; shift; done
if grep -q OOOO "$file"; then at=0 said='OURS'; else at=9000 said='THEIRS'; fi
echo "{\\"transcription\\": [{\\"offsets\\": {\\"from\\": $at}, \\"text\\": \\"$said\\"}]}" > "$out.json"
"""
WHISPER = HEAR.replace("OURS", OURS).replace("THEIRS", THEIRS)


def sound(*, tracks: int = 2) -> bytes:
    """Our track is all O, theirs all T."""
    target = io.BytesIO()
    with wave.open(target, "wb") as made:
        made.setnchannels(tracks)
        made.setsampwidth(2)
        made.setframerate(16_000)
        made.writeframes((b"OOTT" if tracks == 2 else b"OO") * 400)
    return target.getvalue()


@pytest.fixture
def model(tmp_path: Path) -> str:
    """A folder with a model and its program, which hears what a track is made of."""
    folder = tmp_path / "model"
    folder.mkdir()
    (folder / "ggml-tiny.bin").touch()
    (folder / "whisper-cli").write_text(WHISPER)
    (folder / "whisper-cli").chmod(0o755)
    return str(folder)


def take(firm: World, folder: Path, heard: Sound, raw: bytes | None = None) -> coaching.CallReviewed:
    path = folder / "call.wav"
    path.write_bytes(sound() if raw is None else raw)
    return coaching.take(firm.creditor, path, customer_name="C1", manager="Vera", sound=heard, on=DAY, by="anna")


def test_a_recording_on_two_tracks_is_read_like_a_transcript(firm: World, tmp_path: Path, model: str) -> None:
    row = take(firm, tmp_path, Sound(model, told=Told.TOLD))
    assert row.turns == [["manager", OURS], ["client", THEIRS]]
    assert row.review["outcome"][0] == "promise"


def test_without_a_transcriber_one_sentence_says_what_to_do(firm: World, tmp_path: Path) -> None:
    with pytest.raises(recordings.NoTranscriber, match="--transcriber"):
        take(firm, tmp_path, Sound(told=Told.TOLD))


def test_nobody_is_heard_who_was_not_told(firm: World, tmp_path: Path, model: str) -> None:
    with pytest.raises(recordings.NotTold, match="told"):
        take(firm, tmp_path, Sound(model))
    with scope.of(firm.creditor.pk):
        customer = subjects.customer(firm.creditor, "C1")
    customer.country = "DE"
    with pytest.raises(recordings.NotTold, match="agreed"):
        recordings.may_use(firm.creditor, customer, Told.TOLD)
    recordings.may_use(firm.creditor, customer, Told.AGREED)


def test_one_track_does_not_tell_who_speaks(firm: World, tmp_path: Path, model: str) -> None:
    with pytest.raises(recordings.OneVoice):
        take(firm, tmp_path, Sound(model, told=Told.TOLD), sound(tracks=1))


@pytest.mark.parametrize("raw", [b"", b"RIFF", b"RIFF\x00\x00\x00\x00WAVEfmt ", b"\x00" * 99])
def test_what_is_no_sound_is_refused(firm: World, tmp_path: Path, model: str, raw: bytes) -> None:
    with pytest.raises(Refusal):
        take(firm, tmp_path, Sound(model, told=Told.TOLD), raw)


def test_a_folder_without_model_or_program_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(local.ModelMissing):
        local.Folder(str(tmp_path)).transcribe(b"", name="call.wav", lang="")
    (tmp_path / "model.bin").touch()
    with pytest.raises(local.ProgramMissing):
        local.Folder(str(tmp_path)).transcribe(b"", name="call.wav", lang="")


@contextmanager
def answering(status: int, body: str, heard: list[bytes]) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            heard.append(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(status)
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, *args: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/v1"
    finally:
        server.shutdown()
        server.server_close()


def test_an_address_is_sent_the_recording_and_the_model() -> None:
    heard: list[bytes] = []
    body = json.dumps({"segments": [{"start": 1.5, "text": " Hello ", "speaker": "A"}, {"text": 7}, "no"]})
    with answering(200, body, heard) as address:
        said = endpoint.Endpoint(f"{address}#small", "key").transcribe(b"SOUND", name='a"b.wav', lang="bg")
    assert [(one.at_s, one.text, one.speaker) for one in said] == [(1.5, "Hello", "A")]
    assert b"SOUND" in heard[0] and b"small" in heard[0] and b'filename="ab.wav"' in heard[0]


@pytest.mark.parametrize(("status", "body"), [(500, "{}"), (200, "no json"), (302, "{}")])
def test_an_address_that_fails_is_one_sentence(status: int, body: str) -> None:
    with answering(status, body, []) as address, pytest.raises(endpoint.TranscriberDown):
        endpoint.Endpoint(address, "").transcribe(b"", name="call.wav", lang="")


def test_letters_by_hand_are_reviewed_beside_the_calls(firm: World) -> None:
    with scope.of(firm.creditor.pk):
        customer = subjects.customer(firm.creditor, "C1")
    row = coaching.of_letter(firm.creditor, customer, OURS, answers="Money is tight.", on=DAY, by="Vera")
    assert row is not None and row.is_letter
    assert coaching.of_letter(firm.creditor, customer, OURS, answers="Money is tight.", on=DAY, by="Vera") is None
    (report,) = coaching.coaching(firm.creditor, DAY - timedelta(30), DAY)
    assert (report.calls, report.letters) == (0, 1)
    assert {one.name for one in report.points if one.of} <= coaching.LETTER_POINTS
    missed = {one.name: replace(one, missed_in=()).advice for one in report.missed}
    assert all(missed.get(name, "said") for name in coaching.ADVICE)


def test_a_letter_by_hand_is_no_call_in_the_evidence(firm: World) -> None:
    with scope.of(firm.creditor.pk):
        customer = subjects.customer(firm.creditor, "C1")
    coaching.of_letter(firm.creditor, customer, OURS, answers="", on=DAY, by="Vera")
    found = load_evidence.evidence(firm.creditor.pk, customer.pk, [], 0, since=DAY, until=DAY)
    assert [one for one in found.words if one.event == "call"] == []
