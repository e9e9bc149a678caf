"""What this package raises."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from aggregation.errors import BriefError


class AnalysisError(BriefError):
    """An argument, or a file of a user's, that cannot be used; the message says why."""


class ReleaseError(AnalysisError):
    """A file of the release that cannot be used; the message names the file, array and entry."""


def check_types(function: Callable[..., Any], arguments: Mapping[str, Any]) -> None:
    """Refuse arguments of other types than a public function's annotations say."""
    from aggregation.arguments import check_types as check

    check(function, arguments, AnalysisError)
