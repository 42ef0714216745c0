"""What workers do by themselves: the daily run, sending what is due, a backup each night, mending what dead workers left.

The queue only wakes workers; the tables are the truth. Each minute every creditor's outbox is looked at, so a lost job loses
nothing, and a job that runs twice finds the work done: `deliver` and `day` each hold their creditor's lock.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils.module_loading import import_string
from procrastinate.contrib.django import app
from procrastinate.contrib.django.django_connector import DjangoConnector
from procrastinate.exceptions import AlreadyEnqueued
from procrastinate.jobs import JobDeferrer

from dunwell.run import backup, calendars, day, deliver, forecasting, hooks, jurisdictions, mailboxes, sent_copies, ways
from dunwell.run.day import DayUnderWay
from dunwell.store import outbox, scope, switches
from dunwell.store.models import Creditor, Run

DAY_HOUR = 6
"""Local hour of the creditor from which the day's run is due; tried again each hour until it has run."""
SENDING_MAX = timedelta(minutes=2)
"""One job's share of sending: a worker that is to stop never waits longer, and the next minute's look goes on."""
STALLED_AFTER_S = 120


def work(*, name: str, concurrency: int = 2, wait: bool = True) -> None:
    """Be a worker until interrupted; on any number of machines."""
    connector = app.connector
    assert isinstance(connector, DjangoConnector)
    with app.replace_connector(connector.get_worker_connector()):
        app.run_worker(name=name, concurrency=concurrency, wait=wait, delete_jobs="successful")


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="look", lock="look")
def look(timestamp: int) -> None:
    """Mend every outbox and wake a sender where messages are due."""
    for creditor in Creditor.objects.order_by("pk"):
        outbox.sweep(creditor.pk)
        if outbox.has_due(creditor.pk, at=_now(), rehearsal=not switches.is_live(creditor.pk)):
            _wake(send.configure(queueing_lock=f"send {creditor.pk}"), creditor.pk)
        if hooks.due(creditor, _now()):
            _wake(tell.configure(queueing_lock=f"tell {creditor.pk}"), creditor.pk)
        if sent_copies.is_due(creditor):
            _wake(copy.configure(queueing_lock=f"copy {creditor.pk}"), creditor.pk)


@app.periodic(cron="*/5 * * * *")
@app.task(queueing_lock="mailboxes", lock="mailboxes")
def mailboxes_due(timestamp: int) -> None:
    """Look for mail in every mailbox that replies arrive in."""
    for creditor in Creditor.objects.filter(is_demo=False).exclude(inbox={}).order_by("pk"):
        _wake(fetch.configure(queueing_lock=f"fetch {creditor.pk}"), creditor.pk)


@app.periodic(cron="0 * * * *")
@app.task(queueing_lock="days", lock="days")
def days(timestamp: int) -> None:
    """Start the day of every creditor whose morning has come and whose day has not run."""
    for creditor in Creditor.objects.filter(is_demo=False).order_by("pk"):
        local = _now().astimezone(ZoneInfo(creditor.timezone))
        if local.hour >= DAY_HOUR and not _has_run(creditor, local):
            _wake(run_day.configure(queueing_lock=f"day {creditor.pk}"), creditor.pk)


@app.periodic(cron="30 * * * *")
@app.task(queueing_lock="lessons", lock="lessons")
def lessons(timestamp: int) -> None:
    """At night, let the forecasts of each creditor learn anew where the last lesson is old."""
    for creditor in Creditor.objects.filter(is_demo=False).order_by("pk"):
        local = _now().astimezone(ZoneInfo(creditor.timezone))
        if local.hour < DAY_HOUR and forecasting.is_due(creditor, local.date()):
            _wake(learn.configure(queueing_lock=f"learn {creditor.pk}"), creditor.pk)


@app.periodic(cron="15 * * * *")
@app.task(queueing_lock="backup", lock="backup")
def back_up(timestamp: int) -> None:
    """Each night, or as soon as a worker is at work again; by hand at the same time is as good."""
    if backup.is_due(_now()):
        try:
            backup.make(_now())
        except backup.BackupUnderWay:
            return


@app.periodic(cron="*/5 * * * *")
@app.task(queueing_lock="rescue")
async def rescue(timestamp: int) -> None:
    """Jobs of workers that were killed stay `doing` until somebody looks: hand them on."""
    for job in await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=STALLED_AFTER_S):
        await app.job_manager.retry_job(job)


@app.task
def send(creditor_id: int) -> None:
    creditor = Creditor.objects.get(pk=creditor_id)
    now = _now()
    years = range(now.year - 1, now.year + 2)
    days_off = calendars.load([creditor.country], years, jurisdictions.load_all(), calendars.load_corrections())
    rehearsal = not switches.is_live(creditor_id)
    with ways.opened(creditor, rehearsal=rehearsal, folder=settings.DATA_DIR / "rehearsal") as out:
        deliver.deliver(
            creditor_id, now, out, rehearsal=rehearsal, calendar=days_off[creditor.country], longest=SENDING_MAX
        )


@app.task
def tell(creditor_id: int) -> None:
    """Tell the other program what it does not know yet."""
    hooks.deliver(Creditor.objects.get(pk=creditor_id), _now(), folder=settings.DATA_DIR / "rehearsal")


@app.task
def copy(creditor_id: int) -> None:
    """Put copies of what was sent into the folder of sent mail, or tell a person that it is not reached."""
    creditor = Creditor.objects.get(pk=creditor_id)
    sent_copies.look(creditor, on=_now().astimezone(ZoneInfo(creditor.timezone)).date())


@app.task
def fetch(creditor_id: int) -> None:
    """Take what is new in the mailbox, or tell a person that it does not answer."""
    creditor = Creditor.objects.get(pk=creditor_id)
    mailboxes.look(creditor, on=_now().astimezone(ZoneInfo(creditor.timezone)).date())


@app.task
def run_day(creditor_id: int) -> None:
    """The daily run; one that is under way already makes this one superfluous."""
    creditor = Creditor.objects.get(pk=creditor_id)
    now = _now()
    today = now.astimezone(ZoneInfo(creditor.timezone)).date()
    try:
        day.run(creditor, today, now=now, today=today, by="worker", folder=settings.DATA_DIR / "rehearsal")
    except DayUnderWay:
        return


@app.task
def learn(creditor_id: int) -> None:
    """Where there is nothing to learn from, or nothing new, the forecasts stay as they are."""
    creditor = Creditor.objects.get(pk=creditor_id)
    today = _now().astimezone(ZoneInfo(creditor.timezone)).date()
    try:
        forecasting.learn(creditor, today, by="worker")
    except (forecasting.TooLittleHistory, forecasting.NothingNew):
        return


def _wake(deferrer: JobDeferrer, creditor_id: int) -> None:
    try:
        deferrer.defer(creditor_id=creditor_id)
    except AlreadyEnqueued:
        return


def _has_run(creditor: Creditor, local: datetime) -> bool:
    with scope.of(creditor.pk):
        rehearsal = not switches.is_live(creditor.pk)
        return Run.objects.filter(effective_on=local.date(), rehearsal=rehearsal).exists()


def _now() -> datetime:
    """The one clock lies in the room above: settings name it."""
    now: datetime = import_string(settings.CLOCK)()
    return now
