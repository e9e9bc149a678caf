"""The faces: what is public, and that stubs, modules and the written list agree."""

from __future__ import annotations

import ast
import importlib
from pathlib import Path

import pytest

import aggregation
import analysis
import scripts

ROOT = Path(__file__).parents[2]
FACES = {"aggregation": aggregation, "analysis": analysis}


def stub_names(package: str) -> dict[str, str]:
    """Each name in a stub, and the module that the stub takes it from."""
    tree = ast.parse((ROOT / package / "__init__.pyi").read_text(encoding="utf-8"))
    return {
        alias.name: node.module or ""
        for node in tree.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
        if alias.asname == alias.name
    }


@pytest.mark.parametrize("face", FACES)
def test_the_stub_is_the_face(face: str) -> None:
    assert stub_names(face) == FACES[face].MODULES


@pytest.mark.parametrize("face", FACES)
def test_every_public_name_is_there(face: str) -> None:
    for name, module in FACES[face].MODULES.items():
        found = getattr(FACES[face], name)
        assert found is getattr(importlib.import_module(f"{face}.{module}"), name)
    assert set(FACES[face].MODULES) <= set(dir(FACES[face]))
    with pytest.raises(AttributeError, match="has no attribute 'no_such_name'"):
        _ = FACES[face].no_such_name


def test_public_names_are_written_down() -> None:
    written = (ROOT / "tests" / "public_names.txt").read_text(encoding="utf-8").split()
    assert written == [f"{face}.{name}" for face in FACES for name in sorted(FACES[face].MODULES)]


def test_one_name_has_both_faces() -> None:
    assert scripts.__getattr__("__all__") == sorted({**aggregation.MODULES, **analysis.MODULES})
    assert not aggregation.MODULES.keys() & analysis.MODULES.keys()
    assert set(stub_names("scripts")) == {*aggregation.MODULES, *analysis.MODULES}
    assert scripts.Votes is aggregation.Votes
    with pytest.raises(AttributeError, match="has no attribute 'no_such_name'"):
        scripts.__getattr__("no_such_name")
