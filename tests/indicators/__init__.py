"""Indicators of the marts, each with a second reading of the sources that takes no path through the
program."""
