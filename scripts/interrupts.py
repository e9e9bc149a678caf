"""Ctrl-C, and a request to end: one line and an exit status, at any moment.

Nothing is imported here that Python has not imported already: imports, too, may be interrupted.
"""

import _signal as signal  # type: ignore[import-not-found]
import os
import sys


def end_in_one_line() -> None:
    """From here on, end at once when interrupted or asked to end, unless signals are ignored."""
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, end)
    if signal.getsignal(signal.SIGTERM) == signal.SIG_DFL:
        signal.signal(signal.SIGTERM, end)


def end(number: int, _frame: object) -> None:
    """Remove what is half-written, say a line, and end.

    An exception instead could be raised anywhere, in an import or a thread's end, and would be
    printed, swallowed, or taken for another one there.
    """
    try:
        for module, remove in (
            ("analysis.release.files.writing", "remove_parts"),
            ("aggregation.engine.cluster.connection", "remove_scratch"),
        ):
            getattr(sys.modules.get(module), remove, bool)()
        # on a terminal, a line that was being drawn goes, and the cursor comes back
        clear = b"\r\033[K\033[?25h" if os.isatty(2) else b""
        said = "Interrupted" if number == signal.SIGINT else "Terminated"
        left_over = getattr(
            sys.modules.get("aggregation.votes.store.remote.origin"), "left_over", list
        )
        for folder in left_over():
            said += f"; the same again goes on from the copies in {folder}"
        os.write(2, clear + f"{said}.\n".encode(errors="backslashreplace"))
    finally:
        os._exit(128 + number)
