"""What none of a public function's arguments may be, by the kind that its annotation says."""

from __future__ import annotations

from typing import Any

import numpy as np

from aggregation.arguments import kind_of, parts_of

NAN, HUGE = float("nan"), 10**30
# By kind: what an argument of that kind must not be. None is added where an annotation lacks it.
NUMBERS: tuple[Any, ...] = (NAN, float("inf"), "x", True, [1], {}, object())
EVIL: dict[str, tuple[Any, ...]] = {
    "int": (*NUMBERS, 1.5, -HUGE, HUGE, -5),
    "float": (*NUMBERS, 10**400, -HUGE),
    "bool": (NAN, "x", 2, [True], {}),
    "ArrayLike": ("x", {}, object(), ["a", "b"], np.full((2, 3, 4, 5, 6), 0.5), [[1], [1, 2]]),
    "text": (NAN, "no such thing", 1, True, [1], {}),
    "path": (NAN, 1, True, [1], {}),
    "function": (NAN, "x", 1, True),
    "list": (NAN, 1, True, object()),
    "class": (NAN, "x", 1, True, [1], {}, object()),
}
# Arguments that may be what others must not: names of any kind, a cost below 0, ...
MAY_BE: dict[str, tuple[Any, ...]] = {
    "data": ("x",),
    "column": ("no such thing",),
    "title": ("no such thing",),
    "item": ("no such thing",),
    "cls": ("no such thing", -5),
    "name": ("no such thing",),
}


def evils_of(name: str, annotation: str) -> list[Any]:
    """Return what an argument must not be, by its annotation."""
    kinds = {evil_kind(part) for part in parts_of(annotation)}
    if "any" in kinds:
        return []
    lists = [EVIL[kind] for kind in kinds if kind != "None"]
    values = [value for value in lists[0] if all(any(value is v for v in more) for more in lists)]
    if "None" not in kinds:
        values.append(None)
    return [value for value in values if not any(value is may for may in MAY_BE.get(name, ()))]


def evil_kind(part: str) -> str:
    """Return the kind of evil for a part of an annotation."""
    if part in ("None", "int", "float", "bool", "ArrayLike"):
        return part
    if part == "Any":
        return "any"
    found = kind_of(part)
    words = "" if found is None else found[1]
    by_words = {"text": "text", "a path": "path", "a function": "function", "a list": "list"}
    return by_words.get(words, "class")
