"""Rows of doubles, an entry a class, in a processor's vector registers; see `rows` for the names.

A row is a tuple, and the compiler would work on its entries one by one: its own search for such
work (superword-level parallelism) is switched off, for it has miscompiled. So the few operations
that kernels need are written for LLVM. Each is done entry by entry, with the bits of plain loops.

An array of numbers is flat, contiguous and of float64; nobody checks that what is asked of it lies
within it. The row of a vote is that of its code: it begins at ``code * width + c``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.core.errors import TypingError
from numba.extending import intrinsic

from .jit import kernel
from .row_types import Array, Codes, Row

ENTRY_BYTES = 8
# A power of two: so many votes share one turn of a loop.
VOTES_AT_ONCE = 4


def _check(row: Any, array: Any, codes: Any = None) -> None:
    """Refuse to compile for what is laid out otherwise in memory."""
    if row != types.UniTuple(types.float64, len(row)) or not _is_flat(array, types.float64):
        raise TypingError(f"a row and a flat array of doubles are wanted: {row}, {array}")
    if codes is not None and not _is_flat(codes, types.int32):
        raise TypingError(f"a flat array of 32-bit codes is wanted: {codes}")


def _is_flat(array: Any, entry: Any) -> bool:
    """Say whether it is the type of a contiguous array of one axis, read-only or not."""
    return (
        isinstance(array, types.Array)
        and array.dtype == entry
        and array.is_c_contig
        and array.ndim == 1
    )


def _vector_type(row: types.UniTuple) -> ir.VectorType:
    return ir.VectorType(ir.DoubleType(), row.count)


def _to_vector(builder: ir.IRBuilder, row: types.UniTuple, value: ir.Value) -> ir.Value:
    vector = ir.Constant(_vector_type(row), ir.Undefined)
    for j in range(row.count):
        entry = builder.extract_value(value, j)
        vector = builder.insert_element(vector, entry, ir.IntType(32)(j))
    return vector


def _to_tuple(context: Any, builder: ir.IRBuilder, row: types.UniTuple, vector: ir.Value) -> Any:
    value = ir.Constant(context.get_value_type(row), ir.Undefined)
    for j in range(row.count):
        entry = builder.extract_element(vector, ir.IntType(32)(j))
        value = builder.insert_value(value, entry, j)
    return value


class _Entries:
    """The entries of a flat array that rows of one width are laid over."""

    def __init__(self, context: Any, builder: ir.IRBuilder, array: Any, value: Any, row: Any):
        self.builder = builder
        self.data = context.make_array(array)(context, builder, value).data
        self.vector = _vector_type(row)

    def _pointer(self, at: ir.Value) -> ir.Value:
        entry = self.builder.gep(self.data, [at])
        return self.builder.bitcast(entry, self.vector.as_pointer())

    def load(self, at: ir.Value) -> ir.Value:
        return self.builder.load(self._pointer(at), align=ENTRY_BYTES)

    def store(self, at: ir.Value, vector: ir.Value) -> None:
        self.builder.store(vector, self._pointer(at), align=ENTRY_BYTES)


def _each_vote(
    context: Any, builder: ir.IRBuilder, codes: Any, values: Any, visit: Callable[[ir.Value], Any]
) -> None:
    """Loop over votes, several at a time; `visit` is given where the row of a vote begins."""
    codes_value, begin, end, width, c = values
    data = builder.gep(context.make_array(codes)(context, builder, codes_value).data, [begin])
    # counted from 0: where the compiler knows the number of votes, no loop is left
    size, one = builder.sub(end, begin), begin.type
    rest = builder.and_(size, one(VOTES_AT_ONCE - 1))
    middle = builder.sub(size, rest)
    for first, last, step in ((one(0), middle, VOTES_AT_ONCE), (middle, size, 1)):
        with cgutils.for_range_slice(builder, first, last, one(step), one) as (v, _):
            for k in range(step):
                code = builder.load(builder.gep(data, [builder.add(v, one(k))]))
                visit(builder.add(builder.mul(builder.zext(code, width.type), width), c))


def _load(_typing: Any, row: Any, array: Any, at: Any) -> Any:
    _check(row, array)

    def generate(context: Any, builder: ir.IRBuilder, signature: Any, values: Any) -> Any:
        row, array, _ = signature.args
        entries = _Entries(context, builder, array, values[1], row)
        return _to_tuple(context, builder, row, entries.load(values[2]))

    return row(row, array, at), generate


def _store(_typing: Any, array: Any, at: Any, row: Any) -> Any:
    _check(row, array)

    def generate(context: Any, builder: ir.IRBuilder, signature: Any, values: Any) -> Any:
        array, _, row = signature.args
        entries = _Entries(context, builder, array, values[0], row)
        entries.store(values[1], _to_vector(builder, row, values[2]))
        return context.get_dummy_value()

    return types.void(array, at, row), generate


def _scale(_typing: Any, row: Any, factor: Any) -> Any:
    def generate(context: Any, builder: ir.IRBuilder, signature: Any, values: Any) -> Any:
        row = signature.args[0]
        factors = ir.Constant(_vector_type(row), ir.Undefined)
        for j in range(row.count):
            factors = builder.insert_element(factors, values[1], ir.IntType(32)(j))
        scaled = builder.fmul(_to_vector(builder, row, values[0]), factors)
        return _to_tuple(context, builder, row, scaled)

    return row(row, factor), generate


def _combine(operation: str) -> Callable[..., Any]:
    def combine(_typing: Any, row: Any, array: Any, at: Any) -> Any:
        _check(row, array)

        def generate(context: Any, builder: ir.IRBuilder, signature: Any, values: Any) -> Any:
            row, array, _ = signature.args
            entries = _Entries(context, builder, array, values[1], row).load(values[2])
            combined = getattr(builder, operation)(_to_vector(builder, row, values[0]), entries)
            return _to_tuple(context, builder, row, combined)

        return row(row, array, at), generate

    return combine


def _combine_votes(operation: str) -> Callable[..., Any]:
    def combine(
        _typing: Any, row: Any, array: Any, codes: Any, begin: Any, end: Any, width: Any, c: Any
    ) -> Any:
        _check(row, array, codes)

        def generate(context: Any, builder: ir.IRBuilder, signature: Any, values: Any) -> Any:
            row, array, codes, *_ = signature.args
            entries = _Entries(context, builder, array, values[1], row)
            vector = cgutils.alloca_once_value(builder, _to_vector(builder, row, values[0]))

            def visit(at: ir.Value) -> None:
                combined = getattr(builder, operation)(builder.load(vector), entries.load(at))
                builder.store(combined, vector)

            _each_vote(context, builder, codes, values[2:], visit)
            return _to_tuple(context, builder, row, builder.load(vector))

        return row(row, array, codes, begin, end, width, c), generate

    return combine


def _add_to_votes(
    _typing: Any, row: Any, array: Any, codes: Any, begin: Any, end: Any, width: Any, c: Any
) -> Any:
    _check(row, array, codes)

    def generate(context: Any, builder: ir.IRBuilder, signature: Any, values: Any) -> Any:
        row, array, codes, *_ = signature.args
        entries = _Entries(context, builder, array, values[1], row)
        vector = _to_vector(builder, row, values[0])

        def visit(at: ir.Value) -> None:
            entries.store(at, builder.fadd(entries.load(at), vector))

        _each_vote(context, builder, codes, values[2:], visit)
        return context.get_dummy_value()

    return types.void(row, array, codes, begin, end, width, c), generate


load: Callable[[Row, Array, Any], Row] = intrinsic(_load)
store: Callable[[Array, Any, Row], None] = intrinsic(_store)
scale: Callable[[Row, float], Row] = intrinsic(_scale)
times: Callable[[Row, Array, Any], Row] = intrinsic(_combine("fmul"))
plus: Callable[[Row, Array, Any], Row] = intrinsic(_combine("fadd"))
times_votes: Callable[[Row, Array, Codes, Any, Any, Any, Any], Row] = intrinsic(
    _combine_votes("fmul")
)
plus_votes: Callable[[Row, Array, Codes, Any, Any, Any, Any], Row] = intrinsic(
    _combine_votes("fadd")
)
add_to_votes: Callable[[Row, Array, Codes, Any, Any, Any, Any], None] = intrinsic(_add_to_votes)


@kernel
def every_operation(zeros: Row, array: Array, codes: Codes) -> None:
    """Use each once, on an array of rows as long as `zeros`, and leave the results in it."""
    begin, end, width = np.uintp(0), np.uintp(len(codes)), np.uintp(len(zeros))
    row = plus(times(load(zeros, array, begin), array, width), array, begin)
    row = times_votes(row, array, codes, begin, end, width, begin)
    row = plus_votes(row, array, codes, begin, end, width, begin)
    add_to_votes(scale(row, array[0]), array, codes, begin, end, width, begin)
    store(array, begin, row)
