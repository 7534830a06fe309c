"""Choose sources, find their objects, and leave out what is unchanged."""

from __future__ import annotations

from collections.abc import Sequence

from jobs.catalog import Catalog, Source
from jobs.errors import DataRefused, SettingsError
from jobs.settings import Settings
from jobs.sources.lake.absent import told_absent
from jobs.sources.lake.objects import Lake, LakeObject
from jobs.sources.lake.place import is_loaded, refuse_wrong_place, shown_places
from jobs.sources.lake.unchanged import is_unchanged, tell_unchanged
from jobs.storage.files import read_certificates
from jobs.storage.retry import Backoff, retried
from jobs.telemetry import StageRun


def choose(
    catalog: Catalog, only: Sequence[str] = (), domains: Sequence[str] = (), millesimes: Sequence[int] = ()
) -> list[Source]:
    """Choose among the lake's sources; no choice means all.

    Raises SettingsError for a name that is not declared, or a choice that fits no source.
    """
    sources = {source.name: source for source in catalog.lake_sources}
    unknown = [name for name in only if name not in sources]
    if unknown:
        raise SettingsError(
            f"no source {unknown[0]!r} is declared in the catalog; declared are {', '.join(sources)}"
        )
    chosen = [
        source
        for source in sources.values()
        if (not only or source.name in only)
        and (not domains or source.domain in domains)
        and (not millesimes or source.millesime in millesimes)
    ]
    if not chosen:
        raise SettingsError("no declared source fits this choice; see `zlv catalog sources`")
    return chosen


def plan(
    settings: Settings, sources: Sequence[Source], lake: Lake, run: StageRun, backoff: Backoff
) -> tuple[list[tuple[Source, list[LakeObject]]], int]:
    planned: list[tuple[Source, list[LakeObject]]] = []
    unchanged = 0
    absent: list[Source] = []
    raw = {source.name: settings.raw_file(source.domain, source.name) for source in sources}
    held = read_certificates(raw.values())
    for source in sources:
        if source.waiting:
            run.note(f"nothing is read of {source.domain}.{source.name}: {source.waiting}")
            continue
        objects = retried(run, lambda source=source: lake.find(source), backoff)  # type: ignore[misc]
        if not objects:
            if not source.optional:
                raise DataRefused(
                    f"{source.domain}.{source.name} is required and absent at"
                    f" {shown_places(source)}: the last good file stands"
                )
            absent.append(source)
        elif is_unchanged(settings, source, objects, facts := held.get(raw[source.name], {})):
            unchanged += 1
            run.log.info("%s.%s is unchanged: not read", source.domain, source.name)
            tell_unchanged(source, run, facts)
        else:
            planned.append((source, objects))
        for item in objects:
            if item.note:
                run.note(f"{source.domain}.{source.name}: {item.note}")
    refuse_wrong_place(settings, sources, absent)
    for sentence in told_absent(absent, lambda source: is_loaded(settings, source)):
        run.note(sentence)
    # The largest first, so that none is left to run alone at the end.
    return sorted(planned, key=lambda plan: -sum(item.size for item in plan[1])), unchanged
