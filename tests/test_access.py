"""Windows of access: against samples of `sees`, block by block, and in the cases at the ends."""

from dataclasses import astuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from opendome._jit import jit
from opendome.constants import OMEGA_EARTH_RADPS
from opendome.frames import enu_basis, itrs_from_geodetic
from opendome.geometry.access import Windows, access_over, access_windows
from opendome.geometry.sight import View, elevation_view, infrared_view, sees
from opendome.orbits import states_j2, walker

MILLISECOND = 1e-3
DAY_S = 86_400.0


@jit
def seen_at(times, t, r, v, site, u_sun, limit):
    """`sees` along the cubic through two states, with the Sun on a great circle."""
    out = np.zeros(times.size, dtype=np.bool_)
    h, w = t[1] - t[0], np.zeros(3)
    turn = np.arccos(min(u_sun[0].dot(u_sun[1]), 1.0))
    for i in range(times.size):
        u = (times[i] - t[0]) / h
        p = (1 + 2 * u) * (1 - u) ** 2 * r[0] + u * u * (3 - 2 * u) * r[1]
        p += u * (1 - u) ** 2 * h * v[0] - u * u * (1 - u) * h * v[1]
        w[:] = u_sun[0]
        if turn > 0.0:
            w[:] = (np.sin((1 - u) * turn) * u_sun[0] + np.sin(u * turn) * u_sun[1]) / np.sin(turn)
        out[i] = sees(site[:3], site[3:6], site[6], p, w, limit)
    return out


def states(orbits, t_s):
    return states_j2(orbits, t_s, 0.7 + OMEGA_EARTH_RADPS * t_s)


def sites(lat_deg, lon_deg, height_m=0.0):
    """Position, vertical, radius of the ground below, of points given in degrees."""
    lat, lon = np.radians(np.atleast_1d(lat_deg)), np.radians(np.atleast_1d(lon_deg))
    ground = np.linalg.norm(itrs_from_geodetic(lat, lon, 0.0), axis=-1)
    return itrs_from_geodetic(lat, lon, height_m), enu_basis(lat, lon)[:, 2], ground


def sampled(windows, sat, site, times):
    mine = windows.take((windows.sat == sat) & (windows.site == site))
    inside = (times[:, None] >= mine.start_s) & (times[:, None] <= mine.end_s)
    return inside.any(axis=1)


def assert_equal_to_samples(windows, t_s, r, v, places, view, u_sun, step_s):
    """Every sample of `sees` agrees, but within a millisecond of an edge."""
    target, limit = np.column_stack(places), view.rows()
    v_fixed = v - np.cross([0.0, 0.0, OMEGA_EARTH_RADPS], r)
    for sat in range(r.shape[1]):
        for site in range(len(target)):
            for k in range(len(t_s) - 1):
                two = slice(k, k + 2)
                times = np.arange(t_s[k], t_s[k + 1], step_s)
                truth = seen_at(
                    times, t_s[two], r[two, sat], v_fixed[two, sat], target[site], u_sun[two],
                    limit[sat],
                )  # fmt: skip
                for i in np.flatnonzero(truth != sampled(windows, sat, site, times)):
                    edges = np.append(windows.start_s, windows.end_s)
                    assert np.abs(edges - times[i]).min() < MILLISECOND, (sat, site, times[i])


def sun(t_s):
    angle = 1.0 - OMEGA_EARTH_RADPS * t_s
    return np.stack([0.95 * np.cos(angle), 0.95 * np.sin(angle), 0 * t_s + 0.3122499], axis=-1)


views = st.one_of(
    st.floats(-0.2, 1.5).map(lambda e: elevation_view(3, e)),
    st.builds(
        lambda reach, clear, beyond, regard, glare: infrared_view(
            np.full(3, reach), np.full(3, clear), beyond=beyond, regard_rad=regard,
            sun_exclusion_rad=glare,
        ),
        st.floats(5e5, 6e7),
        # Not 0: a line that ends on the very sphere to clear is decided by rounding.
        st.one_of(st.just(-1e7), st.floats(-2e4, -1.0), st.floats(1.0, 1e5)),
        st.booleans(),
        st.one_of(st.just(np.pi), st.floats(0.1, 2.0)),
        st.one_of(st.just(0.0), st.floats(0.05, 1.5)),
    ),
)  # fmt: skip


