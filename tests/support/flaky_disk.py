"""A disk at a URL that says what is copied from it, and may be lost."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any, ClassVar

import pytest

NEEDS = "needs fsspec: pip install 'reassess[url]'"
local: Any = pytest.importorskip("fsspec.implementations.local", reason=NEEDS)


class Flaky(local.LocalFileSystem):  # type: ignore[misc]
    """A disk that says what is copied from it, and is gone after so many files."""

    protocol = "flaky"
    copied: ClassVar[Counter[str]] = Counter()
    left = 1000

    def get_file(self, source: str, target: str, **options: Any) -> None:
        """Copy a file, if there are any left; what breaks off leaves half a file."""
        Flaky.left -= 1
        if Flaky.left < 0:
            Path(target).write_bytes(b"half")
            raise ConnectionResetError("connection lost")
        Flaky.copied[Path(source).name] += 1
        super().get_file(source, target, **options)
