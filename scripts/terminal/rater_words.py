"""What a report on raters shows, in sentences."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from analysis.raters.agreement.result import Agreement
    from analysis.raters.golden.accuracy import RaterAccuracy
    from analysis.raters.pairs.pairs import RaterPairs
    from analysis.raters.report import GoldenEvidence, RaterReport
    from analysis.statistics.estimates import Estimate


def summary(report: RaterReport, *, order_said: bool = True) -> Iterator[str]:
    """Say what was found, a line each; `order_said` is whether the answers' order was said."""
    if report.golden is not None:
        yield known_raters(report.golden.accuracy)
    found = Counter(verdict.words for verdict in report.quality.verdicts)
    yield ", ".join(f"{count} {words}" for words, count in found.most_common())
    yield from agreement_summary(report.agreement, order_said=order_said)
    yield from copies(report.pairs, "answers")
    if report.golden is not None:
        yield from golden_summary(report.golden)


def agreement_summary(whole: Agreement, *, order_said: bool) -> Iterator[str]:
    """Say how far raters agree, on what scale, and in what order the answers were taken."""
    if whole.reason:
        yield f"agreement: none, for {whole.reason}"
        return
    yield (
        f"agreement of {whole.n_votes:,} votes, {whole.scale} scale: "
        f"{estimated(whole.percent)}; Krippendorff's alpha {estimated(whole.krippendorff_alpha)}, "
        f"Fleiss' kappa {estimated(whole.fleiss_kappa)}, Gwet's AC {estimated(whole.gwet_ac)}"
    )
    wide = whole.items_and_raters["krippendorff_alpha"]
    if wide.low == wide.low:
        yield (
            "these intervals are over items, with the raters as they are; over items and raters "
            f"alpha has [{wide.low:.3f}, {wide.high:.3f}]"
        )
    if whole.n_repeats:
        yield (
            f"{whole.n_repeats:,} votes repeat a rater's on the same item: in agreement all of a "
            "rater's votes on an item are one"
        )
    if whole.scale == "ordinal":
        order = " < ".join(map(str, whole.answers))
        doubtful = whole.alphabetical and not order_said
        doubt = ", which is alphabetical: --answers says another" if doubtful else ""
        yield (
            f"order of the answers: {order}{doubt}; alpha counts the votes between two answers, "
            "kappa and AC the answers"
        )


def golden_summary(golden: GoldenEvidence) -> Iterator[str]:
    """Say what golden answers show, a line each."""
    yield from copies(golden.copies.pairs, "golden answers")
    for group in golden.copies.groups:
        least, greatest = group.golden_agreement
        yield (
            f"  two of these have {100 * least:.1f} to {100 * greatest:.1f} % of golden answers in "
            f"common, any other two {100 * golden.copies.most_agreement:.1f} % at most; in the job "
            f"they agree on {group.job_agreed} of {group.job_items}, expected "
            f"{group.job_expected:.0f} +- {group.job_error:.0f}; asked again: "
            f"{group.second_answers}"
        )
    if golden.retest is not None:
        twice = golden.retest
        yield (
            f"golden questions asked again: {twice.table.sum():,}, the same answer "
            f"{estimated(twice.agreement)}, kappa {estimated(twice.kappa)}; other raters' answers "
            f"{estimated(twice.others)}"
        )


def known_raters(accuracy: RaterAccuracy) -> str:
    """Say in one line how accurate the raters are."""
    import numpy as np

    every_rater = accuracy.of_kind("rater").accuracy.value
    known = every_rater[~np.isnan(every_rater)]
    answered = f"{len(known)} of {len(every_rater)} raters have golden answers"
    if not len(known):
        return answered
    return (
        f"{answered}: accuracy {np.median(known):.5f} (median), "
        f"{known.min():.5f} (least), {known.max():.5f} (most)"
    )


def copies(pairs: RaterPairs, what: str) -> Iterator[str]:
    """Say which raters' answers are near copies."""
    from analysis import near_copies

    groups = near_copies(pairs)
    if not groups:
        yield f"{what}: no near copies among {int(pairs.tested.sum()):,} pairs of raters"
    for group in groups:
        names = ", ".join(str(pairs.rater_names[rater]) for rater in group)
        yield f"{what}: those of raters {names} are near copies of each other"


def estimated(part: Estimate) -> str:
    """Write a number and its interval in three decimals, or that it is undefined."""
    if part.value != part.value:
        return "undefined"
    return f"{part.value:.3f} [{part.low:.3f}, {part.high:.3f}]"
