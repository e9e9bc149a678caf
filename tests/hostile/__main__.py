"""``python -m tests.hostile N [SEED]``: N damaged files, of the release in REASSESS_DATA if set."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

from analysis.release.simulated.drawn_release import write_simulated_release

from .reading import run


def main() -> None:
    """Damage files, read them, and print how that ended."""
    count = int(sys.argv[1])
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 0
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        data = os.environ.get("REASSESS_DATA")
        if data is None:
            write_simulated_release(folder / "release", n_images=300, n_golden_images=60)
        report = run(Path(data or folder / "release"), folder, count, seed)
    print(report)
    raise SystemExit(bool(report.failures))


if __name__ == "__main__":
    main()
