"""What a server can do wrong, each from a server on this machine, ends in time and is named."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from analysis import ReleaseError
from analysis.release.files import transfer
from analysis.release.files.transfer import received

CONTENT = bytes(range(256)) * 200  # 51,200 bytes
SIZE = len(CONTENT)


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        BEHAVIOURS[self.path.removeprefix("/")](self)

    def start(self, status: int = 200, **headers: object) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), str(value))
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        pass


def good(to: Handler) -> None:
    to.start(Content_Length=SIZE)
    to.wfile.write(CONTENT)


def without_length(to: Handler) -> None:
    to.start()
    to.wfile.write(CONTENT)


def endless(to: Handler) -> None:
    to.start()
    while True:
        to.wfile.write(CONTENT)


def drip(to: Handler) -> None:
    to.start(Content_Length=SIZE)
    for k in range(SIZE):
        to.wfile.write(CONTENT[k : k + 1])
        time.sleep(0.02)


def stall(to: Handler) -> None:
    to.start(Content_Length=SIZE)
    to.wfile.write(CONTENT[:40_000])
    time.sleep(5)


def cut(to: Handler) -> None:
    to.start(Content_Length=SIZE)
    to.wfile.write(CONTENT[:1000])


def cut_without_length(to: Handler) -> None:
    to.start()
    to.wfile.write(CONTENT[:1000])


def silent(to: Handler) -> None:
    time.sleep(4)


def no_http(to: Handler) -> None:
    to.wfile.write(b"\x00\xff" * 100)


BEHAVIOURS: dict[str, Callable[[Handler], None]] = {
    "good": good,
    "without length": without_length,
    "redirected": lambda to: to.start(302, Location="/good"),
    "endless": endless,
    "announces more": lambda to: to.start(Content_Length=SIZE + 1),
    "announces a terabyte": lambda to: to.start(Content_Length=10**12),
    "announces less": lambda to: to.start(Content_Length=SIZE - 1),
    "drip": drip,
    "stall": stall,
    "cut": cut,
    "cut without length": cut_without_length,
    "silent": silent,
    "no http": no_http,
    "closed at once": lambda to: setattr(to, "close_connection", True),
    "500": lambda to: to.send_error(500),
    "503": lambda to: to.send_error(503),
    "404": lambda to: to.send_error(404),
    "204": lambda to: to.start(204),
    "circle": lambda to: to.start(302, Location="/circle"),
    "to ftp": lambda to: to.start(302, Location="ftp://127.0.0.1/x"),
}


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.handle_error = lambda *_: None  # type: ignore[method-assign]  # we hang up on some
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    thread.join()
    server.socket.close()


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait as long as in earnest, but in shorter seconds."""
    assert (transfer.CONNECT_SECONDS, transfer.SLOW_SECONDS, transfer.SLOW_BYTES) == (8, 30, 30_000)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setattr(transfer, "CONNECT_SECONDS", 2.5)
    monkeypatch.setattr(transfer, "SLOW_SECONDS", 0.5)


def fetched(address: str, behaviour: str, size: int | None = SIZE) -> bytes:
    quoted = behaviour.replace(" ", "%20")
    return b"".join(received(address + quoted, most=SIZE, size=size))


@pytest.fixture(autouse=True, scope="module")
def unquoted() -> None:
    BEHAVIOURS.update({name.replace(" ", "%20"): does for name, does in BEHAVIOURS.items()})


@pytest.mark.parametrize("behaviour", ["good", "without length", "redirected"])
@pytest.mark.parametrize("size", [SIZE, None])
def test_what_is_sent_well_arrives(address: str, behaviour: str, size: int | None) -> None:
    assert fetched(address, behaviour, size) == CONTENT


FAULTS = {
    "endless": "sends more than the 51,200 bytes that are wanted",
    "announces more": "announces 51,201 bytes, more than the 51,200 that are wanted",
    "announces a terabyte": "announces 1,000,000,000,000 bytes, more than the 51,200",
    "announces less": "announces 51,199 bytes, where the published file has 51,200",
    "drip": "sends fewer than 1,000 bytes a second (",
    "stall": "sends fewer than 1,000 bytes a second (39,",
    "cut": "the connection broke after ",
    "cut without length": "the connection broke after 1,000 of 51,200 bytes: try again",
    "silent": "cannot be reached (",
    "no http": "cannot be reached (ConnectionError)",
    "closed at once": "cannot be reached (ConnectionError)",
    "500": "its server fails (500 Internal Server Error): try again later",
    "503": "its server fails (503 Service Unavailable): try again later",
    "404": "its server does not send the file (404 Not Found)",
    "204": "its server does not send the file (204 No Content)",
    "circle": "leads from one address to the next without end",
    "to ftp": "cannot be reached (InvalidSchema)",
}


@pytest.mark.parametrize("behaviour", FAULTS)
def test_what_is_sent_badly_is_named_in_time(address: str, behaviour: str) -> None:
    start = time.monotonic()
    with pytest.raises(ReleaseError) as caught:
        fetched(address, behaviour)
    assert time.monotonic() - start < 6
    assert str(caught.value).startswith(address + behaviour.replace(" ", "%20"))
    assert FAULTS[behaviour] in str(caught.value)
    assert ("without a network" in str(caught.value)) == ("cannot be reached" in FAULTS[behaviour])


def test_slow_and_steady_arrives(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Fast enough in each stretch of time, though the whole takes several."""

    def steady(to: Handler) -> None:
        to.start(Content_Length=SIZE)
        for k in range(0, SIZE, 5120):
            to.wfile.write(CONTENT[k : k + 5120])
            time.sleep(0.1)

    monkeypatch.setitem(BEHAVIOURS, "steady", steady)
    monkeypatch.setattr(transfer, "SLOW_BYTES", 5_000)
    assert fetched(address, "steady") == CONTENT


def test_an_altered_scheme_is_refused() -> None:
    class Answer:
        status_code, reason, url, headers = 200, "OK", "http://elsewhere/", ()

    with pytest.raises(ReleaseError, match="leads to http://elsewhere/, which anybody could"):
        transfer._announced("https://here/", Answer(), 10, None)  # type: ignore[arg-type]
