"""Orbit lifetimes and drag make-up beside published and independently computed ones."""

import re
from pathlib import Path

import numpy as np
import pytest

from opendome.constants import DAY_S
from opendome.orbits.lifetime import (
    ATMOSPHERES,
    decay_time,
    ips_thermosphere,
    makeup_dv_mps_per_y,
)
from tests.validation._cases import load_cases

TWO_PERCENT = 0.02
WITHIN_TWICE = 2.0
TWO_DIGITS = 0.05  # as printed
STARLINK = load_cases("lifetime_starlink.csv")
MEAN = ATMOSPHERES["mean-table"]
TYPICAL_M2_PER_KG = 0.022
YEAR_S = 365.25 * DAY_S


def cases(name):
    rows = load_cases(name)
    return pytest.mark.parametrize("c", rows, ids=[c.case for c in rows])


@cases("lifetime_decay.csv")
def test_decay_time(c, agree):
    atmosphere = MEAN if c.model == "mean-table" else ips_thermosphere(c.flux_sfu, 0.0)
    days = decay_time(c.altitude_km * 1e3, c.ballistic_m2_per_kg, atmosphere) / DAY_S
    agree(c, "decay time", c.expected_days, days, TWO_PERCENT, "d", relative=True)


def test_6b_lifetime_scales_with_one_over_the_ballistic_coefficient():
    h_m = np.array([250e3, 400e3, 600e3])
    twice = decay_time(h_m, 0.011, MEAN) / decay_time(h_m, 0.022, MEAN)
    np.testing.assert_allclose(twice, 2.0, rtol=1e-12)


@pytest.mark.parametrize("c", STARLINK[:2], ids=lambda c: c.case)
def test_6d_lowering_from_550_to_480_km_shortens_decay(c, agree):
    low, high = decay_time(np.array([480e3, 550e3]), 0.1, ATMOSPHERES[c.model])
    agree.within(c, "decay time, 480 over 550 km", low / high, low=c.low, high=c.high)
    quantity = "decay time, 480 over 550 km, computed apart"
    agree(c, quantity, c.computed, low / high, TWO_PERCENT, relative=True)


@cases("lifetime_makeup.csv")
def test_6e_makeup(c, agree):
    ours = makeup_dv_mps_per_y(c.altitude_km * 1e3, TYPICAL_M2_PER_KG, MEAN)
    budget = c.budget_mps_per_y
    agree(c, "make-up", c.expected_mps_per_y, ours, TWO_PERCENT, "m/s a year", relative=True)
    if budget:
        ends = {"low": budget / WITHIN_TWICE, "high": budget * WITHIN_TWICE}
        agree.within(c, "make-up, budgets", ours, **ends, unit="m/s a year")


@cases("lifetime_insight.csv")
def test_what_a_shell_costs_and_how_long_it_lasts(c, agree):
    h_m = c.altitude_km * 1e3
    if c.kind == "life_y":
        years = decay_time(h_m, TYPICAL_M2_PER_KG, MEAN) / YEAR_S
        agree.within(c, "decay time", years, low=c.low, high=c.high, unit="years")
        return
    five_years = [
        5.0 * makeup_dv_mps_per_y(h_m, TYPICAL_M2_PER_KG, ATMOSPHERES[name]) / 1e3
        for name in ("ips-min", "ips-max")
    ]
    quantity = "make-up of five years at solar minimum, maximum"
    agree(c, quantity, [c.low, c.high], five_years, TWO_DIGITS, "km/s", relative=True)


def test_6h_four_years_from_550_km_at_solar_minimum_tell_the_ballistic_coefficient(agree):
    # The IPS model is extrapolated here: a factor of two about 0.16 m2/kg.
    c = STARLINK[2]
    implied = decay_time(550e3, 1.0, ATMOSPHERES[c.model]) / (4.0 * YEAR_S)
    quantity = "ballistic coefficient that lasts four years at 550 km"
    agree.within(c, quantity, implied, low=c.low, high=c.high, unit="m2/kg")


def test_the_table_in_the_manual_is_what_is_found():
    page = (Path(__file__).parents[2] / "docs" / "model.md").read_text(encoding="utf-8")
    row = r"^\| (\d+) km \| (\S+) (days|years) \| (\S+) m/s a year \|$"
    rows = re.findall(row, page, re.M)
    assert len(rows) == 6
    for km, time, unit, dv in rows:
        found_s = float(decay_time(float(km) * 1e3, TYPICAL_M2_PER_KG, MEAN))
        found = found_s / (DAY_S if unit == "days" else YEAR_S)
        assert f"{found:.{len(time.partition('.')[2])}f}" == time
        makeup = float(makeup_dv_mps_per_y(float(km) * 1e3, TYPICAL_M2_PER_KG, MEAN))
        assert f"{makeup:.{len(dv.partition('.')[2])}f}" == dv
