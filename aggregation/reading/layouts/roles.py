"""Which column is which: as was said, or the one that is called as people call it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from ...errors import LayoutError, VoteError, shown
from ..options import split_names
from ..tables.table import Table, columns_are
from .looks import looks_of

# What columns are called, without case, blanks and signs: the clear names first, and then those
# that are taken only where no column has a clear one.
USUAL: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "item": (
        (
            *("item", "itemid", "itemname", "task", "taskid", "question", "questionid", "patient"),
            *("patientid", "hitid", "unitid", "example", "exampleid", "object", "objectid"),
            *("instance", "instanceid", "sampleid", "docid", "documentid", "imageid", "textid"),
            *("sentenceid", "tweetid", "datapoint", "datapointid"),
        ),
        (
            *("id", "unit", "hit", "sample", "doc", "document", "image", "imagename", "imageurl"),
            *("img", "text", "sentence", "tweet", "file", "filename", "url", "pair", "pairid"),
            *("video", "videoid", "clip", "audio", "page", "record", "recordid", "uid", "case"),
            *("caseid", "subject", "subjectid", "row", "photo", "key", "name"),
        ),
    ),
    "rater": (
        (
            *("rater", "raterid", "worker", "workerid", "annotator", "annotatorid", "performer"),
            *("performerid", "observer", "observerid", "labeler", "labelerid", "labeller"),
            *("labellerid", "coder", "coderid", "judge", "judgeid", "turker", "turkerid"),
            *("crowdworker", "assessor", "grader", "annotatedby", "labeledby", "ratername"),
            *("workername", "annotatorname"),
        ),
        (
            *("user", "userid", "username", "participant", "participantid", "respondent"),
            *("respondentid", "expert", "reviewer", "reviewerid", "person", "who", "email"),
            *("completedby", "createdby", "evaluator", "evaluatorid", "member", "source", "model"),
        ),
    ),
    "answer": (
        (
            *("answer", "label", "response", "rating", "vote", "annotation", "judgment"),
            *("judgement", "choice", "labelname", "workerlabel", "workeranswer"),
        ),
        (
            *("value", "class", "category", "score", "result", "output", "tag", "grade", "said"),
            *("verdict", "decision", "opinion", "selected", "annotationvalue", "diagnosis"),
        ),
    ),
    "class": (
        (
            *(
                "class",
                "truth",
                "gold",
                "goldlabel",
                "goldstandard",
                "groundtruth",
                "gt",
                "truelabel",
            ),
            *("trueclass", "correct", "correctlabel", "correctanswer", "correctclass", "goldclass"),
            *("goldanswer", "golden", "target", "expected"),
        ),
        ("label", "answer", "category", "value", "y", "result"),
    ),
}

# So many rows are looked through for the names of columns that are not in the first one.
TITLE = 20


class Roles(NamedTuple):
    """A table's columns by role.

    Attributes
    ----------
    places : dict of str to tuple of int
        For each role, its columns; several are one name together.
    guessed : tuple of str
        The roles that nobody named.
    """

    places: dict[str, tuple[int, ...]]
    guessed: tuple[str, ...]


def plain(name: str) -> str:
    """Return a column's name without case, blanks and signs.

    Examples
    --------
    >>> plain("Worker_ID "), plain("_unit_id")
    ('workerid', 'unitid')
    """
    return re.sub(r"[\W_]+", "", name).casefold()


def choose_columns(table: Table, said: Mapping[str, Sequence[str]]) -> Roles:
    """Choose a table's columns for each role.

    Parameters
    ----------
    table : Table
    said : mapping of str to sequence of str
        For each role ("item", "rater", "answer", "class"), the columns that were said.

    Returns
    -------
    Roles

    Raises
    ------
    VoteError
        If a column that was said is not there, or a role has not exactly one column that could be
        its own; the message has all of that, and what the table looks like.
    """
    if not table.has_header and not any(said.values()) and len(table.names) == len(said):
        return Roles({role: (place,) for place, role in enumerate(said)}, tuple(said))
    places = {role: said_places(table, names, role) for role, names in said.items() if names}
    taken = {place for found in places.values() for place in found}
    fitting = {role: usual_places(table, role, taken) for role, names in said.items() if not names}
    wrong = {role: found for role, found in fitting.items() if len(found) != 1}
    if wrong:
        check_free(table, places, wrong)
        raise LayoutError(cannot_tell(table, wrong))
    places |= {role: (found[0],) for role, found in fitting.items()}
    check_apart(table, places)
    return Roles({role: places[role] for role in said}, tuple(fitting))


def said_places(table: Table, names: Sequence[str], role: str) -> tuple[int, ...]:
    """Return the places of columns that were said; one text may name several with commas."""
    what = f"for the {role}"
    if len(names) == 1 and "," in names[0] and names[0] not in table.names:
        names = split_names(names[0])
    return tuple(table.place(name, what) for name in names)


def usual_places(table: Table, role: str, taken: set[int]) -> list[int]:
    """Return the columns with a clear name for a role; if there is none, those with a usual one."""
    for names in USUAL[role]:
        found = [
            place
            for place, name in enumerate(table.names)
            if place not in taken and plain(name) in names
        ]
        if found:
            return found
    return []


def check_apart(table: Table, places: Mapping[str, Sequence[int]]) -> None:
    """Refuse a column that would be two things."""
    role_of: dict[int, str] = {}
    for role, found in places.items():
        for place in found:
            if place in role_of:
                raise VoteError(
                    f"column {table.names[place]!r} cannot be both the {role_of[place]} and the "
                    f"{role}"
                )
            role_of[place] = role


def check_free(
    table: Table, places: Mapping[str, Sequence[int]], wrong: Mapping[str, Sequence[int]]
) -> None:
    """Say so where a role's only column was said to be another's."""
    for role, found in wrong.items():
        usual = [] if found else usual_places(table, role, set())
        if len(usual) == 1:
            check_apart(table, {role: usual, **places})


def cannot_tell(table: Table, wrong: Mapping[str, Sequence[int]]) -> str:
    """Say for which roles no column can be told, how to say it, and what the table looks like."""
    parts = []
    none = [role for role, found in wrong.items() if not found]
    for role, found in wrong.items():
        if found:
            names = " and ".join(shown(table.names[place]) for place in found)
            twice = len({table.names[place] for place in found}) < len(found)
            mend = " (rename those of one name)" if twice else ""
            parts.append(f"{names} could all be the {role}{mend}")
    if none:
        parts.append(f"no column is called like the {' or the '.join(none)}")
    options = ", ".join(f"--{role}" for role in wrong)
    looks = names_below(table) or looks_of(table, none)
    end = "".join([f"; {looks}" if looks else "", *(f". {note[:-1]}" for note in table.notes)])
    return f"{'; '.join(parts)}: say which one is by {options} ({columns_are(table.names)}){end}"


def names_below(table: Table) -> str:
    """Say where columns' names are, if a title or a remark comes before them; else nothing."""
    columns = [column.to_pylist()[:TITLE] for column in table.head().columns]
    if table.has_header:
        for row, cells in enumerate(zip(*columns, strict=True)):
            named = [role for role in USUAL if is_called(cells, role)]
            if len(named) >= min(len(columns), 2):
                return f"{table.line(row)} looks like the names: if so, take out what is above it"
    return ""


def is_called(cells: Sequence[str | None], role: str) -> bool:
    """Say whether one of some cells is a usual name for a role."""
    return any(plain(cell or "") in names for cell in cells for names in USUAL[role])


def guess_note(table: Table, roles: Roles) -> tuple[str, ...]:
    """Say which columns were guessed."""
    if not roles.guessed:
        return ()
    named = (
        f"{' and '.join(repr(table.names[place]) for place in roles.places[role])} for the {role}"
        for role in roles.guessed
    )
    return (f"Took {', '.join(named)}.",)
