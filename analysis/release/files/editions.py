"""Which files of a folder are of the release's older edition, and which are current."""

from __future__ import annotations

from pathlib import Path

from ...errors import ReleaseError
from . import download
from .questions import OLDER_EDITION, OLDER_NAMES, OlderEditionError
from .readers import read_questions

WITH_INFO = (download.RATERS, download.GOLDEN, download.RATERS_GOLDEN, download.SCORES)


def older_edition(folder: Path) -> ReleaseError:
    """Return the error for a folder in which a file is of the older edition.

    Parameters
    ----------
    folder : Path
        With the release's six files.

    Returns
    -------
    ReleaseError
        It names the older files and the current ones; a file that cannot be read is neither.
    """
    older: list[str] = []
    current: list[str] = []
    for name in WITH_INFO:
        try:
            read_questions(folder / name)
        except OlderEditionError:
            older.append(name)
        except ReleaseError:
            continue
        else:
            current.append(name)
    them = "it" if len(older) == 1 else "them"
    return ReleaseError(
        f"{folder}: {_are(older)} of {OLDER_EDITION}"
        + (f", {_are(current)} current" if current else "")
        + f": {OLDER_NAMES}. Move {them} away, and `reassess fetch --data {folder}` gets the "
        "current files"
    )


def _are(names: list[str]) -> str:
    """Join file names to a subject and its verb."""
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1]))) + (
        " is" if len(names) == 1 else " are"
    )
