"""Letters that the figures' font lacks: taken from a font that this machine has, where it does."""

from __future__ import annotations

import logging
import unicodedata
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cache

from matplotlib import font_manager, get_cachedir

FONT = "DejaVu Sans"  # comes with matplotlib, so every machine has it
# Fonts with letters that it lacks, as they are called on Linux, macOS and Windows. No font whose
# letters are pictures is among them: matplotlib draws outlines.
OTHERS = (
    *("Noto Sans CJK SC", "Noto Sans CJK JP", "Noto Sans CJK KR", "Source Han Sans SC"),
    *("Noto Sans SC", "Noto Sans JP", "Noto Sans KR", "WenQuanYi Zen Hei", "WenQuanYi Micro Hei"),
    *("Droid Sans Fallback", "IPAexGothic", "TakaoPGothic", "NanumGothic", "Hiragino Sans GB"),
    *("Hiragino Sans", "Heiti TC", "Apple SD Gothic Neo", "Arial Unicode MS", "Microsoft YaHei"),
    *("Yu Gothic", "MS Gothic", "Malgun Gothic", "Noto Sans Devanagari", "Lohit Devanagari"),
    *("Nirmala UI", "Noto Sans Bengali", "Noto Sans Tamil", "Noto Sans Thai", "Leelawadee UI"),
    *("Noto Emoji", "Symbola", "Segoe UI Emoji", "Apple Symbols"),
)
# Kinds of characters that are never drawn: marks that join or vary what stands beside them.
UNDRAWN = ("Cc", "Cf", "Mn", "Zs")


@contextmanager
def unsaid_weights() -> Iterator[None]:
    """Keep matplotlib from saying that a font comes in one weight: bold names are drawn in that."""
    log = logging.getLogger("matplotlib.font_manager")
    level = log.level
    log.setLevel(logging.ERROR)
    try:
        yield
    finally:
        log.setLevel(level)


@cache
def families() -> tuple[str, ...]:
    """Return the fonts of the figures: one, and those for letters that it lacks."""
    return FONT, *filter(installed().get, OTHERS)


@cache
def installed() -> dict[str, str]:
    """Return a file of each font of this machine, by the font's name."""
    return {font.name: font.fname for font in font_manager.fontManager.ttflist}


@cache
def known_letters() -> frozenset[int]:
    """Return what these fonts can draw."""
    paths = map(installed().__getitem__, families())
    return frozenset().union(*(font_manager.get_font(path).get_charmap() for path in paths))


def list_of_fonts() -> str:
    """Return the folder in which matplotlib keeps its list of fonts, which it does not renew."""
    return get_cachedir()


def letters_lacking(names: Iterable[object]) -> str:
    """Return the letters of names that figures on this machine show as boxes, in their order."""
    letters = dict.fromkeys("".join(map(str, names)))
    return "".join(
        letter
        for letter in letters
        if ord(letter) not in known_letters() and unicodedata.category(letter) not in UNDRAWN
    )
