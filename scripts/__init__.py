"""One name for both faces: `import reassess` has what aggregation and analysis make public.

This folder is installed as the package `reassess`, for a package called `scripts` would be taken
for somebody else's.
"""

import sys

from .interrupts import end_in_one_line


def is_command() -> bool:
    """Say whether this is imported for the command, which puts its own place first on the path."""
    # "-m" is what stands there while `python -m reassess` looks for the package.
    name = next(iter(sys.argv), "").replace("\\", "/").rpartition("/")[2]
    return name.partition(".")[0] in ("-m", "reassess", "reassess-script")


if is_command():
    end_in_one_line()  # before the imports below, which take their time

from importlib import import_module  # noqa: E402
from pathlib import Path  # noqa: E402
from typing import Any  # noqa: E402

FACES = ("aggregation", "analysis")
PLACE = Path(__file__).resolve().parents[1]


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
