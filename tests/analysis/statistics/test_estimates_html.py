"""What notebooks show of numbers with their intervals."""

from __future__ import annotations

import numpy as np

from aggregation import fit_dawid_skene, load_anesthesia, standard_errors
from analysis.statistics.estimates import Estimate, Estimates


def test_one_number() -> None:
    found = Estimate(0.5, 0.25, float("nan"))._repr_html_()
    assert found.count("<tr>") == 2
    assert ">0.5000<" in found
    assert "nan" not in found


def test_several_numbers_have_a_place() -> None:
    values = np.arange(6).reshape(2, 3) / 8
    found = Estimates(values, values - 0.1, values + 0.1)._repr_html_()
    assert found.count("<tr>") == 7
    assert ">1, 2<" in found
    assert ">0.6250<" in found
    one = np.array(0.5)
    assert Estimates(one, one, one)._repr_html_().count("<tr>") == 2


def test_standard_errors() -> None:
    errors = standard_errors(fit_dawid_skene(load_anesthesia()))
    found = errors._repr_html_()
    assert found.count("<table>") == 2
    assert f">{errors.class_prior[0]:.4f}<" in found
