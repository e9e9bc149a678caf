"""Names that may be meant to be one: they differ in case, blanks, unicode form or number format."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...errors import shown
from ..columns import Column
from ..names import ArrowNames
from ..tables.distinct import is_long_text, texts_of

# So many groups of names are listed.
MOST_GROUPS = 5
# A line that may be a number, and is not written in the shortest way.
ODD_NUMBER = re.compile(
    r"^[-+]?(?:[0-9]*\.[0-9]*(?:e[-+]?[0-9]+)?|0[0-9]+|[0-9]+e[-+]?[0-9]+)$|^\+[0-9]|^-0$", re.M
)
# Blanks of no width, the mark of an encoding, soft hyphens, and marks of a direction.
UNSEEN = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u200e\u200f\u2060\ufeff\u00ad"))

# Lower-case ASCII that is no number, or a whole number in the shortest way: it folds to itself.
FOLDED = r"^(?:[!-*,/:-@\[-~][!-@\[-~]*|0|[1-9][0-9]{0,14})$"


def folded_name(name: str) -> str:
    """Return what is left of a name without case, blanks, unicode form and number format.

    Examples
    --------
    >>> folded_name(" Cat  A"), folded_name("007"), folded_name("1.50")
    ('cat a', '7', '1.5')
    """
    name = unicodedata.normalize("NFKC", name).translate(UNSEEN)
    folded = " ".join(name.split()).casefold()
    # Python, and few others, take 1_0 for 10
    if (folded[:1].isdecimal() or folded[:1] in "+-.") and "_" not in folded:
        try:
            number = float(folded)
        except ValueError:
            return folded
        if number == number and abs(number) < 2.0**53:
            return str(int(number)) if number.is_integer() else repr(number)
    return folded


def same_names(names: Sequence[Any]) -> list[list[int]]:
    """Return groups of two names and more that fold to the same, as places in `names`."""
    if isinstance(names, ArrowNames) and plainly_differ(names.held):
        return []
    texts = [str(name) for name in names]
    if not may_differ(texts):
        return []
    groups: dict[str, list[int]] = defaultdict(list)
    for place, text in enumerate(texts):
        groups[folded_name(text)].append(place)
    return [group for group in groups.values() if len(group) > 1]


def may_differ(texts: Sequence[str]) -> bool:
    """Say whether folding could make two names one: a quick look that spares most large jobs.

    Names in lower case without blanks, in ASCII, of one length differ in nothing that folds.
    """
    if len(texts) < 2:
        return False
    whole = "\n".join(texts)
    plain = whole.isascii() and whole == whole.lower() and whole.split() == list(texts)
    return not plain or (ODD_NUMBER.search(whole) is not None)


def plainly_differ(names: Any) -> bool:
    """Say whether distinct names are certain to differ in what folding keeps, in one quick pass.

    Parameters
    ----------
    names : pyarrow.Array
    """
    import pyarrow as pa

    from ...kernels.text import differ_plainly  # Numba takes a third of a second to import

    if pa.types.is_integer(names.type):
        return True
    return is_long_text(names) and differ_plainly(*texts_of(names))


def merged(
    column: Column, groups: Sequence[Sequence[int]], counts: NDArray[np.int64] | None = None
) -> Column:
    """Give the names of each group one name: that of most votes, the first in order of equals.

    `counts` are each name's votes; default: as often as it is in the column.
    """
    if counts is None:
        counts = np.bincount(column.codes, minlength=column.size)
    target = np.arange(column.size)
    for group in groups:
        target[list(group)] = max(group, key=lambda place: (counts[place], -place))
    kept = np.flatnonzero(target == np.arange(column.size))
    new = np.full(column.size, -1)
    new[kept] = np.arange(len(kept))
    codes: NDArray[np.int64] = new[target][column.codes]
    return Column(codes, len(kept), tuple(column.names[place] for place in kept.tolist()))


def folded_texts(texts: Any) -> Any:
    """Fold each of an array of texts, those that have nothing to fold by a look alone.

    Examples
    --------
    >>> import pyarrow
    >>> folded_texts(pyarrow.array(["cat", "Cat ", "7", "07"])).to_pylist()
    ['cat', 'cat', '7', '7']
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    odd = np.flatnonzero(~pc.match_substring_regex(texts, FOLDED).to_numpy(zero_copy_only=False))
    if not len(odd):
        return texts
    others = [folded_name(text) for text in texts.take(odd).to_pylist()]
    mask = np.zeros(len(texts), dtype=bool)
    mask[odd] = True
    return pc.replace_with_mask(texts, mask, pa.array(others, texts.type))


def as_most_vote(folded: Any, counts: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return for each name the place of the one that it is merged into, by what it folds to.

    It is that of most votes, the first of equals; `counts` are each name's votes.
    """
    of_name = folded.dictionary_encode()
    folds = of_name.indices.to_numpy()
    order = np.lexsort((np.arange(len(counts)), -counts))[::-1]
    best = np.empty(len(of_name.dictionary), dtype=np.int64)
    best[folds[order]] = order  # the last one that is written stays
    return np.asarray(best[folds])


def said_of(role: str, names: Sequence[Any], groups: Sequence[Sequence[int]]) -> str:
    """List groups of a role's names in words."""
    some = [
        " and ".join(shown(names[place]) for place in group[:4]) for group in groups[:MOST_GROUPS]
    ]
    more = f" and {len(groups) - MOST_GROUPS:,} more" if len(groups) > MOST_GROUPS else ""
    return f"{role}s {', '.join(some)}{more}"
