"""Stages: one module, one command, one Job each. They do not import one another."""
