"""Machine code kept on disk for the next process: a help where it can be had, and never a need.

Numba keeps it in two kinds of files for a function: an index of types, and code. It takes what it
finds there for what it wrote, and fails where it cannot write. Here each file ends with the hash of
its content, so that damage is seen before anything is unpickled or run; what is damaged is written
anew; and whatever else goes wrong, the function is compiled for this process alone.
"""

from __future__ import annotations

import hashlib
import logging
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import llvmlite
import numba
from numba.core.caching import FunctionCache, IndexDataCacheFile

log = logging.getLogger(__name__)

HASH_BYTES = 32


class DamagedError(Exception):
    """A file whose content is not what its hash says."""


class HashedFiles(IndexDataCacheFile):  # type: ignore[misc]
    """Numba's files of one function, each with a hash at its end, which unpickling leaves out."""

    def _dump(self, obj: Any) -> bytes:
        content: bytes = super()._dump(obj)
        return content + hashlib.sha256(content).digest()

    def _load_index(self) -> Any:
        path = Path(self._index_path)
        if not path.exists():
            return {}
        content, version = path.read_bytes(), pickle.dumps(self._version, protocol=-1)
        if not content.startswith(version):
            raise DamagedError(path)
        stamp, overloads = pickle.loads(_checked(path, content[len(version) :]))
        return overloads if stamp == self._source_stamp else {}

    def _load_data(self, name: str) -> Any:
        path = Path(self._data_path(name))
        return pickle.loads(_checked(path, path.read_bytes()))


def _checked(path: Path, content: bytes) -> bytes:
    if hashlib.sha256(content[:-HASH_BYTES]).digest() != content[-HASH_BYTES:]:
        raise DamagedError(path)
    return content


class KeptCode(FunctionCache):  # type: ignore[misc]
    """The machine code of one function on disk, as far as that can be read and written."""

    def __init__(self, function: Callable[..., Any]) -> None:
        super().__init__(function)
        self._cache_file = HashedFiles(
            cache_path=self._cache_path,
            # Another version finds nothing, where Numba would look into what is there.
            filename_base=f"{self._impl.filename_base}-{numba.__version__}-{llvmlite.__version__}",
            source_stamp=self._impl.locator.get_source_stamp(),
        )

    def load_overload(self, sig: Any, target_context: Any) -> Any:
        """Return the code for these types, or None where none is kept or it cannot be used."""
        try:
            return super().load_overload(sig, target_context)
        except Exception as error:
            tell_once(error)
            self._forget()
            return None

    def save_overload(self, sig: Any, data: Any) -> None:
        """Keep the code for these types, if that can be done."""
        try:
            super().save_overload(sig, data)
        except Exception as error:
            tell_once(error)

    def _forget(self) -> None:
        try:
            self.flush()
        except Exception:
            self.disable()  # it can be neither read nor written


class Told:
    """Whether this process has said that machine code is not kept."""

    yet = False


def tell_once(error: Exception) -> None:
    """Say, once in a process, why machine code is not taken from disk or not kept there."""
    if Told.yet:
        return
    Told.yet = True
    if isinstance(error, DamagedError):
        log.warning("%s is damaged: such kernels are compiled anew", error)
    else:
        log.warning(
            "compiled kernels cannot be kept for the next run (%s): NUMBA_CACHE_DIR may name a "
            "folder for them",
            next(iter(str(error).splitlines()), type(error).__name__),
        )
