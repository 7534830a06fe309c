"""Read the catalog: sources, policy and publication list, declared in YAML."""

from jobs.catalog.load import load_catalog
from jobs.catalog.model import Catalog, Column, FileFormat, Publication, Rule, Source

__all__ = ["Catalog", "Column", "FileFormat", "Publication", "Rule", "Source", "load_catalog"]
