"""Pages of the public names: made from the two faces, before Sphinx looks what pages there are."""

from collections import defaultdict
from importlib import import_module
from pathlib import Path
from shutil import rmtree

from pygments.lexers import TextLexer
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.pycode import ModuleAnalyzer

FACES = ("aggregation", "analysis")


def page_of(face: str) -> str:
    """Write the page of a face: its public names, room by room."""
    names = import_module(face).MODULES
    rooms = defaultdict(list)
    for name, module in names.items():
        rooms[module.partition(".")[0]].append(name)
    lines = [*heading(face, "="), import_module(face).__doc__, "", f".. currentmodule:: {face}", ""]
    for room in sorted(rooms, key=lambda room: -len(rooms[room])):
        said = str(import_module(f"{face}.{room}").__doc__).partition("\n")[0]
        lines += [*heading(room.capitalize(), "-"), said, ""]
        lines += [".. autosummary::", "   :nosignatures:", f"   :toctree: {face}", ""]
        lines += [f"   {name}" for name in sorted(rooms[room], key=str.lower)] + [""]
    return "\n".join(lines)


def heading(text: str, underline: str) -> list[str]:
    """Lines of a heading in reStructuredText."""
    return [text, underline * len(text), ""]


def files_apart() -> dict[str, str]:
    """Files of names that differ in their case alone, which some file systems take for one."""
    apart = {}
    for face in FACES:
        names = import_module(face).MODULES
        for name in names:
            if name != name.lower() and name.lower() in names:
                apart[f"{face}.{name}"] = f"{face}.{name}-class"
    return apart


def write_pages(app: Sphinx, config: Config) -> None:
    """Write a page for each face into docs/api, which git does not keep.

    The folder is emptied before: pages of names that have gone would be in no table of contents.
    """
    config.autosummary_filename_map = files_apart()
    folder = Path(app.srcdir) / "api"
    rmtree(folder, ignore_errors=True)
    folder.mkdir()
    for face in FACES:
        (folder / f"{face}.rst").write_text(page_of(face), encoding="utf-8")


def describe(
    _app: Sphinx, what: str, name: str, _value: object, _options: object, lines: list[str]
) -> None:
    """Describe a constant by the comment beside it, which is not where the face is."""
    face, _, constant = name.partition(".")
    if what == "data" and face in FACES:
        module = f"{face}.{import_module(face).MODULES[constant]}"
        lines[:] = ModuleAnalyzer.for_module(module).find_attr_docs()["", constant]


def setup(app: Sphinx) -> dict[str, bool]:
    """Tell Sphinx of it."""
    app.connect("config-inited", write_pages)
    app.connect("autodoc-process-docstring", describe)
    app.add_lexer("csv", TextLexer)  # Pygments has none
    return {"parallel_read_safe": True}
