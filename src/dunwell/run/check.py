"""The doctor: looks at everything a run stands on, and says for each trouble what to do."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection

from dunwell.core.channel import ChannelDown
from dunwell.core.refusal import Finding
from dunwell.engine import render, tact
from dunwell.run import (
    archives,
    backup,
    calendars,
    creditors,
    freshness,
    jurisdictions,
    mail_check,
    packs,
    policies,
    portal_desk,
    scenarios,
    ways,
)
from dunwell.store import gone_out, outbox, scope, standing
from dunwell.store.models import Creditor

FREE_MB_MIN = 500
CLOCK_DIFFERENCE_S_MAX = 60
DUE_WAITS_MAX = timedelta(hours=1)
"""A worker looks each minute; a mail server's bad hour is not the installation's."""


@dataclass(frozen=True, slots=True)
class Line:
    """One thing looked at; `remedy` says what to do where it is not in order."""

    ok: bool
    what: str
    says: str
    remedy: str = ""


def content() -> list[Line]:
    """Texts, policies and jurisdictions as shipped, and every scenario played: half a minute's work."""
    names = list(policies.load_all())
    told = [Finding("scenario_fails", failure) for name in names for failure in scenarios.check(name)]
    return [*_content(), _of_findings("scenarios", f"all of {len(names)} policies hold", told)]


def _content() -> list[Line]:
    source = packs.standard()
    found = list(tact.check_pack(render.prepare(source)))
    lines = [_of_findings("content", f"{len(source.texts)} texts in {len(source.terms)} languages", found)]
    lines.append(Line(True, "policies", ", ".join(policies.load_all())))
    lines.append(Line(True, "jurisdictions", ", ".join(jurisdictions.load_all())))
    return lines


def everything(*, now: Callable[[], datetime], data: Path) -> list[Line]:
    return [
        *_content(),
        *_machine(now, data),
        *(line for one in Creditor.objects.order_by("pk") for line in _creditor(one, now(), data)),
    ]


def _machine(now: Callable[[], datetime], data: Path) -> Iterator[Line]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT version(), now(), rolsuper FROM pg_roles WHERE rolname = current_user")
        version, clock, is_superuser = cursor.fetchone()
    yield Line(True, "database", version.split(" on ")[0])
    yield Line(
        not is_superuser,
        "database role",
        "bound by row-level security" if not is_superuser else "a superuser: row-level security does not bind it",
        "" if not is_superuser else "Connect as a role that is neither owner nor superuser (DUNWELL_DATABASE_URL).",
    )
    difference = abs((now() - clock).total_seconds())
    yield Line(
        difference <= CLOCK_DIFFERENCE_S_MAX,
        "clock",
        f"{difference:.0f} s between this machine and the database",
        ""
        if difference <= CLOCK_DIFFERENCE_S_MAX
        else "Set both clocks by NTP: hours and days of contact depend on them.",
    )
    free = shutil.disk_usage(data).free // 2**20
    yield Line(free >= FREE_MB_MIN, "disk", f"{free:,} MB free in {data}", "" if free >= FREE_MB_MIN else "Make room.")
    if Creditor.objects.filter(is_demo=False).exists():
        yield _backups(now(), data)


def _backups(now: datetime, data: Path) -> Line:
    """Nobody misses a backup before the day it is needed: so one that is old, or dies with the disk, is said here."""
    folder, last = settings.BACKUPS, backup.newest()
    if last is None:
        return Line(
            False, "backup", f"none in {folder}", "Run `dunwell backup`; `dunwell worker` makes one each night."
        )
    says = f"{last:%Y-%m-%d %H:%M} UTC in {folder}, restored on trial"
    if now - last > backup.LATE_AFTER:
        return Line(False, "backup", says, "Is `dunwell worker` running? `dunwell backup` makes one now.")
    is_apart = folder.stat().st_dev != data.stat().st_dev
    remedy = f"It lies on the same disk as the books: name another one in DUNWELL_BACKUPS, and copy {archives.key_file()} apart."
    return Line(True, "backup", says, "" if is_apart else remedy)


