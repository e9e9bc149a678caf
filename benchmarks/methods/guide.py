"""Which method when: sentences that follow from the measured tables, and from nothing else."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np

from ..report import three_digits
from .record import RECALIBRATED, Record
from .summary import BASELINE, InShort, in_short, table

# Named in a sentence; the tables have the others.
SHOWN = 3
# From so many classes on, and below so many votes a rater, sets are summed up by themselves.
MANY_CLASSES, FEW_VOTES = 4, 50


def guide(record: Record) -> Iterator[str]:
    """Say what the tables say, a paragraph each; nothing without the votes as a baseline."""
    rows = in_short(record)
    if not rows:
        return
    yield most_right(rows, len(record.sets))
    yield least_to_lose(rows)
    yield believable(rows)
    yield from by_kind_of_set(record)
    yield where_votes_are_best(record)
    yield how_long(rows)
    yield what_follows(rows)


def most_right(rows: Sequence[InShort], n_sets: int) -> str:
    """Say who has the largest mean accuracy, and who cannot be told from it."""
    first, *others = ranked(rows, lambda row: -row.means["accuracy"])
    alike = [row for row in others if row.behind.high >= 0]
    behind = [row for row in others if row.behind.high < 0]
    gain = first.gain
    text = (
        f"**Most often right.** {code(first)} has the largest mean accuracy, "
        f"{percent(first.means['accuracy'])}: {points(gain.value)} points more than the votes "
        f"[{points(gain.low)}, {points(gain.high)}]. With {n_sets} sets "
    )
    text += f"{listed(alike)} cannot be told from it" if alike else "all others are behind it"
    return text + (f"; {listed(behind)} {are(behind)} behind it." if alike and behind else ".")


def least_to_lose(rows: Sequence[InShort]) -> str:
    """Say who falls least, and who falls most, below the votes."""
    models = [row for row in rows if row.name != BASELINE]
    order = ranked(models, lambda row: -row.worst)
    safe = ", ".join(worst_of(row) for row in order[:SHOWN])
    return (
        f"**Least to lose.** No set is worse than the votes by more than this: {safe}. The "
        f"largest losses: {', '.join(worst_of(row) for row in order[: -SHOWN - 1 : -1])}."
    )


def believable(rows: Sequence[InShort]) -> str:
    """Say whose probabilities are best, and how much too sure the methods are."""
    parts = []
    for measure, words in (
        ("log_loss", "Least log loss"),
        ("brier", "Least Brier score"),
        (RECALIBRATED, "Least log loss at one temperature for all items, fitted to others"),
    ):
        order = ranked(rows, lambda row, measure=measure: row.means[measure])  # type: ignore[misc]
        best = ", ".join(f"{code(row)} {row.means[measure]:.3f}" for row in order[:SHOWN])
        last = order[-1]
        parts.append(f"{words}: {best}; largest: {code(last)} {last.means[measure]:.3f}.")
    sure = ranked(rows, lambda row: row.means["overconfidence"])
    better = [row for row in rows if row.means[RECALIBRATED] < row.means["log_loss"]]
    return (
        f"**Probabilities that can be believed.** {' '.join(parts)} `recalibrate_posteriors`, "
        f"which finds that temperature, lowers the log loss of {len(better)} of {len(rows)} "
        "methods. Mean confidence less accuracy runs from "
        f"{points(sure[0].means['overconfidence'])} points ({code(sure[0])}) to "
        f"{points(sure[-1].means['overconfidence'])} ({code(sure[-1])})."
    )


def by_kind_of_set(record: Record) -> Iterator[str]:
    """Say who is most often right where there are few classes, many, or few votes a rater."""
    kinds: list[tuple[str, Callable[[int], bool]]] = [
        ("two classes", lambda k: record.sets[k].classes == 2),
        (f"{MANY_CLASSES} classes or more", lambda k: record.sets[k].classes >= MANY_CLASSES),
        (
            f"fewer than {FEW_VOTES} votes a rater",
            lambda k: record.sets[k].votes_a_rater < FEW_VOTES,
        ),
    ]
    sentences = []
    for words, belongs in kinds:
        names = [one.name for k, one in enumerate(record.sets) if belongs(k)]
        rows = in_short(record, names) if names else []
        if rows:
            order = ranked(rows, lambda row: -row.means["accuracy"])[:SHOWN]
            best = ", ".join(f"{code(row)} {percent(row.means['accuracy'])}" for row in order)
            votes = next(row for row in rows if row.name == BASELINE)
            sentences.append(
                f"with {words} ({len(names)} sets) {best}; the votes "
                f"{percent(votes.means['accuracy'])}"
            )
    if sentences:
        yield f"**By kind of set.** Largest mean accuracy {'; '.join(sentences)}."


def where_votes_are_best(record: Record) -> str:
    """Say on how many sets no method is right more often than the votes."""
    names = [one.name for one in record.sets]
    accuracy = table(record, "accuracy", names)
    best = np.nanmax([row for name, row in accuracy.items() if name != BASELINE], axis=0)
    none = [name for name, gain in zip(names, best - accuracy[BASELINE], strict=True) if gain <= 0]
    winners = {
        name: int(np.sum(row == np.maximum(best, accuracy[BASELINE])))
        for name, row in accuracy.items()
    }
    most = sorted(winners, key=lambda name: -winners[name])[:SHOWN]
    counts = ", ".join(f"`{name}` on {winners[name]}" for name in most)
    where = f"The votes are not beaten on {', '.join(none)}. " if none else ""
    return (
        f"**No method wins everywhere.** {where}Most accurate, alone or with others, of "
        f"{len(names)} sets: {counts}. So compare on your own votes: "
        "`reassess compare --votes VOTES --truth FILE`."
    )


def how_long(rows: Sequence[InShort]) -> str:
    """Say who is fast, and who is not."""
    order = ranked(rows, lambda row: row.times)
    shown = [*order[:SHOWN], *order[-SHOWN:]] if len(order) > 2 * SHOWN else order
    times = ", ".join(f"{code(row)} {three_digits(row.times)}" for row in shown)
    return f"**Time**, as a multiple of that of `dawid-skene` on the same set: {times}."


def what_follows(rows: Sequence[InShort]) -> str:
    """Choose, among those not told from the most accurate, the best in other respects."""
    alike = [row for row in rows if row.behind.high >= 0]
    good = [row for row in alike if row.gain.low > 0] or alike
    reasons: dict[str, list[str]] = {}
    for words, key in (
        ("the least log loss", lambda row: row.means["log_loss"]),
        ("the least to lose against the votes", lambda row: -row.worst),
        ("the shortest time", lambda row: row.times),
    ):
        reasons.setdefault(code(ranked(good, key)[0]), []).append(words)
    chosen = "; ".join(f"{name} has {' and '.join(words)}" for name, words in reasons.items())
    return (
        "**What follows.** Of the methods that are above the votes by more than chance and cannot "
        f"be told from the most accurate, {chosen}. "
        "Differences among them are smaller than those between sets: look at the sets that are "
        "most like your own votes."
    )


def ranked(rows: Sequence[InShort], key: Callable[[InShort], float]) -> list[InShort]:
    """Sort methods, the first of equals first."""
    return sorted(rows, key=key)


def worst_of(row: InShort) -> str:
    """Write what a method loses at most, and where."""
    return f"{code(row)} {points(row.worst)} ({row.worst_set})"


def listed(rows: Sequence[InShort]) -> str:
    """Name methods, joined by commas and a last "and"."""
    names = [code(row) for row in rows]
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def are(rows: Sequence[InShort]) -> str:
    """Return the verb for one or several."""
    return "is" if len(rows) == 1 else "are"


def code(row: InShort) -> str:
    """Write a method's name."""
    return f"`{row.name}`"


def percent(share: float) -> str:
    """Write a share in per cent."""
    return f"{100 * share:.2f} %"


def points(difference: float) -> str:
    """Write a difference of shares in points of per cent."""
    return f"{100 * difference:+.2f}"
