"""One name for both faces: `import reassess` has what aggregation and analysis make public.

This folder is installed as the package `reassess`, for a package called `scripts` would be taken
for somebody else's.
"""

import sys
from importlib import import_module
from pathlib import Path
from typing import Any

FACES = ("aggregation", "analysis")
PLACE = Path(__file__).resolve().parents[1]


def is_command() -> bool:
    """Say whether this is imported for the command, which puts its own place first on the path."""
    # "-m" is what stands there while `python -m reassess` looks for the package.
    return Path(next(iter(sys.argv), "")).stem in ("-m", "reassess", "reassess-script")


def check_not_hidden() -> None:
    """Refuse to go on with another package or file that is called like one of ours."""
    from importlib.util import find_spec  # the command does without

    for face in FACES:
        spec = find_spec(face)
        origin = None if spec is None else spec.origin
        if origin is not None and Path(origin).resolve().parent != PLACE / face:
            raise ImportError(
                f"{origin} hides the package {face!r} that reassess needs: rename it, or take its "
                "folder off the path (the working folder, or PYTHONPATH)"
            )


def __getattr__(name: str) -> Any:
    """Find a public name in one of the faces."""
    if name == "__all__":
        return sorted(public for face in FACES for public in import_module(face).__all__)
    for face in FACES:
        module = import_module(face)
        if name in module.__all__:
            globals()[name] = getattr(module, name)  # the next use finds it at once
            return globals()[name]
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    """List the public names beside what is loaded."""
    return sorted({*globals(), *__getattr__("__all__")})


if not is_command():
    check_not_hidden()
