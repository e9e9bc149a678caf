"""How messages name a store at a URL."""

from __future__ import annotations

import pytest

from aggregation.votes.store.remote.urls import said


@pytest.mark.parametrize(
    ("url", "shown"),
    [("s3://a:b@c/d", "s3://c/d"), ("http://u:p@ss@h/x/", "http://h/x"), ("s3://b/d", "s3://b/d")],
)
def test_passwords_are_not_said(url: str, shown: str) -> None:
    assert said(url) == shown
