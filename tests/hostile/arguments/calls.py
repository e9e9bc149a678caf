"""A good call of every public function that takes arguments."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import aggregation
import analysis

from .release_calls import of_release
from .votes_calls import of_votes


class Call(NamedTuple):
    """A good call: the function, and its arguments."""

    function: Callable[..., Any]
    arguments: dict[str, Any]


def calls(release: analysis.Release, folder: Path) -> dict[str, Call]:
    """Return a good call of every public function that has arguments, by its public name."""
    both = (aggregation, of_votes(folder)), (analysis, of_release(release, folder))
    return {
        f"{face.__name__}.{name}": Call(getattr(face, name), arguments)
        for face, found in both
        for name, arguments in found.items()
    }
