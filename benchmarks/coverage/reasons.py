"""Why an interval does not cover as often as it says: what a reader is told beside the number."""

from __future__ import annotations

from .study import Row

PARABOLA = "the likelihood is no parabola; a warning says so"
ALIKE = "takes items of an image for independent"
FEW_GROUPS = "25 groups are few"
# By design and how the interval's name begins; the first that fits.
REASONS: tuple[tuple[str, str, str], ...] = (
    ("few votes of weak raters", "`standard_errors`: ", PARABOLA),
    ("few votes of weak raters", "`standard_errors`(robust=True): ", PARABOLA),
    (
        "few votes of weak raters",
        "`profile_class_prior`, pseudo-counts",
        "pseudo-counts say that raters are right, as they are: more is known than the votes tell",
    ),
    (
        "zeros",
        "`standard_errors`: rates that came",
        "Clopper and Pearson's ends are on the safe side",
    ),
    ("images", "`standard_errors`: ", ALIKE),
    ("images", "`standard_errors`(robust=True): ", ALIKE),
    (
        "images",
        "`bootstrap(groups=)`",
        "percentiles of 100 replicates, which do not mend the bias of estimates",
    ),
    ("few images", "`standard_errors`: ", ALIKE),
    ("few images", "`standard_errors`(robust=True): ", ALIKE),
    ("few images", "`standard_errors`(robust=True, groups=)", FEW_GROUPS),
    ("few images", "`bootstrap(groups=)`", FEW_GROUPS),
    ("10 raters", "`agreement`, items: alpha of all", "is of these raters, not of all"),
    ("60 raters", "`agreement`, items: alpha of all", "is of these raters, not of all"),
    (
        "60 raters",
        "`agreement`, items and raters",
        "what varies by item is also in the jackknife over raters: on the safe side",
    ),
    (
        "scored questions",
        "`precision_recall_bands`: average precision",
        "of a sample it lies above that of all questions (here by 0.006), and so do its draws",
    ),
    (
        "scored questions",
        "`choose_threshold(precision=)`",
        "no interval: what is picked to reach a target does so about half the time elsewhere",
    ),
    (
        "calibrated scores",
        "`measure_calibration`: miscalibration",
        "cannot be below 0: chance alone makes it positive, and again in each replicate",
    ),
    (
        "the model's votes",
        "`check_model()`",
        "parameters count as known, though they are fitted to these votes: `refit=True` mends it",
    ),
    ("the model's votes", "`near_copies`", "asks for a share copied of surely half, too"),
    ("the model's votes", "pairs, ", "the p-value is an upper bound (Hoeffding's theorem)"),
)


def reason_of(row: Row) -> str:
    """Return the reason, or nothing."""
    for study, interval, reason in REASONS:
        if row.study == study and row.interval.startswith(interval):
            return reason
    return ""
