"""Run a command from a process that is itself small, and say what it took.

A new process inherits its parent's high-water mark of memory. A benchmark that holds arrays would
therefore see its own size in every command it starts: this file stands between, and imports little.

    python -I -S child.py DESCRIPTOR COMMAND [ARGUMENT ...]

writes "seconds peak_bytes" to the descriptor and ends with the command's exit status.
"""

import os
import sys
import time


def main() -> None:
    """Start the command, wait for it, and report."""
    report, command = int(sys.argv[1]), sys.argv[2:]
    os.set_inheritable(report, False)
    start = time.perf_counter()
    process = os.posix_spawn(command[0], command, os.environ)
    _, status, usage = os.wait4(process, 0)
    seconds = time.perf_counter() - start
    unit = 1 if sys.platform == "darwin" else 1024
    os.write(report, f"{seconds} {usage.ru_maxrss * unit}".encode())
    sys.exit(os.waitstatus_to_exitcode(status))


if __name__ == "__main__":
    main()
