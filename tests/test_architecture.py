"""Imports run one way, scripts -> analysis -> aggregation, and heavy ones wait for their use."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parents[1]
ROOMS = {
    "aggregation": {"aggregation"},
    "analysis": {"analysis", "aggregation"},
    "scripts": {"scripts", "analysis", "aggregation"},
}
OURS = {*ROOMS, "benchmarks", "tests"}
# llvmlite is what Numba's intrinsics are written in.
AGGREGATION_MAY_IMPORT = {"numpy", "scipy", "numba", "llvmlite", "zlib_ng"}
# Only to read a table, and so only where one is read.
AGGREGATION_MAY_IMPORT_LATE = {"narwhals", "pyarrow"}


class Import(NamedTuple):
    """A module that a file imports, by its full name, and whether that waits for a call."""

    name: str
    line: int
    late: bool

    @property
    def package(self) -> str:
        return self.name.partition(".")[0]


def imports(source: str, package: str) -> Iterator[Import]:
    """All imports of a module that lies in `package`, wherever in it they stand."""
    tree = ast.parse(source)
    inside = {
        inner
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
        or (isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING")
        for inner in ast.walk(node)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            above = package.split(".")[: len(package.split(".")) + 1 - node.level]
            start = ".".join([*(above if node.level else []), *filter(None, [node.module])])
            # `from . import x` may import a module, `from .x import y` a name in one.
            names = [f"{start}.{alias.name}" for alias in node.names]
        else:
            continue
        for name in names:
            yield Import(name, node.lineno, node in inside)


def files(room: str) -> list[Path]:
    return sorted((ROOT / room).rglob("*.py"))


def imports_of(path: Path) -> list[Import]:
    package = ".".join(path.relative_to(ROOT).parent.parts)
    return list(imports(path.read_text(encoding="utf-8"), package))


def complaints(room: str, found: list[Import]) -> Iterator[str]:
    """What is wrong with the imports of one file of a room."""
    for name, line, late in found:
        package = name.partition(".")[0]
        if package in OURS and package not in ROOMS[room]:
            yield f"line {line}: {room} must not import {name}"
        if room == "aggregation" and package not in OURS | sys.stdlib_module_names:
            allowed = AGGREGATION_MAY_IMPORT | (AGGREGATION_MAY_IMPORT_LATE if late else set())
            if package not in allowed:
                yield f"line {line}: aggregation must not import {name}" + ("" if late else " here")


def draws(found: Import) -> bool:
    """Say whether an import is for drawing; a backend may be loaded early, while one waits."""
    early = found.late and found.name.startswith("matplotlib.backends.")
    return found.package == "matplotlib" and not early


def draws_figures(path: Path) -> bool:
    """Say whether a file belongs to analysis.figures, a module or a package."""
    return path.relative_to(ROOT).with_suffix("").parts[:2] == ("analysis", "figures")


@pytest.mark.parametrize("room", ROOMS)
def test_imports_run_one_way(room: str) -> None:
    assert len(files(room)) > 3
    wrong = {path.name: list(complaints(room, imports_of(path))) for path in files(room)}
    assert not {name: lines for name, lines in wrong.items() if lines}


def test_matplotlib_is_for_figures_alone() -> None:
    users = {
        path
        for room in ROOMS
        for path in files(room)
        if any(draws(found) for found in imports_of(path))
    }
    assert users
    assert [path for path in users if not draws_figures(path)] == []


def test_nobody_imports_tests_but_tests() -> None:
    for room in OURS - {"tests"}:
        for path in files(room):
            assert "tests" not in {found.package for found in imports_of(path)}, path


@pytest.mark.parametrize(
    ("module", "heavy"),
    [
        ("aggregation.votes.votes", {"numba", "scipy", "matplotlib", "narwhals", "pyarrow"}),
        ("analysis.release.release", {"numba", "scipy", "matplotlib", "pooch", "rich", "pyarrow"}),
        ("scripts.main", {"numpy", "numba", "scipy", "matplotlib", "pooch", "pyarrow"}),
    ],
)
def test_heavy_imports_wait(module: str, heavy: set[str]) -> None:
    code = f"import sys, {module}; print(*sys.modules)"
    run = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    loaded = {name.partition(".")[0] for name in run.stdout.split()}
    assert module.partition(".")[0] in loaded
    assert loaded & heavy == set()


def test_imports_are_found_wherever_they_stand() -> None:
    source = """
import numpy.linalg as la, numba
from . import errors, votes
from .votes import Votes
from ..analysis import release
if TYPE_CHECKING:
    import pyarrow
class Reader:
    import tests.oracle
    def read(self):
        with open() as file:
            from narwhals.stable import v1
"""
    found = list(imports(source, "aggregation.deep"))
    assert {(name, late) for name, _, late in found} == {
        ("numpy.linalg", False),
        ("numba", False),
        ("aggregation.deep.errors", False),
        ("aggregation.deep.votes", False),
        ("aggregation.deep.votes.Votes", False),
        ("aggregation.analysis.release", False),
        ("pyarrow", True),
        ("tests.support.oracle", False),
        ("narwhals.stable.v1", True),
    }
    assert next(found for found in found if found.name == "tests.support.oracle").line == 9


@pytest.mark.parametrize(
    ("room", "source", "complaint"),
    [
        (
            "aggregation",
            "import analysis.release.release",
            "aggregation must not import analysis.release.release",
        ),
        ("aggregation", "import pyarrow", "aggregation must not import pyarrow here"),
        ("aggregation", "def f():\n import rich", "aggregation must not import rich"),
        ("analysis", "from scripts import main", "analysis must not import scripts.main"),
        ("analysis", "def f():\n from tests import x", "analysis must not import tests.x"),
        ("scripts", "import benchmarks", "scripts must not import benchmarks"),
    ],
)
def test_a_wrong_import_is_noticed(room: str, source: str, complaint: str) -> None:
    assert [text.partition(": ")[2] for text in complaints(room, list(imports(source, room)))] == [
        complaint
    ]
    assert list(complaints(room, list(imports("import numpy, json, aggregation", room)))) == []
