"""Numbers that several threads read and change at once: a counter, and what two threads wait for.

An array is flat, contiguous and of int64; nobody checks that an entry lies within it. What a thread
has written before it has changed an entry, another sees that has read the change.
"""

from __future__ import annotations

import platform
from collections.abc import Callable
from typing import Any

import numpy as np
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.core.errors import TypingError
from numba.extending import intrinsic
from numpy.typing import NDArray

from .jit import kernel

ENTRY_BYTES = 8
Entries = NDArray[np.int64]
# How a processor is told that a loop waits, so that it spares power and its sibling.
HINTS = {"x86_64": "llvm.x86.sse2.pause", "AMD64": "llvm.x86.sse2.pause"}


def _check(array: Any) -> None:
    """Refuse to compile for what is laid out otherwise in memory."""
    if not (
        isinstance(array, types.Array)
        and (array.dtype, array.ndim) == (types.int64, 1)
        and array.is_c_contig
    ):
        raise TypingError(f"a flat array of 64-bit integers is wanted: {array}")


def _pointer(context: Any, builder: ir.IRBuilder, signature: Any, values: Any) -> ir.Value:
    array = context.make_array(signature.args[0])(context, builder, values[0])
    return builder.gep(array.data, [values[1]])


def _read(_typing: Any, array: Any, _at: Any) -> Any:
    _check(array)

    def generate(context: Any, builder: ir.IRBuilder, signature: Any, values: Any) -> Any:
        pointer = _pointer(context, builder, signature, values)
        return builder.load_atomic(pointer, "acquire", ENTRY_BYTES)

    return types.int64(array, types.int64), generate


def _write(_typing: Any, array: Any, _at: Any, _value: Any) -> Any:
    _check(array)

    def generate(context: Any, builder: ir.IRBuilder, signature: Any, values: Any) -> Any:
        pointer = _pointer(context, builder, signature, values)
        builder.store_atomic(values[2], pointer, "release", ENTRY_BYTES)
        return context.get_dummy_value()

    return types.void(array, types.int64, types.int64), generate


def _count(_typing: Any, array: Any, _at: Any) -> Any:
    _check(array)

    def generate(context: Any, builder: ir.IRBuilder, signature: Any, values: Any) -> Any:
        pointer = _pointer(context, builder, signature, values)
        return builder.atomic_rmw("add", pointer, ir.IntType(64)(1), "acq_rel")

    return types.int64(array, types.int64), generate


def _pause(_typing: Any) -> Any:
    def generate(context: Any, builder: ir.IRBuilder, _signature: Any, _values: Any) -> Any:
        hint = HINTS.get(platform.machine())
        if hint is not None:
            none = ir.FunctionType(ir.VoidType(), [])
            builder.call(cgutils.get_or_insert_function(builder.module, none, hint), [])
        return context.get_dummy_value()

    return types.void(), generate


# Each is told an array and where in it: the entry; to change it; what it was before it grew by one.
read: Callable[[Entries, int], int] = intrinsic(_read)
write: Callable[[Entries, int, int], None] = intrinsic(_write)
count: Callable[[Entries, int], int] = intrinsic(_count)
pause: Callable[[], None] = intrinsic(_pause)


@kernel
def every_operation(entries: Entries) -> int:
    """Use each once on the first entry; return the sum of what has been read."""
    write(entries, 0, 5)
    pause()
    return count(entries, 0) + 10 * count(entries, 0) + 100 * read(entries, 0)
