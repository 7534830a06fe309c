"""Alter each model in turn and see whether a test or an indicator notices."""
