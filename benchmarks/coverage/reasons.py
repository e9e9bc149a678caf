"""Why an interval does not cover as often as it says: what a reader is told beside the number."""

from __future__ import annotations

from .study import Row

# By design and how the interval's name begins; the first that fits.
REASONS: tuple[tuple[str, str, str], ...] = ()


def reason_of(row: Row) -> str:
    """Return the reason, or nothing."""
    for study, interval, reason in REASONS:
        if row.study == study and row.interval.startswith(interval):
            return reason
    return ""