@settings(max_examples=60)
@given(
    view=views,
    altitude_m=st.sampled_from([3e5, 5.5e5, 1.2e6, 8e6, 3.5786e7]),
    inc_deg=st.floats(0.0, 100.0),
    lat_deg=st.floats(-90.0, 90.0),
    height_m=st.sampled_from([0.0, 5e4, 1e6]),
    step_s=st.sampled_from([37.0, 60.0, 300.0]),
)
def test_windows_are_what_samples_see(view, altitude_m, inc_deg, lat_deg, height_m, step_s):
    orbits = walker(3, 1, 1, altitude_m, np.radians(inc_deg), arglat_offset_rad=0.3)
    t_s = np.append(np.arange(0.0, 9000.0, step_s), 9001.0)
    r, v = states(orbits, t_s)
    places = sites([lat_deg, -lat_deg / 2], [10.0, 200.0], height_m)
    u_sun = sun(t_s)
    windows = access_windows(t_s, r, v, *places, view, u_sun_itrs=u_sun)
    assert_equal_to_samples(windows, t_s, r, v, places, view, u_sun, 5.0)


@settings(max_examples=40)
@given(
    view=views, height_m=st.sampled_from([0.0, 5e4]), n_block=st.integers(1, 80),
    first_nan=st.integers(-40, 150),
)  # fmt: skip
def test_blocks_give_the_same_bytes(view, height_m, n_block, first_nan):
    orbits = walker(3, 1, 1, 6e5, 1.2)
    t_s = np.arange(151) * 60.0
    places = sites([10.0, -50.0, 80.0], [0.0, 100.0, 200.0], height_m)

    def states_of(times):
        r, v = states(orbits, times)
        lost = (times >= 60.0 * first_nan) & (times < 60.0 * (first_nan + 7))
        r[lost, 1] = np.nan
        return r, v

    whole = access_windows(t_s, *states_of(t_s), *places, view, u_sun_itrs=sun(t_s))
    parts = access_over(states_of, t_s, *places, view, u_sun_itrs=sun(t_s), n_block=n_block)
    assert len(whole) == len(parts)
    assert all(np.array_equal(a, b) for a, b in zip(astuple(whole), astuple(parts), strict=True))


def test_windows_are_sorted_and_apart():
    orbits = walker(6, 5, 1, 5.5e5, np.radians(53.0))
    t_s = np.arange(241) * 60.0
    windows = access_windows(
        t_s, *states(orbits, t_s), *sites([0, 40], [0, 9]), elevation_view(30, 0.1)
    )
    key = np.lexsort((windows.start_s, windows.sat, windows.site))
    assert np.array_equal(key, np.arange(len(windows)))
    same = (np.diff(windows.site) == 0) & (np.diff(windows.sat) == 0)
    assert np.all(windows.start_s[1:][same] > windows.end_s[:-1][same])
    assert np.all(windows.end_s > windows.start_s)
    assert np.array_equal(windows.open_start, windows.start_s == t_s[0])
    assert np.array_equal(windows.open_end, windows.end_s == t_s[-1])
    assert windows.open_start.any()
    assert windows.open_end.any()


def grazing_pass(above_urad):
    """A pass whose highest elevation lies a little above the mask, the mask, and its parts."""
    orbits, t_s = walker(1, 1, 0, 5.5e5, np.radians(53.0)), np.arange(0.0, 1801.0, 60.0)
    r, v = states(orbits, t_s)
    # The site lies 800 km beside the track below the satellite at 877 s.
    at, _ = states(orbits, np.array([877.0]))
    place = at[0, 0] / np.linalg.norm(at[0, 0])
    side = np.cross(r[14, 0], r[15, 0])
    place += 800e3 / 6.4e6 * side / np.linalg.norm(side)
    lat, lon = np.arcsin(place[2] / np.linalg.norm(place)), np.arctan2(place[1], place[0])
    places = sites(np.degrees(lat), np.degrees(lon))
    fine_s = np.arange(840.0, 920.0, 0.01)
    d = states(orbits, fine_s)[0][:, 0] - places[0][0]
    sine = np.vecdot(d, places[1][0]) / np.linalg.norm(d, axis=-1)
    mask = np.arcsin(sine.max()) - above_urad * 1e-6
    return t_s, r, v, places, elevation_view(1, mask), fine_s[sine.argmax()]


