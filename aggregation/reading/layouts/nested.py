"""Records with their votes within them: an item a record, and in a field of it a record a vote."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from ...errors import VoteError, listed
from ..options import Reading
from ..tables.json_values import columns_table
from ..tables.table import Table, folded
from .roles import USUAL, plain, usual_places

Record = Mapping[str, Any]
# Fields of this name may hold each rater's answer under the rater's name.
BY_RATER = frozenset(
    ("annotations", "labels", "answers", "responses", "ratings", "votes", "judgments", "judgements")
)


class Within(NamedTuple):
    """Where votes are within records: the field, and what of it, or beside it, is which role."""

    field: str
    roles: dict[str, str]


def unnested(value: Any, options: Reading) -> tuple[Table, Reading] | None:
    """Return a table with a vote a row, and how it is read, of records that hold their votes.

    None where no field, or more than one, has records with a rater and an answer.
    """
    for records in shapes(value):
        found = list(within(records, options))
        if len(found) == 1:
            return flattened(records, found[0], options)
    return None


def shapes(value: Any) -> Iterator[Sequence[Record]]:
    """Yield what may be the records of a JSON value: it, what it wraps, or its fields by key."""
    if isinstance(value, list) and are_records(value):
        yield value
    if not isinstance(value, dict) or not value:
        return
    yield [value]
    inner = list(value.values())
    lists = [part for part in inner if isinstance(part, list) and part and are_records(part)]
    if len(lists) == 1:
        yield lists[0]
    if len(lists) == len(inner):
        yield [{"item": key, "votes": part} for key, part in value.items()]
        yield [{"rater": key, "votes": part} for key, part in value.items()]
    if are_records(inner):
        yield [{"id": key, **part} for key, part in value.items()]


def are_records(parts: Sequence[Any]) -> bool:
    """Say whether all parts are records."""
    return all(isinstance(part, dict) for part in parts)


def within(records: Sequence[Record], options: Reading) -> Iterator[Within]:
    """Yield the fields of records that hold votes: an item's, or a rater's."""
    fields = list(dict.fromkeys(name for record in records for name in record))
    for field in fields:
        held = [votes_in(field, record.get(field)) for record in records]
        if all(votes is None for votes in held) or any(votes == () for votes in held):
            continue
        names = list(dict.fromkeys(name for votes in held for vote in votes or [] for name in vote))
        beside = [name for name in fields if name != field]
        answer, rater = (named(names, role, options) for role in ("answer", "rater"))
        if answer is None or answer == rater:
            continue
        roles = {"answer": f"{field}.{answer}"}
        if rater is not None:
            yield Within(field, {"rater": f"{field}.{rater}", **roles})
        elif not usual(beside, "item"):
            item, rater = named(names, "item", options), named(beside, "rater", options)
            if item is not None and rater is not None:
                yield Within(field, {"item": f"{field}.{item}", "rater": rater, **roles})


def votes_in(field: str, held: Any) -> Sequence[Record] | None:
    """Return the votes that a record's field holds: None for none, () if it is of another kind."""
    if held is None or held == []:
        return None
    if isinstance(held, list):
        return held if are_records(held) else ()
    if not isinstance(held, dict):
        return ()
    if plain(field) not in BY_RATER or any(is_usual(name) for name in held):
        return [held]
    return [
        {"rater": rater, **(vote if isinstance(vote, dict) else {"answer": vote})}
        for rater, vote in held.items()
        if vote is not None
    ] or None


def is_usual(name: str) -> bool:
    """Say whether a field's name is a usual one for a rater or an answer."""
    return any(plain(name) in names for role in ("rater", "answer") for names in USUAL[role])


def named(names: Sequence[str], role: str, options: Reading) -> str | None:
    """Return the field of a role: the one that was said, or the only one of a usual name."""
    if said := options.columns()[role]:
        # as messages call it: annotations.label
        wanted = {folded(said[0]), folded(said[0]).rpartition(".")[2]}
        return next((name for name in names if folded(name) in wanted), None)
    found = usual(names, role)
    return found[0] if len(found) == 1 else None


def usual(names: Sequence[str], role: str) -> list[str]:
    """Return the fields that have a usual name for a role."""
    return [
        names[place] for place in usual_places(columns_table({n: [] for n in names}), role, set())
    ]


def flattened(records: Sequence[Record], found: Within, options: Reading) -> tuple[Table, Reading]:
    """Return the votes as rows, with what their record has beside them."""
    field = found.field
    rows = [
        (place, vote)
        for place, record in enumerate(records)
        for vote in votes_in(field, record.get(field)) or ()
    ]
    outer = dict.fromkeys(name for record in records for name in record if name != field)
    inner = dict.fromkeys(name for _, vote in rows for name in vote)
    beside = {name: [record.get(name) for record in records] for name in outer}
    columns = {name: [values[place] for place, _ in rows] for name, values in beside.items()}
    columns |= {f"{field}.{name}": [vote.get(name) for _, vote in rows] for name in inner}
    item = (found.roles["item"],) if "item" in found.roles else options.item or item_of(beside)
    roles = {"item": item, **{role: (found.roles[role],) for role in ("rater", "answer")}}
    taken = (
        f"{' and '.join(map(repr, names))} for the {role}" for role, names in roles.items() if names
    )
    note = f"Took each record in {field!r} for a vote, {', '.join(taken)}."
    table = replace(
        columns_table(columns), line=lambda row: f"record {rows[row][0]}", notes=(note,)
    )
    return table, replace(options, item=roles["item"], rater=roles["rater"], answer=roles["answer"])


def item_of(beside: dict[str, list[Any]]) -> tuple[str, ...]:
    """Return the field that names the records, each another way, None where none is clear.

    It is the first such that has a usual name for the item, or the only one where none has.
    """
    apart = [name for name, values in beside.items() if are_different(values)]
    called = [name for name in usual(list(beside), "item") if name in apart]
    return tuple(called[:1] or (apart if len(apart) == 1 else ()))


def are_different(values: Sequence[Any]) -> bool:
    """Say whether values are names, of which no two are the same."""
    names = {value for value in values if isinstance(value, str | int)}
    return len(names) == len(values)


def nested_records(table: Table) -> list[dict[str, Any]] | None:
    """Return a table's rows as records, if there are records within them; else None."""
    if len(table.written) == len(table.names):  # text alone
        return None
    # the whole is read only where the first rows look like it
    first = (cell for column in table.head().columns for cell in column.to_pylist())
    if not any(cell is not None and cell.startswith(("[{", "{")) for cell in first):
        return None
    rows: list[dict[str, Any]] = table.whole().to_pylist()
    return rows if has_records(rows) else None


def has_records(records: Sequence[Record]) -> list[str]:
    """Return the fields of records that hold records, or lists of them."""
    found = dict.fromkeys(
        name
        for record in records
        for name, held in record.items()
        if isinstance(held, dict) or (isinstance(held, list) and held and are_records(held))
    )
    return list(found)


def saying_where(error: VoteError, value: Any) -> VoteError:
    """Return an error that says, too, where there are records within others."""
    fields = has_records(next(iter(shapes(value)), ()))
    if not fields:
        return error
    return type(error)(
        f"{error}. There are records within {listed(fields)}: if each is a vote, name the rater "
        "and the answer as these call them (--rater, --answer)"
    )
