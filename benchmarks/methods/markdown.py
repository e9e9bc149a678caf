"""Tables and paragraphs as Markdown."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Sequence

from .record import Outcome

COLUMNS = 110


def rows_of(heading: Sequence[str], rows: Iterable[Sequence[str]], *, text: bool = False) -> str:
    """Return a table; numbers stand on the right, text on the left."""
    lines = [heading, ["---", *["---" if text else "---:"] * (len(heading) - 1)], *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def filled(text: str) -> str:
    """Break a paragraph into lines."""
    return textwrap.fill(text, COLUMNS, break_long_words=False, break_on_hyphens=False)


def failures(outcomes: dict[str, dict[str, Outcome]]) -> str:
    """Name what has no result, and why, a message once, to the end of its first sentence."""
    where: dict[tuple[str, str], list[str]] = {}
    for name, of_set in outcomes.items():
        for method, one in of_set.items():
            if one.failure:
                why = one.failure.partition(". ")[0]
                where.setdefault((method, why), []).append(name)
    return "; ".join(
        f"`{method}` on {'every set' if len(names) == len(outcomes) else ', '.join(names)} ({why})"
        for (method, why), names in where.items()
    )
