"""The personal video on the client's page: the recording in pieces, its picture and its captions. Playing it is a fact."""

from __future__ import annotations

import re

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from dunwell.core.video import vtt
from dunwell.run import portal_video
from dunwell.run.portal import Visit
from dunwell.store.models import Video
from dunwell.web.portal import robots
from dunwell.web.portal.doors import of_link

RANGE = re.compile(r"bytes=(\d{1,9})-(\d{0,9})")
PIECE = 2_000_000
"""A player asks for the next piece by itself; nobody holds a whole recording in memory."""


@of_link
@require_safe
def recording(request: HttpRequest, seen: Visit, locale: str) -> HttpResponse:
    """The recording, a piece at a time (RFC 9110 ranges), so that players may jump."""
    video = portal_video.of_page(seen)
    if video is None:
        return HttpResponse(status=404)
    asked = RANGE.fullmatch(request.headers.get("Range", ""))
    first = int(asked[1]) if asked else 0
    if first >= video.size:
        return HttpResponse(status=416, headers={"Content-Range": f"bytes */{video.size}"})
    last = min(int(asked[2]) if asked and asked[2] else video.size - 1, video.size - 1)
    if asked:
        last = min(last, first + PIECE - 1)
    if last < first:
        return HttpResponse(status=416, headers={"Content-Range": f"bytes */{video.size}"})
    if first == 0 and not robots.is_robot(request):
        portal_video.viewed(seen, video)
    return _bytes(seen, video, first, last, is_part=asked is not None)


@of_link
@require_safe
def still(request: HttpRequest, seen: Visit, locale: str) -> HttpResponse:
    """The picture before it plays."""
    video = portal_video.of_page(seen)
    return HttpResponse(bytes(video.content.still) if video else b"", "image/jpeg", status=200 if video else 404)


@of_link
@require_safe
def captions(request: HttpRequest, seen: Visit, locale: str) -> HttpResponse:
    """What is said, in time with it."""
    video = portal_video.of_page(seen)
    if video is None or not video.seconds:
        return HttpResponse(status=404)
    return HttpResponse(vtt(video.content.captions, video.seconds), "text/vtt; charset=utf-8")


def _bytes(seen: Visit, video: Video, first: int, last: int, *, is_part: bool) -> HttpResponse:
    headers = {"Accept-Ranges": "bytes"}
    if is_part:
        headers["Content-Range"] = f"bytes {first}-{last}/{video.size}"
    some = portal_video.part(seen, video, first, last - first + 1)
    return HttpResponse(some, video.media_type, status=206 if is_part else 200, headers=headers)
