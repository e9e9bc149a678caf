"""What runs in a fresh process of its own, where memory can be measured.

    python -m benchmarks.fresh fit WHO SOURCE STEPS
    python -m benchmarks.fresh load-release FOLDER
    python -m benchmarks.fresh load-dense FOLDER
    python -m benchmarks.fresh read WHO FILE

prints one line of JSON: seconds, the most memory held, how much of it was taken beyond what was
held when the inputs were there, and the digest of the result.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from .runner import digest

Report = dict[str, Any]


def most_memory() -> int:
    """Return the most memory that this process has held so far, in bytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (
        1 if sys.platform == "darwin" else 1024
    )


def fit(who: str, source: str, steps: str) -> Report:
    """Fit the votes of a file, or as many simulated ones as `source` says, by one contender."""
    import psutil

    from .data import load, simulated_columns
    from .fits import FITTERS, N_RATERS

    fitter = FITTERS[who]
    fitter.fit(simulated_columns(2000, n_raters=20), 2)  # what it imports and compiles
    simulated = source.isdigit()
    columns = simulated_columns(int(source), n_raters=N_RATERS) if simulated else load(Path(source))
    before = psutil.Process().memory_info().rss
    start = time.perf_counter()
    result = fitter.fit(columns, int(steps))
    seconds = time.perf_counter() - start
    peak = most_memory()
    return {
        "seconds": seconds,
        "peak_bytes": peak,
        "above_bytes": peak - before,
        "votes": len(columns.items),
        "digest": fitter.digest(result),
    }


def many_classes(n_votes: str) -> Report:
    """Fit many classes, 1,000 of 10,000 raters, by sparse error rates and by votes alone."""
    import numpy as np

    from aggregation import fit_sparse_dawid_skene

    from .data import VOTES_PER_ITEM, neighbours
    from .many_classes import majority_accuracy, one_coin_accuracy

    fit_sparse_dawid_skene(neighbours(40, 5, 50)[0])  # what it compiles
    votes, truth = neighbours(int(n_votes) // VOTES_PER_ITEM, 10_000, 1_000, VOTES_PER_ITEM)
    held = most_memory()
    start = time.perf_counter()
    found = fit_sparse_dawid_skene(votes)
    seconds, peak = time.perf_counter() - start, most_memory()
    alone = fit_sparse_dawid_skene(votes, max_steps=0)
    return {
        "seconds": seconds,
        "peak_bytes": peak,
        "above_bytes": peak - held,
        "steps": found.n_steps,
        "accuracy": float((found.classes() == truth).mean()),
        "accuracy of the background": float((alone.classes() == truth).mean()),
        "accuracy of one coin": one_coin_accuracy(votes, truth),
        "accuracy of the majority": majority_accuracy(votes, truth),
        "outside": float(found.outside.mean()),
        "digest": digest(found.shares, found.counts, np.float64(found.objective)),
    }


def load_release(folder: str) -> Report:
    """Load the release as this project does."""
    start = time.perf_counter()
    from analysis import load_release

    release = load_release(folder)
    seconds, peak = time.perf_counter() - start, most_memory()
    return {
        "seconds": seconds,
        "peak_bytes": peak,
        "digest": digest(release.votes.starts, release.votes.codes),
    }


def load_dense(folder: str) -> Report:
    """Load the raters' tensor as NumPy does, with what says which question is which."""
    start = time.perf_counter()
    import numpy as np

    with np.load(Path(folder) / "raters.npz") as file:
        tensor = file["tensor"]
        file["info"]
    seconds, peak = time.perf_counter() - start, most_memory()
    _, n_items, n_answers = tensor.shape
    raters, items, answers = np.nonzero(tensor)
    order = np.lexsort((answers, raters, items))
    codes = (raters * n_answers + answers)[order].astype(np.int32)
    starts = np.concatenate(([0], np.cumsum(np.bincount(items, minlength=n_items))))
    return {"seconds": seconds, "peak_bytes": peak, "digest": digest(starts, codes)}


def read(who: str, path: str) -> Report:
    """Read a table of votes three times by one contender: the processor's seconds of the median."""
    read_file = READERS[who]()
    seconds = []
    for _ in range(3):
        start = time.process_time()
        found = read_file(path)
        seconds.append(time.process_time() - start)
    return {
        "seconds": sorted(seconds)[1],
        "peak_bytes": most_memory(),
        "digest": "" if who == "polars" else digest(found.starts, found.codes),
    }


def our_reader() -> Callable[[str], Any]:
    """Return what reads and codes votes."""
    from aggregation import Votes

    return Votes.read


def polars_reader() -> Callable[[str], Any]:
    """Return what reads a table, and codes nothing."""
    import polars as pl

    return lambda path: (pl.read_parquet if path.endswith(".parquet") else pl.read_csv)(path)


READERS: dict[str, Callable[[], Callable[[str], Any]]] = {
    "reassess": our_reader,
    "polars": polars_reader,
}

TASKS: dict[str, Callable[..., Report]] = {
    "fit": fit,
    "many-classes": many_classes,
    "load-release": load_release,
    "load-dense": load_dense,
    "read": read,
}

if __name__ == "__main__":
    print(json.dumps(TASKS[sys.argv[1]](*sys.argv[2:])))
