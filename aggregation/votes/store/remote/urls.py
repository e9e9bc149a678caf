"""URLs of stores, how messages name them, and who needs no copy from there."""

from __future__ import annotations

import re

from ....errors import VoteError, without_password

# Two letters at least: C:\ is a disk.
URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+(://|::)")
# Begins what names so many workers of this machine's in place of a scheduler's address.
LOCAL = "local:"


def is_url(place: object) -> bool:
    """Say whether a place is a URL, not a path.

    Examples
    --------
    >>> is_url("s3://bucket/store"), is_url("store"), is_url("C:/store")
    (True, False, False)
    """
    return isinstance(place, str) and URL.match(place) is not None


def said(url: str) -> str:
    """Return a URL as messages have it, without a password."""
    return without_password(url.rstrip("/"))


def check_on_disk(folder: object) -> None:
    """Refuse to write votes to a URL."""
    if is_url(folder):
        raise VoteError(
            f"{said(str(folder))}: votes are put into, or added to, a store on a path, not at a URL"
        )


def is_local(scheduler: object) -> bool:
    """Say whether a scheduler's workers are this machine's, which read the files that are here.

    Examples
    --------
    >>> is_local("local:2"), is_local("tcp://10.0.0.1:8786")
    (True, False)
    """
    return isinstance(scheduler, str) and scheduler.startswith(LOCAL)
