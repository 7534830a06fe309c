"""Hold all settings of a stage, and the folders and files that derive from them."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path

from jobs.settings.faults import cure, refused
from jobs.settings.fields import Fields
from jobs.settings.place import project_dir


class Settings(Fields):
    """Hold all settings of a stage; secrets show themselves as `**********`."""

    @cached_property
    def raw_dir(self) -> Path:
        return self.ZLV_RAW_DIR or self.ZLV_HOME / "raw"

    @cached_property
    def warehouse_dir(self) -> Path:
        return self.ZLV_WAREHOUSE_DIR or self.ZLV_HOME / "warehouse"

    @cached_property
    def clean_dir(self) -> Path:
        return self.ZLV_CLEAN_DIR or self.ZLV_HOME / "clean"

    @cached_property
    def runs_dir(self) -> Path:
        return self.ZLV_RUNS_DIR or self.ZLV_HOME / "runs"

    @cached_property
    def secrets_dir(self) -> Path:
        return self.ZLV_SECRETS_DIR or self.ZLV_HOME / "secrets"

    @cached_property
    def spill_dir(self) -> Path:
        return self.ZLV_HOME / "tmp"

    @property
    def folders(self) -> dict[str, Path]:
        """Give the folders that stages write to, by the setting that moves each."""
        return {
            "ZLV_RAW_DIR": self.raw_dir,
            "ZLV_WAREHOUSE_DIR": self.warehouse_dir,
            "ZLV_CLEAN_DIR": self.clean_dir,
            "ZLV_RUNS_DIR": self.runs_dir,
            "ZLV_HOME": self.spill_dir,
        }

    @property
    def production_file(self) -> Path:
        return self.raw_dir / "production.duckdb"

    @property
    def warehouse_file(self) -> Path:
        return self.warehouse_dir / "warehouse.duckdb"

    @property
    def failed_warehouse_file(self) -> Path:
        """Give the place of a warehouse that a test refused: only for who mends it."""
        return self.warehouse_dir / "warehouse.failed.duckdb"

    @property
    def history_file(self) -> Path:
        return self.warehouse_dir / "history.duckdb"

    @property
    def clean_file(self) -> Path:
        return self.clean_dir / "zlv.duckdb"

    def raw_file(self, domain: str, source: str) -> Path:
        return self.production_file if domain == "production" else self.raw_dir / domain / f"{source}.duckdb"

    @cached_property
    def catalog_dirs(self) -> list[Path]:
        return [
            Path(part) if part else project_dir("catalog") for part in (self.ZLV_CATALOG_DIR or "").split(":")
        ]

    def require(self, *names: str) -> None:
        """Say in one table every setting of `names` that is missing, each with its cure."""
        missing = [name for name in names if getattr(self, name) is None]
        if missing:
            raise refused([(name, "is not set", self.cure(name)) for name in missing])

    @classmethod
    def cure(cls, name: str) -> str:
        """Say how a setting is set, and what it means where that is described."""
        return cure(name, cls.model_fields[name].description if name in cls.model_fields else None)
