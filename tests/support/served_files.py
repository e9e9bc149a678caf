"""The release's files as a server on this machine sends them."""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from analysis.release.files import download
from analysis.release.files.download import ReleaseFile

CONTENTS = {name: (f"content of {name}\n" * 2000).encode() for name in download.FILES}


@dataclass
class Site:
    """What the server sends for each file, and what it was asked for."""

    contents: dict[str, bytes] = field(default_factory=lambda: dict(CONTENTS))
    # Bytes that a file is announced to have, where it is not what is sent.
    announced: dict[str, int] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    seconds_to_answer: float = 0.0


@contextmanager
def served_by(handler: Callable[..., BaseHTTPRequestHandler]) -> Iterator[str]:
    """Serve on this machine, and yield the address."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextmanager
def served(site: Site) -> Iterator[str]:
    """Serve the site, and yield its address."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            time.sleep(site.seconds_to_answer)
            name = self.path.removeprefix("/")
            site.asked.append(name)
            if name not in site.contents:
                self.send_error(404)
                return
            self.send_response(200)
            length = site.announced.get(name, len(site.contents[name]))
            self.send_header("Content-Length", str(length))
            self.end_headers()
            self.wfile.write(site.contents[name])

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            pass

    with served_by(Handler) as address:
        yield f"{address}/"


def publish(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    files = {
        name: ReleaseFile(address + name, hashlib.sha256(content).hexdigest(), len(content))
        for name, content in CONTENTS.items()
    }
    monkeypatch.setattr(download, "FILES", files)


def held(folder: Path) -> dict[str, bytes]:
    """Read everything in a folder, hidden files too."""
    return {file.name: file.read_bytes() for file in folder.iterdir()}
