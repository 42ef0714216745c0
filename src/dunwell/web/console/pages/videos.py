"""A personal video for a customer: a script to make one's own, recorded here or uploaded, looked at, taken back."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from dunwell.core.refusal import Refusal
from dunwell.core.video import BYTES_MAX, CAPTIONS_MAX, SECONDS_MAX
from dunwell.run import pictures, videos
from dunwell.run.videos import Taken
from dunwell.store.models import Customer, Video
from dunwell.web.console import deeds, forms
from dunwell.web.console import show as answer
from dunwell.web.console.desk import Desk


class VideoForm(forms.Form):
    """The recording, and a picture of it that the browser takes."""

    recording = forms.file(gettext_lazy("Video"), accept="video/mp4,video/webm")
    poster = forms.file(
        gettext_lazy("Picture"),
        accept="image/jpeg,image/png,image/webp",
        required=False,
        help_text=gettext_lazy("What the letter shows; taken from the video by itself."),
    )
    captions = forms.text(
        gettext_lazy("What is said in it"),
        rows=8,
        max_length=CAPTIONS_MAX,
        help_text=gettext_lazy("Shown under the video: not everybody can hear it."),
    )
    last_day = forms.day(
        gettext_lazy("Until the day of which it speaks"),
        help_text=gettext_lazy("Afterwards no letter shows it, and the page plays it no more."),
    )
    seconds = forms.whole(gettext_lazy("Seconds"), low=0, high=SECONDS_MAX, initial=0, required=False)


def show(request: HttpRequest, desk: Desk, number: int) -> HttpResponse:
    """Record or upload; what runs now, and who has looked at it."""
    customer: Customer = deeds.found(Customer, number)
    form = VideoForm(
        request.POST or None,
        request.FILES or None,
        initial={
            "captions": videos.script(desk.creditor, customer, desk.today),
            "last_day": desk.today + timedelta(videos.DAYS_USUAL),
        },
    )
    if request.method == "POST" and form.is_valid():
        try:
            videos.keep(desk.creditor, customer, _taken(form.cleaned_data), on=desk.today, by=desk.by)
            said = _("The next letters to {customer} show the video.").format(customer=customer.name)
            return answer.done(request, said, request.path)
        except Refusal as refusal:
            form.add_error(None, answer.refused(refusal))
    running = videos.running(desk.creditor, customer, desk.today)
    context = {
        "section": "customers",
        "customer": customer,
        "form": form,
        "most": SECONDS_MAX,
        "running": running,
        "views": running.views.order_by("effective_on") if running else (),
        "back": desk.url("customer", number),
    }
    return answer.page(request, desk, "video.html", context, status=answer.UNPROCESSABLE if form.errors else 200)


@require_POST
def withdraw(request: HttpRequest, desk: Desk, number: int) -> HttpResponse:
    """Take a video back."""
    video: Video = deeds.found(Video, number)
    back = desk.url("customer-video", video.customer_id)
    try:
        videos.withdraw(desk.creditor, number, on=desk.today, by=desk.by)
    except Refusal as refusal:
        return answer.failed(request, answer.refused(refusal), back)
    return answer.done(request, _("The video is taken back."), back)


def _taken(said: dict[str, Any]) -> Taken:
    poster = said["poster"]
    return Taken(
        recording=said["recording"].read(BYTES_MAX + 1),
        poster=poster.read(pictures.UPLOAD_BYTES_MAX + 1) if poster else b"",
        captions=said["captions"],
        seconds=said["seconds"] or 0,
        last_day=said["last_day"],
    )
