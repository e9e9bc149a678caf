"""The structure of the code, measured: rooms, floors, arrows and circles.

``python -m tests.architecture`` prints them. A room is a folder or a file directly below a package;
an arrow is a pair of rooms of which one imports the other, late or early; a room stands one floor
above the highest that it imports. What lies in a room is not looked into.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[1]
# From the top down: an import goes to a lower floor of its package, or stays where it is.
FLOORS = {
    "scripts": ("__main__", "main", "commands", "outputs", "terminal", "interrupts"),
    "analysis": (
        "pages",
        "figures",
        "reproduction",
        "scores",
        "comparison",
        "raters",
        "diagnostics",
        "accuracy",
        "release",
        "statistics",
        "tables",
        "errors",
        "defaults",
    ),
    "aggregation": (
        "crowdkit",
        "uncertainty",
        "models",
        "engine",
        "datasets",
        "votes",
        "reading",
        "kernels",
        "table",
        "csv_text",
        "held",
        "arguments",
        "errors",
    ),
}


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


def files(folder: str) -> list[Path]:
    """All Python files below a folder."""
    return sorted((ROOT / folder).rglob("*.py"))


def imports_of(path: Path) -> list[Import]:
    """All imports of a file."""
    package = ".".join(path.relative_to(ROOT).parent.parts)
    return list(imports(path.read_text(encoding="utf-8"), package))


def relative(path: Path) -> str:
    """Name a file as the lists of exceptions do."""
    return path.relative_to(ROOT).as_posix()


def module_of(path: Path) -> str:
    """Return a file's full name as a module."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def file_arrows(packages: tuple[str, ...] = tuple(FLOORS)) -> dict[str, set[str]]:
    """For each module, the modules of ours that it imports; faces apart, which import nothing."""
    modules = {module_of(path): path for package in packages for path in files(package)}
    arrows: dict[str, set[str]] = {}
    for module, path in modules.items():
        # what is imported is a module, or a name in one
        named = (
            name
            for found in imports_of(path)
            for name in (found.name, found.name.rpartition(".")[0])
            if name in modules
        )
        arrows[module] = {name for name in named if name != module}
    return arrows


def room_of(module: str) -> str:
    """Return a module's room: the folder or file directly below its package."""
    return ".".join(module.split(".")[:2])


def room_arrows() -> dict[str, set[str]]:
    """For each room, the other rooms that it imports."""
    arrows: dict[str, set[str]] = {}
    for module, targets in file_arrows().items():
        room = room_of(module)
        arrows.setdefault(room, set()).update(map(room_of, targets))
    return {room: targets - {room} for room, targets in arrows.items()}


def circles(arrows: dict[str, set[str]]) -> list[list[str]]:
    """Groups of two or more that import each other, directly or by way of others."""

    def reached(start: str) -> set[str]:
        seen: set[str] = set()
        ahead = [start]
        while ahead:
            for target in arrows.get(ahead.pop(), ()):
                if target not in seen:
                    seen.add(target)
                    ahead.append(target)
        return seen

    beyond = {name: reached(name) for name in arrows}
    groups = {
        tuple(sorted(other for other in beyond[name] if name in beyond[other]))
        for name in arrows
        if name in beyond[name]
    }
    return sorted(map(list, groups))


def floors(arrows: dict[str, set[str]]) -> list[list[str]]:
    """Rooms by floor, the lowest first; a circle of rooms is one floor."""
    height: dict[str, int] = {}
    together = {name: group for group in circles(arrows) for name in group}

    def height_of(name: str) -> int:
        if name not in height:
            group = together.get(name, [name])
            below = {target for member in group for target in arrows[member]} - set(group)
            height.update(dict.fromkeys(group, 1 + max(map(height_of, below), default=0)))
        return height[name]

    for name in arrows:
        height_of(name)
    return [
        sorted(name for name in arrows if height[name] == floor)
        for floor in range(1, max(height.values()) + 1)
    ]


def house() -> str:
    """Draw each package's rooms, from the top down, as CONTRIBUTING.md shows them."""
    width = max(map(len, FLOORS))
    lines = []
    for package, rooms in FLOORS.items():
        there = [room for room in rooms if exists(package, room)]
        lines.append(f"{package.ljust(width)}  {' > '.join(there)}")
    return "\n".join(lines)


def exists(package: str, room: str) -> bool:
    """Say whether a room is there, as a folder or as a file."""
    place = ROOT / package / room
    return place.is_dir() or place.with_suffix(".py").is_file()


def main() -> None:
    """Print rooms, floors, arrows and circles."""
    arrows = room_arrows()
    by_floor = floors(arrows)
    found = circles(file_arrows())
    print(
        f"{len(arrows)} rooms on {len(by_floor)} floors, "
        f"{sum(map(len, arrows.values()))} arrows, {len(found)} circles of files"
    )
    for floor, rooms in reversed(list(enumerate(by_floor, start=1))):
        print(f"{floor:3}  {'  '.join(rooms)}")
    for circle in found:
        print("circle:", " ".join(circle))


if __name__ == "__main__":
    main()
