"""What the user of some votes probably did not mean: words for nothing, items taken for raters."""

from __future__ import annotations

import csv
import io
import shlex
from collections.abc import Mapping, Sequence, Set
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from ...errors import listed, number_of
from ..columns import Column

# Words that many a program writes where there is nothing.
NOTHING = frozenset(
    (
        *("NA", "N/A", "n/a", "na", "<NA>", "#N/A", "NaN", "nan", "NaT", "NULL", "Null", "null"),
        *("None", "none", "NONE", "nil", "undefined", ".", "-", "--", "?"),
    )
)
# What a rater says who does not answer, without case and signs.
NO_ANSWER = frozenset(
    (
        *("skip", "skipped", "unsure", "not sure", "im not sure", "dont know", "i dont know"),
        *("do not know", "i do not know", "dk", "idk", "unknown", "cant tell", "cannot tell"),
        *("no answer", "no response", "not answered", "unanswered", "prefer not to say"),
        *("prefer not to answer", "missing", "blank", "empty", "no opinion", "abstain"),
    )
)
SIGNS = str.maketrans({"'": None, "\u2019": None, "_": " ", "-": " ", ".": None})
# Where more of the votes than this repeat a (rater, item) pair, the columns are doubtful.
MANY_REPEATED = 0.5
FEWEST_REPEATED = 20
# Where there are more answers than this share of the votes, they are no classes.
MANY_ANSWERS = 0.5
# So many raters an item, and so many in all, are rather items.
MANY_RATERS, FEWEST_RATERS = 10, 50


def words_for_nothing(
    names: Sequence[Any], codes: NDArray[np.integer[Any]] | None = None
) -> list[str]:
    """Doubt answers that stand for nothing, in many a program or in what raters say.

    Parameters
    ----------
    names : sequence
        The answers.
    codes : ndarray of int, shape (n_votes,), optional
        Each vote's place among them, to say how often one was given.
    """
    found = {code: str(name) for code, name in enumerate(names) if is_nothing(str(name))}
    if not found:
        return []
    words = list(found.values())
    option = f"--missing {shlex.quote(written_together(words))} leaves such votes out"
    counts = None if codes is None else np.bincount(codes, minlength=len(names))
    if len(words) == 1:
        given = "" if counts is None else f", and given {number_of(counts[[*found]][0], 'time')}"
        one = f"{shown_word(words[0])} is taken for an answer{given}"
        return [f"{one}: if it means that there is none, {option}"]
    each = [
        shown_word(word) + ("" if counts is None else f" ({number_of(counts[code], 'time')})")
        for code, word in found.items()
    ]
    return [f"{', '.join(each)} are taken for answers: if they mean that there is none, {option}"]


def doubtful_answers(names: Sequence[Any], n_votes: int) -> list[str]:
    """Doubt answers that are rather texts or measurements, or several choices in one."""
    if n_votes >= FEWEST_REPEATED and len(names) > MANY_ANSWERS * n_votes:
        many = f"there are {len(names):,} different answers in {n_votes:,} votes, each a class"
        return [f"{many}: is that the right column for the answers? If not, say --answer COLUMN"]
    texts = {str(name) for name in names}
    several = [name for name in names if is_several(str(name), texts)]
    if not several:
        return []
    of = f"{len(several):,} of the {number_of(len(names), 'answer')}, such as {listed(several, 2)},"
    verb = (
        "looks like several choices and is"
        if len(several) == 1
        else "look like several choices and are"
    )
    return [f"{of} {verb} taken whole: if so, make a row of each choice"]


def is_several(text: str, answers: Set[str]) -> bool:
    """Say whether an answer is a list, or other answers with a sign between them.

    Examples
    --------
    >>> [is_several(text, {"cat", "dog"}) for text in ("['cat']", "cat|red", "cat, dog", "a, cat")]
    [True, True, True, False]
    """
    if text.startswith("[") and text.endswith("]"):
        return True
    for sign, enough in (("|", any), (";", any), (",", all)):
        parts = [part.strip() for part in text.split(sign)]
        if len(parts) > 1 and enough(part in answers for part in parts):
            return True
    return False


def is_nothing(word: str) -> bool:
    """Say whether a word stands for nothing.

    Examples
    --------
    >>> is_nothing("NA"), is_nothing("I don't know."), is_nothing("no")
    (True, True, False)
    """
    return (
        not word.strip()
        or word in NOTHING
        or " ".join(word.translate(SIGNS).casefold().split()) in NO_ANSWER
    )


def shown_word(word: str) -> str:
    """Return a word as it stands, in quotes if it is hard to see."""
    return word if word[:1].isalpha() else repr(word)


def written_together(words: Sequence[str]) -> str:
    """Return words as `--missing` takes them: commas between them, quotes where one has some."""
    text = io.StringIO()
    # a blank before a word is none of it unless there are quotes around it
    quoting: Literal[0, 1] = (
        csv.QUOTE_ALL if any(word[:1] == " " for word in words) else csv.QUOTE_MINIMAL
    )
    csv.writer(text, lineterminator="", quoting=quoting).writerow(words)
    return text.getvalue()


def looks_swapped(n_votes: int, n_items: int, n_raters: int) -> list[str]:
    """Doubt that there are many times more raters than items: their columns may be swapped."""
    if n_raters < max(MANY_RATERS * n_items, FEWEST_RATERS):
        return []
    doubt = (
        f"{number_of(n_items, 'item')} with {n_votes / n_items:,.0f} votes each, on average, and "
        f"{number_of(n_raters, 'rater')} with {n_votes / n_raters:,.1f} each: if the items are in "
        "the column of the raters, swap them (--item COLUMN --rater COLUMN)"
    )
    return [doubt]


def many_a_vote(columns: Mapping[str, Column], n_votes: int, n_repeated: int) -> str:
    """Doubt the columns where most votes are repeated."""
    if n_repeated < max(MANY_REPEATED * n_votes, FEWEST_REPEATED):
        return ""
    item, rater = columns["item"], columns["rater"]
    per_item = np.bincount(item.codes, minlength=item.size)
    return (
        f"These {n_votes:,} rows are only {n_votes - n_repeated:,} (item, rater) pairs: "
        f"{number_of(item.size, 'item')} have up to {number_of(per_item.max(), 'vote')} each, of "
        f"{number_of(rater.size, 'rater')}. "
        "Is that the right column for the items? Say --item COLUMN, or --item A --item B"
    )