def _creditor(creditor: Creditor, now: datetime, data: Path) -> Iterator[Line]:
    name = creditor.slug
    status = creditors.status(creditor)
    yield Line(True, name, f"{'live' if status.live else 'rehearsal'}{', STOPPED' if status.stopped else ''}")
    if gone_out.is_unconfirmed(creditor.pk):
        yield Line(
            False, f"{name} restore", "nobody has said yet what went out since the backup", "Run `dunwell restored`."
        )
    missing = creditors.missing(creditor)
    yield Line(not missing, f"{name} letters", "complete" if not missing else "incomplete", "; ".join(missing))
    yield _money(creditor, now)
    if creditor.public_url:
        yield _pages(creditor, now)
    with scope.of(creditor.pk):
        counts = outbox.counts(creditor.pk, rehearsal=not status.live)
    since = standing.oldest_due(creditor.pk, at=now, rehearsal=not status.live)
    if since and now - since > DUE_WAITS_MAX and not status.stopped:
        waits = f"the oldest message waits since {since:%Y-%m-%d %H:%M} UTC"
        yield Line(
            False, f"{name} sending", waits, "Is `dunwell worker` running? `dunwell deliver` sends what is due now."
        )
    unknown = counts.get("unknown", 0)
    yield Line(
        not unknown,
        f"{name} outbox",
        ", ".join(f"{count:,} {state}" for state, count in sorted(counts.items())) or "empty",
        "Decide with `dunwell settle`." if unknown else "",
    )
    countries = [creditor.country]
    laws = jurisdictions.load_all()
    for finding in calendars.unknowns(countries, [now.year, now.year + 1], laws, calendars.load_corrections()):
        yield Line(True, f"{name} calendar", f"{finding.message}. {finding.remedy}")
    if status.live and creditor.channels.get("email", {}).get("kind") == "smtp":
        yield from _mail(creditor)
    found = ways.of(creditor, rehearsal=not status.live, folder=data / "rehearsal")
    for channel, way in found.items():
        if channel in ways.TASK_CHANNELS:
            continue
        try:
            yield Line(True, f"{name} {channel}", way.check())
        except ChannelDown as down:
            yield Line(False, f"{name} {channel}", str(down), "Messages wait meanwhile.")


def _mail(creditor: Creditor) -> Iterator[Line]:
    """What the records of our domains say to readers' servers; nothing where no name server can be asked."""
    for one in mail_check.look(creditor):
        is_silent = one.what == mail_check.SILENT
        yield Line(one.ok or is_silent, f"{creditor.slug} {one.domain} {one.what}", one.says, one.remedy)


def _money(creditor: Creditor, now: datetime) -> Line:
    what = f"{creditor.slug} money"
    sources = freshness.sources(creditor, now)
    today = now.astimezone(ZoneInfo(creditor.timezone)).date()
    if not sources:
        remedy = f"Import payments, or `dunwell cover bank {today}` when all are entered."
        return Line(False, what, "no source of payments yet: nothing is planned to be sent", remedy)
    stalest = sources[0]
    remedy = (
        f"Import newer payments, or `dunwell cover {stalest.name} {today}` when all are entered; "
        f"`dunwell cover {stalest.name} --ended` when it is used no more."
    )
    return Line(not stalest.is_late, what, "; ".join(map(str, sources)), remedy if stalest.is_late else "")


def _pages(creditor: Creditor, now: datetime) -> Line:
    """Whether clients can open their pages: live letters name none before this has been seen."""
    today = now.astimezone(ZoneInfo(creditor.timezone)).date()
    fault = portal_desk.look(creditor, on=today, by="check")
    remedy = "Run `dunwell serve`, and lead the address to it by TLS (docs/how-to/pay-page.md)."
    return Line(not fault, f"{creditor.slug} pages", fault or f"{creditor.public_url} opens", remedy if fault else "")


def _of_findings(what: str, fine: str, found: list[Finding]) -> Line:
    if not found:
        return Line(True, what, fine)
    return Line(False, what, "; ".join(str(finding) for finding in found[:5]), found[0].remedy)
