"""Any endpoint that transcribes as OpenAI does: the recording leaves this machine for the address that was named."""

from __future__ import annotations

import json
import secrets
import urllib.request
from dataclasses import dataclass
from typing import Any

from dunwell.core.refusal import Refusal
from dunwell.core.speech import Spoken
from dunwell.plugins.providers.http import NO_REDIRECT

MODEL = "whisper-1"
TIMEOUT_S = 600
ANSWER_BYTES_MAX = 20_000_000


class TranscriberDown(Refusal):
    """{address} gave no transcript: {said}."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """`address` ends before /audio/transcriptions; a model other than whisper-1 stands behind a #."""

    address: str
    key: str

    def transcribe(self, recording: bytes, *, name: str, lang: str) -> list[Spoken]:
        base, _, model = self.address.partition("#")
        fields = {"model": model or MODEL, "response_format": "verbose_json", **({"language": lang} if lang else {})}
        kind, body = _form(fields, recording, name)
        headers = {"Content-Type": kind, **({"Authorization": f"Bearer {self.key}"} if self.key else {})}
        request = urllib.request.Request(f"{base.rstrip('/')}/audio/transcriptions", body, headers)
        try:
            with NO_REDIRECT.open(request, timeout=TIMEOUT_S) as response:
                answer = json.loads(response.read(ANSWER_BYTES_MAX))
        except (OSError, ValueError, RecursionError) as fault:
            raise TranscriberDown(address=base, said=fault) from None
        return _spoken(answer)


def _form(fields: dict[str, str], recording: bytes, name: str) -> tuple[str, bytes]:
    """A form of texts and one file (RFC 7578)."""
    mark = secrets.token_hex(16)
    plain = "".join(f'--{mark}\r\nContent-Disposition: form-data; name="{k}"\r\n\r\n{v}\r\n' for k, v in fields.items())
    safe = "".join(char for char in name if char.isalnum() or char in ".-_") or "recording"
    head = f'--{mark}\r\nContent-Disposition: form-data; name="file"; filename="{safe}"\r\n\r\n'
    return (
        f"multipart/form-data; boundary={mark}",
        f"{plain}{head}".encode() + recording + f"\r\n--{mark}--\r\n".encode(),
    )


def _spoken(answer: Any) -> list[Spoken]:
    """The segments of an answer; a text without any is said at once."""
    if not isinstance(answer, dict):
        return []
    rows = answer.get("segments")
    if not isinstance(rows, list):
        rows = [{"text": answer.get("text")}]
    return [
        Spoken(_seconds(one.get("start")), one["text"].strip(), str(one.get("speaker") or ""))
        for one in rows
        if isinstance(one, dict) and isinstance(one.get("text"), str) and one["text"].strip()
    ]


def _seconds(value: Any) -> float:
    return float(value) if isinstance(value, int | float) else 0.0
