"""How a text file is written: its encoding, what separates cells, whether quotes enclose them."""

from __future__ import annotations

import codecs
import csv
import io
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Literal, NamedTuple

import numpy as np

from ...errors import VoteError, shown
from ..options import Reading

# So much of a file is looked at, and so many of its rows are counted.
SAMPLE = 1 << 20
ROWS = 50
SEPARATORS = (",", "\t", ";", "|")
# What separates cells where none of these does, as R's write.table has it.
LAST_RESORT = " "
BY_SUFFIX = {".tsv": "\t", ".tab": "\t", ".psv": "|"}
HINT = "sep="
MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # begins as the mark of UTF-16 does
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# How files begin, in small letters, that are no tables in text.
SIGNS = (
    (b"par1", "parquet"),
    (b"arrow1", "feather"),
    (b"pk\x03\x04", "xlsx"),
    (b"\xd0\xcf\x11\xe0", "xlsx"),
    *((sign, "json") for sign in (b'{"', b'[{"', b"[\n", b"[\r\n", b"{\n", b"{\r\n")),
    *((sign, "html") for sign in (b"<!doctype", b"<html", b"<?xml")),
)
LONGEST_SIGN = 64

# Rows, each after the number of the line on which it begins.
Rows = list[tuple[int, list[str]]]


class Dialect(NamedTuple):
    """How a text file's cells are told apart.

    Attributes
    ----------
    separator : str
    quoted : bool
        Whether quotes enclose cells, or are characters as any.
    hint : bool
        Whether a line such as ``sep=;`` comes before all others.
    spaced : bool
        Whether blanks come before quotes, so that these enclose a cell nevertheless.
    trimmed : bool
        Whether a blank comes before each cell but the first, and is no part of it.
    """

    separator: str
    quoted: bool
    hint: bool
    spaced: bool = False
    trimmed: bool = False


def in_utf8(buffer: Any, encoding: str | None) -> Any:
    """Return a file's bytes in UTF-8 without a mark: as they are, if they were.

    Raises
    ------
    VoteError
        If the encoding is not known, or the bytes are not written in it.
    """
    import pyarrow as pa

    mark, encoding = written_in(buffer, encoding)
    if encoding is None:
        return buffer[len(mark) :]
    try:
        return pa.py_buffer(str(buffer[len(mark) :], encoding).encode())
    except UnicodeError as error:
        raise VoteError(f"is not written in {encoding} ({error})") from error


def written_in(start: Any, encoding: str | None) -> tuple[bytes, str | None]:
    """Return the mark with which a file's bytes begin, and its encoding, None for UTF-8.

    Raises
    ------
    VoteError
        If the encoding that was said is not known, or none was and it is no UTF-8.
    """
    first = bytes(start[:4])
    mark, marked = next(((m, name) for m, name in MARKS if first.startswith(m)), (b"", None))
    encoding = marked or encoding
    if encoding is None and b"\0" in bytes(start[:SAMPLE]):
        raise VoteError(
            "holds bytes of 0, so it is no text in UTF-8: if it is text, say how it is written, "
            "such as --encoding utf-16-le"
        )
    is_utf8 = encoding is None or codec_name(encoding) == "utf-8"
    return mark, None if is_utf8 else encoding


def refuse_others(start: Any) -> None:
    """Refuse bytes that begin as what is no table in text, whatever it is called."""
    first = bytes(start[:LONGEST_SIGN]).removeprefix(codecs.BOM_UTF8).lstrip()
    found = next((kind for sign, kind in SIGNS if first.lower().startswith(sign)), None)
    if found == "html":
        raise VoteError("is a page (HTML or XML) and no table: is it what was to be downloaded?")
    if found is not None:
        raise VoteError(f"looks like {found}, not like a table in text: say --input-format {found}")


def codec_name(encoding: str) -> str:
    """Return the usual name of an encoding."""
    try:
        return codecs.lookup(encoding).name
    except LookupError:
        raise VoteError(
            f"there is no encoding {encoding!r}: utf-8, latin-1, cp1252, utf-16, ..."
        ) from None


def dialect_of(sample: str, suffix: str, options: Reading) -> Dialect:
    """Find out how a file is written, from its beginning, its name, and what was said."""
    first = sample.partition("\n")[0].strip()
    hint = first.casefold().startswith(HINT) and len(first) <= len(HINT) + 2
    separator = options.separator
    if separator is None and hint:
        separator = first[len(HINT) :].strip('"') or "\t"
    if separator is None:
        separator = found_separator(after_hint(sample, hint), BY_SUFFIX.get(suffix, ","))
    quoted = options.quotes
    if quoted is None:
        quoted = separator != "\t" or is_quoted(sample)
    dialect = Dialect(separator, quoted, hint)
    return with_blanks(dialect, after_hint(sample, hint))


def after_hint(text: str, hint: bool) -> str:
    """Return a text without its first line, if that is a hint."""
    return text.partition("\n")[2] if hint else text


def found_separator(sample: str, usual: str) -> str:
    """Return the character that takes most rows apart into as many cells as the header has."""
    scores = {}
    for separator in dict.fromkeys((usual, *SEPARATORS)):
        header, alike, _ = widths(sample, separator)
        scores[separator] = (header > 1) * (1 + alike) * (1 + (separator == usual))
    best = max(scores, key=scores.__getitem__)
    if scores[best]:
        return best
    header, alike, others = widths(sample, LAST_RESORT)
    return LAST_RESORT if header > 1 and alike and not others else usual


