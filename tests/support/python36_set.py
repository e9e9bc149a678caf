"""A set of CPython 3.5 and 3.6, slot by slot in plain Python."""

from __future__ import annotations

from collections.abc import Iterator

Table = list[int | None]


def iteration_order(values: list[int]) -> list[int]:
    """Insert integers of 0 or more one by one, and return them as the set is iterated."""
    table: Table = [None] * 8
    for filled, value in enumerate(values, start=1):
        insert(table, value)
        if 3 * filled >= 2 * (len(table) - 1):
            table = rebuilt(table, 4 * filled)
    return [value for value in table if value is not None]


def insert(table: Table, value: int) -> None:
    slot = next(slot for slot in probes(value, len(table) - 1) if table[slot] is None)
    table[slot] = value


def probes(value: int, mask: int) -> Iterator[int]:
    """Slots in the order in which they are tried, for ever; an integer's hash is its value."""
    slot = value & mask
    perturb = value
    while True:
        yield slot
        if slot + 9 <= mask:
            yield from range(slot + 1, slot + 10)
        perturb >>= 5
        slot = (5 * slot + 1 + perturb) & mask


def rebuilt(table: Table, more_than: int) -> Table:
    size = 8
    while size <= more_than:
        size *= 2
    larger: Table = [None] * size
    for value in table:
        if value is not None:
            insert(larger, value)
    return larger
