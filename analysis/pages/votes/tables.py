"""The tables of the page on one's own votes, as columns that the page sorts and filters."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from aggregation import Fit, expected_counts
from aggregation.errors import printable

from ...raters.pairs.near_copies import near_copies
from ...raters.pairs.pairs import RaterPairs
from ...raters.report import RaterReport

# Characters of a name that a page has room for.
LONGEST_NAME = 60
# Pairs of raters that are listed; error rates of all raters, for so many numbers in all.
MOST_PAIRS, MOST_RATES = 500, 200_000
# Of so many classes and answers all shares are listed; of more, the largest.
MOST_CONFUSIONS = 500


def shown_name(name: object) -> str:
    """Return a name as it is shown: its beginning and its end, where it is long."""
    text = printable(str(name))
    half = (LONGEST_NAME - 3) // 2
    return text if len(text) <= LONGEST_NAME else f"{text[:half]}...{text[-half:]}"


def shown_names(names: Iterable[object]) -> list[str]:
    """Return names as they are shown."""
    return [shown_name(name) for name in names]


def text_column(title: str, values: Sequence[str]) -> dict[str, Any]:
    """Return a column of texts; where few are distinct, they are written once."""
    distinct = sorted(set(values))
    if 2 * len(distinct) > len(values):
        return {"title": title, "kind": "text", "values": [*values]}
    code = {text: number for number, text in enumerate(distinct)}
    codes = [code[text] for text in values]
    return {"title": title, "kind": "text", "names": distinct, "values": codes}


def number_column(title: str, values: ArrayLike, digits: int = 0) -> dict[str, Any]:
    """Return a column of numbers, as whole multiples of the last digit; None where undefined."""
    scaled = np.asarray(values, dtype=np.float64) * 10**digits
    whole = np.round(np.where(np.isfinite(scaled), scaled, 0)).astype(np.int64).tolist()
    numbers = [
        number if there else None
        for number, there in zip(whole, np.isfinite(scaled).tolist(), strict=True)
    ]
    return {"title": title, "kind": "number", "digits": digits, "values": numbers}


def item_table(fit: Fit, gain: NDArray[np.float64], classes: Sequence[str]) -> dict[str, Any]:
    """Return each item's label and how sure it is, the most in need of a vote first."""
    order = np.argsort(-gain, kind="stable")
    posterior = fit.posterior[order]
    ranked = np.sort(posterior, axis=1)
    second = posterior.argsort(axis=1, kind="stable")[:, -2] if fit.n_classes > 1 else 0 * order
    return {
        "columns": [
            text_column("item", shown_names(fit.votes.item_names[item] for item in order.tolist())),
            text_column("label", [classes[cls] for cls in posterior.argmax(axis=1).tolist()]),
            number_column("probability", ranked[:, -1], 4),
            text_column("else", [classes[cls] for cls in second.tolist()]),
            number_column("votes", np.diff(fit.votes.starts)[order]),
            number_column("gain of a vote, bits", gain[order], 4),
        ]
    }


def rater_table(report: RaterReport, classes: Sequence[str]) -> dict[str, Any]:
    """Return each rater's verdict, the least informative first, with error rates to look at."""
    quality = report.quality
    order = np.argsort(quality.bits.value, kind="stable")
    columns = [
        text_column("rater", shown_names(quality.rater_names[rater] for rater in order.tolist())),
        text_column("verdict", [quality.verdicts[rater].words for rater in order.tolist()]),
        number_column("votes", quality.votes[order]),
        number_column("bits an answer", quality.bits.value[order], 3),
        number_column("at least", quality.bits.low[order], 3),
        number_column("at most", quality.bits.high[order], 3),
    ]
    if report.known_answers.any():
        columns.append(number_column("right on known items", report.known.value[order], 3))
    columns.append(
        text_column("evidence", [quality.verdicts[rater].evidence for rater in order.tolist()])
    )
    table: dict[str, Any] = {"columns": columns}
    if quality.shrunken.size <= MOST_RATES:
        rates = np.round(1000 * quality.shrunken[order]).astype(np.int64)
        answers = shown_names(quality.answer_names)
        table["rates"] = {"classes": [*classes], "answers": answers, "values": rates.tolist()}
    return table


def confusion_table(fit: Fit, classes: Sequence[str]) -> dict[str, Any]:
    """Return what all raters together call each class, but for its own name."""
    counts = expected_counts(fit.votes, fit.posterior).sum(axis=0)
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), np.finfo(np.float64).tiny)
    answers = shown_names(fit.votes.answer_names)
    cells = [
        (-shares[cls, answer], cls, answer)
        for cls, answer in np.ndindex(*shares.shape)
        if classes[cls] != answers[answer] and counts[cls, answer] >= 0.5
    ]
    cells = sorted(cells)[:MOST_CONFUSIONS]
    rows, columns = (np.array([cell[k] for cell in cells], dtype=np.intp) for k in (1, 2))
    return {
        "columns": [
            text_column("class", [classes[cls] for cls in rows.tolist()]),
            text_column("called", [answers[answer] for answer in columns.tolist()]),
            number_column("share of its votes", shares[rows, columns], 3),
            number_column("votes", counts[rows, columns]),
        ]
    }


def pair_table(pairs: RaterPairs) -> dict[str, Any]:
    """Return pairs of raters with enough items in common, the strongest evidence first."""
    tested = np.flatnonzero(pairs.tested)
    order = tested[np.argsort(pairs.p_value[tested], kind="stable")][:MOST_PAIRS]
    names = shown_names(pairs.rater_names)
    one, other = pairs.raters[order].T
    return {
        "columns": [
            text_column("rater", [names[rater] for rater in one.tolist()]),
            text_column("and rater", [names[rater] for rater in other.tolist()]),
            number_column("items", pairs.n_items[order]),
            number_column("same answers", pairs.agreed[order]),
            number_column("expected", pairs.expected[order], 1),
            number_column("share copied", pairs.copied.value[order], 3),
            number_column("at least", pairs.copied.low[order], 3),
            number_column("false-discovery rate", pairs.q_value[order], 4),
        ]
    }


def copy_groups(pairs: RaterPairs) -> list[str]:
    """Return the names of raters whose answers are near copies, a group a text."""
    return [
        ", ".join(shown_name(pairs.rater_names[rater]) for rater in group)
        for group in near_copies(pairs)
    ]


def class_table(fit: Fit, classes: Sequence[str]) -> dict[str, Any]:
    """Return how many items have each label, and how sure these are."""
    chosen, sure = fit.posterior.argmax(axis=1), fit.posterior.max(axis=1)
    counts = np.bincount(chosen, minlength=fit.n_classes)
    total = np.bincount(chosen, sure, minlength=fit.n_classes)
    with np.errstate(invalid="ignore"):
        means = total / counts
    return {
        "columns": [
            text_column("label", [*classes]),
            number_column("items", counts),
            number_column("mean probability", means, 4),
            number_column("expected share", fit.class_prior, 4),
        ]
    }
