"""What this package raises and warns with, and how a message shows a name."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

# A name is cut to so many characters in a message, and so many names are listed.
LONGEST_SHOWN = 60
MOST_LISTED = 12
# Of a mail address, only its first letter and its host are shown.
MAIL = re.compile(r"([^\s@]{1,2})[^\s@]*@([^\s@]+\.[^\s@]+)")


class VoteError(ValueError):
    """Votes, truth or parameters that cannot be used; the message says which and how to mend it."""


class ColumnError(VoteError):
    """A table has no column of the name that was said."""


class ConvergenceWarning(UserWarning):
    """EM stopped because it ran out of steps, not because it had converged."""


class IdentifiabilityWarning(UserWarning):
    """The votes cannot tell some of the model's parameters; the message names the cause."""


class VoteWarning(UserWarning):
    """Votes that can be used, but probably not as they were meant; the message says why."""


def shown(name: Any) -> str:
    """Return a name as a message shows it: quoted, cut if it is long, a mail address shortened.

    Examples
    --------
    >>> shown("ann.smith@example.org"), shown(7)
    ("'an...@example.org'", '7')
    """
    if isinstance(name, str):
        name = MAIL.sub(r"\1...@\2", name)
    text = repr(name)
    return text if len(text) <= LONGEST_SHOWN else f"{text[: LONGEST_SHOWN - 4]}...{text[-1]}"


def listed(names: Iterable[Any], most: int = MOST_LISTED) -> str:
    """List names as a message does: some of them, and how many more there are.

    Examples
    --------
    >>> listed(["a", "b", "c"], most=2)
    "'a', 'b' and 1 more"
    """
    names = list(names)
    text = ", ".join(map(shown, names[:most]))
    return text + (f" and {len(names) - most:,} more" if len(names) > most else "")
