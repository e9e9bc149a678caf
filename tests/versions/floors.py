"""`python -m tests.versions.floors`: each dependency pinned to its floor in pyproject.toml."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).parents[2] / "pyproject.toml"
REQUIREMENT = re.compile(r"(?P<name>[\w.-]+)>=(?P<floor>[\w.]+)")


def floors(project: dict[str, Any]) -> Iterator[str]:
    """Pin what is needed to run and to test, each to the oldest version that is allowed.

    Raises
    ------
    ValueError
        If a requirement is anything but a name and a floor.
    """
    for requirement in [*project["dependencies"], *project["optional-dependencies"]["test"]]:
        parts = REQUIREMENT.fullmatch(requirement)
        if parts is None:
            raise ValueError(f"{requirement!r} in pyproject.toml: a name>=floor is wanted")
        yield f"{parts['name']}=={parts['floor']}"


if __name__ == "__main__":
    print("\n".join(floors(tomllib.loads(PROJECT.read_text())["project"])))
