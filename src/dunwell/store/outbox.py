"""The outbox: every message moves by one conditional UPDATE at a time, and the database refuses all other ways.

    queued → claimed → begun → sent | failed_temporary | failed_permanent | unknown          (or withdrawn, with the reason)

A claim carries a fencing token: whoever slept through its lease finds another token and cannot begin. `begin` commits before
the first byte goes out, and asks the ledger in the same statement (`sql/outbox.sql`); so a message that was begun and whose
end nobody recorded is `unknown`, shown to a person, and never sent again by the program.

Leases are measured by the database's clock, the same for all machines; what a message may do at which hour is measured by
the `at` that the caller gives.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import psycopg
from django.db import connection

from dunwell.core.channel import Outgoing, Reply
from dunwell.core.refusal import Refusal
from dunwell.store import bounces, scope
from dunwell.store.models import Approval, Attempt, Recipient

CLAIM_LEASE = timedelta(minutes=5)
"""A batch is small: who has not come to its last message by then has died or sleeps."""
BEGUN_LEASE = timedelta(minutes=15)
"""Longer than the slowest conversation with a mail server: a message begun and silent for that long is unknown."""
UNSENT = ["planned", "waiting", "approved", "queued", "failed_temporary"]
"""Nobody works at these: they may be withdrawn. A failed one certainly did not go."""


class AlreadyUnderWay(Refusal):
    """Message {number} is {state}: it can no longer be called back."""


class NotUnknown(Refusal):
    """Message {number} is {state}: only a message whose outcome is unknown is settled by a person."""


class NotSettled(Refusal):
    """Message {number} is {state}: only what a person decided about an unknown message is taken back."""


class PlaceTaken(Refusal):
    """Message {number} counted as not sent, and another one took its place since: look at that one first."""


class ApprovalVoid(Refusal):
    """Message {number} has changed or no longer waits ({state}): look at it again before approving."""


class NoSuchMessage(Refusal):
    """There is no message {number}."""


@dataclass(frozen=True, slots=True)
class Claimed:
    """A message that this process may begin while `token` is the row's token."""

    token: int
    key: str
    attempts: int
    domain: str
    run_id: int | None
    outgoing: Outgoing


@dataclass(frozen=True, slots=True)
class Ending:
    """What became of a message that began: `outcome` is its new state, `said` what the other side answered."""

    message_id: int
    token: int
    outcome: str
    said: str
    on: date
    replies: tuple[Reply, ...] = ()
    retry_at: datetime | None = None
    counts: bool = True  # as one of the message's attempts; a server that is down counts for nobody

    @property
    def refused(self) -> tuple[Reply, ...]:
        return tuple(reply for reply in self.replies if not reply.is_accepted)

    @property
    def concerns_a_person(self) -> bool:
        """An address is dead, a copy was left out or the message will never go: more than a receipt is recorded."""
        return self.outcome == "failed_permanent" or (self.outcome == "sent" and bool(self.refused))


@dataclass(frozen=True, slots=True)
class Begin:
    """The question put for one claimed message at the instant of sending."""

    message_id: int
    token: int
    at: datetime
    covered_min: date


@dataclass(frozen=True, slots=True)
class Verdict:
    """`state` is begun, withdrawn, queued (it waits) or lost (another worker has it), with the reason."""

    state: str
    reason: str


def claim(
    creditor_id: int,
    *,
    at: datetime,
    channels: Sequence[str],
    rehearsal: bool,
    limit: int,
    braked_runs: Sequence[int] = (),
    full_domains: Sequence[str] = (),
    lease: timedelta = CLAIM_LEASE,
) -> list[Claimed]:
    """The next due messages, oldest first, now ours for the length of the lease; none to domains that have had enough today."""
    values: dict[str, Any] = {
        "creditor": creditor_id,
        "at": at,
        "channels": list(channels),
        "rehearsal": rehearsal,
        "limit": limit,
        "braked": list(braked_runs),
        "full": list(full_domains),
        "lease": lease,
    }
    with scope.of(creditor_id), connection.cursor() as cursor:
        cursor.execute(_CLAIM, values)
        return [_claimed(row, at) for row in cursor.fetchall()]


