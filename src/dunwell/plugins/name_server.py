"""What the domain name system says: the records of a name, as text."""

from __future__ import annotations

from dataclasses import dataclass

import dns.exception
import dns.name
import dns.resolver
import dns.reversename

from dunwell.core.refusal import Refusal

TIMEOUT_S = 4.0
PORT = 53


class NamesSilent(Refusal):
    """No name server answers the question for {name}: is this machine online?"""


@dataclass(frozen=True, slots=True)
class Names:
    """Asks the name servers of this machine, or the one at `server` (an IP address, with `:port` where it is not 53)."""

    server: str = ""

    def ask(self, name: str, kind: str) -> tuple[str, ...]:
        """The records of a kind (TXT, MX, A, AAAA, PTR), sorted; none where the name or the kind does not exist there."""
        try:
            found = self._resolver().resolve(name, kind, lifetime=TIMEOUT_S, search=False)
        except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer, dns.name.LabelTooLong, dns.name.EmptyLabel):
            return ()
        except dns.exception.DNSException as trouble:
            raise NamesSilent(name=name) from trouble
        return tuple(sorted(_text(one, kind) for one in found))

    def name_of(self, address: str) -> tuple[str, ...]:
        """The names that an IP address is said to have."""
        return self.ask(dns.reversename.from_address(address).to_text(), "PTR")

    def _resolver(self) -> dns.resolver.Resolver:
        if not self.server:
            try:
                return dns.resolver.Resolver()
            except dns.resolver.NoResolverConfiguration as trouble:
                raise NamesSilent(name="") from trouble
        made = dns.resolver.Resolver(configure=False)
        address, _, port = self.server.rpartition(":") if self.server.count(":") == 1 else (self.server, "", "")
        made.nameservers, made.port = [address], int(port or PORT)
        return made


def _text(record: object, kind: str) -> str:
    if kind == "TXT":
        # A long text lies there in pieces, which belong together without a blank.
        return b"".join(getattr(record, "strings", ())).decode("utf-8", "replace")
    if kind == "MX":
        return str(getattr(record, "exchange", "")).rstrip(".").lower()
    return str(record).rstrip(".").lower()
