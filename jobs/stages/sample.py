"""Write deterministic synthetic data of any size: the lake's files and the application's tables."""

from __future__ import annotations

from pathlib import Path

import click


@click.command()
@click.option(
    "--scale",
    default=1.0,
    show_default=True,
    type=click.FloatRange(min=0.01),
    help="1 is some 105 000 LOVAC lines over eight years.",
)
@click.option("--seed", default=7, show_default=True, type=int, help="Which sample of that size.")
@click.option(
    "--out", required=True, type=click.Path(file_okay=False, path_type=Path), help="Folder to write to."
)
def sample(scale: float, seed: int, out: Path) -> None:
    """Write sample data: the same seed and scale give the same bytes.

    Example: zlv sample --scale 1 --seed 7 --out .zlv/sample
    """
    from jobs.catalog import load_catalog
    from jobs.sample.generate import generate
    from jobs.settings import read_settings

    settings = read_settings()
    manifest = generate(out, scale, seed, load_catalog(settings.catalog_dirs), settings=settings)
    rows, size = (sum(getattr(file, name) for file in manifest.files.values()) for name in ("rows", "bytes"))
    click.echo(
        f"{len(manifest.files)} files, {rows:,} rows, {size / 1e6:,.0f} MB in {out}; checksums in"
        f" {out / 'manifest.json'}"
    )
