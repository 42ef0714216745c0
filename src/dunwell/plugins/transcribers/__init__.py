"""Speech to text: a plain dict from the sort of place that is named to what makes a transcriber of it. None is set by default.

A transcriber takes a recording as its bytes and gives what was said, in time. Where it does not say who speaks, a recording with a
track for each side does.
"""

from __future__ import annotations

from collections.abc import Callable

from dunwell.core.speech import Transcriber
from dunwell.plugins.transcribers import endpoint, local

TRANSCRIBERS: dict[str, Callable[[str, str], Transcriber]] = {"address": endpoint.Endpoint, "folder": local.Folder}
