"""A method by its name on the command line, and what of the options it takes."""

from __future__ import annotations

import inspect
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from aggregation import METHODS, Method
from aggregation.models.catalogue import CROWDLAB, DEFAULT_METHOD, method_of

from .messages import UsageError

if TYPE_CHECKING:
    from aggregation import KnownItems, Votes, VoteStore

# What the options of the model are where nothing is said; None: what the method's default is.
UNSAID: dict[str, Any] = {
    "n_classes": None,
    "truth_role": "clamped",
    "pseudo_count": None,
    "family": None,
    "hard": False,
    "accelerate": True,
    "tol": 1e-10,
    "max_steps": 10_000,
    "restarts": 0,
    "seed": 0,
}
# Taken where no method is named, but an option is said that the default does not take.
OF_OPTIONS = "dawid-skene"
# Those that are not called like the argument.
OPTION = {"n_classes": "--classes", "accelerate": "--plain"}
# Arguments that come from elsewhere than from --set.
ELSEWHERE = {*UNSAID, "truth", "start", "threads", "progress", "error_rates", "class_prior"}
ELSEWHERE |= {"probabilities", "checkpoint"}


def method_help() -> str:
    """List all methods in a sentence."""
    every = "; ".join(f"{one.name}: {one.title}" for one in METHODS.values())
    return (
        f"How to aggregate. Default: {DEFAULT_METHOD}, or {OF_OPTIONS} where an option is said "
        f"that {DEFAULT_METHOD} does not take. {every}. A store is taken by all but "
        f"{', '.join(name for name, one in METHODS.items() if not one.by_passes)}"
    )


@dataclass(frozen=True)
class Choice:
    """Which method is taken: the one that is named, or what the options speak for.

    Options that the default does not take were Dawid & Skene's before there were other methods; and
    where there are other classes than answers, the default would need to know each class's own.

    Attributes
    ----------
    named : str, optional
    said : dict
        A value for each argument of `UNSAID`.
    settings : sequence of str
        Further arguments; see :func:`method_arguments`.
    classifier : bool
        Whether there is a classifier: where no method is named, it speaks for CROWDLAB.
    """

    named: str | None
    said: dict[str, Any]
    settings: Sequence[str]
    classifier: bool = False

    def made(
        self, votes: Votes | VoteStore | None = None, known: KnownItems | None = None
    ) -> tuple[Method, dict[str, Any], list[str]]:
        """Return the method, its arguments, and what is to be said of the choice."""
        if self.classifier and self.named in (None, CROWDLAB.name):
            return *arguments_of(CROWDLAB, self.said, self.settings), []
        because = [] if self.named is not None else self.deciding()
        if self.named is None and votes is not None and known is None:
            because += self.other_classes(votes.n_answers)
        name = self.named or (OF_OPTIONS if because else DEFAULT_METHOD)
        note = f"Took --method {OF_OPTIONS}, not {DEFAULT_METHOD}, because of "
        notes = [f"{note}{', '.join(because)}."] if because else []
        return *method_arguments(name, self.said, self.settings), notes

    def deciding(self) -> list[str]:
        """Return the options that the default does not take."""
        default = method_of(DEFAULT_METHOD)
        return [
            option_of(argument)
            for argument, value in self.said.items()
            if value != UNSAID[argument] and argument not in default.takes
        ]

    def other_classes(self, n_answers: int) -> list[str]:
        """Return the option that asks for other classes than answers, but does not say which."""
        n_classes = self.said["n_classes"]
        own_given = any(text.startswith("diagonal=") for text in self.settings)
        if own_given or n_classes in (None, n_answers):
            return []
        return [f"{option_of('n_classes')} {n_classes} of {n_answers} answers"]


def option_of(argument: str) -> str:
    """Return the option that stands for an argument."""
    return OPTION.get(argument, f"--{argument.replace('_', '-')}")


def own_arguments(method: Method) -> list[str]:
    """Return the arguments of a method that only --set can give."""
    return sorted(method.takes - ELSEWHERE)


def method_arguments(
    name: str, said: dict[str, Any], settings: Sequence[str]
) -> tuple[Method, dict[str, Any]]:
    """Return a method, and its arguments as they are said or by its own defaults.

    Parameters
    ----------
    name : str
    said : dict
        A value for each argument of `UNSAID`.
    settings : sequence of str
        Further arguments, each ``NAME=VALUE``, a value as JSON has it or as text.

    Raises
    ------
    UsageError
        If the method does not take what is said.
    VoteError
        If there is no such method.
    """
    return arguments_of(method_of(name), said, settings)


def arguments_of(
    method: Method, said: dict[str, Any], settings: Sequence[str]
) -> tuple[Method, dict[str, Any]]:
    """Return a method and its arguments; see :func:`method_arguments`."""
    refused = [
        argument
        for argument, value in said.items()
        if value != UNSAID[argument] and argument not in method.takes
    ]
    if refused:
        raise UsageError(
            f"--method {method.name} takes no {option_of(refused[0])}; it takes "
            f"{all_options(method)}"
        )
    defaults = inspect.signature(method.function).parameters
    arguments = {
        argument: defaults[argument].default if value == UNSAID[argument] else value
        for argument, value in said.items()
        if argument in method.takes
    }
    return method, arguments | dict(setting(method, text) for text in settings)


def setting(method: Method, text: str) -> tuple[str, Any]:
    """Return name and value of one --set."""
    name, equals, value = text.partition("=")
    if not equals or name not in own_arguments(method):
        own = ", ".join(own_arguments(method)) or "no such argument"
        raise UsageError(f"--set {text!r} should be NAME=VALUE; --method {method.name} has {own}")
    try:
        return name, json.loads(value)
    except ValueError:
        return name, value


def all_options(method: Method) -> str:
    """Name the options of a method in words."""
    options = [option_of(argument) for argument in UNSAID if argument in method.takes]
    options += ["--truth"] if "truth" in method.takes else []
    own = own_arguments(method)
    options += [f"--set {'=, '.join(own)}="] if own else []
    return ", ".join(options) or "none of the model's options"


def known_arguments(
    method: Method, known: KnownItems, votes: Votes | VoteStore, role: str
) -> dict[str, Any]:
    """Return what known items are to a method that takes them.

    Raises
    ------
    UsageError
        If the method needs classes that are called like the answers.
    """
    from aggregation import start_from

    arguments: dict[str, Any] = {"truth": known.truth}
    if "n_classes" in method.takes:
        arguments["n_classes"] = len(known.class_names)
    classes, answers = (list(map(str, names)) for names in (known.class_names, votes.answer_names))
    if "truth_role" in method.takes:
        start = start_from(known, votes) if role == UNSAID["truth_role"] else None
        return arguments | {"start": start}
    if classes == answers:
        return arguments
    if "diagonal" not in method.takes:
        raise UsageError(
            f"--method {method.name} needs the answers for classes, {', '.join(answers)}: known "
            f"items are of {', '.join(classes)}"
        )
    return arguments | {
        "diagonal": [answers.index(name) if name in answers else -1 for name in classes]
    }
