"""Read the catalog: sources, policy and publication list, declared in YAML."""

from jobs.catalog.column import Column, FileLayout, Rule
from jobs.catalog.format import FileFormat
from jobs.catalog.load import load_catalog
from jobs.catalog.model import Source
from jobs.catalog.publication import Publication
from jobs.catalog.whole import Catalog

__all__ = ["Catalog", "Column", "FileFormat", "FileLayout", "Publication", "Rule", "Source", "load_catalog"]
