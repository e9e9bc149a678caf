"""The floors that `make test-floors` installs are those of pyproject.toml; its tests exist."""

from __future__ import annotations

import subprocess
import sys
import tomllib

import pytest

from .core import FILES
from .floors import PROJECT, floors


def test_each_dependency_is_pinned_to_its_floor() -> None:
    project = tomllib.loads(PROJECT.read_text())["project"]
    wanted = [*project["dependencies"], *project["optional-dependencies"]["test"]]
    assert [pin.replace("==", ">=") for pin in floors(project)] == wanted
    command = [sys.executable, "-m", "tests.versions.floors"]
    said = subprocess.run(command, cwd=PROJECT.parent, capture_output=True, text=True, check=True)
    assert said.stdout.splitlines() == [*floors(project)]


@pytest.mark.parametrize("requirement", ["numpy", "numpy==2.0", "numpy>=2,<3", "numpy>=2; x"])
def test_a_dependency_without_a_floor_is_refused(requirement: str) -> None:
    project = {"dependencies": [requirement], "optional-dependencies": {"test": []}}
    with pytest.raises(ValueError, match="a name>=floor is wanted"):
        list(floors(project))


def test_core_tests_are_there() -> None:
    assert [name for name in sorted(FILES) if not (PROJECT.parent / name).is_file()] == []
