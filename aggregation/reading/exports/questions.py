"""Which question of an export is asked for, and what becomes of several choices in one answer."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from difflib import get_close_matches

from ...errors import VoteError, listed
from ..tables.table import folded


def same_name(found: Iterable[str], said: str, prefix: str = "") -> str | None:
    """Return the name that was said: as it stands, else case, blanks and a prefix aside."""
    found = list(found)
    if said in found:
        return said
    wanted = {folded(said), folded(prefix + said)}
    return next((name for name in found if folded(name) in wanted), None)


def choose_question(
    found: Sequence[str], said: str | None, prefix: str = "", advice: str = ""
) -> str:
    """Choose a question: the one that was said, or the only one.

    Parameters
    ----------
    found : sequence of str
        The questions that the export has answers to.
    said : str or None
        What the user calls it; `prefix` may be left out.
    prefix : str
        What every question's name begins with.
    advice : str
        What else is said where there are several.

    Returns
    -------
    str
        One of `found`.

    Raises
    ------
    VoteError
        If there is no such question, or none, or several and none was said.
    """
    if said is not None:
        name = same_name(found, said, prefix)
        if name is None:
            bare = {name.removeprefix(prefix): name for name in found}
            near = get_close_matches(said.removeprefix(prefix), bare, n=1)
            hint = f"; did you mean {bare[near[0]]!r}?" if near else ""
            there = f"there are {listed(found)}" if found else "there is none"
            raise VoteError(f"no question is called {said!r}: {there}{hint}")
        return name
    if not found:
        raise VoteError("no question has a choice for its answer: name a column with --answer")
    if len(found) > 1:
        raise VoteError(
            f"there are {len(found)} questions, {listed(found)}: say which one with --answer, "
            f"such as --answer {found[0]!r}{advice}"
        )
    return found[0]


def several_choices(count: int, example: Sequence[str]) -> VoteError:
    """Return the error for answers of several choices."""
    return VoteError(
        f"{count} answers are of several choices, such as {listed(example)}: "
        "--multiple first takes the first of each, --multiple split makes every choice a vote"
    )
