"""Extrapolation of large tables, beside the same in plain NumPy."""

from __future__ import annotations

import numpy as np
import pytest

from aggregation.engine.tables import by_code
from aggregation.engine.tables.by_code import Layout
from aggregation.engine.tables.lines import PlainLine, TableLine
from aggregation.kernels.table_rates import divide_rows
from aggregation.kernels.threads import Threads
from aggregation.models.dawid_skene.families import FAMILIES


def points(
    shape: tuple[int, int, int], rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return three vectors of rates, some of which are 0, and of a class prior."""
    first, second, third = rng.random((3, *shape))
    for table in (second, third):
        table[rng.random(shape) < 0.2] = 0
        table[:, 0] += 0.1
    third[:, 1] = 0  # an answer that nobody gives
    vectors = []
    for table in (first, second, third):
        prior = rng.dirichlet(np.ones(shape[2]))
        vectors.append(np.append(table / table.sum(axis=1, keepdims=True), prior))
    return vectors[0], vectors[1], vectors[2]


@pytest.mark.parametrize("shape", [(1, 2, 1), (3, 4, 5), (11, 9, 10), (40, 12, 13)])
@pytest.mark.parametrize("length", [1.5, 3.0, 40.0])
def test_large_tables_go_where_plain_ones_do(
    monkeypatch: pytest.MonkeyPatch, shape: tuple[int, int, int], length: float
) -> None:
    monkeypatch.setattr(by_code, "LARGE_BYTES", 0)
    monkeypatch.setattr(by_code, "CACHED_BYTES", 3_000)
    x, y, z = points(shape, np.random.default_rng(1))
    before = x.copy(), y.copy(), z.copy()

    def project(there: np.ndarray, inside: np.ndarray) -> np.ndarray:
        back = np.where((there > 0) & (inside > 0), there, 0.1 * inside)
        rates = back[: -shape[2]].reshape(shape)
        rates /= rates.sum(axis=1, keepdims=True)
        back[-shape[2] :] /= back[-shape[2] :].sum()
        return back

    plain = PlainLine(project)
    for n_threads in (1, 2):
        threads = Threads(n_threads)
        line = TableLine(Layout.whole(shape), threads, np.empty, lambda there: there)
        np.testing.assert_allclose(line.bend(x, y, z), plain.bend(x, y, z), rtol=1e-13)
        there = line.beyond(x, y, z, length)
        np.testing.assert_allclose(there, plain.beyond(x, y, z, length), rtol=1e-15, atol=0)
        threads.close()
    for vector, as_it_was in zip((x, y, z), before, strict=True):
        np.testing.assert_array_equal(vector, as_it_was)


@pytest.mark.parametrize("shape", [(1, 2, 1), (5, 1, 3), (3, 4, 5), (7, 30, 33), (0, 3, 3)])
def test_rates_have_the_bits_of_numpy(shape: tuple[int, int, int]) -> None:
    rng = np.random.default_rng(2)
    counts = rng.random(shape) * (rng.random(shape) < 0.7)
    counts[:, :, -1] = 0  # a class in which nothing is expected
    counts[: shape[0] // 2, 0] = 0
    totals = np.zeros((shape[0], 1, shape[2]))
    for answer in range(shape[1]):
        totals[:, 0] += counts[:, answer]
    uniform = np.full(shape, 1 / shape[1])
    expected = np.divide(counts, totals, out=uniform, where=totals > 0)
    found = FAMILIES["full"].m_step(counts.copy())
    np.testing.assert_array_equal(found, expected)
    np.testing.assert_allclose(found.sum(axis=1), 1, rtol=1e-14)
    if counts.size:
        flat = counts.reshape(-1).copy()
        divide_rows(flat, *shape[1:])
        np.testing.assert_array_equal(flat, expected.reshape(-1))
