"""Learning, replenishment, launch and roll-up."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from opendome.cost import (
    COST_METHODS,
    aei_absentee_ratio,
    aei_average_unit,
    aei_constellation,
    aei_coverage_radius,
    aei_flyout_range,
    aei_interceptor_mass,
    aei_total,
    crawford_total,
    element_cost,
    generations,
    launch_cost,
    launch_cost_per_kg,
    launch_manifest,
    launches_needed,
    learning_exponent,
    units_bought,
    wright_average,
)

ROUND_OFF = 1e-12
rates = st.floats(0.55, 1.0)
counts = st.integers(1, 5000)


def crawford_twin(first, n, rate, start=1):
    """Every unit on its own, in plain Python."""
    return math.fsum(first * x ** (math.log(rate) / math.log(2)) for x in range(start, start + n))


@given(first=st.floats(0.1, 1e3), n=counts, rate=rates)
def test_doubling_the_unit_number_multiplies_its_cost_by_the_rate(first, n, rate):
    unit = crawford_total(first, 1, rate, start=n)
    twice = crawford_total(first, 1, rate, start=2 * n)
    assert twice == pytest.approx(rate * unit, rel=ROUND_OFF)


@given(first=st.floats(0.1, 1e3), n=counts, rate=rates)
def test_doubling_the_buy_multiplies_the_wright_average_by_the_rate(first, n, rate):
    average = wright_average(first, n, rate)
    assert wright_average(first, 2 * n, rate) == pytest.approx(rate * average, rel=ROUND_OFF)


@pytest.mark.parametrize("rate", [0.5, 0.7, 0.85, 0.95, 1.0])
@pytest.mark.parametrize("start", [1, 2, 1000])
@pytest.mark.parametrize("n", [0, 1, 63, 64, 65, 500, 31_200])
def test_crawford_total_equals_the_sum_of_units(n, start, rate):
    expected = crawford_twin(70.0, n, rate, start)
    assert crawford_total(70.0, n, rate, start=start) == pytest.approx(expected, rel=ROUND_OFF)


def test_crawford_total_of_a_million_units():
    n = 1_000_000
    expected = math.fsum((np.arange(1, n + 1) ** np.log2(0.85)).tolist())
    assert crawford_total(1.0, n, 0.85) == pytest.approx(expected, rel=ROUND_OFF)


@given(first=st.floats(0.1, 1e3), a=counts, b=counts, rate=rates)
def test_a_later_lot_goes_on_where_the_first_ended(first, a, b, rate):
    lots = crawford_total(first, a, rate) + crawford_total(first, b, rate, start=a + 1)
    assert lots == pytest.approx(crawford_total(first, a + b, rate), rel=1e-11)


@given(n=counts, rate=rates)
def test_more_units_cost_more_and_their_average_less(n, rate):
    now, then = crawford_total(1.0, n, rate), crawford_total(1.0, n + 1, rate)
    assert then > now
    assert then / (n + 1) <= now / n * (1 + ROUND_OFF)


def test_aei_average_tends_to_the_crawford_average():
    n = 100_000
    crawford = crawford_total(1.0, n, 0.85) / n
    assert aei_average_unit(1.0, n, 0.85) == pytest.approx(crawford, rel=1e-3)


@pytest.mark.parametrize("rate", [0.0, -1.0, math.nan])
def test_a_learning_rate_that_is_none_is_refused(rate):
    with pytest.raises(ValueError, match="learning rate"):
        learning_exponent(rate)


@pytest.mark.parametrize("rate", [0.5, 0.3])
def test_the_aei_curve_refuses_rates_where_it_is_not_defined(rate):
    with pytest.raises(ValueError, match=r"above 0\.5"):
        aei_average_unit(1.0, 10, rate)


@pytest.mark.parametrize(("n", "start"), [(-1, 1), (1, 0)])
def test_a_lot_that_is_none_is_refused(n, start):
    with pytest.raises(ValueError, match="units"):
        crawford_total(1.0, n, 0.9, start=start)


@pytest.mark.parametrize(
    ("n", "life_y", "period_y", "bought"),
    [
        (7800, 5.0, 20.0, 31_200),
        (10, 15.0, 20.0, 14),  # 13.3: a third of a unit is not bought
        (10, 1.9, 5.7, 30),  # in floating point 10 * 5.7 / 1.9 is a little over 30
        (10, 30.0, 20.0, 10),
        (10, math.inf, 20.0, 10),
        (0, 5.0, 20.0, 0),
    ],
)
def test_units_bought(n, life_y, period_y, bought):
    assert units_bought(n, life_y, period_y) == bought


@pytest.mark.parametrize(
    ("period_y", "life_y", "n"), [(20.0, 5.0, 4), (20.0, 15.0, 1), (5.0, 20.0, 1), (0.3, 0.1, 3)]
)
def test_generations(period_y, life_y, n):
    assert generations(period_y, life_y) == n


@pytest.mark.parametrize(("period_y", "life_y"), [(0.0, 5.0), (20.0, 0.0), (20.0, math.nan)])
def test_a_period_that_is_none_is_refused(period_y, life_y):
    with pytest.raises(ValueError, match="period and life"):
        generations(period_y, life_y)
    with pytest.raises(ValueError, match="period and life"):
        units_bought(10, life_y, period_y)


def test_negative_units_are_refused():
    with pytest.raises(ValueError, match="negative"):
        units_bought(-1, 5.0, 20.0)


@given(n=st.integers(0, 10_000), mass_kg=st.floats(10.0, 4000.0))
def test_launches_lift_all_and_not_one_launch_too_many(n, mass_kg):
    n_per_launch = math.floor(17_500.0 / mass_kg)
    launches = launches_needed(n, mass_kg, 17_500.0)
    assert launches * n_per_launch >= n
    assert (launches - 1) * n_per_launch < n


def test_a_payload_of_whole_satellites_is_filled():
    assert 111.6 / 37.2 < 3  # in floating point
    assert launches_needed(3, 37.2, 111.6) == 1


def test_a_satellite_above_the_payload_is_refused():
    with pytest.raises(ValueError, match="above the payload"):
        launches_needed(1, 20_000.0, 17_500.0)


@given(n=st.integers(0, 10_000), weight=st.lists(st.integers(0, 9), min_size=1, max_size=5))
def test_the_manifest_lifts_every_satellite_once(n, weight):
    share = np.array([*weight, 1.0]) / (sum(weight) + 1)
    # One satellite a launch, so that launches are satellites.
    lifted = launch_manifest(n, 1000.0, share, np.full(share.size, 1999.0))
    assert lifted.sum() == n
    assert (np.abs(lifted - n * share) < 1.0 + 1e-6).all()


def test_whole_satellites_go_to_the_largest_remainder_then_to_the_earlier_vehicle():
    def lifted(n, share):
        return launch_manifest(n, 1000.0, np.array(share), np.full(len(share), 1999.0)).tolist()

    assert lifted(10, [0.32, 0.32, 0.36]) == [3, 3, 4]
    assert lifted(10, [0.36, 0.32, 0.32]) == [4, 3, 3]
    assert lifted(1, [0.25, 0.25, 0.5]) == [0, 0, 1]
    assert lifted(2, [0.25] * 4) == [1, 1, 0, 0]


def test_a_vehicle_without_a_share_flies_nothing_and_need_not_fit():
    n_launch = launch_manifest(7, 5000.0, np.array([0.0, 1.0]), np.array([1000.0, 10_000.0]))
    assert n_launch.tolist() == [0, 4]


def test_launch_cost_is_whole_launches_times_price():
    share, price_musd = np.array([0.6, 0.4]), np.array([70.0, 110.0])
    payload_kg = np.array([17_500.0, 45_000.0])
    assert launch_cost(100, 1000.0, share, price_musd, payload_kg) == 4 * 70.0 + 1 * 110.0


@pytest.mark.parametrize("share", [[0.5, 0.4], [1.5, -0.5], [math.nan, 1.0]])
def test_shares_that_are_none_are_refused(share):
    with pytest.raises(ValueError, match="shares"):
        launch_manifest(10, 1000.0, np.array(share), np.full(2, 1e4))


def roll_up(method="crawford", **change):
    values = {
        "life_y": 5.0,
        "period_y": 20.0,
        "development_musd": 7000.0,
        "unit_musd": 70.0,
        "learning_rate": 0.85,
        "operations_musd_per_y": 450.0,
        "launch_musd": 123.0,
    }
    return element_cost("interceptors", 100, method=method, **(values | change))


@pytest.mark.parametrize(
    ("method", "units_musd"),
    [
        ("crawford", crawford_twin(70.0, 400, 0.85)),
        ("flat", 400 * 70.0),
        ("aei", 4 * 100 * aei_average_unit(70.0, 100, 0.85)),
    ],
)
def test_each_method_buys_four_hundred_units(method, units_musd):
    cost = roll_up(method)
    assert cost.n_bought == 400
    assert cost.units_musd == pytest.approx(units_musd, rel=ROUND_OFF)
    assert (cost.development_musd, cost.launch_musd, cost.operations_musd) == (7000, 123, 9000)
    assert cost.total_musd == pytest.approx(7000 + units_musd + 123 + 9000, rel=ROUND_OFF)


@pytest.mark.parametrize("method", sorted(COST_METHODS))
def test_nothing_in_service_buys_nothing(method):
    assert COST_METHODS[method](0, 5.0, 20.0, 70.0, 0.85) == (0, 0.0)


def test_learning_over_all_units_costs_less_than_learning_anew():
    assert roll_up("crawford").units_musd < roll_up("aei").units_musd < roll_up("flat").units_musd


def test_a_longer_life_never_costs_more():
    totals = [roll_up(life_y=life_y).total_musd for life_y in (3.0, 5.0, 7.5, 10.0, 20.0, 30.0)]
    assert totals[:-1] == sorted(totals[:-1], reverse=True)
    assert totals[-1] == totals[-2]


def test_an_unknown_method_names_those_there_are():
    with pytest.raises(ValueError, match="'wright' is none of aei, crawford, flat"):
        roll_up("wright")


def test_the_price_per_kilogram_ignores_whole_launches():
    assert launch_cost_per_kg(3, 1000.0, 500.0) == pytest.approx(1.5, rel=ROUND_OFF)


def test_aei_flyout_ends_under_power_when_time_is_short():
    assert aei_flyout_range(100.0, 6000.0, 10.0) == 5000.0
    at_burnout, later = aei_flyout_range(100.0, 6000.0, 60.0), aei_flyout_range(100.0, 6000.0, 61.0)
    assert (at_burnout, later - at_burnout) == (180_000.0, 6000.0)


def test_aei_mass_without_any_speed_is_the_dry_mass():
    assert aei_interceptor_mass(0.0, 0.0, 240.0, 25.0, 26.0, 50.0) == 101.0


def test_aei_unreachable_height_needs_infinitely_many():
    assert aei_coverage_radius(100e3, 500e3, 200e3) == 0.0
    assert aei_absentee_ratio(0.0, 200e3, math.pi / 2) == math.inf


def test_aei_constellation_ignores_round_off():
    assert 0.1 * 3 * 10 > 3  # in floating point
    assert aei_constellation(0.1, 3, 10) == 3


@given(ratio=st.floats(1.0, 5000.0), salvo=st.integers(1, 300), shots=st.integers(1, 5))
def test_aei_constellation_holds_every_shot(ratio, salvo, shots):
    n_sat, exact = aei_constellation(ratio, salvo, shots), ratio * salvo * shots
    assert exact - 1e-8 <= n_sat < exact + 1


def test_aei_total_adds_generations_of_satellites_and_launches():
    # Without learning the average is (n + 1) / n of the first unit, by the published formula.
    total_musd = aei_total(
        10,
        1000.0,
        life_y=5.0,
        period_y=10.0,
        development_musd=1.0,
        first_unit_musd=2.0,
        unit_learning_rate=1.0,
        payload_kg=5000.0,
        first_launch_musd=3.0,
        launch_learning_rate=1.0,
        operations_musd_per_y=4.0,
    )
    assert total_musd == pytest.approx(1 + 2 * (2 * 11 + 3 * 3) + 40, rel=ROUND_OFF)
