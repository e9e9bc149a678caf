"""Arguments of public functions, held against what the functions' annotations say."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Mapping
from numbers import Integral, Real
from typing import Any

import numpy as np

from .errors import BriefError, VoteError, shown

# Whole numbers up to this are counts and codes; seeds may be larger.
MOST = 2**31 - 1
# From here on a vote that is added to a count is lost in rounding.
MOST_COUNT = 2.0**53
# By the arguments' names, what no function looks at for itself: the least and the most.
RANGES: dict[str, tuple[float, float]] = {
    "seed": (0, 2**63 - 1),
    **dict.fromkeys(("n_raters", "n_answers"), (0, MOST)),
    "replicates": (-MOST, 10**6),
    "draws": (-MOST, 10**6),
    "threads": (1, MOST),
    **dict.fromkeys(("n_images", "most"), (1, MOST)),
    **dict.fromkeys(("share", "false_discovery_rate", "least_copied", "animal_threshold"), (0, 1)),
}
# Arrays of which every entry says something.
NEVER_NAN = ("images", "original_labels")
# Arrays that may be text.
MAY_BE_TEXT = ("images", "groups")
# Predictions come in more forms, of which their reader says what is wrong.
PREDICTIONS = ("predictions", "first", "second")
NOT_ARRAYS = (str, bytes, Mapping, set, frozenset, os.PathLike)


def check_types(
    function: Callable[..., Any],
    arguments: Mapping[str, Any],
    error: type[BriefError] = VoteError,
) -> None:
    """Refuse arguments of other types than a function's annotations say.

    Whole numbers are no fractions, numbers are finite, and True is neither. What an array holds,
    and what is a sensible number, the function knows itself.

    Parameters
    ----------
    function : callable
        A public one; its annotations are text.
    arguments : mapping of str to object
        By name: its ``locals()``, before it has others.
    error : type, optional
        What to raise; the message names the argument.
    """
    for name, annotation in function.__annotations__.items():
        if name in arguments and name != "return":
            check_type(name, arguments[name], annotation, error)


def check_type(name: str, value: Any, annotation: str, error: type[BriefError]) -> None:
    """Refuse one argument that is of none of the kinds that its annotation names."""
    wanted = [kind_of(part) for part in parts_of(annotation)]
    if name == "truth":
        check_order(value, annotation, error)
    if None in wanted:  # a kind that is not checked
        return
    known = [kind for kind in wanted if kind is not None]
    if not any(fits(value) for fits, _ in known):
        words = dict.fromkeys(words for _, words in known)
        if RESULT in words:  # those of stores are some, too
            words = dict.fromkeys(kind for kind in words if not kind.startswith("Store"))
        raise error(f"{name}={shown(value)}: give {', or '.join(words)}")
    kinds = {words for _, words in known}
    if is_real(value) and kinds & {WHOLE, REAL}:
        least, most = RANGES.get(name, (-MOST, MOST) if WHOLE in kinds else (-np.inf, np.inf))
        if not least <= value <= most:
            bound = f"{least:,} or more" if value < least else f"{most:,} at most"
            raise error(f"{name}={shown(value)}: give {bound}")
    array = ARRAY in kinds and kinds <= {ARRAY, NAMED, "None"} and name not in PREDICTIONS
    if array and not (value is None or isinstance(value, Mapping)):
        check_array(name, value, error)


def check_array(name: str, value: Any, error: type[BriefError]) -> None:
    """Refuse rows of unequal length, and text where numbers are wanted."""
    try:
        array = np.asarray(value) if isinstance(value, list | tuple) else value
    except ValueError:
        raise error(f"{name} must be numbers in rows of equal length") from None
    kind = getattr(getattr(array, "dtype", None), "kind", "f")
    if kind in "USMmVc" and not (kind in "US" and name in MAY_BE_TEXT):
        first = next(iter(np.asarray(array).ravel().tolist()), array.dtype)
        raise error(f"{name} must be numbers: it holds {shown(first)}")
    if kind == "f" and name in NEVER_NAN and np.isnan(np.asarray(array)).any():
        raise error(f"{name} has {np.count_nonzero(np.isnan(array))} entries that are NaN")


def check_order(truth: Any, annotation: str, error: type[BriefError]) -> None:
    """Refuse known classes that stand in a dataframe, or that an index gives names of its own.

    A frame of items and their classes would read as two classes' weights, and a column by its
    rows' order, whatever items its index names.
    """
    frame, index = hasattr(truth, "columns"), getattr(truth, "index", None)
    in_order = getattr(index, "start", None) == 0 and getattr(index, "step", None) == 1
    if not frame and (in_order or not hasattr(index, "names")):
        return
    what = "is a dataframe" if frame else "has an index, whose names are not looked at"
    pairs = "dict(zip(items, classes))" if frame else "dict(truth)"
    by_name = f"{pairs} to go by the items' names, or " if "Mapping" in annotation else ""
    weights = ", if its columns are the classes' weights" if frame else " to go by their order"
    raise error(f"truth {what}: give {by_name}truth.to_numpy(){weights}")


def parts_of(annotation: str) -> list[str]:
    """Take an annotation apart at its bars, those in brackets apart."""
    parts, depth = [""], 0
    for letter in annotation:
        depth += (letter == "[") - (letter == "]")
        if letter == "|" and not depth:
            parts.append("")
        else:
            parts[-1] += letter
    return [part.strip().strip("'\"") for part in parts]


def is_whole(value: Any) -> bool:
    """Say whether a value is a whole number, and no truth value."""
    return isinstance(value, Integral) and not isinstance(value, bool | np.bool_)


def is_real(value: Any) -> bool:
    """Say whether a value is a finite number, and no truth value."""
    if isinstance(value, bool | np.bool_) or not isinstance(value, Real):
        return False
    try:
        return bool(np.isfinite(float(value)))
    except OverflowError:
        return False


def is_array(value: Any) -> bool:
    """Say whether a value may be an array: numbers, or rows of them."""
    return not isinstance(value, NOT_ARRAYS) and (
        isinstance(value, Real | list | tuple | range)
        or hasattr(value, "__array__")
        or hasattr(value, "__len__")
        or hasattr(value, "numpy")  # a tensor, perhaps on another device
    )


def is_instance_of(name: str) -> Callable[[Any], bool]:
    """Return a check of a class that is known by its name, so that it need not be imported."""
    return lambda value: any(one.__name__ == name for one in type(value).__mro__)


WHOLE, REAL, ARRAY = "a whole number", "a finite number", "an array of numbers"
NAMED, RESULT = "a dictionary", "a result"
VOTES = "Votes (Votes.from_frame of a dataframe, Votes.read of a file, store.votes() of a store)"
KINDS: dict[str, tuple[Callable[[Any], bool], str]] = {
    "None": (lambda value: value is None, "None"),
    "int": (is_whole, WHOLE),
    "float": (is_real, REAL),
    "bool": (lambda value: isinstance(value, bool | np.bool_), "True or False"),
    "str": (lambda value: isinstance(value, str), "text"),
    "ArrayLike": (is_array, ARRAY),
    "PathLike[str]": (lambda value: isinstance(value, os.PathLike), "a path"),
    "Progress": (callable, "a function"),
}
TEXTS = ("Literal", "FamilyName", "Scale", "Ties", "Recalibrator")
CLASSES = (
    *("Votes", "VoteStore", "Fit", "StoreFit", "StoreAggregation", "Release"),
    *("RaterPairs", "PrecisionRecall", "Bands", "KnownItems", "RaterReport", "ModelReport"),
    *("VotesComparison", "EarlierFit"),
)


def kind_of(part: str) -> tuple[Callable[[Any], bool], str] | None:
    """Return the check of one kind and its words, None for a kind that is not checked."""
    name = re.split(r"[\[(]", part)[0].rpartition(".")[2]
    if name == "Votes":
        return is_instance_of(name), VOTES
    if name in CLASSES:
        return is_instance_of(name), f"{name} of this package"
    if name == "Aggregated":
        return (lambda value: hasattr(value, "posterior") and hasattr(value, "votes")), RESULT
    if name in TEXTS:
        return KINDS["str"]
    if name == "Callable":
        return KINDS["Progress"]
    if name == "PathLike":
        return KINDS["PathLike[str]"]
    if name == "Generator":
        return is_instance_of(name), "a numpy.random.Generator"
    if name == "NDArray":
        return (lambda value: isinstance(value, np.ndarray)), "a NumPy array"
    if name == "Mapping":
        return (lambda value: isinstance(value, Mapping)), NAMED
    if name in ("Sequence", "Iterable", "list", "tuple"):
        return (lambda value: isinstance(value, Iterable)), "a list"
    return KINDS.get(part)
