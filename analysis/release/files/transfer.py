"""Bytes from an address: no more than wanted, not too slowly, and errors that name the cause."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import urlsplit

from ...errors import ReleaseError

if TYPE_CHECKING:
    import requests

CONNECT_SECONDS = 8.0
# Fewer bytes than this in so many seconds are a drip that will not end.
SLOW_SECONDS = 30.0
SLOW_BYTES = 30_000
CHUNK_BYTES = 1024
OFFLINE = (
    "without a network, put the six files in a folder and name it with --data or REASSESS_DATA"
)


class ProgressBar(Protocol):
    """What is asked of a progress bar."""

    total: int

    def update(self, n: int) -> None:
        """Count n more bytes."""

    def close(self) -> None:
        """End the bar."""


def received(
    address: str, *, most: int, size: int | None = None, bar: ProgressBar | None = None
) -> Iterator[bytes]:
    """Yield what an address sends, piece by piece.

    Parameters
    ----------
    address : str
    most : int
        Bytes after which it is not what is wanted.
    size : int, optional
        Bytes of the whole, where that is known.
    bar : ProgressBar, optional

    Raises
    ------
    ReleaseError
        If the address cannot be reached (within ten seconds); its server answers anything but 200;
        it sends more than is wanted, less than it should, or fewer than 1,000 bytes a second for 30
        seconds.
    """
    events: queue.SimpleQueue[Any] = queue.SimpleQueue()
    stopped = threading.Event()
    # A thread of its own can wait for as long as it likes: no time limit of a connection covers the
    # look-up of a name, several addresses of a host, or a server that sends a byte now and then.
    transfer = threading.Thread(target=_transfer, args=(address, events, stopped), daemon=True)
    transfer.start()
    try:
        answer = _next(events, CONNECT_SECONDS, TimeoutError())
        if isinstance(answer, Exception):
            raise _not_reached(address, answer) from answer
        announced = _announced(address, answer, most, size)
        if bar is not None:
            bar.total = announced or 0
        yield from _pieces(address, events, most, size or announced, bar)
    finally:
        stopped.set()
        if bar is not None:
            bar.close()


def _transfer(address: str, events: queue.SimpleQueue[Any], stopped: threading.Event) -> None:
    """Put the answer into a queue, then its pieces, then None; or else the error."""
    try:
        import requests

        with requests.get(
            address,
            stream=True,
            # who waits for the pieces gives up first, and knows that nothing broke
            timeout=(CONNECT_SECONDS, 2 * SLOW_SECONDS),
            headers={"Accept-Encoding": "identity"},
        ) as answer:
            events.put(answer)
            for piece in answer.iter_content(CHUNK_BYTES):
                if stopped.is_set():
                    return
                events.put(piece)
            events.put(None)
    except Exception as error:
        events.put(error)


def _next(events: queue.SimpleQueue[Any], seconds: float, late: Exception) -> Any:
    try:
        return events.get(timeout=max(seconds, 0))
    except queue.Empty:
        return late


def _pieces(
    address: str,
    events: queue.SimpleQueue[Any],
    most: int,
    size: int | None,
    bar: ProgressBar | None,
) -> Iterator[bytes]:
    """Yield the pieces as they come, as long as they come fast enough."""
    total, since, lately = 0, time.monotonic(), 0
    late = TimeoutError()
    while True:
        piece = _next(events, since + SLOW_SECONDS - time.monotonic(), late)
        of = f"{total:,} bytes" if size is None else f"{total:,} of {size:,} bytes"
        if piece is late:
            raise ReleaseError(
                f"{address} sends fewer than 1,000 bytes a second ({of} so far): try again later"
            )
        if isinstance(piece, Exception) or (piece is None and total < (size or 0)):
            reason = "" if piece is None else f" ({type(piece).__name__})"
            raise ReleaseError(f"{address}: the connection broke after {of}{reason}: try again")
        if piece is None:
            return
        total += len(piece)
        lately += len(piece)
        if total > most:
            raise ReleaseError(f"{address} sends more than the {most:,} bytes that are wanted")
        if lately >= SLOW_BYTES:
            since, lately = time.monotonic(), 0
        if bar is not None:
            bar.update(len(piece))
        yield piece


def _announced(address: str, answer: requests.Response, most: int, size: int | None) -> int | None:
    """Return how many bytes are announced; refuse what is no file, or another one."""
    if answer.status_code != 200:
        said = f"{answer.status_code} {answer.reason or ''}".strip()
        if answer.status_code >= 500:
            raise ReleaseError(f"{address}: its server fails ({said}): try again later")
        raise ReleaseError(f"{address}: its server does not send the file ({said})")
    if urlsplit(address).scheme == "https" != urlsplit(answer.url).scheme:
        raise ReleaseError(f"{address} leads to {answer.url}, which anybody could have altered")
    text = answer.headers.get("Content-Length", "")
    announced = int(text) if text.isdecimal() else None
    if announced is not None and announced > most:
        raise ReleaseError(
            f"{address} announces {announced:,} bytes, more than the {most:,} that are wanted"
        )
    if announced is not None and size is not None and announced != size:
        raise ReleaseError(
            f"{address} announces {announced:,} bytes, where the published file has {size:,}"
        )
    return announced


def _not_reached(address: str, error: Exception) -> ReleaseError:
    import requests

    if isinstance(error, requests.exceptions.TooManyRedirects):
        return ReleaseError(f"{address} leads from one address to the next without end")
    if isinstance(error, requests.exceptions.RequestException | OSError):
        return ReleaseError(f"{address} cannot be reached ({type(error).__name__}): {OFFLINE}")
    return ReleaseError(f"{address}: its server cannot be understood ({error})")
