"""One typed door to numba: every compiled kernel of the package goes through this file."""

from __future__ import annotations

from collections.abc import Callable
from types import FunctionType
from typing import Any, TypeVar, cast

import numba
from numba import prange

__all__ = ["jit", "jit_bulk", "jit_inline", "prange"]

F = TypeVar("F", bound=Callable[..., object])


def jit(function: F) -> F:
    """Compile a kernel on first call and keep the machine code on disk.

    Division follows NumPy (a zero denominator gives inf or nan, not an exception), which
    is what lets the compiler vectorise. `fastmath` stays off, so that bytes repeat.

    Parameters
    ----------
    function : callable
        A function of scalars and arrays in numba's subset of Python.

    Returns
    -------
    compiled : callable
        The same function, compiled; its type is unchanged.
    """
    return _compiled(function, parallel=False)


def jit_inline(function: F) -> F:
    """Compile a function that is merged into whichever kernel calls it, whatever its length.

    A call left in a loop keeps the compiler from working on several steps at once, and the
    compiler by itself merges short functions only.

    Parameters
    ----------
    function : callable
        A function of scalars and tuples in numba's subset of Python.

    Returns
    -------
    compiled : callable
        The same function, compiled; its type is unchanged.
    """
    return cast(F, numba.njit(error_model="numpy", forceinline=True)(function))


def jit_bulk(function: F) -> F:
    """Compile a bulk kernel whose `prange` loops run on all threads.

    For the main process only: never inside a Monte Carlo worker. Each iteration writes its own
    output, so that the bytes do not depend on the number of threads.

    Parameters
    ----------
    function : callable
        A function of scalars and arrays in numba's subset of Python.

    Returns
    -------
    compiled : callable
        The same function, compiled; its type is unchanged.
    """
    return _compiled(_named_bulk(function), parallel=True)


def _named_bulk(function: F) -> F:
    """Return the function under another name: the name is where numba keeps machine code.

    With one name, a body compiled both ways would get the code of whichever came first.
    """
    copy = FunctionType(
        function.__code__,
        function.__globals__,
        f"{function.__name__}_bulk",
        function.__defaults__,
        function.__closure__,
    )
    copy.__doc__, copy.__module__ = function.__doc__, function.__module__
    copy.__qualname__ = f"{function.__qualname__}_bulk"
    return cast(F, copy)


def _compiled(function: F, *, parallel: bool) -> F:
    how: dict[str, Any] = {"error_model": "numpy", "parallel": parallel}
    try:
        return cast(F, numba.njit(cache=True, **how)(function))
    except RuntimeError:
        # No folder can be written: machine code is made anew at every start.
        return cast(F, numba.njit(**how)(function))
