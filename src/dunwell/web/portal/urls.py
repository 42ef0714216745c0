"""The addresses of the pay page, under `/p/`: the token is the key, the language stands in the address."""

from __future__ import annotations

from django.urls import URLPattern, register_converter
from django.urls import path as route
from django.urls.converters import StringConverter

from dunwell.core.page import AnswerKind
from dunwell.web.portal import agreed, hooks, online, plan, video, views


class Token(StringConverter):
    regex = "[A-Za-z2-7]{24}"


class Locale(StringConverter):
    regex = "ru|bg|en"


class Kind(StringConverter):
    regex = "|".join(sorted((kind.value for kind in AnswerKind), key=len, reverse=True))


class Currency(StringConverter):
    regex = "[A-Z]{3}"


register_converter(Token, "token")
register_converter(Locale, "locale")
register_converter(Kind, "kind")
register_converter(Currency, "currency")

app_name = "portal"
urlpatterns: list[URLPattern] = [
    route("alive", hooks.alive, name="alive"),
    route("hooks/<slug:creditor>/replies", hooks.replies, name="hook_replies"),
    route("hooks/<slug:creditor>/<slug:provider>", hooks.receive, name="hook"),
    route("<token:token>", views.main, name="short"),
    route("<token:token>/unsubscribe", views.unsubscribe, name="unsubscribe"),
    route("<token:token>/<locale:locale>", views.main, name="main"),
    route("<token:token>/photo", views.photo, name="photo"),
    route("<token:token>/logo", views.logo, name="logo"),
    route("<token:token>/video", video.recording, name="video"),
    route("<token:token>/video.jpg", video.still, name="video_still"),
    route("<token:token>/video.vtt", video.captions, name="video_captions"),
    route("<token:token>/<locale:locale>/statement.pdf", views.statement_pdf, name="statement_pdf"),
    route("<token:token>/<locale:locale>/invoice-<int:receivable>.pdf", views.invoice_pdf, name="invoice_pdf"),
    route("<token:token>/<locale:locale>/statement", views.statement, name="statement"),
    route("<token:token>/<locale:locale>/offer-<int:number>", views.offer, name="offer"),
    route("<token:token>/<locale:locale>/offer-<int:number>.svg", views.offer_code, name="offer_code"),
    route("<token:token>/<locale:locale>/code-<currency:currency>.svg", views.code, name="code"),
    route("<token:token>/<locale:locale>/done/<kind:kind>", views.done, name="done"),
    route("<token:token>/<locale:locale>/online", online.begin, name="begin"),
    route("<token:token>/<locale:locale>/auto-end", online.end_auto, name="auto_end"),
    route("<token:token>/<locale:locale>/online/<slug:reference>", online.show, name="online"),
    route("<token:token>/<locale:locale>/online/<slug:reference>/stand-in", online.stand_in, name="stand_in"),
    route("<token:token>/<locale:locale>/terms", agreed.terms, name="terms"),
    route("<token:token>/<locale:locale>/plan", plan.choose, name="plan"),
    route("<token:token>/<locale:locale>/plan/read", plan.read, name="plan_read"),
    route("<token:token>/<locale:locale>/plan/accept", plan.accept, name="plan_accept"),
    route("<token:token>/<locale:locale>/schedule-<int:number>.pdf", plan.printed, name="plan_pdf"),
    route("<token:token>/<locale:locale>/<kind:kind>", views.say, name="say"),
]
