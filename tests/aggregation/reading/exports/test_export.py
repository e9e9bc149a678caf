"""What exports and options are."""

from __future__ import annotations

from dataclasses import FrozenInstanceError

import pytest

from aggregation.reading.exports.export import ExportOptions


def test_options_are_as_a_user_leaves_them() -> None:
    options = ExportOptions()
    assert (options.item, options.rater, options.answer, options.truth_column) == (None,) * 4
    assert options.multiple == "error"
    assert not options.keep_rejected
    with pytest.raises(FrozenInstanceError):
        options.item = "x"  # type: ignore[misc]
