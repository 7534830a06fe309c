"""Give dbt's session the bounds of the settings and every source, as dbt-duckdb's plugin."""

from __future__ import annotations

from typing import Any

from dbt.adapters.duckdb.plugins import BasePlugin

from jobs.catalog import load_catalog
from jobs.settings import read_settings
from jobs.storage.closing import close_session
from jobs.storage.files import next_of
from jobs.storage.session import attach, attach_sources, bound
from jobs.transform.project import project_dirs


class Plugin(BasePlugin):
    """Attach the files that a build writes, and the sources, when dbt opens its connection."""

    def configure_connection(self, conn: Any) -> None:
        settings = read_settings()
        bound(conn, settings)
        for alias, file in (("warehouse", settings.warehouse_file), ("history", settings.history_file)):
            attach(conn, next_of(file), alias, read_only=False, create=True)
        attach_sources(conn, settings, load_catalog(settings.catalog_dirs))
        # Seeds are files of the project: dbt reads them once the session is closed.
        close_session(conn, *(folder / "seeds" for folder in project_dirs(settings)))
