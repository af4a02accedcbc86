"""Waiting times beside the closed forms of one link."""

from __future__ import annotations

import numpy as np
import pytest

from opendome.network.edges import both_ways
from opendome.network.queueing import Streams, waiting_times
from tests.validation._cases import load_cases

CASES = load_cases("queueing.csv")


def numbers(cell):
    return np.array([float(x) for x in str(cell).split()])


@pytest.mark.parametrize("c", CASES, ids=lambda c: c.case)
def test_mean_wait_at_one_link(c, agree):
    load, size, scv = numbers(c.load), numbers(c.size), numbers(c.size_scv)
    n = load.size
    edges = both_ways(2, np.array([0]), np.array([1]), np.zeros(1), np.ones(1))
    path = np.arange(n + 1), np.zeros(n, np.int64)
    wait = waiting_times(edges, Streams(size, load / size, np.arange(n), *path, scv))
    agree(c, "mean wait by priority", numbers(c.wait), wait, c.half_unit)
