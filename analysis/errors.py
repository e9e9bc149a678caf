"""What this package raises."""


class ReleaseError(ValueError):
    """A file that cannot be used; the message names the file, the array and the entry."""
