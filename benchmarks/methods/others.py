"""Ours beside others: crowd-kit on the same votes, and what was published."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from .crowd_kit import CLASSES
from .markdown import failures, filled, rows_of
from .record import Outcome, Record

# Zheng, Li, Li, Shan & Cheng (2017), Truth inference in crowdsourcing: is the problem solved?,
# PVLDB 10(5): Table 6, accuracy on D_Product in per cent, and what they call the method.
PUBLISHED_SET = "D_Product"
PUBLISHED = {
    "vote-share": ("MV", 89.66),
    "one-coin": ("ZC", 92.80),
    "glad": ("GLAD", 92.20),
    "dawid-skene": ("D&S", 93.66),
    "ibcc": ("BCC", 93.78),
    "dawid-skene-map": ("LFC", 93.73),
    "catd": ("CATD", 92.66),
}


def beside_crowd_kit(record: Record) -> Iterator[str]:
    """Yield ours and crowd-kit's accuracy by set, and how many times as long it takes."""
    names = [one.name for one in record.sets]
    methods = [
        name
        for name in CLASSES
        if all(name in record.ours[one] and name in record.peers[one] for one in names)
    ]
    if not methods:
        yield "Left out: crowd-kit was not installed (`pip install 'reassess[bench]'`).\n"
        return
    version = record.environment.get("crowd-kit", "")
    yield filled(
        f"Accuracy in per cent, ours / that of crowd-kit {version} with its defaults (MACE "
        "with one start instead of ten); last, its "
        "processor time as a multiple of ours (geometric mean over sets). The rows are in the "
        "order of the file."
    )
    rows = []
    for method in methods:
        pairs = [(record.ours[name][method], record.peers[name][method]) for name in names]
        ratios = [theirs.seconds / ours.seconds for ours, theirs in pairs if not theirs.failure]
        ratio = f"{np.exp(np.mean(np.log(ratios))):,.0f}" if ratios else ""
        cells = (f"{in_percent(ours)} / {in_percent(theirs)}" for ours, theirs in pairs)
        rows.append((f"`{method}`", CLASSES[method], *cells, ratio))
    yield "\n" + rows_of(("ours", "crowd-kit's", *names, "time"), rows)
    failed = failures({name: only(found, methods) for name, found in record.peers.items()})
    if failed:
        yield "\n" + filled(f"Without a result in crowd-kit: {failed}.")
    yield ""


def only(outcomes: dict[str, Outcome], methods: Sequence[str]) -> dict[str, Outcome]:
    """Take the outcomes of some methods."""
    return {name: one for name, one in outcomes.items() if name in methods}


def in_percent(one: Outcome) -> str:
    """Write an accuracy, or a dash where there is no result."""
    return "—" if one.failure else f"{100 * one.measures['accuracy']:.2f}"


def published(record: Record) -> Iterator[str]:
    """Yield the published accuracies on one set beside ours."""
    if PUBLISHED_SET not in record.ours:
        yield f"Left out: the set {PUBLISHED_SET} is not there.\n"
        return
    found = record.ours[PUBLISHED_SET]
    yield filled(
        f"Accuracy on {PUBLISHED_SET} in per cent, by Zheng, Li, Li, Shan & Cheng (2017), Truth "
        "inference in crowdsourcing: is the problem solved?, PVLDB 10(5), Table 6. The last digits "
        "depend on how ties are broken; priors and starts are ours, not theirs: ZC, for one, has a "
        "uniform class prior, and `one-coin` estimates it."
    )
    rows = [
        (f"`{name}`", theirs, f"{value:.2f}", in_percent(found[name]), less(found[name], value))
        for name, (theirs, value) in PUBLISHED.items()
        if name in found
    ]
    yield "\n" + rows_of(("ours", "theirs", "published", "here", "less"), rows)
    yield ""


def less(one: Outcome, value: float) -> str:
    """Write by how much ours is above the published figure."""
    # a difference of rounding is none
    return "" if one.failure else f"{round(100 * one.measures['accuracy'] - value, 2) + 0.0:+.2f}"
