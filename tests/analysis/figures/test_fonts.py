"""Letters that the figures' font lacks come from another font, and change nothing else."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from analysis.figures import figure_bytes, fonts
from analysis.figures.drawing import drawn_figure

# STIX comes with matplotlib and has this character, which DejaVu Sans lacks.
FROWN = "\N{FROWN}"


def forget() -> None:
    for found in (fonts.families, fonts.installed, fonts.known_letters):
        found.cache_clear()


@pytest.fixture
def other_fonts(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(fonts, "OTHERS", ("No Such Font", "STIXGeneral"))
    forget()
    yield
    forget()


@pytest.fixture
def no_other_font(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(fonts, "OTHERS", ())
    forget()
    yield
    forget()


def drawn(text: str, form: str = "png") -> bytes:
    with drawn_figure(1.0, simulated=False) as (figure, caption):
        caption(0.9, text)
    return figure_bytes(figure, form)


@pytest.fixture
def boxes(no_other_font: None) -> dict[str, bytes]:
    """What is drawn by matplotlib's own font alone."""
    return {text: drawn(text) for text in ("ann", FROWN)} | {"pdf": drawn("ann", "pdf")}


def test_a_letter_comes_from_a_font_that_has_it(
    boxes: dict[str, bytes], other_fonts: None, caplog: pytest.LogCaptureFixture
) -> None:
    assert fonts.families() == ("DejaVu Sans", "STIXGeneral")
    assert drawn(FROWN) != boxes[FROWN]
    assert fonts.letters_lacking(["a", FROWN]) == ""
    assert caplog.records == []


def test_other_letters_are_the_same_bytes(boxes: dict[str, bytes], other_fonts: None) -> None:
    assert (drawn("ann"), drawn("ann", "pdf")) == (boxes["ann"], boxes["pdf"])


def test_what_no_font_has_is_told(no_other_font: None) -> None:
    assert (
        fonts.letters_lacking(["ann", f"{FROWN}x", "猫の猫", 7, "\u200f\ufe0f\n"]) == f"{FROWN}猫の"
    )
