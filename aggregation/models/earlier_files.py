"""An earlier fit, read back from the folder that `reassess fit -o DIR` wrote."""

from __future__ import annotations

import json
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..arguments import check_types
from ..errors import VoteError, naming
from .earlier import EarlierFit, exact_tables

NUMBERS, RATES = "fit.json", "error_rates.csv"
MEND = "give the folder that reassess fit -o DIR wrote, whole and unaltered"


def read_fit(folder: str | PathLike[str]) -> EarlierFit:
    """Read back what a fit found of raters and classes, from the folder that it was written to.

    Parameters
    ----------
    folder : path
        Of ``reassess fit VOTES -o DIR``: ``error_rates.csv`` and ``fit.json`` are read, and come
        to the very numbers of the fit.

    Returns
    -------
    EarlierFit
        A `start` for other votes, or what :func:`score_votes` scores them with.

    Raises
    ------
    VoteError
        If the folder holds no fit, or one of a method without a model of the answers.
    OSError
        If a file cannot be read.
    """
    check_types(read_fit, locals())
    path = Path(folder)
    numbers = numbers_of(path)
    answers, prior, method = (numbers.get(name) for name in ("answers", "class_prior", "method"))
    try:
        with naming(path / RATES):
            names, table = read_rates(path / RATES, len(answers or ()))
    except FileNotFoundError:
        raise VoteError(
            f"{path}: holds no {RATES}: {method} has no model of the answers, or the fit is not "
            f"whole: {MEND}"
        ) from None
    raters, classes = names
    rates, expected = table
    if numbers.get("n_raters") != len(raters) or len(classes) != len(prior or classes):
        raise VoteError(f"{path}: {RATES} and {NUMBERS} are not of one fit: {MEND}")
    with naming(path / NUMBERS):
        of_classes = (
            np.full(len(classes), 1 / len(classes))
            if prior is None
            else np.array([*prior.values()], dtype=np.float64)
        )
        exact = exact_tables(str(method), rates, of_classes, numbers.get("parameters"))
    switched = numbers.get("switched")
    return EarlierFit(
        method=str(method),
        rater_names=raters,
        class_names=classes,
        answer_names=tuple(answers or ()),
        error_rates=rates,
        class_prior=of_classes,
        n_votes=int(numbers.get("n_votes", 0)),
        exact=exact,
        switched=None if switched is None else np.array(switched, dtype=np.int64),
        counted=lambda: np.asarray(expected.sum(axis=-1)),
    )


def numbers_of(folder: Path) -> dict[str, Any]:
    """Read fit.json, which names the method and the answers."""
    path = folder / NUMBERS
    try:
        found = json.loads(path.read_bytes())
    except (FileNotFoundError, NotADirectoryError):
        raise VoteError(f"{folder}: holds no fit, for there is no {NUMBERS}: {MEND}") from None
    except ValueError as error:
        raise VoteError(f"{path}: cannot be read ({error}): {MEND}") from error
    if not isinstance(found, dict) or not isinstance(found.get("answers"), list):
        raise VoteError(f"{path}: names no answers: {MEND}")
    return found


Names = tuple[tuple[str, ...], tuple[str, ...]]


def read_rates(
    path: Path, n_answers: int
) -> tuple[Names, tuple[NDArray[np.float64], NDArray[np.float64]]]:
    """Return names of raters and classes, and rates and expected votes by (rater, class, answer).

    Rows are in the order of the table: by rater, class and answer. Doubles come back to the bit.
    """
    from pyarrow import csv, float64, string

    kinds = {"rater": string(), "class": string(), "answer": string(), "rate": float64()}
    table = csv.read_csv(
        path,
        parse_options=csv.ParseOptions(newlines_in_values=True),
        convert_options=csv.ConvertOptions(
            column_types=kinds | {"expected_votes": float64()},
            include_columns=[*kinds, "expected_votes"],
            null_values=[],
        ),
    )
    raters, classes = table["rater"].to_pylist(), table["class"].to_pylist()
    block = next((k for k, name in enumerate(raters) if name != raters[0]), len(raters))
    shape = (-1, block // max(n_answers, 1), n_answers)
    try:
        rates = table["rate"].to_numpy().reshape(shape)
        expected = table["expected_votes"].to_numpy().reshape(shape)
    except ValueError:
        raise VoteError(f"{len(raters):,} rows are not (rater, class, answer): {MEND}") from None
    return (tuple(raters[::block]), tuple(classes[:block:n_answers])), (rates, expected)
