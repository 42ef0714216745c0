"""The few calls that providers need, over HTTPS, with the standard library."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Mapping
from typing import Any

from dunwell.core.payment import ProviderDown

TIMEOUT_S = 15
ANSWER_BYTES_MAX = 1_000_000


def call(provider: str, url: str, headers: Mapping[str, str], body: bytes | None = None) -> dict[str, Any]:
    """GET, or POST where there is a body; the answer's JSON object. Anything else is `ProviderDown`, with what was said."""
    if not url.startswith(("https://", "http://127.0.0.1:")):
        raise ProviderDown(provider=provider, reason=f"{url} is no https address")
    request = urllib.request.Request(url, data=body, headers=dict(headers))
    try:
        with NO_REDIRECT.open(request, timeout=TIMEOUT_S) as answer:
            found = json.loads(answer.read(ANSWER_BYTES_MAX))
    except urllib.error.HTTPError as error:
        raise ProviderDown(provider=provider, reason=f"it answered {error.code}: {_said(error)}") from error
    except (OSError, ValueError) as error:
        raise ProviderDown(provider=provider, reason=str(error)) from error
    if not isinstance(found, dict):
        raise ProviderDown(provider=provider, reason="its answer is no object")
    return found


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A key is never carried on to another address."""

    def redirect_request(self, *args: Any, **values: Any) -> None:
        return None


NO_REDIRECT = urllib.request.build_opener(_NoRedirect)


def _said(error: urllib.error.HTTPError) -> str:
    try:
        found = json.loads(error.read(10_000))
        said = found.get("error", found) if isinstance(found, dict) else {}
        return str(said.get("message") or said.get("description") or "") if isinstance(said, dict) else str(said)
    except (OSError, ValueError):
        return ""
