"""Catalog files that are damaged, hostile or of another shape, each named with its line."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

from calls import Call

from jobs.settings import project_dir

MAPPING = "a catalog file is a mapping of fields"
ALIAS = "an alias repeats itself, or too much"
YAML = r"not valid YAML \("
BOMB = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "\n".join(
    f"{name}: &{name} [{', '.join([f'*{before}'] * 9)}]"
    for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)
# what stands in the file → what is said of it
CONTENTS: dict[str, tuple[bytes, str]] = {
    "a scalar": (b"hello", MAPPING),
    "a list": (b"- a", MAPPING),
    "null": (b"~", MAPPING),
    "a number": (b"42", MAPPING),
    "a cycle": (b"a: &a [*a]", ALIAS),
    "a cycle of mappings": (b"sources: &s\n  x: *s", ALIAS),
    "an alias bomb": (BOMB.encode(), ALIAS),
    "deep lists": (b"[" * 5000, "more than 32 levels"),
    "deep mappings": ("\n".join(" " * n + "a:" for n in range(900)).encode(), "more than 32 levels"),
    "a tab": (b"a:\n\tb: c", YAML),
    "two documents": (b"a: 1\n---\nb: 2", YAML),
    "an unknown anchor": (b"a: *nope", YAML),
    "two colons": (b"a: b: c", YAML),
    "a merge of a number": (b"a:\n  <<: 3", YAML),
    "an object of Python": (b"a: !!python/object/apply:os.system [ls]", YAML),
    "a NUL": (b"a: \0", r"control character \(U\+0000\)"),
    "Latin-1": ("a: é".encode("latin-1"), "the text is not UTF-8"),
    "UTF-16": ("a: b".encode("utf-16"), "the text is UTF-16"),
    "a field twice": (b"a: 1\na: 2", "field 'a' is written twice"),
    "20 MB": (b'a: "' + b"x" * 20_000_000 + b'"', "a catalog file has 4194304 at most"),
    "another field": (b"nope: 1", r"nope|domain: must be one of"),
}
FILES = ("lovac.yml", "publication.yml", "expected.yml", "policy/lovac.yml")


def _written(file: str, content: bytes) -> Callable[[Path], None]:
    def spoil(home: Path) -> None:
        shutil.copytree(project_dir("catalog"), home / "catalog")
        (home / "catalog" / file).write_bytes(content)

    return spoil


def calls_of_catalogs() -> Iterator[Call]:
    """Yield `zlv catalog check` over a copy of the catalog in which one file says something else."""
    where = {"ZLV_CATALOG_DIR": "{home}/catalog"}
    for file in FILES:
        for name, (content, says) in CONTENTS.items():
            said = rf"{file.rsplit('/', 1)[-1]}:\d+: .*({says})"
            yield Call(f"{file} is {name}", ("catalog", "check"), 64, said, where, _written(file, content))
