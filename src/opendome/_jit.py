"""One typed door to numba: every compiled kernel of the package goes through this file."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from types import FunctionType
from typing import Any, TypeVar, cast

import numba
from numba import prange
from numba.core.registry import CPUDispatcher

__all__ = [
    "N_THREAD", "jit", "jit_bulk", "jit_inline", "jit_lean", "jit_part", "prange", "share",
]  # fmt: skip

F = TypeVar("F", bound=Callable[..., object])

N_THREAD: int = cast(Any, numba.config).NUMBA_NUM_THREADS
"""Threads of bulk work; set by the environment variable of the same name as numba's."""

RUNS = 4  # for each thread, so that one held up by another program does not hold up all


def jit(function: F) -> F:
    """Compile a kernel on first call and keep the machine code on disk.

    Division follows NumPy (a zero denominator gives inf or nan, not an exception), which
    is what lets the compiler vectorise. `fastmath` stays off, so that bytes repeat. Threads of
    Python may run the kernel side by side.

    Parameters
    ----------
    function : callable
        A function of scalars and arrays in numba's subset of Python.

    Returns
    -------
    compiled : callable
        The same function, compiled; its type is unchanged.
    """
    return _compiled(function)


def jit_lean(function: F) -> F:
    """Compile a kernel that makes no array, as `jit` does, in less time and to faster code.

    Numba counts who uses an array, in each view of it too. The counting costs more than short
    work on a row, hinders threads that use one array, and takes long to compile. Here and in
    all functions called from here it is left out: room to work in is given by the caller.

    Parameters
    ----------
    function : callable
        A function of scalars and arrays in numba's subset of Python.

    Returns
    -------
    compiled : callable
        The same function, compiled; its type is unchanged.
    """
    return _compiled(function, counted=False)


def jit_inline(function: F) -> F:
    """Compile a function that is merged into whichever kernel calls it, whatever its length.

    A call left in a loop keeps the compiler from working on several steps at once, and the
    compiler by itself merges short functions only.

    Parameters
    ----------
    function : callable
        A function of scalars, tuples and arrays in numba's subset of Python.

    Returns
    -------
    compiled : callable
        The same function, compiled; its type is unchanged.
    """
    return _part(function, forceinline=True)


def jit_part(function: F) -> F:
    """Compile a part of kernels that is too long to be merged into each place that calls it.

    Parameters
    ----------
    function : callable
        A function of scalars, tuples and arrays in numba's subset of Python.

    Returns
    -------
    compiled : callable
        The same function, compiled; its type is unchanged.
    """
    return _part(function, forceinline=False)


class _Part(CPUDispatcher):
    """A function without an entry for Python, which would take as long to compile again.

    A call from Python, as in a test, goes to a copy that has one: numba would end the process.
    """

    @cached_property
    def _entry(self) -> Callable[..., object]:
        return jit(self.py_func)

    def __call__(self, *args: object) -> object:
        return self._entry(*args)


def _part(function: F, *, forceinline: bool) -> F:
    how: dict[str, Any] = {"error_model": "numpy", "no_cpython_wrapper": True}
    part = numba.njit(forceinline=forceinline, **how)(function)
    if isinstance(part, CPUDispatcher):  # not where numba is switched off
        part.__class__ = _Part
    return cast(F, part)


def share(n: int, work: Callable[[int, int], None]) -> None:
    """Have the numbers 0 to n worked off in runs, on all threads.

    For the main process only, and for kernels, which let other threads of Python work.

    Parameters
    ----------
    n : int
        How many numbers there are. [-]
    work : callable
        Works from a first number to before a last one, and writes its own output only.
    """
    work(0, 0)  # compiles, or loads, on this thread
    n_run = min(n, RUNS * N_THREAD)
    edges = [n * i // max(n_run, 1) for i in range(n_run + 1)]
    with ThreadPoolExecutor(N_THREAD) as pool:
        list(pool.map(work, edges[:-1], edges[1:]))  # raises what a thread raised


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


def _compiled(function: F, *, parallel: bool = False, counted: bool = True) -> F:
    how: dict[str, Any] = {"error_model": "numpy", "nogil": True, "parallel": parallel}
    how["_nrt"] = counted
    try:
        return cast(F, numba.njit(cache=True, **how)(function))
    except RuntimeError:
        # No folder can be written: machine code is made anew at every start.
        return cast(F, numba.njit(**how)(function))
