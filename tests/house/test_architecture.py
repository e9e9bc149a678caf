"""The house's rules: what lies where, and which way imports run."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

import aggregation
import analysis

from ..architecture import (
    FLOORS,
    ROOT,
    Import,
    circles,
    exists,
    file_arrows,
    files,
    floors,
    imports,
    imports_of,
    relative,
    room_arrows,
)

PACKAGES = {
    "aggregation": {"aggregation"},
    "analysis": {"analysis", "aggregation"},
    "scripts": {"scripts", "analysis", "aggregation"},
}
OURS = {*PACKAGES, "benchmarks", "tests"}
# llvmlite is what Numba's intrinsics are written in.
AGGREGATION_MAY_IMPORT = {"numpy", "scipy", "numba", "llvmlite", "zlib_ng"}
# Only to read a table, a store at a URL, or to fit on a cluster, and so only where that is done.
AGGREGATION_MAY_IMPORT_LATE = {"narwhals", "pandas", "pyarrow", "python_calamine"}
AGGREGATION_MAY_IMPORT_LATE |= {"dask", "distributed", "psutil", "fsspec", "aiohttp"}
# Libraries that one place alone may import.
PLACES = {
    "matplotlib": "analysis/figures/",
    "platformdirs": "analysis/release/files/download.py",
    "requests": "analysis/release/files/transfer.py",
    "jinja2": "analysis/pages/layout.py",
    "typer": "scripts/",
    "rich": "scripts/",
    "pandas": "aggregation/models/crowdkit/",
    "dask": "aggregation/engine/cluster/",
    "distributed": "aggregation/engine/cluster/",
    "psutil": "aggregation/engine/cluster/",
    "fsspec": "aggregation/votes/store/remote/copying.py",
    "aiohttp": "aggregation/votes/store/remote/copying.py",
    "python_calamine": "aggregation/reading/tables/binary.py",
}
# What analysis takes from inside aggregation, not through the face: compiled loops, the readers of
# npz members, draws for simulations, threads, checks of arguments, how errors and files are named.
INSIDE = {
    "aggregation.arguments",
    "aggregation.errors",
    "aggregation.held",
    "aggregation.kernels.jit",
    "aggregation.kernels.rescaling",
    "aggregation.kernels.threads",
    "aggregation.reading.tensors.npz",
    "aggregation.datasets.draws",
    "aggregation.votes.given",
}


def complaints(package: str, found: list[Import]) -> Iterator[str]:
    """What is wrong with the imports of one file of a package."""
    for name, line, late in found:
        top = name.partition(".")[0]
        if top in OURS and top not in PACKAGES[package]:
            yield f"line {line}: {package} must not import {name}"
        if package == "aggregation" and top not in OURS | sys.stdlib_module_names:
            allowed = AGGREGATION_MAY_IMPORT | (AGGREGATION_MAY_IMPORT_LATE if late else set())
            if top not in allowed:
                yield f"line {line}: aggregation must not import {name}" + ("" if late else " here")


def rises(package: str, room: str, found: list[Import]) -> Iterator[str]:
    """Imports of a file that go to a higher floor of its package."""
    order = FLOORS[package]
    for name, line, _ in found:
        parts = name.split(".")
        to_room = len(parts) > 1 and parts[0] == package and parts[1] in order
        if to_room and order.index(parts[1]) < order.index(room):
            yield f"line {line}: {package}.{room} is below {name}"


def room_in(path: Path) -> str:
    return path.relative_to(ROOT).with_suffix("").parts[1]


def draws(found: Import) -> bool:
    """Say whether an import is for drawing; a backend may be loaded early, while one waits."""
    early = found.late and found.name.startswith("matplotlib.backends.")
    return found.package == "matplotlib" and not early


@pytest.mark.parametrize("package", PACKAGES)
def test_imports_run_one_way(package: str) -> None:
    assert len(files(package)) > 3
    wrong = {relative(path): list(complaints(package, imports_of(path))) for path in files(package)}
    assert not {name: lines for name, lines in wrong.items() if lines}


@pytest.mark.parametrize("package", PACKAGES)
def test_no_import_goes_to_a_higher_floor(package: str) -> None:
    inside = [path for path in files(package) if room_in(path) != "__init__"]
    assert {room_in(path) for path in inside} <= set(FLOORS[package])
    wrong = {
        relative(path): list(rises(package, room_in(path), imports_of(path))) for path in inside
    }
    assert not {name: lines for name, lines in wrong.items() if lines}


def test_no_circle_of_files() -> None:
    assert circles(file_arrows()) == []


def test_every_room_has_a_floor_of_its_own() -> None:
    for package, rooms in FLOORS.items():
        there = {room for room in rooms if exists(package, room)}
        found = {
            path.stem
            for path in (ROOT / package).iterdir()
            if path.name not in ("__pycache__", "py.typed") and path.stem != "__init__"
        }
        assert found == there


@pytest.mark.parametrize("package", ["analysis", "scripts"])
def test_another_package_is_imported_through_its_face(package: str) -> None:
    public = {
        f"{face.__name__}.{module}.{name}"
        for face in (aggregation, analysis)
        for name, module in face.MODULES.items()
    }
    for path in files(package):
        others = [found for found in imports_of(path) if found.package != package]
        assert not public & {found.name for found in others}, relative(path)
        if package == "analysis":
            deep = {
                found.name.rpartition(".")[0]
                for found in others
                if found.package == "aggregation" and found.name.count(".") > 1
            }
            assert deep - {"aggregation.reading"} <= INSIDE, relative(path)


@pytest.mark.parametrize("library", PLACES)
def test_a_library_has_its_place(library: str) -> None:
    users = {
        relative(path)
        for package in PACKAGES
        for path in files(package)
        for found in imports_of(path)
        if found.package == library and (library != "matplotlib" or draws(found))
    }
    assert users or library == "dask"
    assert {user for user in users if not user.startswith(PLACES[library])} == set()


def test_nobody_imports_tests_but_tests() -> None:
    for package in OURS - {"tests"}:
        for path in files(package):
            assert "tests" not in {found.package for found in imports_of(path)}, path


def test_no_command_imports_another() -> None:
    for path in files("scripts/commands"):
        names = {found.name for found in imports_of(path)}
        assert not any(name.startswith("scripts.commands.") for name in names), path


@pytest.mark.parametrize(
    ("module", "heavy"),
    [
        ("aggregation.votes.votes", {"numba", "scipy", "matplotlib", "narwhals", "pyarrow"}),
        (
            "analysis.release.release",
            {"numba", "scipy", "matplotlib", "requests", "rich", "pyarrow"},
        ),
        ("scripts.main", {"numpy", "numba", "scipy", "matplotlib", "requests", "pyarrow"}),
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


def test_floors_stand_on_each_other() -> None:
    arrows = {"roof": {"wall", "floor"}, "wall": {"floor"}, "floor": set(), "shed": {"floor"}}
    assert floors(arrows) == [["floor"], ["shed", "wall"], ["roof"]]
    assert circles(arrows) == []
    assert circles({"a": {"b"}, "b": {"c"}, "c": {"a"}, "d": {"a"}}) == [["a", "b", "c"]]
    by_floor = floors(room_arrows())
    assert all(lower and upper for lower, upper in pairwise(by_floor))


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
        ("tests.oracle", False),
        ("narwhals.stable.v1", True),
    }
    assert next(found for found in found if found.name == "tests.oracle").line == 9


@pytest.mark.parametrize(
    ("package", "source", "complaint"),
    [
        ("aggregation", "import analysis.release", "aggregation must not import analysis.release"),
        ("aggregation", "import pyarrow", "aggregation must not import pyarrow here"),
        ("aggregation", "def f():\n import rich", "aggregation must not import rich"),
        ("analysis", "from scripts import main", "analysis must not import scripts.main"),
        ("analysis", "def f():\n from tests import x", "analysis must not import tests.x"),
        ("scripts", "import benchmarks", "scripts must not import benchmarks"),
    ],
)
def test_a_wrong_import_is_noticed(package: str, source: str, complaint: str) -> None:
    found = complaints(package, list(imports(source, package)))
    assert [text.partition(": ")[2] for text in found] == [complaint]
    assert (
        list(complaints(package, list(imports("import numpy, json, aggregation", package)))) == []
    )


def test_a_rising_import_is_noticed() -> None:
    found = list(imports("from ..models.fit import Fit\nfrom . import x", "aggregation.votes"))
    assert list(rises("aggregation", "votes", found)) == [
        "line 1: aggregation.votes is below aggregation.models.fit.Fit"
    ]
