"""Skeletons that a person completes: of a source, a millésime, a mart."""
