"""Export the whole base with checksums, and bring it back."""
