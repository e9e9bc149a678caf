"""The wheel, installed beside whatever else may be called like our folders."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
import tomllib
import zipfile
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("aggregation", "analysis", "scripts")
INSTALLED = {"aggregation", "analysis", "reassess"}
LOUD = "raise SystemExit('the wrong program runs')\n"


def pyproject() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def test_pyproject_lists_every_package() -> None:
    found = {
        ".".join(("reassess" if package == "scripts" else package, *path.parent.parts))
        for package in PACKAGES
        for path in (
            init.relative_to(ROOT / package) for init in (ROOT / package).rglob("__init__.py")
        )
    }
    assert sorted(found) == sorted(pyproject()["tool"]["setuptools"]["packages"])


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of a clean copy, in which no folder of an earlier build can stand."""
    source, place = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("wheel")
    unwanted = shutil.ignore_patterns("__pycache__", "*.egg-info")
    for package in PACKAGES:
        shutil.copytree(ROOT / package, source / package, ignore=unwanted)
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source)
    build = "import setuptools.build_meta as b, sys; print(b.build_wheel(sys.argv[1]))"
    subprocess.run(
        [sys.executable, "-c", build, str(place)], cwd=source, check=True, capture_output=True
    )
    return next(place.glob("*.whl"))


def test_nothing_called_scripts_is_installed(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    top = {name.partition("/")[0] for name in names}
    assert {"aggregation", "analysis", "reassess"} <= top
    assert all(
        name.endswith(".dist-info") for name in top - {"aggregation", "analysis", "reassess"}
    )
    for package in ("aggregation", "analysis", "reassess"):
        assert {f"{package}/py.typed", f"{package}/__init__.pyi"} <= set(names)


class Installed:
    """An environment with the wheel, whose other packages are those of the running one."""

    def __init__(self, folder: Path, wheel: Path) -> None:
        subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder)], check=True)
        self.python = folder / "bin" / "python"
        self.site = Path(
            self._output("-c", "import sysconfig; print(sysconfig.get_path('purelib'))")
        )
        with zipfile.ZipFile(wheel) as archive:
            archive.extractall(self.site)
        # Below the wheel on the path, and without the finder of an editable installation of ours.
        running = sysconfig.get_path("purelib")
        (self.site / "running.pth").write_text(f"{running}\n")
        self.command = folder / "bin" / "reassess"
        entry = pyproject()["project"]["scripts"]["reassess"]
        module, _, function = entry.partition(":")
        self.command.write_text(f"#!{self.python}\nfrom {module} import {function}\n{function}()\n")
        self.command.chmod(0o755)

    def _output(self, *arguments: str) -> str:
        run = subprocess.run(
            [str(self.python), *arguments], check=True, capture_output=True, text=True
        )
        return run.stdout.strip()

    def run(self, *command: str, folder: Path, path: Path | None = None) -> Any:
        environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
        if path is not None:
            environment["PYTHONPATH"] = str(path)
        return subprocess.run(
            command, cwd=folder, env=environment, capture_output=True, text=True, check=False
        )


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Installed:
    return Installed(tmp_path_factory.mktemp("environment"), wheel)


@pytest.fixture(params=["packages", "files"])
def hostile(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A folder with a user's own scripts, analysis and aggregation."""
    for name in PACKAGES:
        if request.param == "files":
            (tmp_path / f"{name}.py").write_text(LOUD)
            continue
        (tmp_path / name).mkdir()
        for file in ("__init__.py", "main.py"):
            (tmp_path / name / file).write_text(LOUD)
    (tmp_path / "votes.csv").write_text("item,rater,answer\n1,a,x\n1,b,y\n2,a,y\n2,b,y\n")
    return tmp_path


@pytest.mark.parametrize("on_path", [False, True])
def test_the_command_survives_a_users_folders(
    installed: Installed, hostile: Path, on_path: bool
) -> None:
    path = hostile if on_path else None
    for start in ([str(installed.command)], [str(installed.python), "-m", "reassess"]):
        fit = installed.run(*start, "fit", "votes.csv", "-o", "out", folder=hostile, path=path)
        assert fit.returncode == 0, fit.stderr
        assert "4 votes of 2 raters on 2 items" in fit.stderr
        assert (hostile / "out" / "fit.json").is_file()
        shutil.rmtree(hostile / "out")


def test_the_command_survives_another_distributions_scripts(
    installed: Installed, tmp_path: Path
) -> None:
    other = installed.site / "scripts"
    other.mkdir()
    try:
        for file in ("__init__.py", "main.py"):
            (other / file).write_text(LOUD)
        run = installed.run(str(installed.command), "--help", folder=tmp_path)
    finally:
        shutil.rmtree(other)
    assert run.returncode == 0, run.stderr
    assert "reproduce" in run.stdout


def test_one_import_has_both_faces(installed: Installed, tmp_path: Path) -> None:
    code = """
import reassess
from reassess import Votes, fit_dawid_skene, load_release
votes = Votes.from_triples([0, 0, 1], [0, 1, 1], [1, 1, 0])
print(reassess.__file__, reassess.vote_share(votes).classes().tolist(), "Release" in dir(reassess))
"""
    run = installed.run(str(installed.python), "-c", code, folder=tmp_path)
    assert run.stdout.split() == [str(installed.site / "reassess/__init__.py"), "[1,", "0]", "True"]


@pytest.mark.parametrize("on_path", [False, True])
def test_what_hides_a_package_is_named(installed: Installed, hostile: Path, on_path: bool) -> None:
    elsewhere = hostile / "elsewhere"
    elsewhere.mkdir()
    run = installed.run(
        str(installed.python),
        "-c",
        "import reassess",
        folder=elsewhere if on_path else hostile,
        path=hostile if on_path else None,
    )
    assert run.returncode == 1
    last = run.stderr.splitlines()[-1]
    assert last.startswith(f"ImportError: {hostile / 'aggregation'}")
    assert "hides the package 'aggregation' that reassess needs: rename it" in last
