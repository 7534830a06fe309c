"""The servers of a trial: PostgreSQL and S3 on this machine or in a pod, filled with sample data."""
