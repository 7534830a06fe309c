"""Releases: published versions of the clean file, where they come from, and their way to S3 and back."""
