"""The data lake: objects in S3, behind HTTPS or in files, and their loading into raw files."""