def advance(creditor_id: int, endings: Sequence[Ending], begins: Sequence[Begin]) -> dict[int, Verdict]:
    """Record how messages ended and let others begin, in one commit; gives the verdict on each of `begins` by message.

    Each message is asked for on its own, under its own token; nothing of it may leave before this returns.
    """
    connection.ensure_connection()
    # The one statement that every message costs is prepared by the server: Django's own cursor would spend five times as much.
    with connection.wrap_database_errors, psycopg.Cursor(connection.connection) as cursor:
        connection.connection.prepare_threshold = 0
        cursor.execute(_ADVANCE, [creditor_id, _ended(endings), _begun(begins), BEGUN_LEASE])
        return {message: Verdict(state, reason) for message, state, reason in cursor.fetchall()}


def record(creditor_id: int, ending: Ending) -> bool:
    """Write down how a message ended, with what follows for people; saying it twice changes nothing."""
    with scope.of(creditor_id):
        with connection.cursor() as cursor:
            cursor.execute(_RECORD, [creditor_id, _ended([ending])])
            (is_news,) = cursor.fetchone()
        if is_news and ending.concerns_a_person:
            went = ending.outcome == "sent"
            bounces.record(ending.message_id, refused=ending.refused, said=ending.said, went=went, on=ending.on)
    return bool(is_news)


def give_back(creditor_id: int, claimed: Sequence[Claimed]) -> int:
    """What was claimed and not begun is queued again; gives how many were still ours."""
    return _execute(
        creditor_id,
        """UPDATE message m SET state = 'queued', lease_until = NULL
           FROM unnest(%s::bigint[], %s::bigint[]) ours (id, token)
           WHERE m.id = ours.id AND m.token = ours.token AND m.state = 'claimed'""",
        [[c.outgoing.message_id for c in claimed], [c.token for c in claimed]],
    )


def sweep(creditor_id: int, *, idempotent: Sequence[str] = (), alone: bool = False) -> dict[str, int]:
    """Mend what dead workers left: claimed → queued, begun → unknown (and queued again where the channel is idempotent).

    Looks at expired leases; whoever holds the lock `send` is `alone` and need not wait for them: no other process is sending.
    Should one merely have lost its database session, its token begins nothing any more, and its late word still settles what is unknown.
    """
    expired = "true" if alone else "m.lease_until < clock_timestamp()"
    with scope.of(creditor_id), connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE message m SET state = 'queued', lease_until = NULL WHERE m.state = 'claimed' AND {expired}"
        )
        queued = cursor.rowcount
        cursor.execute(
            f"""WITH left_over AS (
                  UPDATE message m SET state = 'unknown', state_reason = 'sender_died', lease_until = NULL
                  WHERE m.state = 'begun' AND {expired} RETURNING m.id, m.slot_on, m.rehearsal)
                INSERT INTO attempt (creditor_id, message_id, effective_on, "by", why, outcome, detail, rehearsal, recipients)
                SELECT %s, id, slot_on, '', '', 'unknown', 'the sender ended before the answer was recorded', rehearsal, '{{}}'
                FROM left_over""",
            [creditor_id],
        )
        unknown = cursor.rowcount
        cursor.execute(
            """UPDATE message SET state = 'queued', state_reason = '' WHERE state = 'unknown' AND state_reason = 'sender_died'
               AND (rehearsal OR channel = ANY (%s)) AND (rehearsal OR channel IN ('call', 'visit', 'letter'))""",
            [list(idempotent)],
        )
        again = cursor.rowcount
    return {"queued": queued, "unknown": unknown - again, "again": again}


