"""The heat map's layout is found before anything is drawn, and has room for what is named."""

from __future__ import annotations

import pytest
from matplotlib.figure import Figure

from analysis.figures.drawing import WIDTH
from analysis.figures.error_rates import heat_layout, left_of_rows, name_rows, titled

RATERS = [f"rater {number}" for number in range(40)]
ANSWERS = ["no", "maybe", "yes"]


def test_few_short_names_are_level() -> None:
    layout = heat_layout(RATERS, ["misfit", "fits"], ANSWERS)
    assert layout.answers_level
    assert layout.answers_legible
    assert layout.titles_level
    assert layout.left + layout.width == pytest.approx(0.645)
    assert layout.height == layout.foot + layout.body + layout.head
    assert layout.bottom + layout.share < 1


def test_names_that_do_not_fit_stand_upright_and_take_room_above() -> None:
    few = heat_layout(RATERS, ["misfit", "fits"], ANSWERS)
    names = [f"class {k}" for k in range(6)]
    many = heat_layout(RATERS, [f"category{k}" for k in range(6)], names)
    assert not many.answers_level
    assert not many.titles_level
    assert many.above > few.above
    assert many.head > few.head
    assert many.answer_size < few.answer_size


def test_answers_too_narrow_to_read_take_no_room() -> None:
    names = [f"class {k}" for k in range(20)]
    layout = heat_layout(RATERS, names, names)
    assert not layout.answers_legible
    assert layout.above == pytest.approx(0.08)
    few, many = ([str(k) for k in range(size)] for size in (6, 9))
    assert heat_layout(RATERS, few, few).answers_legible
    assert not heat_layout(RATERS, many, many).answers_legible


def test_titles_are_broken_between_words() -> None:
    layout = heat_layout(RATERS, ["capuchin monkey", "cat", "dog"], ANSWERS)
    assert layout.titles_level
    assert layout.titles == ("capuchin\nmonkey", "cat", "dog")


@pytest.mark.parametrize("n_raters", [1, 24, 60])
def test_rows_are_as_high_as_the_raters_need(n_raters: int) -> None:
    layout = heat_layout(["r"] * n_raters, ["a", "b"], ["a", "b"])
    assert layout.body == max(2.0, 0.14 * n_raters)


def test_a_class_is_called_one() -> None:
    assert titled("fits") == "class: fits"


@pytest.mark.parametrize("name", ["WWWWWW...WWWWWW", "A3MWQ0WWMMWWKG", "\\$\\frac\\$", " "])
def test_wide_letters_have_room_beside_their_row(name: str) -> None:
    figure = Figure(figsize=(WIDTH, 2))
    axes = figure.add_axes((left_of_rows([name]), 0.2, 0.3, 0.7))
    name_rows(axes, [name])
    figure.canvas.draw()
    (label,) = axes.get_yticklabels()
    assert label.get_window_extent().x0 >= 0


def test_digits_take_the_room_they_always_took() -> None:
    assert left_of_rows(["7", "113"]) == 0.025 + 3 * 0.0095 * 9.0 / 7.5
