"""The door to numba: parts of kernels, kernels that make no array, runs for threads."""

import numpy as np
import pytest

from opendome._jit import N_THREAD, jit, jit_inline, jit_lean, jit_part, share


@jit_inline
def twice(x):
    return 2.0 * x


@jit_part
def row_sum(row):
    total = 0.0
    for x in row:
        total += twice(x)
    return total


@jit_lean
def sums(rows, out):
    for i in range(out.size):
        out[i] = row_sum(rows[i])


@jit
def sum_of_new(n):
    return row_sum(np.ones(n))


def test_parts_work_in_kernels_of_both_kinds_and_from_python():
    rows, out = np.arange(6.0).reshape(3, 2), np.empty(3)
    sums(rows, out)
    assert out.tolist() == [2.0, 10.0, 18.0]
    assert sum_of_new(4) == 8.0
    assert twice(3.0) == 6.0
    assert row_sum(rows[1]) == 10.0


@pytest.mark.parametrize("n", [0, 1, 3, 4 * N_THREAD, 1000])
def test_each_number_is_in_one_run(n):
    times = np.zeros(n, dtype=int)

    def work(first, last):
        times[first:last] += 1

    share(n, work)
    assert (times == 1).all()


def test_what_a_thread_raises_is_raised():
    def work(first, last):
        if last == 10:
            raise ValueError("the last run")

    with pytest.raises(ValueError, match="the last run"):
        share(10, work)