def withdraw(creditor_id: int, reason: str, *, rehearsal: bool | None = None) -> int:
    """Withdraw every unsent message nobody works at (of one mode, or of both): after a restore, or when going live."""
    return _execute(
        creditor_id,
        """UPDATE message SET state = 'withdrawn', state_reason = %s, lease_until = NULL
           WHERE state = ANY (%s) AND (%s::boolean IS NULL OR rehearsal = %s)""",
        [reason, UNSENT, rehearsal, rehearsal],
    )


def withdraw_asking_in(creditor_id: int, currency: str, *, since: date, reason: str) -> int:
    """Withdraw the unsent requests from a day on that ask for money in a currency: they say where it was to be paid before."""
    return _execute(
        creditor_id,
        """UPDATE message m SET state = 'withdrawn', state_reason = %s, lease_until = NULL
           WHERE state = ANY (%s) AND purpose = 'request' AND slot_on >= %s
             AND EXISTS (SELECT FROM message_item i WHERE i.message_id = m.id AND i.currency = %s)""",
        [reason, UNSENT, since, currency],
    )


def recall(creditor_id: int, message_id: int, *, reason: str = "recalled") -> None:
    """Call one message back: possible until a worker has claimed it."""
    sql = "UPDATE message SET state = 'withdrawn', state_reason = %s, lease_until = NULL WHERE id = %s AND state = ANY (%s)"
    if not _execute(creditor_id, sql, [reason, message_id, UNSENT]):
        raise AlreadyUnderWay(number=message_id, state=state_of(creditor_id, message_id))


def approve(creditor_id: int, message_id: int, *, content_hash: str, by: str, on: date, why: str = "") -> None:
    """A person allows exactly these bytes, on the draft's own day; in the same transaction the message is queued."""
    with scope.of(creditor_id), connection.cursor() as cursor:
        cursor.execute(
            """UPDATE message SET state = 'approved' WHERE id = %s AND state = 'waiting' AND content_hash = %s
               AND slot_on = %s RETURNING customer_id""",
            [message_id, content_hash, on],
        )
        row = cursor.fetchone()
        if row is None:
            raise ApprovalVoid(number=message_id, state=state_of(creditor_id, message_id))
        cursor.execute("UPDATE message SET state = 'queued' WHERE id = %s", [message_id])
        # One record for each person it goes to: the next message to the same contact needs no approval for that alone.
        contacts = Recipient.objects.filter(message_id=message_id).order_by("pk").values_list("contact_id", flat=True)
        Approval.objects.bulk_create(
            Approval(
                creditor_id=creditor_id,
                message_id=message_id,
                content_hash=content_hash,
                customer_id=row[0],
                contact_id=contact_id,
                effective_on=on,
                by=by,
                why=why,
            )
            for contact_id in contacts or [None]
        )


def settle(creditor_id: int, message_id: int, *, was_sent: bool, by: str, why: str, on: date) -> None:
    """A person decides an unknown message. Not sent frees its slot, so that the next run may plan it anew."""
    outcome = "sent" if was_sent else "failed_permanent"
    with scope.of(creditor_id), connection.cursor() as cursor:
        cursor.execute(
            """UPDATE message SET state = %s, state_reason = 'settled', lease_until = NULL,
                 sent_on = CASE WHEN %s THEN slot_on END
               WHERE id = %s AND state = 'unknown' RETURNING rehearsal""",
            [outcome, was_sent, message_id],
        )
        row = cursor.fetchone()
        if row is None:
            raise NotUnknown(number=message_id, state=state_of(creditor_id, message_id))
        _told(creditor_id, message_id, outcome, "settled by a person", row[0], on=on, by=by, why=why)


