"""Damage to files, the same for the same seed: bytes as a disk loses them, or as a forger would.

An archive is also taken apart and packed again, so that the damage lies behind its checksums.
"""

from __future__ import annotations

import io
import random
import zipfile
from collections.abc import Callable

# Archives that unpack to more are damaged from outside alone.
LARGEST_REPACKED = 100 << 20
NUMBERS = (
    0,
    1,
    0x7F,
    0x80,
    0xFF,
    0x7FFF,
    0xFFFF,
    2**31 - 1,
    2**31,
    2**32 - 1,
    2**63 - 1,
    2**64 - 1,
)
# What stands where a number, a name or a separator should.
WORDS = (
    *(b"", b"\0", b"\r", b"\n", b"\r\n", b",", b'"', b"\xff\xfe", b"\xed\xa0\x80", b"\x1b]0;t\x07"),
    *(b"NaN", b"-1", b"1e999", b"0x10", b"nan", b"null", b"[" * 3000, b"9" * 5000, b"{}", b"-0.0"),
    *(b"18446744073709551616", b"'<U4000000'", b"'|O'", b"'|V0'", b"(-1, 3)", b"(0, 999999999999)"),
    *("\u202e".encode(), "\U0010ffff".encode(), b"a" * 100_000, b"True", b"1.5", b"2026-99-99"),
)


def mutate(content: bytes, rng: random.Random) -> bytes:
    """Return content with one to three damages."""
    repacked = zipfile.is_zipfile(io.BytesIO(content)) and rng.random() < 0.6
    if repacked:
        return repack(content, rng)
    data = bytearray(content)
    for _ in range(rng.choice((1, 1, 1, 2, 3))):
        rng.choice(DAMAGES)(data, rng)
    return bytes(data)


def repack(content: bytes, rng: random.Random) -> bytes:
    """Return an archive with damage in one of its members, which its checksums know nothing of."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        infos = archive.infolist()
        if sum(info.file_size for info in infos) > LARGEST_REPACKED:
            data = bytearray(content)
            rng.choice(DAMAGES)(data, rng)
            return bytes(data)
        members = {info.filename: archive.read(info) for info in infos}
    name = rng.choice(list(members))
    member = bytearray(members[name])
    header = bytearray(member[:128])
    if rng.random() < 0.5:  # the header of an array is small beside what follows it
        rng.choice(DAMAGES)(header, rng)
        member[:128] = header
    else:
        rng.choice(DAMAGES)(member, rng)
    if rng.random() < 0.1:
        name = rng.choice(("tensor.npy", "ids.npy", "info.npy", "../x.npy", "tensor"))
    members[name] = bytes(member)
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for one, inside in members.items():
            archive.writestr(one, inside)
    return stream.getvalue()


def place(data: bytearray, rng: random.Random) -> int:
    """Return a place; the two ends of a file, where formats say what they are, come often."""
    size = len(data)
    return min(
        rng.choice(
            (
                rng.randrange(size + 1),
                rng.randrange(min(size, 200) + 1),
                size - rng.randrange(min(size, 200) + 1),
            )
        ),
        max(size - 1, 0),
    )


def flip(data: bytearray, rng: random.Random) -> None:
    """Turn bits around."""
    for _ in range(rng.choice((1, 1, 4, 40))):
        if data:
            data[place(data, rng)] ^= 1 << rng.randrange(8)


def number(data: bytearray, rng: random.Random) -> None:
    """Write an extreme number over what is there."""
    at, width = place(data, rng), rng.choice((1, 2, 4, 8))
    value = rng.choice(NUMBERS) & (256**width - 1)
    data[at : at + width] = value.to_bytes(width, rng.choice(("little", "big")))


def word(data: bytearray, rng: random.Random) -> None:
    """Put a word in the place of some bytes."""
    at = place(data, rng)
    data[at : at + rng.randrange(8)] = rng.choice(WORDS)


def cut(data: bytearray, rng: random.Random) -> None:
    """Lose a piece."""
    at = place(data, rng)
    del data[at : at + rng.choice((1, 3, 100, 10_000))]


def end(data: bytearray, rng: random.Random) -> None:
    """Lose all that follows."""
    del data[place(data, rng) :]


def repeat(data: bytearray, rng: random.Random) -> None:
    """Have a piece twice."""
    at = place(data, rng)
    data[at:at] = data[at : at + rng.choice((1, 30, 3000))]


def fill(data: bytearray, rng: random.Random) -> None:
    """Write one byte over a piece, as a disk does that has lost it."""
    at = place(data, rng)
    size = min(rng.choice((4, 100, 4096)), len(data) - at)
    data[at : at + size] = bytes([rng.choice((0, 0xFF, 0x20))]) * size


def noise(data: bytearray, rng: random.Random) -> None:
    """Write chance over a piece."""
    at = place(data, rng)
    size = min(rng.choice((2, 20, 500)), len(data) - at)
    data[at : at + size] = rng.randbytes(size)


def move(data: bytearray, rng: random.Random) -> None:
    """Write a piece over another."""
    at, to = place(data, rng), place(data, rng)
    piece = data[at : at + 64]
    data[to : to + len(piece)] = piece


DAMAGES: tuple[Callable[[bytearray, random.Random], None], ...] = (
    *(flip, number, word, cut, end, repeat, fill, noise, move),
)
