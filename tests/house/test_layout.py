"""The house's rules: how much lies in a room, a file and a function, and where its tests are."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import aggregation
import analysis

from ..architecture import FLOORS, ROOT, files, house, relative

PACKAGES = [*FLOORS]
# Rooms in which like things stand side by side, one a file; and so do their tests.
SHELVES = {
    "aggregation/models",
    "aggregation/kernels",
    "aggregation/reading/exports",
    "tests/aggregation/reading/exports",
    "analysis/figures",
    "scripts/commands",
    "tests/support",
    "tests/pages",
}
MOST_ENTRIES, MOST_ENTRIES_OF_A_PACKAGE = 9, 13
MOST_LINES, MOST_BODY_LINES = 300, 40
# These may only shrink.
LONG_FILES = {
    "tests/aggregation/models/dawid_skene/test_fitting.py": 310,
    "tests/aggregation/votes/test_votes.py": 322,
    "tests/analysis/release/test_release_errors.py": 321,
    "tests/scripts/commands/test_accuracy.py": 416,
}
LONG_BODIES = {
    "analysis/reproduction.py:summary": 45,
}


@pytest.mark.parametrize("package", [*PACKAGES, "tests"])
def test_only_faces_hand_on_names(package: str) -> None:
    for path in files(package):
        if path.name != "__init__.py" or path.parent in (ROOT / package, ROOT / "analysis/figures"):
            continue
        body = ast.parse(path.read_text(encoding="utf-8")).body
        assert len(body) <= 1, relative(path)
        assert all(isinstance(node, ast.Expr) for node in body), relative(path)


def test_no_child_of_a_face_hides_a_public_name() -> None:
    for face in (aggregation, analysis):
        children = {path.stem for path in (ROOT / face.__name__).iterdir()}
        assert children & set(face.MODULES) == set()


def test_no_room_is_full() -> None:
    for package in [*PACKAGES, "tests"]:
        for folder in [ROOT / package, *(ROOT / package).rglob("*/")]:
            shelf = {relative(folder), relative(folder).removeprefix("tests/")} & SHELVES
            if folder.name == "__pycache__" or shelf:
                continue
            entries = [
                path
                for path in folder.iterdir()
                if path.stem not in ("__init__", "__pycache__") and path.name != "py.typed"
            ]
            own = relative(folder).removeprefix("tests/") in (*PACKAGES, "tests")
            most = MOST_ENTRIES_OF_A_PACKAGE if own else MOST_ENTRIES
            assert len(entries) <= most, relative(folder)


def test_no_file_is_long() -> None:
    long = {
        relative(path): lines
        for package in [*PACKAGES, "benchmarks", "tests"]
        for path in files(package)
        if (lines := path.read_text(encoding="utf-8").count("\n")) > MOST_LINES
    }
    assert {name for name, lines in long.items() if lines > LONG_FILES.get(name, 0)} == set()
    assert long.keys() == LONG_FILES.keys()  # what has become short is taken off the list


def bodies(path: Path) -> Iterator[tuple[str, int]]:
    """Each function of a file, and the lines of its body, the docstring apart."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            body = node.body[1:] if ast.get_docstring(node) is not None else node.body
            if body:
                yield node.name, (body[-1].end_lineno or 0) - body[0].lineno + 1


def test_no_body_is_long() -> None:
    long = {
        f"{relative(path)}:{name}": lines
        for package in [*PACKAGES, "benchmarks"]
        for path in files(package)
        for name, lines in bodies(path)
        if lines > MOST_BODY_LINES
    }
    assert {name for name, lines in long.items() if lines > LONG_BODIES.get(name, 0)} == set()
    assert long.keys() == LONG_BODIES.keys()  # what has become short is taken off the list


def test_tests_lie_where_the_mirror_says() -> None:
    for path in (ROOT / "tests").rglob("test_*.py"):
        place = path.relative_to(ROOT / "tests")
        if len(place.parts) == 1 or place.parts[0] in ("house", "pages", "hostile", "versions"):
            continue
        words = place.stem.removeprefix("test_").split("_")
        names = {"_".join(words[:size]) for size in range(1, len(words) + 1)}
        sources = {found.stem for found in (ROOT / place.parent).glob("*.py")}
        wheel = place.as_posix() == "scripts/test_installed_wheel.py"
        assert wheel or names & sources, f"{place} tests no file of {place.parent}"


def test_test_folders_are_packages() -> None:
    for folder in (ROOT / "tests").rglob("*/"):
        if any(folder.glob("*.py")):
            assert (folder / "__init__.py").is_file(), relative(folder)


def test_contributing_draws_the_house() -> None:
    assert house() in (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
