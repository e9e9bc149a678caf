"""The documentation site: it has every page, and its notebooks name what there is."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

import aggregation
import analysis
from analysis import figures

DOCS = Path(__file__).resolve().parents[2] / "docs"
TOCTREE = re.compile(r"^```\{toctree\}\n(.*?)^```$", re.DOTALL | re.MULTILINE)
CELL = re.compile(r"^```\{code-cell\} ipython3\n(.*?)^```$", re.DOTALL | re.MULTILINE)
NOTEBOOKS = [
    DOCS / f"quickstart/{name}.md" for name in ("operating-point", "own-votes", "own-method")
]
# Written from the faces as the site is made.
GENERATED = {DOCS / f"api/{face.__name__}.md" for face in (aggregation, analysis)}


def named_from(page: Path) -> list[Path]:
    """Pages that a page's table of contents names, and those that these name."""
    found = []
    for block in TOCTREE.findall(page.read_text(encoding="utf-8")):
        for line in block.splitlines():
            if line and not line.startswith(":"):
                folder = DOCS if line.startswith("/") else page.parent
                named = (folder / f"{line.lstrip('/')}.md").resolve()
                found += [named] if named in GENERATED else [named, *named_from(named)]
    return found


def test_every_page_is_named_once() -> None:
    named = sorted(named_from(DOCS / "index.md"))
    there = {page for page in DOCS.rglob("*.md") if (DOCS / "api") not in page.parents}
    assert named == sorted((there - {DOCS / "index.md"}) | GENERATED)


def python_of(notebook: Path) -> str:
    """Write a notebook's cells as one program; lines for the shell, or of magic, apart."""
    code = "".join(CELL.findall(notebook.read_text(encoding="utf-8")))
    return "".join(line for line in code.splitlines(keepends=True) if line[0] not in "!%")


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebooks_name_what_there_is(notebook: Path) -> None:
    """`make docs` runs them; this tells at once that a public name has gone."""
    faces = {"aggregation": aggregation, "analysis": analysis, "analysis.figures": figures}
    imports = [
        node
        for node in ast.walk(ast.parse(python_of(notebook)))
        if isinstance(node, ast.ImportFrom) and node.module in faces
    ]
    assert imports
    for node in imports:
        assert {alias.name for alias in node.names} <= set(faces[str(node.module)].__all__)


def test_there_is_a_notebook_for_each_reader() -> None:
    index = (DOCS / "index.md").read_text(encoding="utf-8")
    notebooks = {path for path in (DOCS / "quickstart").glob("*.md") if path.stem != "index"}
    assert notebooks == set(NOTEBOOKS)
    for notebook in NOTEBOOKS:
        assert f"](quickstart/{notebook.name})" in index
