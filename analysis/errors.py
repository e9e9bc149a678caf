"""What this package raises."""

from aggregation.errors import BriefError


class AnalysisError(BriefError):
    """An argument, or a file of a user's, that cannot be used; the message says why."""


class ReleaseError(AnalysisError):
    """A file of the release that cannot be used; the message names the file, array and entry."""
