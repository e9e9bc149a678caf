"""Logarithms that are computed some at a time, against C's in extended precision."""

from __future__ import annotations

import numpy as np
import pytest

from aggregation.kernels.log_products import take_logs_of_1_and

PRECISE = np.finfo(np.longdouble).eps < 1e-18


@pytest.mark.skipif(not PRECISE, reason="no extended precision to compare with")
def test_logarithms_are_right_to_4_units() -> None:
    rng = np.random.default_rng(0)
    at_borders = [np.sqrt(0.5) * 2.0**n - 1 + d for n in range(1, 60) for d in (-1e-9, 0, 1e-9)]
    spread = np.concatenate((10 ** rng.uniform(-300, 15, 20_000), rng.uniform(0, 3, 20_000)))
    values = np.concatenate(([0.0, 1.0, 3.0, 2.0**52], np.abs(at_borders), spread))
    logs, room = values.copy(), np.empty((2, len(values) + 3))
    take_logs_of_1_and(logs, *room)
    expected = np.log1p(values.astype(np.longdouble))
    units = np.abs(logs - expected) / np.spacing(expected.astype(np.float64))
    assert units.max() < 4
    assert logs[0] == 0
