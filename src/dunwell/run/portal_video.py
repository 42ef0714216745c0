"""The personal video on a client's page: what it plays, a piece at a time, and the fact that it was played."""

from __future__ import annotations

from dunwell.run import facts, videos
from dunwell.run.portal import Visit
from dunwell.store import bulk, scope
from dunwell.store.models import Video, VideoView


def of_page(seen: Visit) -> Video | None:
    """What the page of a link plays: the video of its customer, while it runs and for the one reader of its letter alone."""
    if seen.is_closed or seen.link.is_shared:
        return None
    with scope.of(seen.creditor.pk):
        found = (
            videos.shown_on([seen.link.customer_id], seen.on)
            .select_related("content")
            .defer("content__recording")
            .first()
        )
        return found if found and found.content.still else None


def part(seen: Visit, video: Video, first: int, size: int) -> bytes:
    """Bytes of the recording from a place on, at most `size` of them; the server reads no more than that."""
    with scope.of(seen.creditor.pk):
        ((some,),) = bulk.rows(PIECE, first + 1, size, video.pk)
    return bytes(some)


def viewed(seen: Visit, video: Video) -> None:
    """It was played from a link; once a day is enough to know."""
    with scope.of(seen.creditor.pk):
        VideoView.objects.bulk_create(
            [
                VideoView(
                    **facts.fact(seen.creditor, seen.on, "", ""),
                    video=video,
                    link=seen.link,
                    rehearsal=seen.link.rehearsal,
                )
            ],
            ignore_conflicts=True,
        )


PIECE = "SELECT substring(recording from %s for %s) FROM video_content WHERE video_id = %s"  # SQL counts from one
