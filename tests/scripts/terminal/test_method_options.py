"""Methods by name on the command line: what they take, and how they say what they do not."""

from __future__ import annotations

import inspect

import pytest

from aggregation import METHODS, VoteError, Votes, fit_dawid_skene
from scripts.terminal.messages import UsageError
from scripts.terminal.method_options import (
    UNSAID,
    all_options,
    method_arguments,
    method_help,
    option_of,
    own_arguments,
)


def test_help_names_each_method() -> None:
    text = method_help()
    for name, method in METHODS.items():
        assert f"{name}: {method.title}" in text


def test_what_is_unsaid_is_the_default_of_the_command_s_method() -> None:
    parameters = inspect.signature(fit_dawid_skene).parameters
    assert {name: parameters[name].default for name in UNSAID} == UNSAID


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
    others |= {"restarts": 2, "seed": 5}
    assert others.keys() == UNSAID.keys()
    takes = METHODS[name].takes
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
