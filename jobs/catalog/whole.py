"""Hold the whole catalog: all sources, and what is published."""

from __future__ import annotations

from jobs.catalog.column import Model
from jobs.catalog.model import PublicCriterion, Source
from jobs.catalog.publication import Publication


class Catalog(Model):
    """Hold all declared sources, in order, and the publication list."""

    sources: tuple[Source, ...]
    publications: tuple[Publication, ...] = ()

    def source(self, name: str) -> Source:
        for source in self.sources:
            if source.name == name:
                return source
        raise KeyError(name)

    def of(self, *domains: str) -> tuple[Source, ...]:
        return tuple(source for source in self.sources if source.domain in domains)

    @property
    def lake_sources(self) -> tuple[Source, ...]:
        return tuple(source for source in self.sources if not source.is_production)

    def millesimes(self, prefix: str) -> list[int]:
        """List the millésimes of the sources called `<prefix>_<year>`, oldest first."""
        return sorted(
            s.millesime for s in self.sources if s.millesime and s.name == f"{prefix}_{s.millesime}"
        )

    @property
    def public_criteria(self) -> dict[int, PublicCriterion]:
        """Give the rule of the published long-term vacancy of each LOVAC year, oldest first, so that the
        models' SQL is one."""
        return dict(
            sorted(
                (s.millesime, s.public_criterion) for s in self.sources if s.millesime and s.public_criterion
            )
        )

    @property
    def expected_public(self) -> dict[int, dict[str, float]]:
        """Give by LOVAC year the public figure that is known, and the share by which it may be off."""
        known = {s.millesime: s.expected for s in self.sources if s.millesime and s.expected}
        return {
            year: {"public": expected.public, "tolerance": expected.tolerance}
            for year, expected in sorted(known.items())
            if expected.public is not None
        }
