"""Names that are data to us, and commands, mathematics, markup or rows to somebody else."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np

EVIL = (
    *("$x$", r"$\frac{$", "cost $5", r"\$a$b\$", "a_b^c", "{}", "%s%n", "[bold]red[/]", "[/]"),
    *("\x1b]0;title\x07", "\x1b[2J\x1b[H", "bell\x07", "back\x08\x08", "\x9b31m", "\x7f"),
    *("a\rb", "\r", "a\nb", "a\r\nb", "tab\tbed", "\u2028line", "\u0085next", "\u202egpj.exe"),
    *('"', '""', "'", ",", ";", "a,b", "=1+1", "+1", "-1+2", "@SUM(A1)", "\\", "\\n", "|", "\t="),
    *("<script>alert(1)</script>", "&amp;", "</td>", "nan", "None", "inf", "null", "True", "NA"),
    *("李雷", "e\u0301", "é", "\U0001f4a9", "مرحبا", "a" * 3000, " lead", "trail ", "\u200b", "#"),
    *("../../x", "C:\\x", "0x10", "1e999", "007", "7.0", "item", "rater", "class"),
)
# What a terminal would obey: control characters and what turns text around; \n ends our lines.
OBEYED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")
N_ITEMS, N_RATERS, N_ANSWERS = 60, 24, 5


def evil_votes(seed: int) -> dict[str, list[str]]:
    """Return columns of votes, in which every name is evil."""
    rng = np.random.default_rng(seed)
    raters = [EVIL[(seed * N_RATERS + rater) % len(EVIL)] for rater in range(N_RATERS)]
    answers = [EVIL[(seed * 7 + 13 * answer) % len(EVIL)] for answer in range(N_ANSWERS)]
    items = [EVIL[item % len(EVIL)] + str(item) * (item >= len(EVIL)) for item in range(N_ITEMS)]
    truth = rng.integers(0, N_ANSWERS, N_ITEMS)
    wrong = rng.random((N_ITEMS, N_RATERS)) < 0.3
    given = np.where(wrong, rng.integers(0, N_ANSWERS, wrong.shape), truth[:, None])
    asked = rng.random(wrong.shape) < 0.4
    asked[0] = True
    rows = np.argwhere(asked).tolist()
    return {
        "item": [items[item] for item, _ in rows],
        "rater": [raters[rater] for _, rater in rows],
        "label": [answers[given[item, rater]] for item, rater in rows],
    }


def write_parquet(path: Path, columns: dict[str, list[str]]) -> Path:
    """Write columns as Parquet, which can hold any name."""
    import pyarrow as pa
    from pyarrow import parquet

    parquet.write_table(pa.table(columns), path)
    return path
