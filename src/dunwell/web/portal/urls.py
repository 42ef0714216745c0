"""The addresses of the pay page, under `/p/`."""

from __future__ import annotations

from django.urls import URLPattern

app_name = "portal"
urlpatterns: list[URLPattern] = []
