"""The AEI calculator, equation by equation, on its default inputs."""

import math

import pytest

from opendome.constants import G0_MPS2
from opendome.cost import (
    aei_absentee_ratio,
    aei_constellation,
    aei_coverage_radius,
    aei_flyout_range,
    aei_interceptor_mass,
    aei_total,
    launches_needed,
)
from opendome.engagement.kill import shots_needed
from tests.validation._cases import load_cases

CASES = load_cases("aei_calculator.csv")
TEN_THOUSAND_DOLLARS = 0.01  # in M$, the last digit published
LAST_DIGIT = 0.5  # of values published as whole kg and km
LAST_DIGIT_RATIO = 0.05  # of the ratio, published as 498.6

SHOTS = shots_needed(0.80, 0.96)
MASS_KG = aei_interceptor_mass(6000.0, 2500.0, 240.0, 25.0, 25.0, 50.0)
INTERCEPT_M = 200e3
PAYLOAD_KG = 45_000.0


def range_m(flyout_s):
    return aei_flyout_range(15 * G0_MPS2, 6000.0, flyout_s)


def ratio(case):
    radius_m = aei_coverage_radius(range_m(case.flyout_s), case.altitude_km * 1e3, INTERCEPT_M)
    return aei_absentee_ratio(radius_m, INTERCEPT_M, math.radians(case.latitude_max_deg))


def test_intermediate_steps(agree):
    radius_m = aei_coverage_radius(range_m(120.0), 300e3, INTERCEPT_M)
    agree.exactly(CASES[0], "shots for 0.96 at 0.80 each", 2, SHOTS)
    agree(CASES[0], "interceptor mass", 1294.0, MASS_KG, LAST_DIGIT, "kg")
    agree(CASES[0], "fly-out range", 598.0, range_m(120.0) / 1e3, LAST_DIGIT, "km")
    agree(CASES[0], "coverage radius", 589.0, radius_m / 1e3, LAST_DIGIT, "km")
    agree(CASES[0], "absentee ratio", 498.6, ratio(CASES[0]), LAST_DIGIT_RATIO)


@pytest.mark.parametrize("case", CASES, ids=lambda c: c.case)
def test_constellation_is_reproduced(case, agree):
    n_sat = aei_constellation(ratio(case), int(case.salvo), SHOTS)
    agree.exactly(case, "satellites", case.expected_n_sat, n_sat)


@pytest.mark.parametrize("case", CASES[:5], ids=lambda c: c.case)
def test_launches_and_total_are_reproduced(case, agree):
    n_sat = aei_constellation(ratio(case), int(case.salvo), SHOTS)
    n_launch = launches_needed(n_sat, MASS_KG, PAYLOAD_KG)
    agree.exactly(case, "launches", case.expected_n_launch, n_launch)
    total_musd = aei_total(
        n_sat,
        MASS_KG,
        life_y=5.0,
        period_y=20.0,
        development_musd=7000.0,
        first_unit_musd=70.0,
        unit_learning_rate=0.85,
        payload_kg=PAYLOAD_KG,
        first_launch_musd=150.0,
        launch_learning_rate=0.95,
        operations_musd_per_y=450.0,
    )
    agree(case, "total", case.expected_total_musd, total_musd, TEN_THOUSAND_DOLLARS, "MUSD")
