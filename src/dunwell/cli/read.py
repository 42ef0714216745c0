"""`dunwell read < records.jsonl > readings.jsonl`"""

from __future__ import annotations

import sys

from dunwell.run.read import read_lines


def command() -> None:
    """Read replies and calls: one JSON record per line in, one reading per line out."""
    for answer in read_lines(sys.stdin):
        sys.stdout.write(answer + "\n")
