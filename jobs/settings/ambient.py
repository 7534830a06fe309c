"""Say which variables of the environment are other programs' settings of our engines, and do not reach them.

dbt, boto and libpq read variables of their own, whoever set them for whichever purpose: a shell in which
somebody works on another project would change what is built, tested, read or written.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

# dbt · boto and the AWS tools · libpq, as the PostgreSQL scanner has it.
_ENGINES = re.compile(r"(DBT_|AWS_|BOTO_).*|PG[A-Z]+|BOTO_CONFIG")
# Of those, what passes all the same: nothing. What the program needs has a setting of its own.
PASSES: frozenset[str] = frozenset()


def of_others(names: Iterable[str]) -> list[str]:
    """Give those of the names that would set an engine past our settings."""
    return [name for name in names if _ENGINES.fullmatch(name) and name not in PASSES]
