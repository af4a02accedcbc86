"""Bounds and ideals: what no path beats, and what it is compared with."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from opendome.constants import R_EARTH_MEAN_M, SPEED_OF_LIGHT_MPS
from opendome.network import (
    Rules,
    Sites,
    Space,
    chord_latency,
    fibre_latency,
    forward,
    grid_neighbours,
    ideal_latency,
    links_at,
    slant_latency,
    stretch_over,
)
from opendome.orbits import positions_j2, walker


@given(st.integers(0, 2**32 - 1))
def test_no_path_beats_the_chord_or_both_slants(seed):
    rng = np.random.default_rng(seed)
    up = rng.normal(size=(9, 3))
    up /= np.linalg.norm(up, axis=-1, keepdims=True)
    sites = Sites.plain(R_EARTH_MEAN_M * up, up, min_elevation_rad=0.3)
    r_m = positions_j2(walker(14, 14, 1, 800e3, 1.0), rng.uniform(0.0, 6e3, 1), 0.0)[0]
    rules = Rules(80e3, 5e6, float(rng.choice([0.0, 0.002])))
    links = links_at(Space.plain(grid_neighbours(14, 14, seam=False, phasing=1)), r_m, sites, rules)
    delay_s = forward(links, np.arange(9)).latency_s[:, 196:]
    apart = ~np.eye(9, dtype=bool)
    slant_s = slant_latency(links)
    both_s = slant_s[:, None] + slant_s
    chord_s = chord_latency(sites.r_m[:, None], sites.r_m)
    assert (delay_s >= chord_s * (1 - 1e-12)).all()
    assert (delay_s >= both_s * (1 - 1e-12))[apart].all()
    assert (np.isinf(slant_s) == (np.diff(links.first) == 0)).all()


def test_the_ideal_way_is_up_along_and_down():
    straight_up = ideal_latency(np.array(0.0), 600e3, np.pi / 2)
    np.testing.assert_allclose(straight_up, 1.2e6 / SPEED_OF_LIGHT_MPS)
    far, farther = ideal_latency(np.array([8e6, 9e6]), 600e3, 0.5)
    along_m = (farther - far) * SPEED_OF_LIGHT_MPS
    np.testing.assert_allclose(along_m, 1e6 * (R_EARTH_MEAN_M + 600e3) / R_EARTH_MEAN_M)


def test_low_ground_links_save_time_over_a_far_way():
    rising = [float(ideal_latency(np.array(9e6), 600e3, e)) for e in (0.1, 0.4, 0.8, 1.2)]
    assert rising == sorted(rising)


@pytest.mark.parametrize("angle", [0.0, 1e-9, 1.0, np.pi])
def test_the_chord_is_shorter_than_fibre(angle):
    a_m, b_m = R_EARTH_MEAN_M * np.array([[1.0, 0.0, 0.0], [np.cos(angle), np.sin(angle), 0.0]])
    assert chord_latency(a_m, b_m) <= fibre_latency(a_m, b_m, stretch=1.0)


def test_stretch_is_a_ratio_that_is_never_nan():
    ratio = stretch_over(np.array([2.0, np.inf, 0.0, 1.0]), np.array([1.0, 1.0, 0.0, 0.0]))
    assert ratio.tolist() == [2.0, np.inf, 1.0, np.inf]