@pytest.mark.parametrize("above_urad", [1000.0, 10.0, 2.0, -2.0])
def test_a_pass_shorter_than_a_step_is_found(above_urad):
    t_s, r, v, places, view, top_s = grazing_pass(above_urad)
    windows = access_windows(t_s, r, v, *places, view)
    assert not np.any((t_s > top_s - 5.0) & (t_s < top_s + 5.0))
    if above_urad < 0.0:  # the pass stays below the mask
        assert len(windows) == 0
        return
    assert len(windows) == 1
    assert windows.start_s[0] < top_s < windows.end_s[0]
    assert windows.end_s[0] - windows.start_s[0] < 60.0


def test_a_gap_shorter_than_a_step_is_found():
    # A satellite stands still and looks past the Earth at a body, behind which the Sun passes.
    t_s = np.array([0.0, 60.0, 120.0])
    r = np.full((3, 1, 3), [4.2164e7, 0.0, 0.0])
    v = np.cross([0.0, 0.0, OMEGA_EARTH_RADPS], r)
    body = np.array([[1.2164e7, 1.2e7, 0.0]])
    places = (body, body / np.linalg.norm(body), np.array([6.371e6]))
    # The Sun passes 2e-4 rad beside the line to the body.
    angle = np.arctan2(1.2e7, -3.0e7) - 2.0e-3 + 5e-5 * t_s
    u_sun = np.stack([np.cos(angle), np.sin(angle), np.full(3, 2e-4)], axis=-1)
    u_sun /= np.linalg.norm(u_sun, axis=-1)[:, None]
    one = np.ones(1)
    view = infrared_view(5e7 * one, 0 * one, beyond=False, sun_exclusion_rad=5e-4)
    windows = access_windows(t_s, r, v, *places, view, u_sun_itrs=u_sun)
    # Within sqrt(5^2 - 2^2) x 1e-4 rad of the nearest approach, at 40 s.
    half_s = np.sqrt(21.0) * 1e-4 / 5e-5
    assert len(windows) == 2
    assert windows.end_s[0] == pytest.approx(40.0 - half_s, abs=MILLISECOND)
    assert windows.start_s[1] == pytest.approx(40.0 + half_s, abs=MILLISECOND)
    assert windows.open_start.tolist() == [True, False]
    assert windows.open_end.tolist() == [False, True]


def test_the_earth_hides_the_sun():
    # The Sun sets behind the Earth, seen from a satellite that looks straight down.
    t_s = np.arange(0.0, 1201.0, 60.0)
    r = np.full((t_s.size, 1, 3), [4.2164e7, 0.0, 0.0])
    v = np.cross([0.0, 0.0, OMEGA_EARTH_RADPS], r)
    places = sites(0.0, 0.0)
    angle = np.pi - 0.20 + 1e-4 * t_s
    u_sun = np.stack([np.cos(angle), np.sin(angle), np.zeros(t_s.size)], axis=-1)
    view = infrared_view(5e7 * np.ones(1), np.zeros(1), beyond=False, sun_exclusion_rad=0.18)
    windows = access_windows(t_s, r, v, *places, view, u_sun_itrs=u_sun)
    limb = np.arcsin(places[2][0] / 4.2164e7)
    assert len(windows) == 2
    assert windows.end_s[0] == pytest.approx((0.20 - 0.18) / 1e-4, abs=0.1)
    assert windows.start_s[1] == pytest.approx((0.20 - limb) / 1e-4, abs=0.1)


