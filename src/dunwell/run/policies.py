"""The policies a creditor may use: the shipped ones and their own files, each read and checked before it is used."""

from __future__ import annotations

import functools
from pathlib import Path

from dunwell.core import policy_text
from dunwell.core.policy import Policy
from dunwell.core.refusal import Finding, Refusal
from dunwell.core.toml_text import suggest
from dunwell.run import toml_files
from dunwell.run.toml_files import FileUnusable

KIND = "policies"


class UnknownPolicy(Refusal):
    """There is no policy '{name}'. {suggestion}"""


def load(name: str, own: Path | None = None) -> Policy:
    """The policy of that name; the creditor's own file before the shipped one.

    Raises `UnknownPolicy`, or `FileUnusable` with every finding of the file.
    """
    files = toml_files.named(KIND, own)
    if name not in files:
        raise UnknownPolicy(name=name, suggestion=suggest(name, files))
    policy, findings = check(files[name])
    if policy is None:
        raise FileUnusable(findings)
    return policy


def load_all(own: Path | None = None) -> dict[str, Policy]:
    """Every policy by name; one unusable file of the creditor's refuses them all, so that none is silently replaced.

    A file that a colleague takes away meanwhile is no policy any more.
    """
    return {name: load(name, own) for name, file in toml_files.named(KIND, own).items() if file.is_file()}


def check(file: Path) -> tuple[Policy | None, list[Finding]]:
    """The file's policy, or everything that is wrong with it; its name inside must be the file's."""
    try:
        policy, findings = _read(toml_files.text_of(file), file.name)
    except FileUnusable as refusal:
        return None, refusal.findings
    stem = file.name.removesuffix(".toml")
    if policy is not None and policy.name != stem:
        remedy = f'Write name = "{stem}", or rename the file.'
        return None, [
            Finding(
                "name_differs", f"the policy '{policy.name}' lies in {file.name}", file.name, 1, "name", remedy=remedy
            )
        ]
    return policy, findings


def findings(own: Path) -> list[Finding]:
    """Everything that is wrong with the creditor's own policies, for the doctor; empty when all of them may be used."""
    own_files = {name: file for name, file in toml_files.named(KIND, own).items() if file.parent == own}
    return [finding for file in own_files.values() for finding in check(file)[1]]


def scenarios_text(name: str, own: Path | None = None) -> tuple[str, str]:
    """File name and text of the scenarios beside a policy; an empty text where it has none."""
    files = toml_files.named(KIND, own)
    if name not in files:
        raise UnknownPolicy(name=name, suggestion=suggest(name, files))
    beside = files[name].with_name(f"{name}.scenarios.toml")
    return beside.name, toml_files.text_of(beside) if beside.is_file() else ""


# A day asks for its policies a dozen times; read anew they cost a tenth of a small firm's day. The text says whether they are the same.
@functools.lru_cache(maxsize=128)
def _read(text: str, file: str) -> tuple[Policy | None, list[Finding]]:
    return policy_text.read(text, file)
