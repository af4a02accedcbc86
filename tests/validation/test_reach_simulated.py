"""How many interceptors a raid finds in reach, simulated, against published and closed forms."""

import numpy as np
import pytest

from opendome.api import load
from opendome.constants import OMEGA_EARTH_RADPS, R_EARTH_WGS84_M
from opendome.engagement import flyout_distance, free_fall_reach
from opendome.frames import itrs_from_geodetic, rotate_z
from opendome.geometry import cap_fraction, cap_half_angle, latitude_density
from opendome.orbits import positions_j2
from opendome.simulation.monte_carlo import simulate
from opendome.simulation.setup import build_plan

CBO_IN_REACH = (10, 40)
"""CBO's 7,800 interceptors are sized for ten missiles at once: one in reach of each is the least
that does it, four of each more than it would have paid for. [-]"""
N_RUN = 12
SAMPLING = 0.03
"""Mean of 2,400 counts of about six each, and a cap over which the density is not even. [-]"""
LATITUDES_DEG = (0.0, 25.0, 40.0, 55.0)


def test_reach_of_the_cbo_layer_is_what_it_is_sized_for(agree):
    runs = simulate(build_plan(load("cbo-2026").scenario), N_RUN, 0).tables["runs"]
    mean = runs["space_interceptors_in_reach"].mean()
    low, high = CBO_IN_REACH
    shield = ("cbo_space_interceptors", "cbo-2026, simulated")
    agree.within(shield, "interceptors in reach of ten missiles", mean, low=low, high=high)


@pytest.fixture(scope="module")
def plan():
    return build_plan(load("aei-sbi").scenario)


def counts(plan, latitude_deg, height_m):
    """Return how many satellites meet fixed points if released as early as may be."""
    (part,) = plan.layers[0].space
    lon_rad = np.arange(0.0, 2 * np.pi, np.pi / 12)
    lat_rad = np.full(len(lon_rad), np.radians(latitude_deg))
    r_itrs_m = itrs_from_geodetic(lat_rad, lon_rad, np.full(len(lon_rad), height_m))
    t_s = np.array([0.0, part.max_flyout_s])
    valid = np.tile([False, True], (len(lon_rad), 1))  # at the end of the fly-out only
    found = []
    for start_s in np.linspace(0.0, plan.clock.duration_s, 100, endpoint=False):
        angle_rad = plan.clock.gmst_epoch_rad + OMEGA_EARTH_RADPS * start_s
        _, intercept_s = free_fall_reach(
            np.ascontiguousarray(rotate_z(r_itrs_m[:, None], OMEGA_EARTH_RADPS * t_s)),
            valid,
            t_s,
            positions_j2(part.orbits, start_s + t_s, angle_rad),
            part.acceleration_mps2,
            part.delta_v_mps,
            part.max_flyout_s,
            np.array([0]),
        )
        found.append(np.isfinite(intercept_s[:, :, 0]).sum(axis=1))
    return np.concatenate(found)


@pytest.mark.parametrize("latitude_deg", LATITUDES_DEG)
def test_mean_reach_of_the_aei_layer_is_number_times_cap_times_density(plan, latitude_deg, agree):
    (part,) = plan.layers[0].space
    height_m = 150e3
    reach_m = flyout_distance(part.max_flyout_s, part.acceleration_mps2, part.delta_v_mps)
    lat_rad = np.radians(latitude_deg)
    r_m = np.linalg.norm(itrs_from_geodetic(lat_rad, 0.0, height_m))
    cap = cap_fraction(cap_half_angle(part.orbits.a_m[0], r_m, reach_m))
    density = latitude_density(part.orbits.inc_rad[0], lat_rad)
    expected = len(part.orbits.a_m) * cap * density
    assert part.orbits.a_m[0] - R_EARTH_WGS84_M == pytest.approx(300e3)
    mean = counts(plan, latitude_deg, height_m).mean()
    place = ("latitude_density", f"aei-sbi at {latitude_deg:.0f} degrees, simulated")
    agree(place, "mean in reach", expected, mean, SAMPLING, relative=True)
    # The density matters: an even spread would be outside the tolerance.
    assert abs(density - 1.0) > SAMPLING
