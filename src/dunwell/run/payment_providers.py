"""Which payment providers are set up for a creditor: their keys, said and taken off; how they are spoken with says `run.online`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dunwell.plugins.providers import PROVIDERS
from dunwell.run import ways
from dunwell.store import audit, scope
from dunwell.store.models import Creditor


def configure(creditor: Creditor, kind: str, settings: Mapping[str, str], *, by: str) -> None:
    """Say with which keys a provider is asked; what is not said stays as it is, secrets are sealed before they are written."""
    values = ways.anew(PROVIDERS, kind, settings, creditor.providers.get(kind, {}))
    _keep(creditor, {**creditor.providers, kind: values}, by, kind)


def take_off(creditor: Creditor, kind: str, *, by: str) -> None:
    """Offer a provider to nobody any more; what was paid by it stays, its news is no longer taken."""
    _keep(creditor, {name: values for name, values in creditor.providers.items() if name != kind}, by, kind)


def shown(creditor: Creditor, kind: str) -> dict[str, Any]:
    """How a provider is asked, without its keys; empty where it is not set up."""
    return ways.shown(creditor.providers.get(kind, {}))


def hook_address(creditor: Creditor, kind: str) -> str:
    """Where a provider sends its news: to be entered in its dashboard."""
    return f"{creditor.public_url.rstrip('/') or 'https://…'}/p/hooks/{creditor.slug}/{kind}"


def _keep(creditor: Creditor, providers: dict[str, Any], by: str, kind: str) -> None:
    with scope.of(creditor.pk):
        creditor.providers = providers
        creditor.save(update_fields=["providers"])
        audit.link(creditor.pk, actor=by, kind="provider", subject=kind, content=shown(creditor, kind))
