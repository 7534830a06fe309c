"""Privacy: what becomes of each raw column, and the gate that proves it."""
