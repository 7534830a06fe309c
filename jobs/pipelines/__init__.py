"""Pipelines: the manifest, what it means, and the executor of this machine."""
