"""How files are kept: sessions that attach them, whole-file replacement, fingerprints, and places beyond this
disk."""
