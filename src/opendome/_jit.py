"""One typed door to numba: every compiled kernel of the package goes through `jit`."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar, cast

import numba

__all__ = ["jit"]

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
    try:
        return cast(F, numba.njit(cache=True, error_model="numpy")(function))
    except RuntimeError:
        # No folder can be written: machine code is made anew at every start.
        return cast(F, numba.njit(error_model="numpy")(function))
