"""Gaps and revisits: by hand, against sampling, and from counts in blocks of any size."""

from dataclasses import fields

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from opendome.geometry.access import Windows
from opendome.geometry.gaps import fold_gaps, gap_quantiles, window_gaps


def windows_of(rows):
    """Windows from rows of site, satellite, start, end."""
    table = np.array(rows, dtype=np.float64).reshape(-1, 4)
    closed = np.zeros(len(table), dtype=bool)
    site, sat = table[:, 0].astype(np.int64), table[:, 1].astype(np.int64)
    return Windows(sat, site, table[:, 2], table[:, 3], closed, closed)


def assert_same(a, b):
    for f in fields(a):
        x, y = getattr(a, f.name), getattr(b, f.name)
        assert np.allclose(x, y, rtol=1e-9, atol=1e-7, equal_nan=True), f.name


BY_HAND = windows_of([(0, 0, 10, 30), (0, 1, 20, 40), (0, 0, 60, 70), (1, 0, 0, 100)])


def test_statistics_by_hand():
    gaps = window_gaps(BY_HAND, 3, (0.0, 100.0), n_fold=2, p_quantile=(0.0, 0.5, 1.0))
    # Fold 1 of site 0: gaps 0-10, 40-60, 70-100. Fold 2: 0-20 and 30-100.
    assert gaps.share.tolist() == [[0.4, 0.1], [1.0, 0.0], [0.0, 0.0]]
    assert gaps.n_in_view.tolist() == [0.5, 1.0, 0.0]
    assert gaps.n_gap.tolist() == [[3, 2], [0, 1], [1, 1]]
    assert gaps.n_cut.tolist() == [[2, 2], [0, 1], [1, 1]]
    assert gaps.min_gap_s.tolist() == [[10, 20], [0, 100], [100, 100]]
    assert gaps.mean_gap_s.tolist() == [[20, 45], [0, 100], [100, 100]]
    assert gaps.max_gap_s.tolist() == [[30, 70], [0, 100], [100, 100]]
    assert gaps.mean_revisit_s[0, 0] == 50.0  # coverage starts at 10 and at 60
    assert np.isnan(gaps.mean_revisit_s).sum() == 5
    assert gaps.mean_wait_s == pytest.approx(np.array([[7.0, 26.5], [0, 50], [50, 50]]))
    assert gaps.quantile_gap_s.tolist() == [[10, 25, 100], [20, 85, 100]]


def test_quantiles_of_each_site_by_hand():
    q = gap_quantiles(BY_HAND, 3, (0.0, 100.0), p_quantile=(0.0, 0.25, 0.5, 1.0))
    assert q.tolist() == [[10, 15, 20, 30], [0, 0, 0, 0], [100, 100, 100, 100]]


def test_windows_that_meet_leave_no_gap():
    touching = windows_of([(0, 0, 0, 50), (0, 1, 50, 100)])
    gaps = window_gaps(touching, 1, (0.0, 100.0), n_fold=1)
    assert (gaps.share[0, 0], gaps.n_gap[0, 0]) == (1.0, 0)


def test_windows_are_cut_to_the_span():
    gaps = window_gaps(BY_HAND, 2, (25.0, 65.0), n_fold=1)
    assert gaps.share[:, 0] == pytest.approx([20 / 40, 1.0])
    assert gaps.n_gap[:, 0].tolist() == [1, 0]
    assert gaps.n_cut[:, 0].tolist() == [0, 0]


def test_no_windows_are_one_gap():
    gaps = window_gaps(windows_of([]), 2, (0.0, 60.0), n_fold=1)
    assert gaps.n_gap.tolist() == [[1], [1]]
    assert gaps.max_gap_s.tolist() == [[60.0], [60.0]]


# Whole seconds, so that sampling at half seconds is exact and edges often fall together.
rows = st.lists(
    st.tuples(st.integers(0, 2), st.integers(0, 3), st.integers(0, 59), st.integers(1, 30)),
    max_size=25,
)


def apart(drawn):
    """Rows whose windows of one site and satellite do not overlap, cut at 60 s."""
    end, kept = {}, []
    for site, sat, start, length in sorted(drawn, key=lambda row: row[2]):
        if start >= end.get((site, sat), -1):
            end[site, sat] = min(start + length, 60)
            kept.append((site, sat, start, end[site, sat]))
    return kept


def counts_of(kept):
    t = np.arange(60) + 0.5
    fold = np.zeros((60, 3), dtype=np.uint16)
    for site, _, start, end in kept:
        fold[:, site] += ((t > start) & (t < end)).astype(np.uint16)
    return fold


@given(rows, st.integers(1, 60))
def test_windows_and_counts_agree(drawn, n_block):
    kept = apart(drawn)
    fold = counts_of(kept)
    exact = window_gaps(windows_of(kept), 3, (0.0, 60.0), n_fold=3, p_quantile=(0.0, 1.0))
    blocks = (fold[k : k + n_block].copy() for k in range(0, 60, n_block))
    assert_same(fold_gaps(blocks, 1.0, n_fold=3, p_quantile=(0.0, 1.0)), exact)


@given(rows, st.integers(1, 4))
def test_counts_are_what_a_plain_loop_finds(drawn, k):
    fold = counts_of(apart(drawn))
    gaps = fold_gaps([fold], 10.0, n_fold=4)
    for point in range(3):
        lengths, run = [], 0
        for seen in fold[:, point] >= k:
            if not seen:
                run += 1
            elif run:
                lengths, run = [*lengths, run], 0
        lengths = [*lengths, run] if run else lengths
        assert gaps.n_gap[point, k - 1] == len(lengths)
        assert gaps.max_gap_s[point, k - 1] == 10.0 * max(lengths, default=0)
        assert gaps.mean_gap_s[point, k - 1] == pytest.approx(10.0 * np.mean(lengths or [0]))
        assert gaps.share[point, k - 1] == pytest.approx(np.mean(fold[:, point] >= k))
        assert gaps.n_in_view[point] == pytest.approx(fold[:, point].mean())


@given(st.lists(st.integers(1, 200_000), min_size=1, max_size=12))
def test_quantiles_of_long_gaps_are_right_to_a_thousandth(lengths):
    # Points each with one gap at the start of a span, then coverage.
    blocks = []
    for low in range(0, 200_001, 50_000):
        t = np.arange(low, low + 50_000)
        blocks.append((t[:, None] >= np.array(lengths)).astype(np.uint16))
    asked = (0.0, 0.3, 0.5, 1.0)
    gaps = fold_gaps(blocks, 2.0, n_fold=1, p_quantile=asked)
    truth = 2.0 * np.quantile(lengths, asked, method="lower")
    assert np.all(np.abs(gaps.quantile_gap_s[0] - truth) <= 1e-3 * truth)


def test_points_more_than_lanes_keep_their_places():
    rng = np.random.default_rng(3)
    fold = rng.integers(0, 3, (40, 1000)).astype(np.uint16)
    whole = fold_gaps([fold], 1.0, n_fold=2)
    alone = fold_gaps([fold[:, 617:618]], 1.0, n_fold=2)
    assert whole.share[617].tolist() == alone.share[0].tolist()
    assert whole.n_gap[617].tolist() == alone.n_gap[0].tolist()


def test_no_block_is_refused():
    with pytest.raises(ValueError, match="no block"):
        fold_gaps([], 60.0)
