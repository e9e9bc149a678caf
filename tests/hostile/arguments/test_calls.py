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

NAMES = Path(__file__).parents[2] / "public_names.txt"


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


EVIL_SIZES: tuple[Any, ...] = (float("nan"), 1.5, -(10**30), 10**30, True, "x", {}, [1])


@pytest.mark.parametrize("value", EVIL_SIZES)
@pytest.mark.parametrize("name", ["n_items", "n_raters", "n_answers"])
def test_evil_sizes_of_votes(name: str, value: Any) -> None:
    sizes = {"n_items": 1, "n_answers": 2}
    with pytest.raises(aggregation.VoteError, match=name):
        aggregation.Votes.from_triples([0, 0], [0, 1], [0, 1], **{name: value})
    if name in sizes:
        with pytest.raises(aggregation.VoteError, match=name):
            aggregation.Votes.from_cells([np.array([0])], **sizes | {name: value})


@pytest.mark.parametrize("value", [float("nan"), 1, True])
@pytest.mark.parametrize("name", ["item_names", "rater_names", "answer_names"])
def test_evil_names_of_votes(name: str, value: Any) -> None:
    with pytest.raises(aggregation.VoteError, match=name):
        aggregation.Votes.from_tensor([[[1, 0]]], **{name: value})


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
