"""An earlier fit, read back from the folder that `reassess fit -o DIR` wrote."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import partial
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..arguments import check_types
from ..errors import VoteError, naming
from ..votes.store.manifest import described
from .earlier import SPARSE, EarlierFit, Occurring, Tables, exact_tables, no_table

Array = NDArray[np.float64]
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
        A `start` for other votes, or what :func:`score_votes` scores them with; of
        `dawid-skene-sparse`, which has no table of rates, a `start` of that method alone.

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
    answers, method = numbers["answers"], numbers.get("method")
    try:
        with naming(path / RATES):
            check_hash(path / RATES, numbers)
            if method == SPARSE:
                raters, cells = read_cells(path / RATES, answers)
                classes, rates, expected = tuple(answers), no_table(len(raters), len(answers)), None
            else:
                (raters, classes), (rates, expected) = read_rates(path / RATES, len(answers))
                cells = None
    except FileNotFoundError:
        raise VoteError(
            f"{path}: holds no {RATES}: {method} has no model of the answers, or the fit is not "
            f"whole: {MEND}"
        ) from None
    try:
        prior, exact, switched = parameters_of(numbers, rates)
        n_votes = int(numbers["n_votes"])
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise VoteError(
            f"{path / NUMBERS}: is not of the same fit as {RATES} ({error}): {MEND}"
        ) from error
    return EarlierFit(
        method=str(method),
        rater_names=raters,
        class_names=classes,
        answer_names=tuple(answers),
        error_rates=rates,
        class_prior=prior,
        n_votes=n_votes,
        exact=exact,
        switched=switched,
        counted=None if expected is None else partial(np.sum, expected, axis=-1),
        cells=cells,
    )


def parameters_of(
    numbers: dict[str, Any], rates: Array
) -> tuple[Array, Tables | None, NDArray[np.int64] | None]:
    """Return the class prior, what the E-step reads, and the order of classes in it.

    What does not fit the rates is an error of some kind.
    """
    n_classes, prior = rates.shape[1], np.full(rates.shape[1], 1 / rates.shape[1])
    if "class_prior" in numbers:
        prior = np.array([*numbers["class_prior"].values()], dtype=np.float64)
    switched = np.array(numbers.get("switched", range(n_classes)), dtype=np.int64)
    exact = exact_tables(str(numbers["method"]), rates, prior, numbers.get("parameters"))
    shapes = [rates.shape] if exact is None else [rates.shape, exact.rates.shape]
    if len(set(shapes)) > 1 or {prior.shape, switched.shape} != {(n_classes,)}:
        raise ValueError(f"{n_classes} classes")
    return prior, exact, switched if "switched" in numbers else None


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


def check_hash(path: Path, numbers: dict[str, Any]) -> None:
    """Refuse a file that is not the one that was written with fit.json, which has its hash."""
    hashes = numbers.get("files")
    said = hashes.get(path.name) if isinstance(hashes, dict) else None
    if said is not None and described(path)["sha256"] != said:
        raise VoteError(f"has been altered since {NUMBERS} was written: {MEND}")


Names = tuple[tuple[str, ...], tuple[str, ...]]


def read_rates(path: Path, n_answers: int) -> tuple[Names, tuple[Array, Array]]:
    """Return names of raters and classes, and rates and expected votes by (rater, class, answer).

    Rows are in the order of the table: by rater, class and answer. Doubles come back to the bit.
    """
    table = rates_table(path)
    raters, classes = table["rater"].to_pylist(), table["class"].to_pylist()
    block = next((k for k, name in enumerate(raters) if name != raters[0]), len(raters))
    shape = (-1, block // max(n_answers, 1), n_answers)
    try:
        rates = table["rate"].to_numpy().reshape(shape)
        expected = table["expected_votes"].to_numpy().reshape(shape)
    except ValueError:
        raise VoteError(f"{len(raters):,} rows are not (rater, class, answer): {MEND}") from None
    return (tuple(raters[::block]), tuple(classes[:block:n_answers])), (rates, expected)


def read_cells(path: Path, answers: Sequence[str]) -> tuple[tuple[str, ...], Occurring]:
    """Return the raters' names and the votes that are expected where there are some."""
    table = rates_table(path)
    raters = table["rater"].unique().to_pylist()
    expected = table["expected_votes"].to_numpy()
    if not (np.isfinite(expected) & (expected >= 0)).all():
        raise VoteError(f"has expected votes that are no counts: {MEND}")
    return tuple(raters), Occurring(
        places_of_texts(table["rater"], raters),
        places_of_texts(table["class"], answers),
        places_of_texts(table["answer"], answers),
        expected,
    )


def places_of_texts(column: Any, names: Sequence[str]) -> NDArray[np.int32]:
    """Return the place of each text of an Arrow column among names."""
    import pyarrow as pa
    from pyarrow import compute

    found = compute.index_in(column, value_set=pa.array(names, pa.string()))
    if found.null_count:
        raise VoteError(f"has names that {NUMBERS} has not: {MEND}")
    return np.asarray(found.to_numpy())


def rates_table(path: Path) -> Any:
    """Read the file as an Arrow table: three columns of names, rates and expected votes."""
    from pyarrow import csv, float64, string

    kinds = {"rater": string(), "class": string(), "answer": string(), "rate": float64()}
    return csv.read_csv(
        path,
        parse_options=csv.ParseOptions(newlines_in_values=True),
        convert_options=csv.ConvertOptions(
            column_types=kinds | {"expected_votes": float64()},
            include_columns=[*kinds, "expected_votes"],
            null_values=[],
        ),
    )
