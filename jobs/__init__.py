"""Bring the sources of Zéro Logement Vacant into DuckDB, transform, prove and publish them."""

__version__ = "0.1.0"
