"""The house that the packages are built as: its floors, its rooms and its faces."""
