"""What public functions say of arguments that they cannot use: which one, in an error of ours."""

from __future__ import annotations

import inspect
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import aggregation
import analysis
from aggregation.errors import BriefError
from analysis import Release

from .calls import Call, calls
from .evils import evils_of

NAMES = Path(__file__).parents[1] / "public_names.txt"


def public_functions() -> dict[str, Any]:
    """Return every public function that has arguments, by its public name."""
    faces = {"aggregation": aggregation, "analysis": analysis}
    found = {}
    for name in NAMES.read_text(encoding="utf-8").split():
        face, _, plain = name.partition(".")
        value = getattr(faces[face], plain)
        if inspect.isfunction(value) and inspect.signature(value).parameters:
            found[name] = value
    return found


@pytest.fixture(scope="module")
def good(simulated: Release, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Call]:
    return calls(simulated, tmp_path_factory.mktemp("calls"))


def test_the_table_has_every_function_and_argument(good: dict[str, Call]) -> None:
    functions = public_functions()
    assert good.keys() == functions.keys()
    for name, function in functions.items():
        named = {
            argument
            for argument, parameter in inspect.signature(function).parameters.items()
            if parameter.kind not in (parameter.VAR_KEYWORD, parameter.VAR_POSITIONAL)
        }
        assert good[name].arguments.keys() == named, name


@pytest.mark.parametrize("name", public_functions())
def test_evil_arguments_are_named(name: str, good: dict[str, Call]) -> None:
    function, arguments = good[name]
    wrong = []
    for argument, good_one in arguments.items():
        annotation = function.__annotations__[argument]
        for value in (*evils_of(argument, annotation), *without_numbers(annotation, good_one)):
            said = answer(function, arguments | {argument: value})
            if argument.removesuffix("s") not in said:  # "score 7 is ..." is one of scores
                wrong.append(f"{argument}={value!r:.40}: {said[:150]}")
    assert wrong == []


@pytest.mark.parametrize("name", public_functions())
def test_the_calls_are_good(name: str, good: dict[str, Call]) -> None:
    function, arguments = good[name]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        function(**arguments)


def without_numbers(annotation: str, value: Any) -> list[Any]:
    """Return an array of the shape of a good one, which holds no number."""
    if "ArrayLike" not in annotation or "Iterable" in annotation or value is None:
        return []
    return [] if isinstance(value, str) else [np.full(np.shape(value), np.nan)]


def answer(function: Any, arguments: dict[str, Any]) -> str:
    """Call a function; return what it says when it refuses, or what is wrong otherwise."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            function(**arguments)
    except BriefError as error:
        return str(error)
    except Exception as error:
        return f"<{type(error).__name__}>"
    return "<accepted>"
