"""Personal videos: until which day each speaks, who looked at it, and that one was taken back."""

from __future__ import annotations

from django.db import models

from dunwell.store.models.base import Fact, Owned
from dunwell.store.models.customers import Customer
from dunwell.store.models.page import PageLink


class Video(Fact):
    """A video for one customer. After `last_day`, of which it speaks, no letter shows it and no page plays it."""

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT)
    last_day = models.DateField()
    seconds = models.IntegerField()
    media_type = models.TextField()
    sha256 = models.CharField(max_length=64)
    size = models.IntegerField()

    class Meta:
        db_table = "video"


class VideoContent(Owned):
    """The recording, its still with a play mark, and what is said. Personal content (I14)."""

    video = models.OneToOneField(Video, on_delete=models.PROTECT, related_name="content")
    recording = models.BinaryField()
    still = models.BinaryField()
    captions = models.TextField()

    class Meta:
        db_table = "video_content"


class VideoEnd(Fact):
    """A video was taken back before its last day."""

    video = models.OneToOneField(Video, on_delete=models.PROTECT, related_name="end")

    class Meta:
        db_table = "video_end"


class VideoView(Fact):
    """A video was played from a letter's link; one row a day is enough."""

    video = models.ForeignKey(Video, on_delete=models.PROTECT, related_name="views")
    link = models.ForeignKey(PageLink, on_delete=models.PROTECT, db_index=False)
    rehearsal = models.BooleanField()

    class Meta:
        db_table = "video_view"
        constraints = [models.UniqueConstraint(fields=["video", "link", "effective_on"], name="video_view_once_a_day")]
