"""The manifest of a release: which bytes were proven, by whom, signed; it lies beside the release's file."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from jobs import __version__
from jobs.errors import DataRefused
from jobs.privacy.signature import fault, require_trusted_key, sign
from jobs.settings import Settings
from jobs.storage.fingerprint import file_sha256
from jobs.storage.outside import MOST_BYTES, Name, Outside, Sha256, read_outside

SUFFIX = ".json"
_CURE = "publish it again"


class Manifest(Outside):
    """Say of one release: its name, its content (`sha256`, `bytes`), the warehouse and audit behind it."""

    format: int
    release: Name
    sha256: Sha256
    bytes: int
    written_at: str
    warehouse: Sha256
    audit: str
    policy: str
    version: str
    signed_by: Sha256
    signature: str


def manifest_file(release: Path) -> Path:
    """Name the manifest of a release's file."""
    return release.with_suffix(SUFFIX)


def write_manifest(settings: Settings, release: str, path: Path, proof: dict[str, Any]) -> dict[str, Any]:
    """Sign what a finished release holds; `proof` has `warehouse`, `audit` and `policy`."""
    return sign(
        settings,
        {
            "format": 1,
            "release": release,
            "sha256": file_sha256(path),
            "bytes": path.stat().st_size,
            "written_at": datetime.now(UTC).isoformat(),
            "version": __version__,
            **proof,
        },
    )


def read_release(settings: Settings, release: Path, trusted: str | None = None) -> Manifest:
    """Give the manifest of a release's file, after comparing both with each other and with the trusted key.

    Raises DataRefused (65) for a release without a manifest, of other bytes, or signed by nobody we trust;
    SettingsError (64) where no key is at hand to tell.
    """
    path = manifest_file(release)
    try:
        if path.is_symlink() or path.stat().st_size > MOST_BYTES:
            raise DataRefused(f"{path} is no manifest of a release: {_CURE}")
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise DataRefused(f"release {release.stem} has no manifest: nothing proves it; {_CURE}") from None
    except (OSError, UnicodeDecodeError):
        raise DataRefused(f"{path} cannot be read: {_CURE}") from None
    manifest = check_manifest(settings, text, str(path), trusted)
    if manifest.release != release.stem:
        raise DataRefused(f"{path} is the manifest of another release, {manifest.release}: {_CURE}")
    check_content(release, manifest)
    return manifest


def check_manifest(settings: Settings, text: str, what: str, trusted: str | None = None) -> Manifest:
    """Read a manifest's text and its signature."""
    manifest = read_outside(Manifest, text, what, _CURE)
    wrong = fault(json.loads(text), trusted or require_trusted_key(settings))
    if wrong:
        raise DataRefused(f"{what} {wrong}: {_CURE}")
    return manifest


def check_content(release: Path, manifest: Manifest) -> None:
    """Compare a release's bytes with its manifest."""
    if release.stat().st_size != manifest.bytes or file_sha256(release) != manifest.sha256:
        raise DataRefused(
            f"{release} does not hold the bytes that its manifest names: somebody or the disk changed it;"
            f" {_CURE}, or roll back to another release"
        )
