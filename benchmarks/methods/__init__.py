"""The table of record: every method on every set of votes with known answers."""
