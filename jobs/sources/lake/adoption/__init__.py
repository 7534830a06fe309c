"""Read a lake that is laid out in another way, and say object by object which source it would become."""

from jobs.sources.lake.adoption.adopt import Adopted, adopt

__all__ = ["Adopted", "adopt"]
