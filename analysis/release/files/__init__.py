"""The release's six files: fetched, read and checked."""
