"""Which columns of a table are predictions, which are image names, and which are neither."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...errors import AnalysisError
from ...release.files.questions import N_LABELS
from .cells import (
    HOW_TO_GET_LABELS,
    Column,
    array_of,
    first_value,
    is_list,
    is_number,
    is_text,
    may_hold_predictions,
)
from .image_names import is_image_name

# Row numbers that pandas writes beside a table.
ROW_NUMBERS = {"", "Unnamed: 0", "__index_level_0__"}
NUMBERED = re.compile(r"(.*?)[ _.-]?(\d+)", re.DOTALL)
# What people call their columns, without case, digits and what joins words.
PREDICTED = re.compile(
    "index|indices|preds?|predictions?|predictionstring|predicted(label|class)?|pred(label|class)|"
    "top|topk|yhat|ypred|argmax"
)
SCORED = re.compile(
    "probs?|probability|probabilities|logits?|scores?|conf|confidences?|softmax|outputs?"
)
TRUE = re.compile(
    "targets?|true|truth|truelabel|groundtruth|gt|y|ytrue|original|originallabel|real|reallabel|"
    "actual|expected"
)
IMAGES = re.compile("(file|image|img)?(name|path|id)|file|image|img|fname|key")
LABELS = re.compile(f"labels?|class|classname|description|{PREDICTED.pattern}")
NO_IMAGES = re.compile(f"split|model|{LABELS.pattern}|{TRUE.pattern}")


class Family:
    """Columns that belong together, such as index_0, index_1 and so on, in order of their numbers.

    Parameters
    ----------
    stem : str
        What their names have in common.
    columns : sequence of Column
    """

    def __init__(self, stem: str, columns: Sequence[Column]) -> None:
        self.word = _word(stem)
        self.columns = list(columns)

    def __str__(self) -> str:
        names = [column.name for column in self.columns]
        return f"column {names[0]}" if len(names) == 1 else f"columns {names[0]} to {names[-1]}"

    @cached_property
    def array(self) -> NDArray[Any]:
        """Labels, top labels or scores, shape (n,) or (n, k); numbers or WordNet ids."""
        if len(self.columns) == 1:
            return array_of(self.columns[0])
        for column in self.columns:
            if is_list(column):
                raise AnalysisError(
                    f"column {column.name} holds lists: it should be the only predictions"
                )
        return np.column_stack([array_of(column) for column in self.columns])

    @property
    def is_wide(self) -> bool:
        """Whether there is a number for every label, so that these are scores."""
        return self.array.shape[1:] == (N_LABELS,)

    def may_be_labels(self) -> bool:
        """Say whether these can be labels, or scores of all of them."""
        try:
            array = self.array
        except AnalysisError:
            return False
        if self.is_wide or array.dtype.kind not in "iuf":
            return True
        finite = array[np.isfinite(array)]
        return bool(((finite >= 0) & (finite < N_LABELS) & (finite == np.floor(finite))).all())


def _word(name: str) -> str:
    """Return the letters of a name, as the lists of what people call their columns have them."""
    return re.sub(r"[^a-z]", "", name.lower())


class Chosen(NamedTuple):
    """What a file holds.

    Attributes
    ----------
    predictions : array_like, shape (n,) or (n, k)
        Numbers or WordNet ids.
    names : sequence or None
        Image names.
    note : str
        What was taken for predictions where something else could have been; otherwise empty.
    """

    predictions: Any
    names: Sequence[Any] | None
    note: str = ""


def columns_of(table: Any) -> list[Column]:
    """Return the columns of a table of pyarrow."""
    return list(map(Column, table.column_names, table.columns))


def chosen_columns(columns: Sequence[Column], wanted: str | None = None) -> Chosen:
    """Take the columns of predictions, and of image names, from a table.

    Parameters
    ----------
    columns : sequence of Column
    wanted : str, optional
        Name of the predictions' column, or what the names of several numbered ones have in common.
        Default: chosen by what the columns hold and are called.

    Returns
    -------
    Chosen

    Raises
    ------
    AnalysisError
        If no column can be predictions, or several can; the message lists them.
    """
    numbered = [column for column in columns if _are_row_numbers(column)]
    others = [column for column in columns if column not in numbered]
    if wanted is None:
        possible = _families([column for column in others if may_hold_predictions(column)])
        family = _most_likely(possible, others)
        left = [f"{other}" for other in possible if not set(other.columns) & set(family.columns)]
        merged = family not in possible
        guess = f"predictions are the {family}" if left or merged else ""
        guess += f", not the {', the '.join(left)}" if left else ""
    else:
        family, guess = _wanted(others, wanted), ""
    names = _image_names([column for column in others if column not in family.columns])
    order = _given_order(numbered) if names is None else None
    if order is None:
        return Chosen(family.array, names, guess)
    said = "rows are in order of their numbers, which are beside them"
    return Chosen(family.array[order], None, f"{guess}; {said}" if guess else said)


def _families(columns: Sequence[Column]) -> list[Family]:
    """Group columns by what their names have in common; each group in order of its numbers."""
    groups: dict[str, list[tuple[int, Column]]] = {}
    for column in columns:
        found = NUMBERED.fullmatch(column.name)
        stem, number = (found[1], int(found[2])) if found else (column.name, 0)
        groups.setdefault(stem, []).append((number, column))
    return [
        Family(stem, _without_fractions([column for _, column in sorted(group, key=_by_number)]))
        for stem, group in groups.items()
    ]


def _by_number(pair: tuple[int, Column]) -> int:
    return pair[0]


def _without_fractions(columns: list[Column]) -> list[Column]:
    """Leave out probabilities beside labels, where columns without a header are one family."""
    if not 1 < len(columns) < N_LABELS or not all(map(is_number, columns)):
        return columns
    whole = [column for column in columns if not _has_fractions(array_of(column))]
    return whole or columns


def _has_fractions(array: NDArray[Any]) -> bool:
    finite = array[np.isfinite(array)]
    return bool((finite != np.floor(finite)).any())


def _most_likely(possible: Sequence[Family], columns: Sequence[Column]) -> Family:
    """Choose by what columns hold, then by what they are called."""
    sensible = [family for family in possible if family.may_be_labels()]
    if not sensible:
        _refuse_texts(columns)
        _refuse_scores(possible)
        sensible = list(possible)
    predicted = [family for family in sensible if PREDICTED.fullmatch(family.word)]
    scores = [family for family in sensible if family.may_be_labels() and family.is_wide]
    neither = [
        family
        for family in sensible
        if not (SCORED.fullmatch(family.word) or TRUE.fullmatch(family.word))
    ]
    group = next((some for some in (predicted, scores, neither) if some), sensible)
    if len(group) == 1:
        return group[0]
    if group is neither and all(map(is_number, [c for family in group for c in family.columns])):
        return Family("", [column for family in group for column in family.columns])
    raise AnalysisError(
        f"several columns could be predictions: the {', the '.join(map(str, group))}: choose one "
        "by --column, or column="
    )


def _refuse_texts(columns: Sequence[Column]) -> None:
    """Refuse a table whose labels are words, or that has no labels at all."""
    for column in columns:
        if LABELS.fullmatch(_word(column.name)) and not may_hold_predictions(column):
            raise AnalysisError(
                f"column {column.name} holds {first_value(column)!r:.60}, which is no label: "
                f"labels are 0 to {N_LABELS - 1} or WordNet ids; {HOW_TO_GET_LABELS}"
            )
    if not any(map(may_hold_predictions, columns)):
        raise AnalysisError(
            "no column of predictions: it has "
            + ", ".join(f"{column.name} ({column.values.type})" for column in columns)
        )


def _refuse_scores(possible: Sequence[Family]) -> None:
    """Refuse a table that has scores of the best labels, and not the labels."""
    if all(SCORED.fullmatch(family.word) for family in possible):
        raise AnalysisError(
            f"the {possible[0]} holds scores of the best labels, but the labels are not there; "
            f"{HOW_TO_GET_LABELS}, and all scores with --topk 0"
        )


def _wanted(columns: Sequence[Column], wanted: str) -> Family:
    """Return the column of a name, or the columns whose names are that and a number."""
    alone = [column for column in columns if column.name == wanted]
    if alone:
        return Family(wanted, alone[:1])
    for family in _families(columns):
        first = NUMBERED.fullmatch(family.columns[0].name)
        if first and first[1] == wanted:
            return family
    raise AnalysisError(
        f"there is no column {wanted!r}: it has {', '.join(column.name for column in columns)}"
    )


def _image_names(columns: Sequence[Column]) -> list[Any] | None:
    """Return the image names: the column that begins with one, or that is called so."""
    texts = [column for column in columns if is_text(column)]
    named = [column for column in texts if is_image_name(first_value(column))]
    called = [column for column in texts if IMAGES.fullmatch(_word(column.name))]
    other = [column for column in texts if not NO_IMAGES.fullmatch(_word(column.name))]
    found = next(iter([*named, *called, *other]), None)
    return None if found is None else found.values.to_pylist()


def _are_row_numbers(column: Column) -> bool:
    """Say whether a column numbers the rows: each number once, and more of them than labels."""
    if column.name in ROW_NUMBERS:
        return True
    return len(column.values) > N_LABELS and _order_of(column) is not None


def _order_of(column: Column) -> NDArray[np.int64] | None:
    """Return the order that a column of row numbers gives, from 0 or 1; None if it is none."""
    if not is_number(column) or not len(column.values) or column.values.null_count:
        return None
    numbers = array_of(column)
    order = np.argsort(numbers, kind="stable")
    first = numbers[order[0]]
    expected = np.arange(len(numbers)) + first
    return order if first in (0, 1) and np.array_equal(numbers[order], expected) else None


def _given_order(numbered: Sequence[Column]) -> NDArray[np.int64] | None:
    """Return the order of row numbers, None where the rows are in it already."""
    for column in numbered:
        order = _order_of(column)
        if order is not None:
            return None if (np.diff(order) == 1).all() else order
    return None
