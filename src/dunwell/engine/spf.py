"""Whether a domain lets an address send mail in its name (SPF, RFC 7208), from what the domain name system is told to say.

Macros are not worked out: a mechanism with one matches nothing here, and is named nowhere else.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

Ask = Callable[[str, str], Sequence[str]]
"""The records of a name and kind; none where there are none."""
LOOKUPS_MAX = 10
"""RFC 7208, 4.6.4: who asks more is broken for every receiver."""
MARK = "v=spf1"
RESULTS = {"+": "pass", "-": "fail", "~": "softfail", "?": "neutral"}
ASKS = ("include", "a", "mx", "ptr", "exists", "redirect")


@dataclass
class Verdict:
    """`result` as RFC 7208 names it: pass, fail, softfail, neutral, none (no record) or permerror (broken)."""

    result: str = "none"
    lookups: int = 0
    included: set[str] = field(default_factory=set)
    is_open: bool = False  # everybody may


def records(texts: Sequence[str]) -> list[str]:
    """Those of a domain's texts that are SPF records; more than one is as bad as none."""
    return [one for one in texts if one.lower() == MARK or one.lower().startswith(f"{MARK} ")]


def judge(domain: str, address: str, ask: Ask) -> Verdict:
    """Of an IP address; with an empty one only what the record includes is found out."""
    verdict = Verdict()
    verdict.result = _judge(domain, address, ask, verdict)
    if verdict.lookups > LOOKUPS_MAX:
        verdict.result = "permerror"
    return verdict


def _judge(domain: str, address: str, ask: Ask, verdict: Verdict) -> str:
    found = records(ask(domain, "TXT"))
    if not found:
        return "none"
    if len(found) > 1:
        return "permerror"
    redirect = ""
    for sign, name, value in _terms(found[0]):
        if name in ASKS:
            verdict.lookups += 1
            if verdict.lookups > LOOKUPS_MAX:
                return "permerror"
        if name == "redirect":
            redirect = value
            continue
        if name == "all" and sign == "+":
            verdict.is_open = True
        if _matches(name, value, domain, address, ask, verdict):
            return RESULTS[sign]
    if redirect:
        verdict.included.add(redirect)
        return _judge(redirect, address, ask, verdict)
    return "neutral"


def _terms(record: str) -> Iterator[tuple[str, str, str]]:
    """Sign, name and value of each term."""
    for term in record.split()[1:]:
        if "=" in term.partition(":")[0]:
            name, _, value = term.partition("=")
            yield "+", name.lower(), value.lower()
            continue
        sign = term[0] if term[0] in RESULTS else "+"
        name, _, value = term.lstrip("+-~?").partition(":")
        if not value and "/" in name:  # a/24, mx/24
            name, _, length = name.partition("/")
            value = f"/{length}"
        yield sign, name.lower(), value.lower()


def _matches(name: str, value: str, domain: str, address: str, ask: Ask, verdict: Verdict) -> bool:
    match name:
        case "all":
            return True
        case "ip4" | "ip6":
            return _is_within(address, value)
        case "include":
            verdict.included.add(value)
            return "%" not in value and _judge(value, address, ask, verdict) == "pass"
        case "a" | "mx":
            host, _, length = value.partition("/")
            hosts = [host or domain] if name == "a" else ask(host or domain, "MX")
            return any(_is_of(address, one, length, ask) for one in hosts)
        case _:
            return False


def _is_of(address: str, host: str, length: str, ask: Ask) -> bool:
    kind = "AAAA" if ":" in address else "A"
    return any(_is_within(address, f"{one}/{length}" if length else one) for one in ask(host, kind))


def _is_within(address: str, network: str) -> bool:
    try:
        return ipaddress.ip_address(address) in ipaddress.ip_network(network, strict=False)
    except ValueError:
        return False
