"""Confidence intervals over raids."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from opendome.analysis import (
    mean_interval,
    paired_interval,
    proportion_interval,
    share_half_width,
)

levels = st.floats(0.5, 0.999)


@given(
    x=st.lists(st.integers(-1000, 1000), min_size=2, max_size=40),
    level=levels,
)
def test_mean_interval_is_students(x, level):
    got = mean_interval(np.array(x, dtype=float), level)
    spread = np.std(x, ddof=1)
    assert got.value == pytest.approx(np.mean(x), abs=1e-9)
    if spread > 0:
        expected = stats.t.interval(
            level, len(x) - 1, loc=np.mean(x), scale=spread / math.sqrt(len(x))
        )
        assert got[1:] == pytest.approx(expected, rel=1e-6, abs=1e-6)
    else:
        assert got.low == got.high == got.value


def test_mean_of_one_raid_has_no_ends():
    value, low, high = mean_interval(np.array([4.0]))
    assert value == 4.0
    assert math.isnan(low)
    assert math.isnan(high)


def test_a_higher_level_is_wider():
    x = np.array([1.0, 2.0, 4.0, 8.0])
    narrow, wide = mean_interval(x, 0.8), mean_interval(x, 0.99)
    assert wide.low < narrow.low < narrow.value < narrow.high < wide.high


def test_mean_interval_covers_the_truth_at_its_level():
    x = np.random.default_rng(20260101).normal(3.0, 2.0, size=(4000, 5))
    covered = np.mean([low <= 3.0 <= high for _, low, high in map(mean_interval, x)])
    four_standard_errors = 4 * math.sqrt(0.95 * 0.05 / 4000)
    assert abs(covered - 0.95) < four_standard_errors


@given(shift=st.integers(-50, 50), luck=st.lists(st.integers(0, 99), min_size=2, max_size=20))
def test_common_luck_cancels_in_pairs(shift, luck):
    b = np.array(luck, dtype=float)
    assert paired_interval(b + shift, b) == (shift, shift, shift)


def test_paired_interval_is_the_interval_of_the_difference():
    a, b = np.array([3.0, 5.0, 9.0]), np.array([1.0, 4.0, 2.0])
    assert paired_interval(a, b, 0.9) == mean_interval(np.array([2.0, 1.0, 7.0]), 0.9)
    assert paired_interval(b, a).value == -paired_interval(a, b).value


def test_pairs_need_the_same_raids():
    with pytest.raises(ValueError, match="same raids"):
        paired_interval(np.zeros(3), np.zeros(1))


@pytest.mark.parametrize("x", [np.array([]), np.zeros((2, 2)), np.float64(1.0)])
def test_a_mean_needs_one_number_for_each_raid(x):
    with pytest.raises(ValueError, match="each raid"):
        mean_interval(x)


@given(n=st.integers(1, 500), data=st.data(), level=levels)
def test_proportion_ends_leave_the_stated_tails(n, data, level):
    k = data.draw(st.integers(0, n))
    value, low, high = proportion_interval(k, n, level)
    tail = (1 - level) / 2
    assert 0.0 <= low <= value <= high <= 1.0
    # By definition: at the lower end k or more, at the upper end k or fewer, has the tail's odds.
    if k > 0:
        assert stats.binom.sf(k - 1, n, low) == pytest.approx(tail, rel=1e-6)
    if k < n:
        assert stats.binom.cdf(k, n, high) == pytest.approx(tail, rel=1e-6)
    assert (low == 0.0) == (k == 0)
    assert (high == 1.0) == (k == n)


@given(n=st.integers(1, 300), data=st.data())
def test_yes_and_no_are_mirror_images(n, data):
    k = data.draw(st.integers(0, n))
    yes, no = proportion_interval(k, n), proportion_interval(n - k, n)
    assert (yes.low, yes.high) == pytest.approx((1 - no.high, 1 - no.low), abs=1e-12)


@pytest.mark.parametrize(("k", "n"), [(0, 0), (-1, 5), (6, 5)])
def test_counts_that_are_none_are_refused(k, n):
    with pytest.raises(ValueError, match="k of n"):
        proportion_interval(k, n)


@pytest.mark.parametrize("level", [0.0, 1.0, 95.0, math.nan])
def test_a_level_that_is_none_is_refused(level):
    with pytest.raises(ValueError, match="level"):
        proportion_interval(1, 2, level)
    with pytest.raises(ValueError, match="level"):
        mean_interval(np.array([1.0, 2.0]), level)


@given(x=st.lists(st.integers(0, 12), min_size=2, max_size=40))
def test_share_half_width_is_that_of_the_mean_unless_all_are_alike(x):
    got = share_half_width(np.array(x, dtype=float), 12)
    if len(set(x)) > 1:
        interval = mean_interval(np.array(x) / 12)
        assert got == pytest.approx(interval.value - interval.low)
    else:
        assert got == pytest.approx(0.5 * (1.0 - 0.025 ** (1 / len(x))))
