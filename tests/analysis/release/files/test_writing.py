"""Files that the commands write: whole, or as they were."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from analysis.release.files.writing import (
    SUFFIX,
    not_of_one_run,
    sweep,
    with_hashes,
    write_file,
    write_files,
)


def test_written_files(tmp_path: Path) -> None:
    path = tmp_path / "new" / "a.txt"
    write_file(path, "é")
    write_file(path, b"second")
    assert path.read_bytes() == b"second"
    assert path.stat().st_mode & 0o777 == 0o666 & ~umask()
    assert list(path.parent.iterdir()) == [path]


def umask() -> int:
    current = os.umask(0)
    os.umask(current)
    return current


def test_all_files_or_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    paths = [tmp_path / name for name in ("a", "b", "c")]
    write_files(dict.fromkeys(paths, b"before"))
    opened = os.fdopen

    def full_disk(handle: int, mode: str) -> object:
        file = opened(handle, mode)
        if len(list(tmp_path.iterdir())) > 4:
            file.close()
            raise OSError(errno.ENOSPC, "No space left on device")
        return file

    monkeypatch.setattr(os, "fdopen", full_disk)
    with pytest.raises(OSError, match="No space left"):
        write_files(dict.fromkeys(paths, b"after"))
    assert {path: path.read_bytes() for path in tmp_path.iterdir()} == dict.fromkeys(
        paths, b"before"
    )


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_a_pipe_stays_a_pipe(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    read: list[bytes] = []
    reader = threading.Thread(target=lambda: read.append((tmp_path / "pipe").read_bytes()))
    reader.start()
    write_file(tmp_path / "pipe", "content")
    reader.join(10)
    assert read == [b"content"]
    assert (tmp_path / "pipe").is_fifo()


def test_a_file_keeps_its_mode_and_a_link_stays_one(tmp_path: Path) -> None:
    real, link = tmp_path / "real" / "a.txt", tmp_path / "link.txt"
    write_file(real, "first")
    real.chmod(0o640)
    link.symlink_to(Path("real") / "a.txt")
    write_file(link, "second")
    assert link.is_symlink()
    assert real.read_text() == "second"
    assert real.stat().st_mode & 0o777 == 0o640
    (tmp_path / "to nowhere").symlink_to(tmp_path / "new" / "b.txt")
    write_file(tmp_path / "to nowhere", "third")
    assert (tmp_path / "new" / "b.txt").read_text() == "third"
    assert {path.name for path in tmp_path.rglob("*")} == {
        *("real", "a.txt", "link.txt", "to nowhere", "new", "b.txt")
    }


def test_a_file_is_on_the_disk_before_it_takes_its_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[str] = []
    fsync, replace = os.fsync, Path.replace

    def noted_fsync(handle: int) -> None:
        done.append("folder" if stat.S_ISDIR(os.fstat(handle).st_mode) else "file")
        fsync(handle)

    def noted_replace(path: Path, target: Path) -> Path:
        done.append(f"rename {target.name}")
        return replace(path, target)

    monkeypatch.setattr(os, "fsync", noted_fsync)
    monkeypatch.setattr(Path, "replace", noted_replace)
    write_files({tmp_path / "a": b"1", tmp_path / "b": b"2"})
    assert done == ["file", "file", "rename a", "folder", "rename b", "folder"]


HALF_WRITTEN = """
import os, sys
from pathlib import Path
from analysis.release.files.writing import Part
part = Part(Path(sys.argv[1]))
part.stream.write(b"half")
print("here", flush=True)
sys.stdin.read()
"""


def test_what_a_killed_process_left_goes_and_what_others_are_at_stays(tmp_path: Path) -> None:
    command = [sys.executable, "-c", HALF_WRITTEN, str(tmp_path / "a")]
    with (
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as killed,
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as working,
    ):
        for process in (killed, working):
            assert process.stdout is not None
            process.stdout.readline()
        assert len(list(tmp_path.iterdir())) == 2
        killed.kill()
        killed.wait()
        (tmp_path / ".not-ours.part").touch()
        write_file(tmp_path / "b", "whole")
        (part,) = tmp_path.glob(f".*{SUFFIX}")
        assert {path.name for path in tmp_path.iterdir()} == {part.name, "b", ".not-ours.part"}
        working.kill()
    sweep(tmp_path)
    assert not part.exists()


def test_a_manifest_tells_whether_its_files_are_of_one_run(tmp_path: Path) -> None:
    def written(text: str) -> dict[Path, bytes]:
        contents = {"a.csv": text.encode(), "b.csv": b"always the same"}
        manifest = json.dumps(with_hashes({"seed": 1}, contents)).encode()
        return {tmp_path / name: of for name, of in (contents | {"m.json": manifest}).items()}

    def unlike() -> list[str]:
        return not_of_one_run(tmp_path, "m.json", ["a.csv", "b.csv"])

    assert unlike() == []
    write_files(written("first"))
    assert json.loads((tmp_path / "m.json").read_text()) == {
        "seed": 1,
        "files": {
            "a.csv": hashlib.sha256(b"first").hexdigest(),
            "b.csv": hashlib.sha256(b"always the same").hexdigest(),
        },
    }
    assert unlike() == []
    second = written("second")
    write_file(tmp_path / "a.csv", second[tmp_path / "a.csv"])  # and then it was killed
    assert unlike() == ["a.csv"]
    (tmp_path / "b.csv").unlink()
    assert unlike() == ["a.csv", "b.csv"]
    write_files(second)
    assert unlike() == []
    for damaged in ("", "[]", "{}", '{"files": 3}'):
        write_file(tmp_path / "m.json", damaged)
        assert unlike() == ["m.json"]
    (tmp_path / "m.json").unlink()
    assert unlike() == ["a.csv", "b.csv"]


def test_a_file_that_is_withdrawn_is_the_last_to_come_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths = [tmp_path / name for name in "abc"]
    write_files(dict.fromkeys(paths, b"before"))
    replace, seen = Path.replace, []

    def noted(path: Path, target: Path) -> Path:
        seen.append((target.name, (tmp_path / "c").exists()))
        return replace(path, target)

    monkeypatch.setattr(Path, "replace", noted)
    write_files(dict.fromkeys(paths, b"after"), withdrawn=tmp_path / "c")
    assert seen == [("a", False), ("b", False), ("c", False)]
    assert {path.read_bytes() for path in paths} == {b"after"}
