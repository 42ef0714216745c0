"""A policy written in the console: checked like a file, kept as one in the data folder, its former versions beside it.

A policy of the data folder hides the shipped one of its name and holds for every creditor of the installation; who uses it is
said before it is saved. What a run planned by names the policy, and the audit chain of the creditor keeps every text.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from dunwell.core import policy_text
from dunwell.core.assignment import CREDITOR_DEFAULTS, Scope
from dunwell.core.policy import Policy
from dunwell.core.refusal import Finding, Refusal
from dunwell.run import policies, toml_files
from dunwell.store import audit, scope
from dunwell.store.models import Audit, Creditor, PolicyChoice

KIND = "policy_text"
VERSIONS_SHOWN = 20
USUAL = "usual"
NAME = re.compile(r"[a-z][a-z0-9-]{0,40}")


class PolicyUsedByOthers(Refusal):
    """{name} is also used by other companies of this installation: write it under another name."""


@dataclass(frozen=True, slots=True)
class Version:
    """A saved text of a policy: the link of the audit chain that keeps it, when, by whom, why."""

    sequence: int
    at: datetime
    by: str
    why: str
    text: str


def text_of(name: str) -> str:
    """The policy's file as it is."""
    files = toml_files.named(policies.KIND, None)
    if name not in files:
        raise policies.UnknownPolicy(name=name, suggestion="")
    return toml_files.text_of(files[name])


def check(text: str) -> tuple[Policy | None, list[Finding]]:
    """The policy of a text, or everything that is wrong with it: line and remedy."""
    policy, findings = policy_text.read(text, "policy.toml")
    if policy is not None and not NAME.fullmatch(policy.name):
        remedy = "Write small Latin letters, figures and hyphens."
        return None, [
            Finding("name_unfit", f"'{policy.name}' cannot be a file's name", "policy.toml", 1, "name", remedy=remedy)
        ]
    return policy, findings


def save(creditor: Creditor, policy: Policy, text: str, *, by: str, why: str) -> None:
    """Put a policy, as it was read of this text, in force from the next run on."""
    name = policy.name
    if any(_uses(other, name) for other in Creditor.objects.exclude(pk=creditor.pk)):
        raise PolicyUsedByOthers(name=name)
    folder = toml_files.in_data_folder(policies.KIND)
    assert folder is not None
    folder.mkdir(parents=True, exist_ok=True)
    with scope.of(creditor.pk):
        audit.link(creditor.pk, actor=by, kind=KIND, subject=name, content={"text": text, "why": why})
        # Written beside and put in place at once: a run never reads half a policy.
        beside = folder / f".{name}.new"
        beside.write_text(text, "utf-8")
        beside.replace(folder / f"{name}.toml")


def versions(name: str) -> list[Version]:
    """Its saved texts, the newest first; evaluate inside `scope.of`."""
    return [_version(one) for one in _links(name)[:VERSIONS_SHOWN]]


def version(name: str, sequence: int) -> Version | None:
    """One of them; evaluate inside `scope.of`."""
    found = _links(name).filter(sequence=sequence).first()
    return _version(found) if found else None


def _links(name: str) -> QuerySet[Audit]:
    return Audit.objects.filter(kind=KIND, subject=name).select_related("auditcontent").order_by("-sequence")


def _version(link: Audit) -> Version:
    content = json.loads(link.auditcontent.body or "{}")
    return Version(link.sequence, link.recorded_at, link.actor, content.get("why", ""), content.get("text", ""))


def users_of(name: str) -> list[tuple[str, str]]:
    """(scope, target) of the choices in force that name it, (`usual`, "") for one that counts because nothing else was chosen;
    evaluate inside `scope.of`."""
    last: dict[tuple[str, str, str, str], str] = {}
    for one in PolicyChoice.objects.order_by("pk"):
        last[one.scope, one.target, one.document, one.customer_kind] = one.policy
    found = {(scope_, target) for (scope_, target, _, _), policy in last.items() if policy == name}
    if _is_usual(name, last):
        found.add((USUAL, ""))
    return sorted(found)


def _is_usual(name: str, chosen: Mapping[tuple[str, str, str, str], str]) -> bool:
    """Whether it is what a creditor begins with, and no other policy for its documents and customers took its place."""
    if name not in {one.policy for one in CREDITOR_DEFAULTS}:
        return False
    policy = policies.load(name)
    kinds = {"", str(policy.customer_kind or "")}
    return not any(
        scope_ == Scope.CREDITOR and document == policy.document and kind in kinds
        for scope_, _, document, kind in chosen
    )


def _uses(creditor: Creditor, name: str) -> bool:
    """By a choice that was ever made, or because it is the policy of whoever chose none."""
    if name in {one.policy for one in CREDITOR_DEFAULTS}:
        return True
    with scope.of(creditor.pk):
        return PolicyChoice.objects.filter(policy=name).exists()
