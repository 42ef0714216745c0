"""Logs as JSON lines on standard error, without personal data: what happened and where, never with what values.

A message is written as its template, arguments left out; an address as the route that it took, so that no page link is in a log; of
an exception its type and the places in the code.
"""

from __future__ import annotations

import json
import logging
import traceback
from datetime import UTC, datetime
from typing import Any


class Lines(logging.Formatter):
    """One JSON object a record."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            # A template is the program's own words; what was put together elsewhere may hold anything.
            "event": record.msg if record.args and isinstance(record.msg, str) else record.funcName,
        }
        request = getattr(record, "request", None)
        if request is not None:
            line["route"] = request.resolver_match.route if getattr(request, "resolver_match", None) else ""
            line["method"] = request.method
        if status := getattr(record, "status_code", None):
            line["status"] = status
        if record.exc_info and record.exc_info[0] is not None:
            line["exception"] = record.exc_info[0].__name__
            line["where"] = [f"{one.filename}:{one.lineno} {one.name}" for one in _frames(record)]
        return json.dumps(line, ensure_ascii=False)


def _frames(record: logging.LogRecord) -> list[traceback.FrameSummary]:
    assert record.exc_info is not None
    return list(traceback.extract_tb(record.exc_info[2]))


LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"lines": {"()": "dunwell.site.logs.Lines"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "lines"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {"procrastinate.worker": {"level": "WARNING"}},
}
