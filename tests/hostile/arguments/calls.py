"""A good call of every public function that takes arguments."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial, update_wrapper
from pathlib import Path
from typing import Any, NamedTuple

import aggregation
import analysis

from .release_calls import of_release
from .votes_calls import fit, of_votes


class Call(NamedTuple):
    """A good call: the function, and its arguments."""

    function: Callable[..., Any]
    arguments: dict[str, Any]


def calls(release: analysis.Release, folder: Path) -> dict[str, Call]:
    """Return a good call of every public function that has arguments, by its public name."""
    both = (aggregation, of_votes(folder)), (analysis, of_release(release, folder))
    found = {
        f"{face.__name__}.{name}": Call(getattr(face, name), arguments)
        for face, found in both
        for name, arguments in found.items()
    }
    function, arguments = found["analysis.plot_model_check"]  # takes fits one after the other
    with_fit = update_wrapper(partial(function, fit()), function)
    return found | {"analysis.plot_model_check": Call(with_fit, arguments)}
