"""The address table of the web faces. A monitor's questions are always answered; each face may be served apart (`dunwell serve --only pay`): then the other does not exist."""

from __future__ import annotations

from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path

from dunwell.web import monitor

urlpatterns: list[URLPattern | URLResolver] = [*monitor.urlpatterns]
if "pay" in settings.FACES:
    urlpatterns.append(path("p/", include("dunwell.web.portal.urls")))
if "console" in settings.FACES:
    urlpatterns.append(path("", include("dunwell.web.console.urls")))
