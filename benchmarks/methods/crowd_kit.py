"""crowd-kit's methods on the same votes, as their users call them."""

from __future__ import annotations

import signal
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .sets import KnownSet

# What crowd-kit calls the methods of ours that it has.
CLASSES = {
    "vote-share": "MajorityVote",
    "wawa": "Wawa",
    "zbs": "ZeroBasedSkill",
    "dawid-skene": "DawidSkene",
    "one-coin": "OneCoinDawidSkene",
    "mace": "MACE",
    "glad": "GLAD",
}
# Options where its defaults take too long: ten starts of MACE, from chance, ten times as long.
OPTIONS = {"mace": {"n_restarts": 1}}
# A fit is given up after so many seconds of processor time.
MOST_SECONDS = 30


def is_there() -> bool:
    """Say whether crowd-kit can be imported."""
    return find_spec("crowdkit") is not None


def posterior_of(name: str, one: KnownSet) -> NDArray[np.float64]:
    """Return crowd-kit's posteriors in our order of items and answers; whatever fails is raised.

    The rows are in the order of the file: what depends on it is crowd-kit's affair.
    """
    import pandas as pd
    from crowdkit import aggregation

    frame = pd.read_csv(one.file, dtype=str, keep_default_na=False)
    frame.columns = ["task", "worker", "label", *frame.columns[3:]]
    items, answers = (
        {str(key): code for code, key in enumerate(names)}
        for names in (one.votes.item_names, one.votes.answer_names)
    )
    frame["task"], frame["label"] = frame["task"].map(items), frame["label"].map(answers)
    with warnings.catch_warnings(), at_most(MOST_SECONDS):
        warnings.simplefilter("ignore")  # it calls pandas in ways that pandas will not have
        model = getattr(aggregation, CLASSES[name])(**OPTIONS.get(name, {}))
        labels = model.fit_predict(frame[["task", "worker", "label"]])
    return aligned(getattr(model, "probas_", None), labels, one)


def aligned(probas: Any, labels: Any, one: KnownSet) -> NDArray[np.float64]:
    """Return posteriors, or the labels as such where there are none, shape (n_items, n_answers)."""
    found = np.zeros((one.votes.n_items, one.votes.n_answers))
    if probas is None:
        found[labels.index.to_numpy(np.int64), labels.to_numpy(np.int64)] = 1
        return found
    rows, columns = probas.index.to_numpy(np.int64), probas.columns.to_numpy(np.int64)
    found[np.ix_(rows, columns)] = np.nan_to_num(probas.to_numpy(np.float64))
    return found


@contextmanager
def at_most(seconds: int) -> Iterator[None]:
    """Give up after so many seconds of processor time."""

    def give_up(*_: object) -> None:
        raise TimeoutError(f"more than {seconds} s")

    before = signal.signal(signal.SIGPROF, give_up)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)
