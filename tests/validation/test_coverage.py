"""Coverage counted on a grid by the kernel: Iridium, stars of tracking satellites, stereo."""

import numpy as np
import pytest

from opendome.frames import geodetic_from_itrs, itrs_from_geodetic
from opendome.geometry import star_cap_needed
from opendome.geometry.coverage import coverage_fold
from opendome.geometry.grid import ring_grid
from opendome.geometry.sight import elevation_view
from opendome.orbits import positions_j2, walker
from tests.validation._cases import load_cases

# The published counts are for a round Earth; the grid lies on the ellipsoid.
SINGLE_FOLD = 0.002
DOUBLE_FOLD = 0.02
HALF_PERCENT = 0.005
HALF_DEGREE = 0.5


def folds(star, elevation_deg, n_time=60, n_point=4000):
    """Counts over one orbit, and the grid; the Earth does not turn."""
    grid = ring_grid(n_point)
    t = np.arange(n_time) / n_time * 2 * np.pi / star.arglat_rate_radps[0]
    view = elevation_view(len(star.a_m), np.radians(elevation_deg))
    return coverage_fold(grid, positions_j2(star, t, 0.0), view), grid


def star_of_source(c):
    """Nodes over half a turn, Walker phasing 1, 81 degrees."""
    n_plane, n_per_plane = int(c.n_plane), int(c.n_per_plane)
    return walker(n_plane, n_per_plane, 1, c.altitude_m, np.radians(81.0), raan_spread_rad=np.pi)


def best_polar_star(c):
    """Planes as far apart as their streets allow, neighbours half a slot apart."""
    n_plane, n_per_plane = int(c.n_plane), int(c.n_per_plane)
    cap = star_cap_needed(n_plane, n_per_plane)
    street = np.arccos(np.cos(cap) / np.cos(np.pi / n_per_plane))
    return walker(
        n_plane,
        n_per_plane,
        n_plane / 2,
        c.altitude_m,
        0.5 * np.pi,
        raan_spread_rad=n_plane * (cap + street),
    )


@pytest.mark.parametrize("c", load_cases("star_coverage.csv"), ids=lambda c: c.case)
def test_fraction_seen_by_a_star(c, agree):
    fold, grid = folds(star_of_source(c), 0.0)
    fraction = ((fold >= c.fold) @ grid.weight).mean()
    tolerance = SINGLE_FOLD if c.fold == 1 else DOUBLE_FOLD
    quantity = f"share seen by {c.fold:.0f}, on the ellipsoid"
    agree(c, quantity, c.expected_fraction, fraction, tolerance)


def test_mean_number_in_view(agree):
    """The satellites are held at their height over the ellipsoid, as on a round Earth."""
    (c,) = (c for c in load_cases("star_coverage.csv") if c.case == "star-40-single")
    star, grid = star_of_source(c), ring_grid(4000)
    t = np.arange(60) / 60 * 2 * np.pi / star.arglat_rate_radps[0]
    lat, lon, _ = geodetic_from_itrs(positions_j2(star, t, 0.0))
    r_sat_m = itrs_from_geodetic(lat, lon, c.altitude_m)
    fold = coverage_fold(grid, r_sat_m, elevation_view(40, 0.0))
    mean, quantity = (fold @ grid.weight).mean(), "mean in view, on the ellipsoid"
    agree(c, quantity, 2.713, mean, HALF_PERCENT, relative=True)


@pytest.mark.parametrize("c", load_cases("polar_star.csv"), ids=lambda c: c.case)
def test_polar_stars_cover_the_earth_up_to_their_elevation(c, agree):
    star = best_polar_star(c)
    if not c.covers:
        fold, _ = folds(star, 0.0)
        agree.exactly(c, "satellites over the worst point and time", 0, int(fold.min()))
        return
    steps = np.arange(-0.4, 0.41, 0.2)
    covers = [
        folds(star, c.expected_elevation_deg + step, n_point=10_000)[0].min() > 0 for step in steps
    ]
    last = c.expected_elevation_deg + steps[np.flatnonzero(covers).max()]
    quantity = "greatest mask with no gap, on the ellipsoid"
    agree(c, quantity, c.expected_elevation_deg, last, HALF_DEGREE, "deg")
