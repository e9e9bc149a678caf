"""Arrays as text in a page: small, and unpacked by the browser without any library."""

from __future__ import annotations

import base64
import json
import zlib
from typing import Any

import numpy as np
from numpy.typing import NDArray

# As assets/unpack.js reads them.
TYPES = ("u1", "u2", "u4", "f8")


def packed(values: NDArray[Any], kind: str) -> dict[str, Any]:
    """Pack an array for a page.

    The bytes of equal weight stand together, which a tenth less text is compressed to: those of
    high weight hardly differ.

    Parameters
    ----------
    values : ndarray, shape (n,)
        That `kind` can hold exactly.
    kind : {"u1", "u2", "u4", "f8"}
        Unsigned integers of so many bytes, or double precision.

    Returns
    -------
    dict
        Of `kind`, the length `n`, and `data`: base64 of zlib of the bytes, little end first.

    Raises
    ------
    ValueError
        If the values do not fit the kind.
    """
    if kind not in TYPES:
        raise ValueError(f"kind {kind!r} is not one of {', '.join(TYPES)}")
    exact = np.ascontiguousarray(values).astype(f"<{kind}")
    if not np.array_equal(exact, values):
        raise ValueError(f"the values do not fit {kind}")
    planes = np.ascontiguousarray(exact.view("u1").reshape(len(exact), exact.itemsize).T)
    return {"kind": kind, "n": len(exact), "data": _text_of(planes.tobytes())}


def packed_counts(values: NDArray[Any]) -> dict[str, Any]:
    """Pack whole numbers of 0 or more in the fewest bytes that hold them."""
    most = int(values.max(initial=0))
    return packed(values, "u1" if most < 1 << 8 else "u2" if most < 1 << 16 else "u4")


def packed_text(texts: list[str]) -> dict[str, Any]:
    """Pack texts, as JSON."""
    content = json.dumps(texts, separators=(",", ":")).encode()
    return {"kind": "text", "n": len(texts), "data": _text_of(content)}


def _text_of(content: bytes) -> str:
    return base64.b64encode(zlib.compress(content, 9)).decode("ascii")
