"""Invent a coherent world and write it as the lake and the application would hold it."""