def unsettle(creditor_id: int, message_id: int, *, by: str, why: str, on: date) -> None:
    """Take back what a person decided about an unknown message: it is unknown again, unless another one has its slot by now."""
    with scope.of(creditor_id), connection.cursor() as cursor:
        cursor.execute(
            """UPDATE message m SET state = 'unknown', state_reason = '', sent_on = NULL
               WHERE m.id = %s AND m.state IN ('sent', 'failed_permanent') AND m.state_reason = 'settled' AND NOT EXISTS (
                 SELECT FROM message o WHERE (o.creditor_id, o.customer_id, o.slot_on, o.purpose, o.rehearsal)
                     = (m.creditor_id, m.customer_id, m.slot_on, m.purpose, m.rehearsal)
                   AND o.id <> m.id AND o.state NOT IN ('withdrawn', 'failed_permanent'))
               RETURNING m.rehearsal""",
            [message_id],
        )
        row = cursor.fetchone()
        if row is None:
            state, reason = _state_of(creditor_id, message_id)
            refused = PlaceTaken if reason == "settled" else NotSettled
            raise refused(number=message_id, state=state)
        _told(creditor_id, message_id, "unknown", "what was decided is taken back", row[0], on=on, by=by, why=why)


def state_of(creditor_id: int, message_id: int) -> str:
    return _state_of(creditor_id, message_id)[0]


def counts(creditor_id: int, *, rehearsal: bool) -> dict[str, int]:
    """How many messages stand in each state."""
    with scope.of(creditor_id), connection.cursor() as cursor:
        cursor.execute("SELECT state, count(*) FROM message WHERE rehearsal = %s GROUP BY state", [rehearsal])
        return dict(cursor.fetchall())


def has_due(creditor_id: int, *, at: datetime, rehearsal: bool) -> bool:
    """Something may be claimed at that instant."""
    with scope.of(creditor_id), connection.cursor() as cursor:
        cursor.execute(
            """SELECT EXISTS (SELECT FROM message m WHERE m.creditor_id = %s AND m.state IN ('queued', 'failed_temporary')
                 AND m.not_before <= %s AND (m.state = 'queued' OR m.retry_at <= %s) AND m.rehearsal = %s)""",
            [creditor_id, at, at, rehearsal],
        )
        return bool(cursor.fetchone()[0])


def due_elsewhere(creditor_id: int, *, at: datetime, channels: Sequence[str], rehearsal: bool) -> dict[str, int]:
    """Due messages of channels other than these: they wait for somebody to configure a way out."""
    with scope.of(creditor_id), connection.cursor() as cursor:
        cursor.execute(
            """SELECT channel, count(*) FROM message
               WHERE state = 'queued' AND not_before <= %s AND rehearsal = %s AND NOT channel = ANY (%s) GROUP BY channel""",
            [at, rehearsal, list(channels)],
        )
        return dict(cursor.fetchall())


def due_to(
    creditor_id: int, domains: Sequence[str] | None, *, at: datetime, channels: Sequence[str], rehearsal: bool
) -> int:
    """How many due messages go to these domains, None = to any."""
    wanted = None if domains is None else list(domains)
    with scope.of(creditor_id), connection.cursor() as cursor:
        cursor.execute(
            """SELECT count(*) FROM message WHERE state = 'queued' AND not_before <= %s AND not_after >= %s AND rehearsal = %s
               AND channel = ANY (%s) AND (%s::text[] IS NULL OR domain = ANY (%s::text[]))""",
            [at, at, rehearsal, list(channels), wanted, wanted],
        )
        return int(cursor.fetchone()[0])


def objection(creditor_id: int, message_id: int, *, at: datetime, covered_min: date) -> str | None:
    """What stands against sending this message at that instant: the very question of `begin`, for `explain` and previews."""
    with scope.of(creditor_id), connection.cursor() as cursor:
        cursor.execute("SELECT reason FROM dunwell_objection(%s, %s, %s)", [message_id, at, covered_min])
        row = cursor.fetchone()
    if row is None:
        raise NoSuchMessage(number=message_id)
    reason: str | None = row[0]
    return reason


def _state_of(creditor_id: int, message_id: int) -> tuple[str, str]:
    """A message's state, and what gave it."""
    with scope.of(creditor_id), connection.cursor() as cursor:
        cursor.execute("SELECT state, state_reason FROM message WHERE id = %s", [message_id])
        row = cursor.fetchone()
    if row is None:
        raise NoSuchMessage(number=message_id)
    return str(row[0]), str(row[1])