def test_a_geostationary_satellite_is_always_in_sight_or_never():
    t_s = np.arange(0.0, DAY_S + 1.0, 60.0)
    r = np.zeros((t_s.size, 2, 3))
    r[:, 0, 0], r[:, 1, 0] = 4.2164e7, -4.2164e7
    v = np.cross([0.0, 0.0, OMEGA_EARTH_RADPS], r)
    windows = access_windows(t_s, r, v, *sites(40.0, 5.0), elevation_view(2, 0.1))
    assert astuple(windows) == (0, 0, 0.0, DAY_S, True, True)


def test_no_site_and_no_satellite_give_no_window():
    t_s = np.arange(11) * 60.0
    r, v = states(walker(2, 1, 0, 5.5e5, 1.0), t_s)
    none = (np.empty((0, 3)), np.empty((0, 3)), np.empty(0))
    assert len(access_windows(t_s, r, v, *none, elevation_view(2, 0.0))) == 0
    nobody = elevation_view(0, 0.0)
    assert len(access_windows(t_s, r[:, :0], v[:, :0], *sites(0, 0), nobody)) == 0


def test_no_window_goes_across_times_without_a_state():
    t_s = np.arange(11) * 60.0
    r = np.full((11, 1, 3), [4.2164e7, 0.0, 0.0])
    v = np.cross([0.0, 0.0, OMEGA_EARTH_RADPS], r)
    r[3:5], v[8] = np.nan, np.inf
    windows = access_windows(t_s, r, v, *sites(0.0, 0.0), elevation_view(1, 0.1))
    assert windows.start_s.tolist() == [0.0, 300.0, 540.0]
    assert windows.end_s.tolist() == [120.0, 420.0, 600.0]
    assert windows.open_start.all()
    assert windows.open_end.all()
    v[:] = np.nan
    assert len(access_windows(t_s, r, v, *sites(0.0, 0.0), elevation_view(1, 0.1))) == 0


def test_more_windows_than_there_is_room_for_are_all_kept():
    # Above the site at every other time: room is made for two windows of such a short span.
    t_s = np.arange(21) * 60.0
    r = np.full((21, 3, 3), [4.2164e7, 0.0, 0.0])
    r[::2, 1] *= -1.0
    v = np.cross([0.0, 0.0, OMEGA_EARTH_RADPS], r)
    windows = access_windows(t_s, r, v, *sites(0.0, 0.0), elevation_view(3, 0.1))
    assert windows.sat.tolist() == [0] + 10 * [1] + [2]
    assert np.all((windows.start_s[1:11] + windows.end_s[1:11]) / 2 == pytest.approx(t_s[1::2]))


def test_what_cannot_be_used_is_refused():
    t_s = np.arange(3) * 60.0
    r, v = states(walker(1, 1, 0, 5.5e5, 1.0), t_s)
    place = sites(0.0, 0.0)
    with pytest.raises(ValueError, match="rising"):
        access_windows(t_s[::-1], r, v, *place, elevation_view(1, 0.1))
    with pytest.raises(ValueError, match="rising"):
        access_windows(t_s[:1], r[:1], v[:1], *place, elevation_view(1, 0.1))
    one = np.ones(1)
    glare = infrared_view(one, one, beyond=False, sun_exclusion_rad=0.1)
    with pytest.raises(ValueError, match="u_sun_itrs"):
        access_windows(t_s, r, v, *place, glare)


def test_views_of_a_mixed_fleet_keep_their_rows():
    orbits, t_s = walker(2, 1, 1, 5.5e5, 1.0), np.arange(1441) * 60.0
    r, v = states(orbits, t_s)
    low, high = elevation_view(1, 0.1), elevation_view(1, 0.5)
    both = View(*(np.concatenate(pair) for pair in zip(astuple(low), astuple(high), strict=True)))
    place = sites([30.0, 35.0], [4.0, 5.0])
    mixed = access_windows(t_s, r, v, *place, both)
    for sat, view in enumerate((low, high)):
        one = slice(sat, sat + 1)
        alone = access_windows(t_s, r[:, one], v[:, one], *place, view)
        mine = mixed.take(mixed.sat == sat)
        assert len(alone) > 0
        assert np.array_equal(mine.start_s, alone.start_s)
        assert np.array_equal(mine.end_s, alone.end_s)
    assert isinstance(mixed, Windows)
