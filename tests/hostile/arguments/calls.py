"""A good call of every public function that takes arguments."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial, update_wrapper
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

import aggregation
import analysis

from .release_calls import of_release
from .votes_calls import fit, of_votes


class Call(NamedTuple):
    """A good call: the function, and its arguments."""

    function: Callable[..., Any]
    arguments: dict[str, Any]


def function_of(face: ModuleType, name: str) -> Callable[..., Any]:
    """Return a public function that takes all its arguments by name."""
    function: Callable[..., Any] = getattr(face, name)
    if name != "plot_model_check":
        return function
    return update_wrapper(partial(function, fit()), function)


def calls(release: analysis.Release, folder: Path) -> dict[str, Call]:
    """Return a good call of every public function that has arguments, by its public name."""
    both = (aggregation, of_votes(folder)), (analysis, of_release(release, folder))
    return {
        f"{face.__name__}.{name}": Call(function_of(face, name), arguments)
        for face, found in both
        for name, arguments in found.items()
    }
