"""Join catalog and policy files into one validated catalog."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from jobs.catalog.assemble import Layouts, assemble
from jobs.catalog.document import Document
from jobs.catalog.expected import FILE as EXPECTED_FILE
from jobs.catalog.expected import with_expected
from jobs.catalog.files import documents, domain_of, mapping, told
from jobs.catalog.model import Source
from jobs.catalog.policy import read_policy
from jobs.catalog.publication import Publication
from jobs.catalog.whole import Catalog
from jobs.errors import SettingsError

PUBLICATION_FILE = "publication.yml"
_FILE_FIELDS = {"domain", "defaults", "layouts", "sources"}


def load_catalog(folders: Iterable[Path]) -> Catalog:
    """Read all sources, their policy and the publication list.

    A later folder adds sources, layouts, defaults and policy lines to the earlier ones, and may
    replace them by name: so a chart's values add a millésime without a new image. A source that is not
    decided yet is in the catalog with every column closed, and says so.
    Raises SettingsError that lists every fault, a line each: file, line, field, cure.
    """
    return _refused_if(*_read(folders))[0]


def check_catalog(folders: Iterable[Path]) -> Catalog:
    """Read the catalog as `load_catalog` does, and refuse also what a run goes on without: a source that is
    not decided or of which nothing is read, a line of the policy that is of no source or column."""
    catalog, faults, told_too = _read(folders)
    waiting = [source.waiting for source in catalog.sources if source.waiting]
    return _refused_if(catalog, [*faults, *waiting, *told_too], [])[0]


def _refused_if(catalog: Catalog, faults: list[str], told_too: list[str]) -> tuple[Catalog, list[str]]:
    if faults:
        raise SettingsError("the catalog is wrong:\n" + "\n".join(f"  {fault}" for fault in faults))
    return catalog, told_too


def _read(folders: Iterable[Path]) -> tuple[Catalog, list[str], list[str]]:
    """Give the catalog, its faults, and what only a check refuses."""
    folders = [folder for folder in folders if folder.is_dir()]
    if not folders:
        raise SettingsError(
            "no catalog folder was found; set ZLV_CATALOG_DIR to the folder that holds lovac.yml"
        )
    faults: list[str] = []
    policy = read_policy(folders, faults)
    found = documents(folders, "*.yml", faults)
    files = [document for document in found if document.path.name not in (PUBLICATION_FILE, EXPECTED_FILE)]
    read = [(document, domain) for document in files if (domain := domain_of(document, faults))]
    layouts: Layouts = {
        (domain, name): (document, columns)
        for document, domain in read
        for name, columns in mapping(document, faults, "layouts").items()
    }
    defaults: dict[str, dict[str, Any]] = {}
    sources: dict[str, Source] = {}
    declared: dict[tuple[str, str], set[str]] = {}
    homes: dict[str, Document] = {}
    for document, domain in read:
        faults += _unknown(document, _FILE_FIELDS)
        # What the domain's first file says holds in the later ones too, unless they say otherwise for
        # themselves.
        own = mapping(document, faults, "defaults")
        fallback = {**defaults.setdefault(domain, own), **own}
        for name, entry in mapping(document, faults, "sources").items():
            home = homes.setdefault(name, document)
            if home is not document and home.path.parent == document.path.parent:
                faults.append(
                    f"{document.where('sources', name)}: {home.path.name} of the same folder declares it too;"
                    " take one away"
                )
            homes[name] = document
            source = assemble(document, domain, name, entry, fallback, layouts, policy, faults)
            if source is not None:
                sources[name] = source
                declared.setdefault((domain, name), set()).update(c.name for c in source.columns)
    with_expected(folders, sources, faults)
    lists = [document for document in found if document.path.name == PUBLICATION_FILE]
    publications = tuple(_publications(lists, faults))
    told_too = [] if faults else list(policy.unmatched(declared))
    return Catalog(sources=tuple(sources.values()), publications=publications), faults, told_too


def _unknown(document: Document, known: set[str]) -> list[str]:
    return [
        f"{document.where(name)}: unknown field; known are {', '.join(sorted(known))}"
        for name in sorted(map(str, set(document.content) - known))
    ]


def _publications(found: list[Document], faults: list[str]) -> Iterator[Publication]:
    """Read the publication list of the last folder that has one."""
    for document in found[-1:]:
        faults += _unknown(document, {"publish"})
        taken: dict[str, str] = {}
        for mart, entry in mapping(document, faults, "publish").items():
            fields = entry if isinstance(entry, dict) else {"public_name": entry or mart}
            try:
                publication = Publication.model_validate({"public_name": mart, **fields, "mart": mart})
            except ValidationError as error:
                faults += told(document, error, "publish", mart)
                continue
            other = taken.setdefault(publication.public_name, mart)
            if other != mart:
                faults.append(
                    f"{document.where('publish', mart, 'public_name')}: {other} is published as"
                    f" {publication.public_name} already; take another name"
                )
            yield publication
