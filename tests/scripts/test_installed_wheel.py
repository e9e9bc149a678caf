"""The wheel, installed beside whatever else may be called like our folders."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
import tomllib
import zipfile
from configparser import ConfigParser
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
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clean copy of the checkout, in which no folder of an earlier build can stand."""
    source = tmp_path_factory.mktemp("source")
    unwanted = shutil.ignore_patterns("__pycache__", "*.egg-info")
    for package in PACKAGES:
        shutil.copytree(ROOT / package, source / package, ignore=unwanted)
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source)
    return source


def built(source: Path, place: Path, kind: str) -> Path:
    """The wheel, or the wheel of an editable installation."""
    build = f"import setuptools.build_meta as b, sys; print(b.build_{kind}(sys.argv[1]))"
    subprocess.run(
        [sys.executable, "-c", build, str(place)], cwd=source, check=True, capture_output=True
    )
    return next(place.glob("*.whl"))


@pytest.fixture(scope="module")
def wheel(source: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return built(source, tmp_path_factory.mktemp("wheel"), "wheel")


def test_nothing_called_scripts_is_installed(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    top = {name.partition("/")[0] for name in names}
    assert top >= INSTALLED
    assert all(name.endswith(".dist-info") for name in top - INSTALLED)
    for package in INSTALLED:
        assert {f"{package}/py.typed", f"{package}/__init__.pyi"} <= set(names)


def test_templates_styles_and_scripts_are_installed(wheel: Path) -> None:
    assets = [
        path for path in (ROOT / "analysis" / "pages" / "assets").rglob("*") if path.is_file()
    ]
    assert {path.suffix for path in assets} == {".html", ".css", ".js"}
    with zipfile.ZipFile(wheel) as archive:
        for path in assets:
            assert archive.read(path.relative_to(ROOT).as_posix()) == path.read_bytes()


class Installed:
    """An environment with a wheel of ours, whose other packages are those of the running one."""

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
        module, function = self._entry_point()
        self.command.write_text(f"#!{self.python}\nfrom {module} import {function}\n{function}()\n")
        self.command.chmod(0o755)

    def _entry_point(self) -> tuple[str, str]:
        """Read where the wheel says that the command begins, as installers do."""
        (listed,) = self.site.glob("reassess-*.dist-info/entry_points.txt")
        parser = ConfigParser()
        parser.read(listed)
        module, _, function = parser["console_scripts"]["reassess"].partition(":")
        return module, function

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


@pytest.fixture(scope="module", params=["wheel", "editable"])
def installed(
    request: pytest.FixtureRequest, source: Path, tmp_path_factory: pytest.TempPathFactory
) -> Installed:
    """The package installed, and installed to be worked on: each in an environment of its own."""
    place = tmp_path_factory.mktemp(request.param)
    return Installed(place / "environment", built(source, place, request.param))


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
    return tmp_path


@pytest.mark.parametrize("on_path", [False, True])
def test_the_command_survives_a_users_folders(
    installed: Installed, hostile: Path, on_path: bool
) -> None:
    # In the working folder, or on PYTHONPATH alone.
    folder, path = (hostile / "elsewhere", hostile) if on_path else (hostile, None)
    folder.mkdir(exist_ok=True)
    command, module = [str(installed.command)], [str(installed.python), "-m", "reassess"]
    simulate = "simulate", "-o", "drawn", "--images", "5"
    run = installed.run(*command, *simulate, folder=folder, path=path)
    assert run.returncode == 0, run.stderr
    assert "wrote a SIMULATED release to drawn" in run.stderr
    run = installed.run(*module, "explore", "--data", "drawn", folder=folder, path=path)
    assert run.returncode == 0, run.stderr
    assert (folder / "explore.html").stat().st_size > 10_000
    for start in (command, module):  # which has another process draw
        run = installed.run(*start, "reproduce", "--data", "drawn", folder=folder, path=path)
        assert (run.returncode, "Traceback" in run.stderr) == (0, False), run.stderr


@pytest.mark.parametrize("name", ["scripts/__init__.py", "scripts/main.py", "dataclasses.py"])
def test_the_command_survives_what_others_install(
    installed: Installed, tmp_path: Path, name: str
) -> None:
    """Other distributions bring a package called scripts, or old modules of Python's own names."""
    other = installed.site / name
    other.parent.mkdir(exist_ok=True)
    try:
        other.write_text(LOUD)
        run = installed.run(str(installed.command), "--help", folder=tmp_path)
    finally:
        other.unlink()
    assert run.returncode == 0, run.stderr
    assert "reproduce" in run.stdout


def test_one_import_has_both_faces(installed: Installed, tmp_path: Path) -> None:
    code = """
import reassess
from reassess import Votes, fit_dawid_skene, load_release
votes = Votes.from_triples([0, 0, 1], [0, 1, 1], [1, 1, 0])
print(reassess.vote_share(votes).classes().tolist(), "Release" in dir(reassess))
"""
    run = installed.run(str(installed.python), "-c", code, folder=tmp_path)
    assert run.stdout == "[1, 0] True\n", run.stderr


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
