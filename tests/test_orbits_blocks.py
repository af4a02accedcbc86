"""Slices of times for threads: every time once, and no failure lost."""

import numpy as np
import pytest

from opendome import _jit
from opendome.orbits._blocks import STEP, in_slices


@pytest.mark.parametrize("n_thread", [1, 2, 7])
@pytest.mark.parametrize("n_time", [0, 1, STEP, STEP + 1, 150, 1440])
@pytest.mark.parametrize("bulk", [False, True])
def test_every_time_is_filled_once(monkeypatch, n_thread, n_time, bulk):
    monkeypatch.setattr(_jit, "N_THREAD", n_thread)
    times = np.zeros(n_time, dtype=int)

    def fill(first, last):
        times[first:last] += 1

    in_slices(fill, n_time, bulk=bulk)
    assert np.array_equal(times, np.ones(n_time))


def test_the_error_of_a_thread_is_raised(monkeypatch):
    monkeypatch.setattr(_jit, "N_THREAD", 2)

    def fill(first, last):
        if first > 0:
            raise ArithmeticError("a late slice")

    with pytest.raises(ArithmeticError, match="late"):
        in_slices(fill, 100, bulk=True)
