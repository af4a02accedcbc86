"""Draws: the same key gives the same number, other keys give independent ones."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from opendome._jit import jit
from opendome.simulation.draws import Quantity, philox4x32, uniform, uniforms

FALSE_ALARM = 1e-3  # the draws are fixed, so a test that passes once passes always
WORDS = st.integers(0, 2**32 - 1)
SEEDS = st.integers(0, 2**64 - 1)
NO_DEADLINE = settings(deadline=None)  # the first example compiles the kernel
N = 20_000


def philox_twin(counter, key):
    """Philox4x32-10 on Python's whole numbers, word by word as in Salmon et al., sec. 3.3."""
    left0, right0, left1, right1 = counter
    k0, k1 = key
    for n_bump in range(10):
        hi0, lo0 = divmod(0xD2511F53 * left0, 2**32)
        hi1, lo1 = divmod(0xCD9E8D57 * left1, 2**32)
        left0 = hi1 ^ right0 ^ (k0 + n_bump * 0x9E3779B9) % 2**32
        left1 = hi0 ^ right1 ^ (k1 + n_bump * 0xBB67AE85) % 2**32
        right0, right1 = lo1, lo0
    return left0, right0, left1, right1


@NO_DEADLINE
@given(st.tuples(WORDS, WORDS, WORDS, WORDS), st.tuples(WORDS, WORDS))
def test_philox_equals_twin(counter, key):
    assert tuple(int(w) for w in philox4x32(*counter, *key)) == philox_twin(counter, key)


@NO_DEADLINE
@given(SEEDS, WORDS, WORDS, WORDS, WORDS)
def test_uniforms_equal_uniform_and_stay_below_one(seed, quantity, run, entity, nth):
    u = uniforms(seed, quantity, run, entity, nth)
    assert u.shape == ()
    assert u == uniform(np.uint64(seed), quantity, run, entity, nth)
    assert 0.0 <= u < 1.0
    assert u * 2.0**53 == np.floor(u * 2.0**53)


def test_uniform_takes_a_quantity_inside_a_kernel():
    @jit
    def kernel(seed, entity):
        return uniform(seed, Quantity.KILL, 3, entity, 1)

    assert kernel(11, 5) == uniform(11, Quantity.KILL, 3, 5, 1)
    assert kernel(np.uint64(11), np.int64(5)) == uniform(11, 5, 3, 5, 1)


def test_draws_depend_on_no_other_draw():
    run, entity = np.arange(50)[:, None], np.arange(30)
    whole = uniforms(4, Quantity.DETECT, run, entity, 2)
    np.testing.assert_array_equal(uniforms(4, Quantity.DETECT, run[7:9], entity, 2), whole[7:9])
    np.testing.assert_array_equal(
        uniforms(4, Quantity.DETECT, run, entity[::-3], 2), whole[:, ::-3]
    )


def test_quantities_keep_their_numbers():
    names = (
        "START JITTER DETECT DISCRIMINATION KILL ASSESS "
        "COMMON_DESIGN COMMON_DISCRIMINATION COMMON_SOFTWARE RELIABILITY EPOCH OUTAGE"
    )
    assert {q.name: q.value for q in Quantity} == {n: i + 1 for i, n in enumerate(names.split())}


def sequences():
    """Draws along each key alone, the others held."""
    i = np.arange(N)
    return {
        "seed": np.array([uniform(int(s), 5, 0, 0, 0) for s in i]),
        "high half of seed": np.array([uniform(int(s) << 32, 5, 0, 0, 0) for s in i]),
        "quantity": uniforms(1, i, 0, 0, 0),
        "run": uniforms(1, 5, i, 0, 0),
        "entity": uniforms(1, 5, 0, i, 0),
        "nth": uniforms(1, 5, 0, 0, i),
    }


SEQUENCES = sequences()


@pytest.mark.parametrize("name", SEQUENCES)
def test_draws_are_uniform_along_each_key(name):
    assert stats.kstest(SEQUENCES[name], "uniform").pvalue > FALSE_ALARM


@pytest.mark.parametrize("name", SEQUENCES)
def test_neighbours_along_each_key_are_independent(name):
    u = SEQUENCES[name]
    pairs, _, _ = np.histogram2d(u[:-1:2], u[1::2], bins=10, range=[[0, 1], [0, 1]])
    assert stats.chisquare(pairs.ravel()).pvalue > FALSE_ALARM


def test_low_bits_are_fair():
    low = np.round(SEQUENCES["run"] * 2.0**53).astype(np.int64) & 1023
    assert stats.chisquare(np.bincount(low, minlength=1024)).pvalue > FALSE_ALARM


def test_swapped_keys_give_other_draws():
    draws = [uniform(1, 2, 3, 4, 5), uniform(1, 2, 4, 3, 5), uniform(1, 2, 3, 5, 4)]
    draws += [uniform(1, 3, 2, 4, 5), uniform(2, 1, 3, 4, 5)]
    assert len(set(draws)) == len(draws)


@pytest.mark.parametrize("bad", [-1, 2**32, 0.5])
@pytest.mark.parametrize("name", ["quantity", "run", "entity", "nth"])
def test_uniforms_refuse_a_key_that_would_repeat_another(name, bad):
    keys = {"quantity": 1, "run": 0, "entity": 0, "nth": 0} | {name: [0, bad]}
    with pytest.raises(ValueError, match=name):
        uniforms(0, **keys)


@pytest.mark.parametrize("seed", [-1, 2**64])
def test_uniforms_refuse_a_seed_over_64_bits(seed):
    with pytest.raises(ValueError, match="seed"):
        uniforms(seed, 1, 0, 0, 0)


def test_uniforms_of_no_entities():
    assert uniforms(0, Quantity.KILL, np.arange(3)[:, None], [], 0).shape == (3, 0)
