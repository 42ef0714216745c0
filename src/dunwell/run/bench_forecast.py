"""`dunwell bench forecast`: forecast the developers' ledgers out of time and let the scorer judge.

Needs the folder of shared reference data beside the repository (or named by DUNWELL_SHARED) and, for the scorer alone,
pandas; without them it says so and does nothing.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from dunwell.run import forecast

SETS = ("hr", "ibm", "cassandra")
BASELINE = "km_shrink"
COLUMNS = {
    "issue": ("mae", "w3", "crps", "auc", "acc", "brier_0", "ece_0", "cov80", "width80", "cindex"),
    "openbook": (
        "mae",
        "w3",
        "crps",
        "auc",
        "brier_o7",
        "brier_o30",
        "cov80",
        "width80",
        "cash_wape_7",
        "cash_wape_30",
    ),
}


def run(shared: Path | None = None, seed: int = 0) -> Iterator[str]:
    """Lines of the report, each as soon as it is known."""
    shared = shared or Path(os.environ.get("DUNWELL_SHARED", "../shared"))
    scorer = shared / "tools" / "eval_prediction.py"
    if not scorer.exists():
        yield f"skipped: {scorer} is not there"
        return
    for name in SETS:
        with tempfile.TemporaryDirectory() as folder:
            yield from _one_set(scorer, name, Path(folder), seed)


def _one_set(scorer: Path, name: str, folder: Path, seed: int) -> Iterator[str]:
    made = _score(scorer, "--set", name, "--make-requests", str(folder / "asked"), "--baselines", BASELINE)
    if made.returncode:
        yield f"skipped: {made.stderr.strip().splitlines()[-1]}"
        return
    started = time.perf_counter()
    forecast.tree(folder / "asked", folder / "answers.csv", seed)
    seconds = time.perf_counter() - started
    report = folder / "report.json"
    judged = _score(
        scorer,
        "--set",
        name,
        "--predictions",
        str(folder / "answers.csv"),
        "--against",
        BASELINE,
        "--json",
        str(report),
    )
    if judged.returncode:
        yield f"failed: {judged.stderr.strip()}"
        return
    measured = json.loads(report.read_text(encoding="utf-8"))[name]
    yield f"{name}: all origins answered in {seconds:.0f} s"
    for task, columns in COLUMNS.items():
        yield from _table(f"{name} {task}", columns, measured[BASELINE][task], measured["predictions"][task])


def _table(title: str, columns: tuple[str, ...], baseline: dict[str, Any], ours: dict[str, Any]) -> Iterator[str]:
    yield f"{title:22}" + "".join(f"{column:>14}" for column in columns)
    for label, figures in ((BASELINE, baseline), ("dunwell", ours)):
        yield f"  {label:20}" + "".join(f"{figures[column]:14.3f}" for column in columns)
    against = ours[f"against_{BASELINE}"]
    for metric in ("mae", "crps"):
        low, high = against[metric]["low90"], against[metric]["high90"]
        yield f"  {metric} less {BASELINE}: {against[metric]['difference']:+.3f} (90 % interval {low:+.3f} … {high:+.3f})"


def _score(scorer: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-W", "ignore", str(scorer), *arguments], capture_output=True, text=True)
