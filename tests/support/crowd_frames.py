"""Frames of votes as crowd-kit takes them."""

from __future__ import annotations

import numpy as np
import pandas as pd

N_TASKS, N_WORKERS = 40, 9
LABELS = ("a", "b", "c")


def crowd_frame(seed: int = 1, n_votes: int = 300) -> pd.DataFrame:
    """Votes that are right two times in three or more; some occur twice."""
    rng = np.random.default_rng(seed)
    task, worker = rng.integers(N_TASKS, size=n_votes), rng.integers(N_WORKERS, size=n_votes)
    truth = rng.integers(len(LABELS), size=N_TASKS)
    right = rng.random(n_votes) < 0.65
    label = np.where(right, truth[task], rng.integers(len(LABELS), size=n_votes))
    return pd.DataFrame(
        {
            "task": [f"t{code}" for code in task],
            "worker": [f"w{code}" for code in worker],
            "label": [LABELS[code] for code in label],
        }
    )


def error_counts(frame: pd.DataFrame, seed: int = 2) -> pd.DataFrame:
    """Counts of earlier answers of every worker, right more often than not."""
    workers, labels = sorted(set(frame["worker"])), sorted(set(frame["label"]))
    counts = np.random.default_rng(seed).integers(1, 4, size=(len(workers), len(labels), 1))
    table = counts + 5 * np.eye(len(labels))
    rows = pd.MultiIndex.from_product([workers, labels], names=["worker", "label"])
    return pd.DataFrame(table.reshape(-1, len(labels)), index=rows, columns=labels)
