"""Methods by name on the command line: what they take, and how they say what they do not."""

from __future__ import annotations

import inspect
from typing import Any

import numpy as np
import pytest

from aggregation import METHODS, KnownItems, VoteError, Votes, fit_dawid_skene
from scripts.terminal.messages import UsageError
from scripts.terminal.method_options import (
    UNSAID,
    Choice,
    all_options,
    method_arguments,
    method_help,
    option_of,
    options_of,
    own_arguments,
)


def test_help_names_each_method() -> None:
    text = method_help()
    for name, method in METHODS.items():
        assert f"{name}: {method.title}" in text


def test_what_is_unsaid_is_the_default_of_dawid_and_skene_s() -> None:
    parameters = inspect.signature(fit_dawid_skene).parameters
    said = {name: value for name, value in UNSAID.items() if value is not None}
    assert {name: parameters[name].default for name in said} == said


@pytest.mark.parametrize("name", METHODS)
def test_without_a_word_a_method_has_its_own_defaults(name: str) -> None:
    method, arguments = method_arguments(name, UNSAID, [])
    votes = Votes.from_triples([0, 0, 1, 1], [0, 1, 0, 1], [0, 0, 1, 1])
    parameters = inspect.signature(method.function).parameters
    assert arguments == {argument: parameters[argument].default for argument in arguments}
    assert set(arguments) == set(UNSAID) & method.takes
    assert method(votes, **arguments).posterior.tolist() == method(votes).posterior.tolist()


@pytest.mark.parametrize("name", METHODS)
def test_an_option_that_a_method_does_not_take_is_refused_by_its_name(name: str) -> None:
    others = {"n_classes": 3, "accelerate": False, "truth_role": "start", "hard": True}
    others |= {"pseudo_count": [0.1, 0.5], "family": "shared", "tol": 1e-3, "max_steps": 3}
    others |= {"restarts": 2, "seed": 5, "start": "fitted"}
    assert others.keys() == UNSAID.keys()
    takes = options_of(METHODS[name])
    for argument, value in others.items():
        said = UNSAID | {argument: value}
        if argument in takes:
            assert method_arguments(name, said, [])[1][argument] == value
            continue
        with pytest.raises(UsageError) as refused:
            method_arguments(name, said, [])
        assert str(refused.value).startswith(
            f"--method {name} takes no {option_of(argument)}; it takes "
        )
        assert str(refused.value).endswith(all_options(METHODS[name]))


def test_settings_are_arguments_of_the_method_s_own() -> None:
    _, arguments = method_arguments("ibcc", UNSAID, ["own_count=8", "class_count=anchored"])
    assert (arguments["own_count"], arguments["class_count"]) == (8, "anchored")
    _, arguments = method_arguments("ibcc", UNSAID, ["diagonal=[0, 2]"])
    assert arguments["diagonal"] == [0, 2]
    assert own_arguments(METHODS["one-coin-bayes"]) == ["right_count", "wrong_count"]
    assert own_arguments(METHODS["dawid-skene"]) == ["leave_zeros"]


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("ibcc", "own_count", "--set 'own_count' should be NAME=VALUE; --method ibcc has class_"),
        ("ibcc", "right_count=2", "--method ibcc has class_count, diagonal, other_count, own_"),
        ("ibcc", "learn=true", "--method ibcc has class_count, diagonal, other_count, own_"),
        ("ibcc", "tol=1", "--set 'tol=1' should be"),
        ("mace", "truth=3", "--method mace has no such argument"),
    ],
)
def test_settings_that_are_none(name: str, text: str, message: str) -> None:
    with pytest.raises(UsageError) as refused:
        method_arguments(name, UNSAID, [text])
    assert message in str(refused.value)


def test_a_method_that_is_not_there() -> None:
    with pytest.raises(VoteError, match="method 'majority' is not one of vote-share, wawa"):
        method_arguments("majority", UNSAID, [])


@pytest.mark.parametrize(
    ("said", "option"),
    [
        ({"truth_role": "start"}, "--truth-role"),
        ({"pseudo_count": 0.0}, "--pseudo-count"),
        ({"family": "full"}, "--family"),
        ({"hard": True}, "--hard"),
        ({"restarts": 3}, "--restarts"),
        ({"seed": 1}, "--seed"),
    ],
)
def test_options_of_dawid_and_skene_s_imply_it(said: dict[str, Any], option: str) -> None:
    method, arguments, notes = Choice(None, UNSAID | said, []).made()
    assert method is METHODS["dawid-skene"]
    assert arguments.items() >= said.items()
    assert notes == [f"Took --method dawid-skene, not ibcc, because of {option}."]
    with pytest.raises(UsageError, match=f"--method ibcc takes no {option}"):
        Choice("ibcc", UNSAID | said, []).made()


@pytest.mark.parametrize("said", [{}, {"accelerate": False}, {"tol": 1e-3}, {"max_steps": 3}])
def test_other_options_leave_the_default(said: dict[str, Any]) -> None:
    method, arguments, notes = Choice(None, UNSAID | said, ["own_count=8"]).made()
    assert (method, notes) == (METHODS["ibcc"], [])
    assert arguments.items() >= {**said, "own_count": 8}.items()


def test_other_classes_than_answers_without_their_names_are_dawid_and_skene_s() -> None:
    votes = Votes.from_triples([0, 0, 1, 1], [0, 1, 0, 1], [0, 2, 1, 1])
    known = KnownItems(np.array([0, -1]), ("x", "y"), 0)

    def chosen(n_classes: int, known: KnownItems | None = None, *settings: str) -> str:
        said = UNSAID | {"n_classes": n_classes}
        return Choice(None, said, settings).made(votes, known)[0].name

    assert chosen(2) == "dawid-skene"
    assert chosen(3) == chosen(2, known) == chosen(2, None, "diagonal=[0,2]") == "ibcc"
    (note,) = Choice(None, UNSAID | {"n_classes": 2}, []).made(votes)[2]
    assert note == "Took --method dawid-skene, not ibcc, because of --classes 2 of 3 answers."