def widths(sample: str, separator: str) -> tuple[int, int, int]:
    """Return how many cells the header has, how many rows are as wide, and how many are not."""
    quoted = separator != "\t"
    rows = few_rows(sample, Dialect(separator, quoted, hint=False, spaced=quoted))
    header, *lengths = [len(row) for _, row in rows] or [1]
    # a row may end early, or begin with a name that the header lacks
    alike = sum(length in (header, header + 1) for length in lengths)
    return header, alike, len(lengths) - alike


def with_blanks(dialect: Dialect, sample: str) -> Dialect:
    """Find out whether blanks come before quotes, as in ``"a", "b"``, or before all cells."""
    blanks = f"{dialect.separator} "
    if not dialect.quoted or blanks not in sample:
        return dialect
    if dialect.separator == LAST_RESORT:  # they align columns
        return dialect._replace(spaced=True)
    spaced = dialect._replace(spaced=True)
    if f'{blanks}"' in sample and quotes_enclose(
        few_rows(sample, dialect), few_rows(sample, spaced)
    ):
        return spaced
    cells = [cell for _, row in few_rows(sample, dialect) for cell in row[1:]]
    return dialect._replace(trimmed=all(cell.startswith(" ") for cell in cells))


def quotes_enclose(literally: Rows, without_blanks: Rows) -> bool:
    """Say whether a cell begins with a blank and a quote, of which no blank is left without it."""
    pairs = (
        pair
        for (_, row), (_, other) in zip(literally, without_blanks, strict=False)
        for pair in zip(row, other, strict=False)
    )
    return any(cell.startswith(' "') and not other.startswith(" ") for cell, other in pairs)


def is_quoted(sample: str) -> bool:
    """Say whether the cells of a tab-separated header are all in quotes, or an export's JSON is.

    There a quote is a character as any; but what writes quotes around every name of a column, or
    around JSON with its own quotes doubled, encloses cells in them.
    """
    header, _, rest = sample.lstrip("\r\n").partition("\n")
    cells = header.strip("\r").split("\t")
    enclosed = all(len(cell) > 1 and cell[0] == cell[-1] == '"' for cell in cells)
    return enclosed or '\t"[{""' in rest or '\t"{""' in rest or '\n"{""' in rest


def few_rows(sample: str, dialect: Dialect) -> Rows:
    """Take the first rows of a sample apart."""
    found = []
    for numbered in rows_of(sample, dialect):
        found.append(numbered)
        if len(found) > ROWS:
            break
    # the last one may have been cut
    return (
        found[:-1]
        if len(found) > ROWS or (len(sample) >= SAMPLE // 4 and len(found) > 1)
        else found
    )


def rows_of(text: str, dialect: Dialect) -> Iterator[tuple[int, list[str]]]:
    """Yield each row that is not blank, and the number of the line on which it begins."""
    quoting: Literal[0, 3] = csv.QUOTE_MINIMAL if dialect.quoted else csv.QUOTE_NONE
    with cells_of_any_size():
        reader = csv.reader(
            io.StringIO(text, newline=""),
            delimiter=dialect.separator,
            quoting=quoting,
            skipinitialspace=dialect.spaced or dialect.trimmed,
        )
        line = 1
        try:
            for row in reader:
                if row:
                    yield line, row
                line = reader.line_num + 1
        except csv.Error as error:
            raise VoteError(f"line {reader.line_num}: {error}") from error


@contextmanager
def cells_of_any_size() -> Iterator[None]:
    """Let Python's csv reader take cells of any size."""
    before = csv.field_size_limit(min(sys.maxsize, 2**31 - 1))
    try:
        yield
    finally:
        csv.field_size_limit(before)


def bad_text(header: list[str]) -> VoteError | None:
    """Return the error of a header that is not in UTF-8, None if it is."""
    for name in header:
        try:
            name.encode()
        except UnicodeEncodeError:
            raw = name.encode("utf-8", "surrogateescape")
            return VoteError(
                f"line 1 is not in UTF-8 ({shown(raw)}): say how the file is written, such as "
                "--encoding cp1252 (Windows) or latin-1"
            )
    return None


def rows_end(text: bytes, dialect: Dialect, newline: bytes) -> int:
    """Return where the last whole row ends, 0 where none does."""
    if not dialect.quoted or b'"' not in text:
        return text.rfind(newline) + 1
    from ...kernels.partition import last_row_end  # Numba takes a third of a second to import

    return int(last_row_end(np.frombuffer(text, np.uint8), ord(dialect.separator), newline[0]))


def refuse_unclosed(buffer: Any, dialect: Dialect, lines_before: int = 0) -> None:
    """Refuse rows with a quote that is not closed: it takes what is below it into its cell."""
    text = np.frombuffer(buffer, np.uint8)
    parts = (text[begin : begin + SAMPLE] for begin in range(0, len(text), SAMPLE))
    # one quote too many leaves an odd number of them; of those most are within a cell
    if not dialect.quoted or sum(np.count_nonzero(part == ord('"')) for part in parts) % 2 == 0:
        return
    from ...kernels.partition import torn_cell  # Numba takes a third of a second to import

    newline = ord("\n") if (text == ord("\n")).any() else ord("\r")
    begin = int(torn_cell(text, ord(dialect.separator), newline))
    if begin >= 0:
        line = lines_before + np.count_nonzero(text[:begin] == newline) + 1
        raise VoteError(
            f"line {line}: a quote begins a cell and is not closed, so that rows below are taken "
            "for a part of it: close it, or say --no-quotes if quotes are characters as any"
        )
