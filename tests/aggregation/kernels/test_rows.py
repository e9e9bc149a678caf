"""Operations on rows in vector registers have the bits of plain loops, and refuse other arrays."""

from __future__ import annotations

import os
import subprocess
import sys
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import numba
import numpy as np
import pytest
from numba.core.errors import TypingError
from numpy.typing import NDArray

from aggregation.kernels import plain_rows, rows, vector_rows

N_CODES, N_VOTES = 6, 30


@cache
def operations_of(rows: Any) -> Any:
    """Compile all operations of a module into one function."""
    load, times, plus, scale, store = rows.load, rows.times, rows.plus, rows.scale, rows.store
    times_votes, plus_votes, add_to_votes = rows.times_votes, rows.plus_votes, rows.add_to_votes

    @numba.njit(error_model="numpy")  # type: ignore[untyped-decorator]
    def operations(
        row: Any, array: NDArray[np.float64], codes: NDArray[np.int32], begin: int, end: int, c: int
    ) -> Any:
        width = np.uintp(len(array) // N_CODES)
        first, last, at = np.uintp(begin), np.uintp(end), np.uintp(c)
        results = (
            load(row, array, at),
            times(row, array, at),
            plus(row, array, at),
            scale(row, array[0]),
            times_votes(row, array, codes, first, last, width, at),
            plus_votes(row, array, codes, first, last, width, at),
        )
        added = array.copy()
        add_to_votes(row, added, codes, first, last, width, at)
        stored = array.copy()
        store(stored, at, row)
        return results, added, stored

    return operations


@pytest.mark.parametrize("rows", [vector_rows, plain_rows], ids=["vector", "plain"])
@pytest.mark.parametrize("length", [1, 2, 4, 8])
@pytest.mark.parametrize("rows_a_code", [1, 3])
def test_rows_are_plain_loops(rows: ModuleType, length: int, rows_a_code: int) -> None:
    operations = operations_of(rows)
    rng = np.random.default_rng(length)
    width = rows_a_code * length
    array = rng.random(N_CODES * width)
    codes = rng.integers(N_CODES, size=N_VOTES).astype(np.int32)
    row = rng.random(length)
    codes.flags.writeable = rows_a_code > 1
    for begin, end in ((0, 0), (0, 1), (3, 6), (2, 6), (1, 6), (4, 13), (0, N_VOTES)):
        for c in range(0, width, length):
            found, added, stored = operations(tuple(row), array, codes, begin, end, c)
            here = slice(c, c + length)
            product, total, expected = row.copy(), row.copy(), array.copy()
            for code in codes[begin:end]:
                of_vote = slice(code * width + c, code * width + c + length)
                product *= array[of_vote]
                total += array[of_vote]
                expected[of_vote] += row
            np.testing.assert_array_equal(
                found,
                [array[here], row * array[here], row + array[here], row * array[0], product, total],
            )
            np.testing.assert_array_equal(added, expected)
            expected = array.copy()
            expected[here] = row
            np.testing.assert_array_equal(stored, expected)


@pytest.mark.parametrize(
    ("array", "codes"),
    [
        (np.ones(12, dtype=np.float32), np.zeros(2, dtype=np.int32)),
        (np.ones(24)[::2], np.zeros(2, dtype=np.int32)),
        (np.ones(12), np.zeros(2, dtype=np.int64)),
    ],
)
def test_other_arrays_are_refused(array: NDArray[Any], codes: NDArray[Any]) -> None:
    with pytest.raises(TypingError, match="a flat array of"):
        operations_of(vector_rows)((1.0, 1.0), array, codes, 0, 2, 0)


def test_vector_registers_are_used_where_they_can_be() -> None:
    assert rows.usable_rows() is vector_rows
    assert rows.times_votes is vector_rows.times_votes


FITS = """
import hashlib
import numpy as np
from aggregation import Votes, fit_dawid_skene
digest, rng = hashlib.sha256(), np.random.default_rng(0)
for n_classes in (3, 20):
    items, raters = np.repeat(np.arange(300), 5), rng.integers(9, size=1500)
    votes = Votes.from_triples(items, raters, (items + rng.integers(3, size=1500)) % n_classes)
    fit = fit_dawid_skene(votes, max_steps=5)
    digest.update(fit.posterior.tobytes())
    digest.update(fit.error_rates.tobytes())
print(digest.hexdigest())
"""
GONE = "import numba; from llvmlite import ir; del ir.VectorType"
BROKEN = [
    GONE,
    "import numba; from llvmlite import ir; del ir.IRBuilder.insert_element",
    "import numba; from llvmlite import ir; ir.VectorType.as_pointer = None",
    "import numba.extending; del numba.extending.intrinsic",
    "import numba; from llvmlite import ir; one = ir.Constant(ir.DoubleType(), 1.0); "  # noqa: ISC004
    "ir.IRBuilder.extract_element = lambda self, vector, place: one",
]


def run(folder: Path | None, program: str) -> subprocess.CompletedProcess[str]:
    """Run a program with what is compiled kept in a folder, or where it always is."""
    return subprocess.run(
        [sys.executable, "-W", "ignore", "-c", program],
        env=os.environ | ({} if folder is None else {"NUMBA_CACHE_DIR": str(folder)}),
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("broken", BROKEN)
def test_another_llvmlite_ends_in_plain_loops(tmp_path: Path, broken: str) -> None:
    found = run(
        tmp_path, f"{broken}\nimport aggregation.kernels.rows as r; print(r.usable_rows().__name__)"
    )
    assert found.stdout == "aggregation.kernels.plain_rows\n", found.stderr
    for line in found.stderr.splitlines():
        assert line.startswith("this llvmlite or Numba is not one that is known (")


def test_plain_loops_fit_with_the_same_bits(tmp_path: Path) -> None:
    plain, vector = run(tmp_path, f"{GONE}\n{FITS}"), run(None, FITS)
    assert (plain.returncode, vector.returncode, vector.stderr) == (0, 0, ""), plain.stderr
    assert plain.stdout == vector.stdout
    (line,) = plain.stderr.splitlines()
    assert line.startswith("this llvmlite or Numba is not one that is known (")
