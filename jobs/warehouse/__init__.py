"""DuckDB: sessions, attached sources, and files that are replaced and never written in place."""
