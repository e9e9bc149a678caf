"""What is known of raters as tables, csv or JSON."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..statistics.estimates import discovery_rates
from ..tables import to_csv, without_nan
from .agreement.coefficients import answer_values
from .golden.accuracy import accuracy_columns
from .pairs.near_copies import near_copies, pairs_csv
from .pairs.pairs import RaterPairs
from .quality.quality import quality_columns
from .report import GoldenEvidence, RaterReport

# False-discovery rate at which what is found is counted.
FOUND = 0.05

Columns = dict[str, Sequence[Any] | NDArray[Any]]


def report_columns(report: RaterReport) -> Columns:
    """Return the columns of raters.csv by name.

    Parameters
    ----------
    report : RaterReport

    Returns
    -------
    dict of str to sequence
        rater, votes, known_answers, accuracy; for the release the other columns of
        :func:`raters_csv` and a row for each expert and the original label, which
        have none of what follows; then the columns of
        :func:`quality_columns`, copies (number of the group of near copies,
        as in pairs.csv) and, for the release, those of golden answers: p and q of a difference
        between golden questions and the job, the same beyond what raters have in common, near
        copies among golden answers, and answers to questions that were asked again.
    """
    more: Columns = quality_columns(report.quality, class_names=report.class_names)
    more["copies"] = _group_numbers(near_copies(report.pairs), len(report.quality.rater_names))
    if report.golden is None:
        first: Columns = {
            "rater": list(report.quality.rater_names),
            "votes": report.quality.votes,
            "known_answers": report.known_answers,
            "accuracy": report.known.value,
            "accuracy_low": report.known.low,
            "accuracy_high": report.known.high,
        }
        return first | more
    more |= _golden_columns(report.golden)
    first = accuracy_columns(report.golden.accuracy)
    missing = len(first["rater"]) - len(report.quality.rater_names)
    return first | {name: [*_values(column), *[None] * missing] for name, column in more.items()}


def _golden_columns(golden: GoldenEvidence) -> Columns:
    difference = golden.difference
    groups = [group.raters for group in golden.copies.groups]
    columns: Columns = {
        "golden_em_p": difference.p_value,
        "golden_em_q": difference.q_value,
        "golden_em_own_p": difference.p_own,
        "golden_em_own_q": difference.q_own,
        "golden_copies": _group_numbers(groups, len(difference.p_value)),
    }
    if golden.retest is not None:
        same, kappa = golden.retest.by_rater, golden.retest.kappa_by_rater
        columns |= {
            "asked_again": golden.retest.tables.sum(axis=(1, 2)),
            "same_answer": same.value,
            "same_answer_low": same.low,
            "same_answer_high": same.high,
            "same_answer_kappa": kappa[:, 0],
            "same_answer_kappa_low": kappa[:, 1],
            "same_answer_kappa_high": kappa[:, 2],
        }
    return columns


def _values(column: Sequence[Any] | NDArray[Any]) -> list[Any]:
    return column.tolist() if isinstance(column, np.ndarray) else list(column)


def _group_numbers(groups: list[list[int]], n_raters: int) -> list[int | None]:
    number: list[int | None] = [None] * n_raters
    for place, group in enumerate(groups, start=1):
        for rater in group:
            number[rater] = place
    return number


def report_tables(report: RaterReport) -> dict[str, str]:
    """Return the texts of the report's tables by file name.

    Parameters
    ----------
    report : RaterReport

    Returns
    -------
    dict of str to str
        raters.csv; pairs.csv; for the release also golden_pairs.csv, pairs by golden answers.
    """
    scale = report.agreement.scale
    values = answer_values(report.agreement.answers, scale)
    tables = {
        "raters.csv": to_csv(report_columns(report)),
        "pairs.csv": pairs_csv(report.pairs, scale=scale, values=values),
    }
    if report.golden is not None:
        tables["golden_pairs.csv"] = pairs_csv(report.golden.copies.pairs, scale=scale)
    return tables


def report_numbers(report: RaterReport) -> dict[str, Any]:
    """Return what holds of all raters together, in the form of JSON.

    Parameters
    ----------
    report : RaterReport

    Returns
    -------
    dict
        agreement, verdicts (how many raters of each), bits, pairs; for the release also golden.
        What is undefined is None.
    """
    quality, pairs = report.quality, report.pairs
    numbers: dict[str, Any] = {
        "agreement": asdict(report.agreement),
        "verdicts": dict(Counter(verdict.words for verdict in quality.verdicts).most_common()),
        "class_prior": report.fit.class_prior.tolist(),
        "bits": {
            "median": float(np.median(quality.bits.value)),
            "prior": quality.prior_bits,
        },
        "cost": {"median": float(np.median(quality.cost)), "prior": quality.prior_cost},
        "pairs": pair_numbers(pairs),
    }
    for name in ("percent", "fleiss_kappa", "krippendorff_alpha", "gwet_ac"):
        numbers["agreement"][name] = list(numbers["agreement"][name])
    numbers["agreement"]["intervals"] = "items"
    if report.golden is not None:
        numbers["golden"] = _golden_numbers(report.golden, quality.rater_names)
    defined: dict[str, Any] = without_nan(numbers)
    return defined


def pair_numbers(pairs: RaterPairs) -> dict[str, Any]:
    """Count pairs, those found, and groups of near copies; what pairs have in common."""
    groups = near_copies(pairs)
    return {
        "pairs": len(pairs.raters),
        "tested": int(pairs.tested.sum()),
        "above_model": int((discovery_rates(pairs.p_model) <= FOUND).sum()),
        "above_peers": int((pairs.q_value <= FOUND).sum()),
        "peers": {"mean": pairs.peers.mean, "spread": pairs.peers.spread},
        "near_copies": [[pairs.rater_names[rater] for rater in group] for group in groups],
    }


def _golden_numbers(golden: GoldenEvidence, names: Sequence[Any]) -> dict[str, Any]:
    copies, difference = golden.copies, golden.difference
    numbers: dict[str, Any] = {
        "pairs": pair_numbers(copies.pairs),
        "most_agreement_elsewhere": copies.most_agreement,
        "groups": [
            {
                "raters": [names[rater] for rater in group.raters],
                "golden_agreement": list(group.golden_agreement),
                "apart": group.apart.tolist(),
                "votes": group.votes.tolist(),
                "second_answers": group.second_answers,
                "job_items": group.job_items,
                "job_agreed": group.job_agreed,
                "job_expected": group.job_expected,
                "job_error": group.job_error,
            }
            for group in copies.groups
        ],
        "differ_from_em": int((difference.q_value <= FOUND).sum()),
        "differ_beyond_common": int((difference.q_own <= FOUND).sum()),
        "compared_with_em": int((~np.isnan(difference.p_value)).sum()),
        "common_difference": difference.common.tolist(),
    }
    if golden.retest is not None:
        twice = golden.retest
        numbers["asked_again"] = {
            "answers": int(twice.table.sum()),
            "table": twice.table.tolist(),
            "same": list(twice.agreement),
            "kappa": list(twice.kappa),
            "scale": twice.scale,
            "other_raters": list(twice.others),
            "changed_p": twice.changed_p,
        }
    return numbers
