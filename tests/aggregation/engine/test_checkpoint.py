"""A checkpoint that was damaged is one line; one that cannot be replaced is kept."""

from __future__ import annotations

import errno
import io
import random
import warnings
from pathlib import Path

import numpy as np
import pytest

from aggregation import VoteError, Votes, fit_dawid_skene
from aggregation.engine.checkpoint import forget, part_of

STEPS = 13


@pytest.fixture(scope="module")
def votes() -> Votes:
    rng = np.random.default_rng(0)
    items = np.repeat(np.arange(60), 5)
    answers = np.where(rng.random(300) < 0.6, items % 3, rng.integers(0, 3, 300))
    return Votes.from_triples(items, rng.integers(0, 8, 300), answers)


def fit_bytes(votes: Votes, path: Path) -> bytes:
    with warnings.catch_warnings(action="ignore"):  # it has not converged
        fit = fit_dawid_skene(votes, checkpoint=path, max_steps=STEPS, tol=0)
    return fit.error_rates.tobytes() + fit.trace.tobytes()


def saved(**arrays: np.ndarray) -> bytes:
    sink = io.BytesIO()
    np.savez(sink, allow_pickle=False, **arrays)
    return sink.getvalue()


def test_damage_is_one_line_or_does_not_matter(votes: Votes, tmp_path: Path) -> None:
    path, rng, said = tmp_path / "checkpoint.npz", random.Random(0), list[str]()
    wanted = fit_bytes(votes, path)
    good = path.read_bytes()
    sink = io.BytesIO()
    np.save(sink, np.zeros(3))
    damaged = [b"", b"PK", good[:100], good[:-5], sink.getvalue(), saved(key=np.array("x"))]
    for _ in range(250):
        altered = bytearray(good)
        for _ in range(rng.choice((1, 1, 3, 20))):
            altered[rng.randrange(len(altered))] ^= rng.randrange(1, 256)
        damaged.append(bytes(altered))
    for content in damaged:
        path.write_bytes(content)
        try:
            assert fit_bytes(votes, path) == wanted
        except VoteError as error:
            said.append(str(error))
    assert len(said) > 200
    assert all(line.startswith(f"{path}: ") and "\n" not in line for line in said)


def test_what_cannot_be_replaced_is_kept(
    votes: Votes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "checkpoint.npz"
    wanted = fit_bytes(votes, tmp_path / "undisturbed.npz")
    left = [1]

    def full(*_: object) -> int:
        left[0] -= 1
        if left[0] < 0:
            raise OSError(errno.ENOSPC, "No space left on device")
        return write(*_)  # type: ignore[arg-type]

    write = Path.write_bytes
    with monkeypatch.context() as patch:
        patch.setattr(Path, "write_bytes", full)
        with pytest.raises(VoteError, match=r"cannot be written \(No space left on device\); the"):
            fit_bytes(votes, path)
    assert [entry.name for entry in tmp_path.glob("*check*")] == [path.name]
    assert fit_bytes(votes, path) == wanted


def test_all_of_it_is_forgotten(tmp_path: Path) -> None:
    path = tmp_path / "checkpoint.npz"
    path.write_bytes(b"1")
    part_of(path).write_bytes(b"2")
    forget(path)
    forget(path)
    assert list(tmp_path.iterdir()) == []
