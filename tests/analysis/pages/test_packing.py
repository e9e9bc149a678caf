"""Arrays in a page: what is unpacked is what was packed. The browser's side: test_explorer_*."""

from __future__ import annotations

import base64
import zlib
from typing import Any

import numpy as np
import pytest

from analysis.pages.packing import packed, packed_counts


def unpacked(given: dict[str, Any]) -> np.ndarray[Any, Any]:
    """Undo it the slow way: a number at a time."""
    size = int(given["kind"][1])
    planes = zlib.decompress(base64.b64decode(given["data"]))
    numbers = [bytes(planes[k * given["n"] + i] for k in range(size)) for i in range(given["n"])]
    return np.frombuffer(b"".join(numbers), dtype=f"<{given['kind']}")


@pytest.mark.parametrize(("kind", "most"), [("u1", 2**8), ("u2", 2**16), ("u4", 2**32)])
def test_counts_take_the_fewest_bytes(kind: str, most: int) -> None:
    values = np.random.default_rng(0).integers(most, size=300)
    values[0] = most - 1
    given = packed_counts(values)
    assert given["kind"] == kind
    assert np.array_equal(unpacked(given), values)


def test_floats_keep_every_bit() -> None:
    values = np.random.default_rng(0).random(300)
    assert unpacked(packed(values, "f8")).tobytes() == values.tobytes()
    assert unpacked(packed(values[:0], "f8")).size == 0


@pytest.mark.parametrize(
    ("values", "kind", "message"),
    [([256], "u1", "do not fit u1"), ([-1], "u2", "do not fit u2"), ([1], "i8", "'i8' is not one")],
)
def test_what_does_not_fit(values: list[int], kind: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        packed(np.array(values), kind)
