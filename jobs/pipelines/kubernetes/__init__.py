"""Steps as Kubernetes Jobs: made, watched, their verdict, their logs, and runs seen from a laptop."""
