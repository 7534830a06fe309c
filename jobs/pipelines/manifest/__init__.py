"""What a manifest says: templates, tasks, expressions, retries, and what of Argo is understood."""
