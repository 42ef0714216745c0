"""The installation in figures, for a monitor: how old things are and how many wait. No figure names a client.

`dunwell check` says the same in sentences, with a remedy for each (`docs/how-to/monitoring.md` lists the alerts).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from dunwell.run import backup, freshness
from dunwell.store import outbox, standing, switches
from dunwell.store.models import Creditor

MEANINGS = {
    "dunwell_live": "1 where messages leave, 0 in rehearsal",
    "dunwell_stopped": "1 where everything is halted",
    "dunwell_messages": "Messages by state, in the mode in force",
    "dunwell_oldest_due_seconds": "For how long the oldest message waits that might have left; 0 without one",
    "dunwell_last_day_age_days": "Days since the last day that was run",
    "dunwell_money_age_days": "Days since the last day up to which a source of payments is complete",
    "dunwell_money_late": "1 where a source of payments is so old that nobody is asked for money",
    "dunwell_backup_age_seconds": "Since the newest backup that was restored on trial",
    "dunwell_jobs": "The workers' jobs by state",
}
"""Every figure that is given, and what it means."""


@dataclass(frozen=True, slots=True)
class Measure:
    """One figure; its labels say whose."""

    name: str
    value: float
    labels: dict[str, str] = field(default_factory=dict)


def of_installation(now: datetime) -> Iterator[Measure]:
    """All figures; one that does not exist (no backup yet) is left out, so that its absence can be watched for."""
    for creditor in Creditor.objects.filter(is_demo=False).order_by("pk"):
        yield from _of_creditor(creditor, now)
    if last := backup.newest():
        yield Measure("dunwell_backup_age_seconds", (now - last).total_seconds())
    for state, count in standing.jobs().items():
        yield Measure("dunwell_jobs", count, {"state": state})


def as_text(measures: Iterator[Measure]) -> str:
    """The figures in the text format of Prometheus (version 0.0.4)."""
    by_name: dict[str, list[Measure]] = {}
    for one in measures:
        by_name.setdefault(one.name, []).append(one)
    lines = []
    for name, found in by_name.items():
        lines += [f"# HELP {name} {MEANINGS[name]}", f"# TYPE {name} gauge"]
        lines += [f"{name}{_labels(one.labels)} {one.value:g}" for one in found]
    return "\n".join(lines) + "\n"


def _of_creditor(creditor: Creditor, now: datetime) -> Iterator[Measure]:
    whose = {"creditor": creditor.slug}
    is_live = switches.is_live(creditor.pk)
    today = now.astimezone(ZoneInfo(creditor.timezone)).date()
    yield Measure("dunwell_live", is_live, whose)
    yield Measure("dunwell_stopped", switches.is_stopped(creditor.pk), whose)
    for state, count in sorted(outbox.counts(creditor.pk, rehearsal=not is_live).items()):
        yield Measure("dunwell_messages", count, {**whose, "state": state})
    since = standing.oldest_due(creditor.pk, at=now, rehearsal=not is_live)
    yield Measure("dunwell_oldest_due_seconds", (now - since).total_seconds() if since else 0, whose)
    if last := standing.last_run(creditor.pk, rehearsal=not is_live):
        yield Measure("dunwell_last_day_age_days", (today - last).days, whose)
    for source in freshness.sources(creditor, now):
        labels = {**whose, "source": source.name}
        yield Measure("dunwell_money_age_days", (today - source.until).days, labels)
        yield Measure("dunwell_money_late", source.is_late, labels)


def _labels(labels: dict[str, str]) -> str:
    pairs = (f'{name}="{_escaped(value)}"' for name, value in labels.items())
    return f"{{{','.join(pairs)}}}" if labels else ""


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
