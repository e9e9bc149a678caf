"""From a frame or a file of votes to labels in one line."""

from __future__ import annotations

from os import PathLike
from typing import Any, Unpack

from ..arguments import check_types
from ..reading.options import ReadOptions
from ..votes.votes import Votes
from .aggregated import Aggregated
from .catalogue import DEFAULT_METHOD, METHODS


def default_method(votes: Votes) -> Aggregated:
    """Aggregate by the method that is taken where none is named."""
    return METHODS[DEFAULT_METHOD](votes)


def aggregate(votes: Any, **options: Unpack[ReadOptions]) -> Any:
    """Label the items of a frame or file of votes.

    Parameters
    ----------
    votes : dataframe, path or Votes
        One vote a row; see :meth:`Votes.from_frame` and :meth:`Votes.read`.
    **options
        Which columns are which, what is left out, ...; see :class:`ReadOptions`.

    Returns
    -------
    dataframe
        A row an item, in the order in which items first occur, with the columns of
        :func:`label_table`: item, label, confidence, votes, agreement, entropy, majority. Of pandas
        or polars where the votes are, else of pyarrow.

    Raises
    ------
    VoteError
        If the votes cannot be used.
    OSError
        If there is no such file.

    Examples
    --------
    >>> import pyarrow
    >>> frame = pyarrow.table({"task": [7, 7, 3, 3], "worker": [*"abab"], "label": [1, 1, 0, 0]})
    >>> aggregate(frame)["label"].to_pylist()
    [1, 0]
    """
    check_types(aggregate, locals())
    if not isinstance(votes, Votes):
        read: Any = Votes.read if isinstance(votes, str | PathLike) else Votes.from_frame
        votes = read(votes, **options)
    return default_method(votes).labels().to_native()
