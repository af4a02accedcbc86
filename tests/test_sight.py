"""The one rule of sight, limit by limit."""

import numpy as np
import pytest

from opendome.geometry import above_mask, clears, elevation_view, infrared_view, sees

R = 6.371e6
UP = np.array([1.0, 0.0, 0.0])
ONE = np.ones(1)


def seen(target, sat, limit, u_sun=(0.0, 0.0, 1.0)):
    target, sat = np.array(target, dtype=float), np.array(sat, dtype=float)
    return sees(target, UP, R, sat, np.array(u_sun, dtype=float), limit.rows()[0])


@pytest.mark.parametrize(("elevation_deg", "above"), [(9.99, False), (10.01, True), (90.0, True)])
def test_a_mask_is_an_elevation(elevation_deg, above):
    e = np.radians(elevation_deg)
    line = 1e6 * np.array([np.sin(e), np.cos(e), 0.0])
    assert above_mask(UP, *line, np.sin(np.radians(10.0))) == above
    assert seen(R * UP, R * UP + line, elevation_view(1, np.radians(10.0))) == above


@pytest.mark.parametrize(("height_m", "clear"), [(-1.0, False), (1.0, True)])
def test_a_segment_clears_by_its_lowest_point(height_m, clear):
    a, d = (R + height_m, -2e6, 0.0), (0.0, 4e6, 0.0)
    assert clears(*a, *d, R, False) == clear
    # Cut before the lowest point, only the ray beyond it dips.
    assert clears(*a, 0.0, 1e6, 0.0, R, False)
    assert clears(*a, 0.0, 1e6, 0.0, R, True) == clear


def test_no_line_passes_below_the_centre():
    assert clears(R, 0.0, 0.0, -2 * R, 0.0, 0.0, -1e6, True)
    assert clears(R, 0.0, 0.0, -2 * R, 0.0, 0.0, 0.0, True)
    assert not clears(R, 0.0, 0.0, -2 * R, 0.0, 0.0, 1.0, True)


def test_a_satellite_does_not_see_itself_nor_from_nowhere():
    free = elevation_view(1, -np.pi / 2)
    assert not seen([R, 0, 0], [R, 0, 0], free)
    assert not seen([R, 0, 0], [np.nan, 0, 0], free)
    assert seen([R, 0, 0], [R + 1.0, 0, 0], free)


def test_the_sun_blinds_within_its_angle_unless_the_earth_hides_it():
    view = infrared_view(1e8 * ONE, 0.0 * ONE, beyond=False, sun_exclusion_rad=np.radians(20.0))
    sat, target = [R + 1e6, 0, 0], [R + 1e6, 1e6, 0]
    near = np.radians(10.0)
    assert not seen(target, sat, view, (0.0, np.cos(near), np.sin(near)))
    assert seen(target, sat, view, (0.0, np.cos(3 * near), np.sin(3 * near)))
    # Straight below is the midnight Sun behind the Earth; the target is in front of it.
    assert seen([R + 5e4, 0, 0], sat, view, (-1.0, 0.0, 0.0))
    limb = np.arcsin(R / (R + 1e6))
    down = [R + 1e6 - 2e6 * np.cos(limb), 2e6 * np.sin(limb), 0]
    for off, sees_it in ((-0.01, True), (0.01, False)):
        u_sun = (-np.cos(limb + off), np.sin(limb + off), 0.0)
        free = infrared_view(1e8 * ONE, -np.inf * ONE, beyond=False, sun_exclusion_rad=0.3)
        assert seen(down, sat, free, u_sun) == sees_it
