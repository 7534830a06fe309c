"""Stage `verify`: is a release what was proven, and by whom is it signed?"""

from __future__ import annotations

import click


@click.command()
@click.argument("release", required=False)
@click.option("--json", "as_json", is_flag=True, help="Print the manifest as one JSON object.")
def verify(release: str | None, as_json: bool) -> None:
    """Compare a release with its signed manifest, and print the key that signed it.

    RELEASE is the name of one on the clean volume, `last` or `previous`; default the one that is shown.
    ZLV_VERIFY_KEY, or the key that signs here, says whom to trust. 65: the release or its manifest was
    changed, or is signed by another key.

    Example: zlv verify
    """
    from jobs.releases.manifest import read_release
    from jobs.releases.release import meant_release, release_file, unknown_release
    from jobs.settings import read_settings

    settings = read_settings()
    name = meant_release(settings, release or "last")
    path = release_file(settings.clean_dir, name)
    if not path.is_file():
        raise unknown_release(settings, name)
    manifest = read_release(settings, path)
    if as_json:
        click.echo(manifest.model_dump_json(indent=1))
        return
    click.echo(f"release   {manifest.release}\nwritten   {manifest.written_at}\nsha256    {manifest.sha256}")
    click.echo(f"audit     {manifest.audit}\nsigned by {manifest.signed_by}")
