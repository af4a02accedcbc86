"""Philox beside its authors' known answers."""

from __future__ import annotations

import numpy as np
import pytest

from opendome.simulation.draws import philox4x32, uniform
from tests.validation._cases import load_cases

CASES = load_cases("draws.csv")


@pytest.mark.parametrize("c", CASES, ids=lambda c: c.case)
def test_philox_known_answer(c, agree):
    counter_and_key = (int(word, 16) for word in (c.c0, c.c1, c.c2, c.c3, c.k0, c.k1))
    ours = " ".join(f"{int(word):08x}" for word in philox4x32(*counter_and_key))
    theirs = " ".join(f"{int(word, 16):08x}" for word in (c.w0, c.w1, c.w2, c.w3))
    agree.exactly(c, "Philox words", theirs, ours)


@pytest.mark.parametrize("c", CASES, ids=lambda c: c.case)
def test_uniform_places_seed_keys_and_bits(c, agree):
    # Counter words are run, entity, nth, quantity; key words the seed, low half first.
    run, entity, nth, quantity = (int(word, 16) for word in (c.c0, c.c1, c.c2, c.c3))
    seed = np.uint64(int(c.k0, 16) | int(c.k1, 16) << 32)
    bits = (int(c.w0, 16) >> 5) << 26 | int(c.w1, 16) >> 6
    ours = uniform(seed, quantity, run, entity, nth)
    agree.exactly(c, "uniform number of the first two words", bits * 2.0**-53, ours)
