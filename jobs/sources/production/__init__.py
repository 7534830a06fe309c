"""The application's PostgreSQL: one snapshot of all its tables, read only."""
