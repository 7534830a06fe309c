"""Sign what a stage proves, so that who shows it later can tell that nobody changed it.

Ed25519: who checks needs the public key alone. The private key derives from ZLV_SIGNING_KEY by HKDF, for this
one purpose.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from jobs.settings import Settings, refused

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

_PURPOSE = b"zlv release signature"


def sign(settings: Settings, body: Mapping[str, Any]) -> dict[str, Any]:
    """Give a document with the public key (`signed_by`, hexadecimal) and the signature over all the rest.

    Raises SettingsError when there is no key to sign with.
    """
    private = _private_key(settings)
    if private is None:
        raise refused([("ZLV_SIGNING_KEY", "is not set", settings.cure("ZLV_SIGNING_KEY"))])
    document = {**body, "signed_by": _public(private)}
    return {**document, "signature": private.sign(_canonical(document)).hex()}


def fault(document: Mapping[str, Any], trusted: str) -> str | None:
    """Say what is wrong with a signed document, in words that end a sentence; None when nothing is.

    `trusted` is the public key that must have signed it.
    """
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    body = {name: value for name, value in document.items() if name != "signature"}
    if "signature" not in document:
        return "is not signed"
    if document.get("signed_by") != trusted:
        return "is signed with another key than the one that is trusted here"
    try:
        public = Ed25519PublicKey.from_public_bytes(bytes.fromhex(trusted))
        public.verify(bytes.fromhex(str(document["signature"])), _canonical(body))
    except (InvalidSignature, ValueError):
        return "was changed after it was signed"
    return None


def trusted_key(settings: Settings) -> str | None:
    """Give the public key that releases must be signed with: ZLV_VERIFY_KEY, else that of our own key."""
    if settings.ZLV_VERIFY_KEY is not None:
        return settings.ZLV_VERIFY_KEY
    private = _private_key(settings)
    return None if private is None else _public(private)


def require_trusted_key(settings: Settings) -> str:
    """Give the public key that must have signed; raises SettingsError (64) where none is known."""
    key = trusted_key(settings)
    if key is None:
        raise refused([("ZLV_VERIFY_KEY", "is not set", settings.cure("ZLV_VERIFY_KEY"))])
    return key


def _private_key(settings: Settings) -> Ed25519PrivateKey | None:
    secret = settings.ZLV_SIGNING_KEY
    if secret is None:
        return None
    # A quarter of a second of imports that most stages do without.
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    seed = HKDF(SHA256(), 32, None, _PURPOSE).derive(secret.get_secret_value().encode())
    return Ed25519PrivateKey.from_private_bytes(seed)


def _public(private: Ed25519PrivateKey) -> str:
    return private.public_key().public_bytes_raw().hex()


def _canonical(document: Mapping[str, Any]) -> bytes:
    return json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
