"""What this package raises and warns with, how a message shows a name, and what reading raises."""

from __future__ import annotations

import errno
import lzma
import os
import re
import struct
import sys
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

# A name is cut to so many characters in a message, and so many names are listed.
LONGEST_SHOWN = 60
MOST_LISTED = 12
# A message is cut to so many: parsers put whole lines of a file into theirs.
LONGEST_MESSAGE = 1000
# What a URL may hold before its host: a name and a password.
SECRET = re.compile(r"//[^/\s]*@")
# Of a mail address, only its first letter and its host are shown.
MAIL = re.compile(r"([^\s@]{1,2})[^\s@]*@([^\s@]+\.[^\s@]+)")


# What the readers of others raise at a file that they cannot read; pyarrow's come to these. Any
# other exception is a bug of ours, and keeps its traceback.
OF_READERS: tuple[type[Exception], ...] = (
    UnicodeError,
    OverflowError,
    EOFError,
    OSError,
    lzma.LZMAError,
    struct.error,
    zipfile.BadZipFile,
    zlib.error,
)
# What moves a terminal's cursor, sets its title or turns text around; and halves of characters.
UNPRINTABLE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]"
)


class BriefError(ValueError):
    """An error whose message is cut in its middle if it is long: the file and the way out stay."""

    def __init__(self, message: str = "") -> None:
        super().__init__(brief(message))


class VoteError(BriefError):
    """Votes, truth or parameters that cannot be used; the message says which and how to mend it."""


class ColumnError(VoteError):
    """A table has no column of the name that was said."""


class LayoutError(VoteError):
    """What holds which part of votes cannot be told."""


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
        # a search for addresses in a name of a megabyte would take minutes
        name = MAIL.sub(r"\1...@\2", name[: 4 * LONGEST_SHOWN])
    text = repr(name)
    if "\n" in text:  # a table's, or an array's
        text = " ".join(text.split())
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


def number_of(count: int, what: str) -> str:
    """Say how many there are of something.

    Examples
    --------
    >>> number_of(1, "vote"), number_of(2000, "vote")
    ('1 vote', '2,000 votes')
    """
    return f"{count:,} {what}{'' if count == 1 else 's'}"


def without_password(text: str) -> str:
    """Return a text without names and passwords in its URLs.

    Examples
    --------
    >>> without_password("ftp://ann:secret@host/votes.csv")
    'ftp://host/votes.csv'
    """
    return SECRET.sub("//", text)


def brief(text: str, most: int = LONGEST_MESSAGE) -> str:
    """Return a text of at most so many characters, with its beginning and its end.

    Examples
    --------
    >>> brief("abcdefghijklmnopqrstuvwxyz", most=11)
    'abc ... xyz'
    """
    if len(text) <= most:
        return text
    kept = most - len(" ... ")
    return f"{text[: kept - kept // 2]} ... {text[len(text) - kept // 2 :]}"


def printable(text: str, kept: str = "") -> str:
    r"""Return a text that a terminal or a page can show: what it would obey is written out.

    Parameters
    ----------
    text : str
    kept : str, optional
        Characters that stay as they are, such as the line breaks of a table.

    Examples
    --------
    >>> print(printable("ann\x1b[2J\r\n", kept="\n"), end="")
    ann\x1b[2J\r
    """
    return UNPRINTABLE.sub(
        lambda found: found[0] if found[0] in kept else repr(found[0])[1:-1], text
    )


def apart(names: Iterable[Any]) -> list[str]:
    """Return names as text that tells them apart: 1 and "1", which read the same, as 1 and '1'.

    Examples
    --------
    >>> apart([1, "1", "one"]), apart(["a", "a"])
    (['1', "'1'", 'one'], ['a', 'a (2)'])
    """
    names = list(names)
    kinds: dict[str, set[type]] = {}
    for name in names:
        kinds.setdefault(str(name), set()).add(type(name))
    texts = [repr(name) if len(kinds[str(name)]) > 1 else str(name) for name in names]
    held: set[str] = set()
    for place, text in enumerate(texts):
        number = 2
        while texts[place] in held:
            texts[place] = f"{text} ({number})"
            number += 1
        held.add(texts[place])
    return texts


@contextmanager
def naming(name: object, error: type[BriefError] = VoteError) -> Iterator[None]:
    """Put a file's name before what is wrong with it, in our words or in those of a reader.

    All files are read within this, so that whatever readers of others raise comes out as one line;
    the name of a file within a folder, or one that is there already, is not put there again.

    Parameters
    ----------
    name : object
        What messages call the file.
    error : type, optional
        What to raise for what readers raise.
    """
    try:
        yield
    except BriefError as found:
        if str(found).startswith((f"{name}:", f"{name}{os.sep}")):
            raise
        raise type(found)(f"{name}: {found}") from found
    except (FileNotFoundError, PermissionError, IsADirectoryError):
        raise
    except Exception as found:
        pyarrow = sys.modules.get("pyarrow")
        of_arrow = () if pyarrow is None else (pyarrow.ArrowException,)
        if isinstance(found, MemoryError) or getattr(found, "errno", None) == errno.ENOMEM:
            raise error(f"{name}: there is not enough memory to read it") from found
        if not isinstance(found, (*OF_READERS, *of_arrow)):
            raise
        reason = " ".join(str(found).split()) or type(found).__name__
        raise error(f"{name}: cannot be read ({reason})") from found
