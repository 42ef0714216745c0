"""The morning digest of the company's own people: no client's message, so it has records of its own beside the outbox."""

from __future__ import annotations

from django.db import models

from dunwell.store.models.base import Fact

OUTCOMES = ("sent", "quiet", "failed_temporary", "failed_permanent", "unknown")


class DigestChoice(Fact):
    """Whether somebody wants the digest, where to and in which language; the last row of a reader is how it stands."""

    reader = models.TextField()  # the name they sign in with
    wanted = models.BooleanField()
    address = models.TextField(default="")
    locale = models.CharField(max_length=2, default="")

    class Meta:
        db_table = "digest_choice"
        indexes = [models.Index(fields=["creditor", "reader", "id"], name="digest_choice_last")]


class Digest(Fact):
    """One try to tell one person of one day, written down before the first byte leaves: what has no end after a crash is not repeated."""

    reader = models.TextField()
    attempt = models.IntegerField()
    rehearsal = models.BooleanField()

    class Meta:
        db_table = "digest"
        constraints = [
            models.UniqueConstraint(
                fields=["creditor", "reader", "effective_on", "rehearsal", "attempt"], name="digest_once"
            )
        ]


class DigestEnd(Fact):
    """What became of it; `quiet`: there was nothing to say."""

    digest = models.OneToOneField(Digest, on_delete=models.PROTECT, related_name="end")
    outcome = models.TextField()

    class Meta:
        db_table = "digest_end"
        constraints = [models.CheckConstraint(condition=models.Q(outcome__in=OUTCOMES), name="digest_end_outcome")]