def _told(
    creditor_id: int, message_id: int, outcome: str, detail: str, rehearsal: bool, *, on: date, by: str, why: str
) -> None:
    """A person's word about a message, among its attempts."""
    Attempt.objects.create(
        creditor_id=creditor_id,
        message_id=message_id,
        outcome=outcome,
        detail=detail,
        rehearsal=rehearsal,
        effective_on=on,
        by=by,
        why=why,
    )


def _execute(creditor_id: int, sql: str, values: list[Any]) -> int:
    with scope.of(creditor_id), connection.cursor() as cursor:
        cursor.execute(sql, values)
        return int(cursor.rowcount)


# Several of a kind travel as one JSON text: arrays of parameters would cost the client as much as the rest of the sending.
_RECORD = "SELECT EXISTS (SELECT FROM dunwell_record(%s, %s))"
_ADVANCE = "SELECT message, state, reason FROM dunwell_advance(%s, %s, %s, %s)"


def _ended(endings: Sequence[Ending]) -> str:
    return json.dumps(
        [
            {
                "message": e.message_id,
                "token": e.token,
                "outcome": e.outcome,
                "said": e.said.replace("\0", ""),
                "recipients": [str(reply).replace("\0", "") for reply in e.replies],
                "on_day": e.on.isoformat(),
                "retry_at": e.retry_at and e.retry_at.isoformat(),
                "tried": int(e.counts),
            }
            for e in endings
        ]
    )


def _begun(begins: Sequence[Begin]) -> str:
    return json.dumps(
        [
            {
                "message": b.message_id,
                "token": b.token,
                "at": b.at.isoformat(),
                "covered_min": b.covered_min.isoformat(),
            }
            for b in begins
        ]
    )


_CLAIM = """
WITH due AS (
  SELECT m.id FROM message m
  WHERE m.creditor_id = %(creditor)s AND m.state IN ('queued', 'failed_temporary') AND m.not_before <= %(at)s
    AND (m.state = 'queued' OR m.retry_at <= %(at)s) AND m.rehearsal = %(rehearsal)s AND m.channel = ANY (%(channels)s)
    AND NOT coalesce(m.run_id = ANY (%(braked)s::bigint[]), false) AND NOT m.domain = ANY (%(full)s::text[])
  ORDER BY m.not_before, m.id LIMIT %(limit)s FOR UPDATE SKIP LOCKED
), ours AS (
  UPDATE message m SET state = 'claimed', token = m.token + 1, lease_until = clock_timestamp() + %(lease)s
  FROM due WHERE m.id = due.id RETURNING m.*
)
SELECT m.id, m.token, m.key, m.attempts, m.domain, m.run_id, m.customer_id, u.name, m.channel, m.step, m.slot_on, m.locale,
  c.subject, c.text, c.html, c.mime, c.envelope_from,
  ARRAY(SELECT r.address FROM recipient r WHERE r.message_id = m.id AND NOT r.copy ORDER BY r.id),
  ARRAY(SELECT r.address FROM recipient r WHERE r.message_id = m.id AND r.copy ORDER BY r.id)
FROM ours m JOIN message_content c ON c.message_id = m.id JOIN customer u ON u.id = m.customer_id
ORDER BY m.not_before, m.id
"""


def _claimed(row: tuple[Any, ...], at: datetime) -> Claimed:
    (number, token, key, attempts, domain, run_id, customer_id, customer, channel, step, slot_on, locale) = row[:12]
    subject, text, html, mime, sender, to, copies = row[12:]
    outgoing = Outgoing(
        message_id=number,
        customer_id=customer_id,
        customer=customer,
        channel=channel,
        step=step or "",
        slot_on=slot_on,
        locale=locale,
        subject=subject,
        text=text,
        html=html,
        mime=bytes(mime or b""),
        sender=sender,
        to=tuple(to),
        copies=tuple(copies),
        at=at,
    )
    return Claimed(token, key, attempts, domain, run_id, outgoing)
