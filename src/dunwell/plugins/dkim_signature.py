"""Letters signed for their domain (DKIM, RFC 6376), so that the reader's server knows that nobody else wrote them."""

from __future__ import annotations

import base64

import dkim
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

BITS = 2048
"""What every server verifies; a longer key does not fit one string of a DNS record."""
UNSUBSCRIBE_POST = b"list-unsubscribe-post"
"""RFC 8058 wants it signed; dkimpy does not sign it of itself."""


def new_key() -> str:
    """A new private key, PEM."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=BITS)
    # dkimpy reads the traditional form too, and that alone everywhere.
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
    ).decode()


def record(key: str) -> str:
    """The TXT record that `selector._domainkey.domain` must show for this private key."""
    public = serialization.load_pem_private_key(key.encode(), None).public_key()
    der = public.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return f"v=DKIM1; k=rsa; p={base64.b64encode(der).decode()}"


def sign(letter: bytes, domain: str, selector: str, key: str) -> bytes:
    """The whole letter, with CRLF lines, under its signature."""
    signer = dkim.DKIM(letter)
    names = [*signer.default_sign_headers(), *({UNSUBSCRIBE_POST} & {name.lower() for name, _ in signer.headers})]
    signature: bytes = signer.sign(
        selector.encode(),
        domain.encode("idna"),
        key.encode(),
        canonicalize=(b"relaxed", b"relaxed"),
        include_headers=names,
    )
    return signature + letter
