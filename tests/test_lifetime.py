"""Density, decay and make-up: limits, shapes, scaling, and the quadrature beside a fine sum."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from opendome.constants import DAY_S, MU_EARTH_M3PS2, R_EARTH_WGS84_M
from opendome.orbits.lifetime import (
    ATMOSPHERES,
    MEAN_TABLE,
    decay_time,
    density,
    extrapolated,
    ips_thermosphere,
    makeup_dv_mps_per_y,
    replenishment_interval,
)

MEAN = ATMOSPHERES["mean-table"]
YEAR_S = 365.25 * DAY_S
models = pytest.mark.parametrize("name", ATMOSPHERES)
heights = st.floats(201e3, 699e3)


def test_the_table_gives_its_own_rows_and_their_geometric_mean_between():
    h, rho = np.array(MEAN_TABLE).T
    np.testing.assert_allclose(density(h, MEAN), rho, rtol=1e-12)
    between = density((h[:-1] + h[1:]) / 2, MEAN)
    np.testing.assert_allclose(between, np.sqrt(rho[:-1] * rho[1:]), rtol=1e-12)


def test_the_ips_model_by_hand():
    # F10.7 = 100, Ap = 10: 990 K; 23.4 at 500 km, so 42.3 km of scale height.
    rho = density(500e3, ips_thermosphere(100.0, 10.0))
    assert rho == pytest.approx(6e-10 * np.exp(-325.0 / (990.0 / 23.4)), rel=1e-12)


@models
def test_air_thins_out_with_height(name):
    air = ATMOSPHERES[name]
    rho = density(np.linspace(air.knots_m[0], air.knots_m[-1], 500), air)
    assert (np.diff(rho) < 0.0).all()
    assert (rho > 0.0).all()


@given(heights)
def test_an_active_sun_makes_more_drag(h):
    quiet, middle, active = (density(h, ATMOSPHERES[f"ips-{x}"]) for x in ("min", "mean", "max"))
    assert quiet < middle < active
    assert density(h, ips_thermosphere(70.0, 15.0)) > quiet


@models
def test_the_quadrature_is_that_of_a_fine_sum(name):
    air, start_m = ATMOSPHERES[name], 613e3
    h = np.linspace(200e3, start_m, 200_001)
    slowness = 1.0 / (density(h, air) * 0.02 * np.sqrt(MU_EARTH_M3PS2 * (R_EARTH_WGS84_M + h)))
    assert decay_time(start_m, 0.02, air) == pytest.approx(np.trapezoid(slowness, h), rel=1e-8)


@models
def test_decay_starts_from_nothing_at_200_km_and_grows(name):
    air = ATMOSPHERES[name]
    times = decay_time(np.linspace(160e3, 700e3, 109), 0.02, air)
    assert times[:9].tolist() == [0.0] * 9  # to 200 km
    assert (np.diff(times[8:]) > 0.0).all()


@given(heights, st.floats(1e-3, 1.0))
def test_decay_undoes_what_makeup_spends(h, ballistic):
    # Over a short drop: velocity lost while falling dh is v / (2 a) dh, made up at the yearly rate.
    dh = 100.0
    years = (decay_time(h, ballistic, MEAN) - decay_time(h - dh, ballistic, MEAN)) / YEAR_S
    a = R_EARTH_WGS84_M + h - dh / 2
    lost = np.sqrt(MU_EARTH_M3PS2 / a) / (2 * a) * dh
    spent = makeup_dv_mps_per_y(h - dh / 2, ballistic, MEAN) * years
    assert spent == pytest.approx(lost, rel=1e-4)


def test_arrays_broadcast():
    h, b = np.array([[300e3], [400e3], [500e3]]), np.array([0.01, 0.02])
    assert density(h, MEAN).shape == (3, 1)
    assert decay_time(h, b, MEAN).shape == (3, 2)
    assert makeup_dv_mps_per_y(h, b, MEAN).shape == (3, 2)
    assert replenishment_interval(h, b, 5 * YEAR_S, 100.0, MEAN).shape == (3, 2)
    np.testing.assert_allclose(decay_time(h, b, MEAN)[1, 1], decay_time(400e3, 0.02, MEAN))


def test_what_is_extrapolated_is_said_and_what_is_beyond_refused():
    h = np.array([190e3, 200e3, 700e3, 701e3])
    assert extrapolated(h, MEAN).tolist() == [True, False, False, True]
    assert extrapolated(550e3, ATMOSPHERES["ips-min"])
    assert not extrapolated(450e3, ATMOSPHERES["ips-min"])


@pytest.mark.parametrize("bad_m", [149e3, 1001e3, np.nan, np.inf, -1.0])
def test_a_height_without_air_is_refused(bad_m):
    h = np.array([400e3, bad_m])
    for ask in (
        lambda: density(h, MEAN),
        lambda: decay_time(h, 0.02, MEAN),
        lambda: makeup_dv_mps_per_y(h, 0.02, MEAN),
        lambda: replenishment_interval(h, 0.02, YEAR_S, 0.0, MEAN),
    ):
        with pytest.raises(ValueError, match="outside the atmosphere, which has 150 to 1,000"):
            ask()


def test_a_satellite_is_replaced_when_the_first_of_its_means_gives_out():
    h, b, life_s = 400e3, 0.022, 5 * YEAR_S
    makeup, fall_s = makeup_dv_mps_per_y(h, b, MEAN), decay_time(h, b, MEAN)
    assert replenishment_interval(h, b, life_s, 0.0, MEAN) == fall_s
    one_year = replenishment_interval(h, b, life_s, float(makeup), MEAN)
    assert one_year == pytest.approx(YEAR_S + fall_s)
    assert replenishment_interval(h, b, life_s, 1e4, MEAN) == life_s


@given(heights, st.floats(0.0, 2000.0), st.floats(0.0, 2000.0))
def test_more_propellant_never_shortens_the_interval(h, some, more):
    a, b = (replenishment_interval(h, 0.022, 5 * YEAR_S, dv, MEAN) for dv in sorted([some, more]))
    assert 0.0 < a <= b <= 5 * YEAR_S
