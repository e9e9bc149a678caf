"""Data that the tests share: the published release where it is, a simulated one everywhere."""

from __future__ import annotations

import os
import socket
import sys
from pathlib import Path

import hypothesis
import pytest

from analysis import Release, load_release
from analysis.release.files import download
from scripts import main

from .support.commands import Command, Ended
from .versions import core

# Kernels are compiled within tests, and machines are busy: a slow example is no failure.
hypothesis.settings.register_profile("without deadlines", deadline=None)
hypothesis.settings.load_profile("without deadlines")
# Processes that a test starts, in whatever folder, take the code from this checkout, too.
ROOT = Path(__file__).parents[1]
os.environ["PYTHONPATH"] = str(ROOT)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests that run on the oldest and the newest versions of everything, too."""
    for item in items:
        if item.path.is_relative_to(ROOT) and item.path.relative_to(ROOT).as_posix() in core.FILES:
            item.add_marker(pytest.mark.core)


def folder_or_skip(variable: str, what: str) -> Path:
    """Return the folder that a variable names; without it skip, or fail where data are required."""
    folder = os.environ.get(variable)
    if folder:
        return Path(folder)
    message = f"needs {what}: set {variable} to its folder"
    if os.environ.get("REASSESS_REQUIRE_DATA"):
        pytest.fail(message)
    pytest.skip(message)


@pytest.fixture(scope="session")
def release() -> Release:
    """Load the published release, or skip: its tests read REASSESS_DATA."""
    return load_release(folder_or_skip("REASSESS_DATA", "the published release"))


@pytest.fixture(scope="session")
def datasets() -> Path:
    """Find the folder of reference data, or skip: its tests read REASSESS_DATASETS."""
    return folder_or_skip("REASSESS_DATASETS", "the reference data")


@pytest.fixture(scope="session")
def predictions() -> Path:
    """Find the folder of known models' predictions, or skip: tests read REASSESS_PREDICTIONS."""
    return folder_or_skip("REASSESS_PREDICTIONS", "predictions of known models")


@pytest.fixture(scope="session")
def simulated_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write a small simulated release."""
    from analysis.release.simulated.drawn_release import write_simulated_release

    folder = tmp_path_factory.mktemp("simulated")
    write_simulated_release(folder, n_images=300, n_golden_images=60, n_raters=25, seed=1)
    return folder


@pytest.fixture(scope="session")
def simulated(simulated_dir: Path) -> Release:
    """Load the small simulated release."""
    return load_release(simulated_dir)


@pytest.fixture
def reassess(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> Command:
    """Run the command in this process, in a folder of its own and without the published release."""
    monkeypatch.delenv("REASSESS_DATA", raising=False)
    monkeypatch.setattr(download, "cache_dir", lambda: tmp_path / "cache")
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str | Path) -> Ended:
        monkeypatch.setattr(sys, "argv", ["reassess", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            main.run()
        return Ended(ended.value.code, *capsys.readouterr())

    return run


@pytest.fixture
def no_network(monkeypatch: pytest.MonkeyPatch) -> str:
    """Move the release's addresses to a port of this machine where nobody listens."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{listener.getsockname()[1]}/"
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    files = {name: file._replace(address=address + name) for name, file in download.FILES.items()}
    monkeypatch.setattr(download, "FILES", files)
    return address
