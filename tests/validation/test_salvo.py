"""Salvos, layers and raids against the closed forms, as printed."""

import numpy as np
import pytest

from opendome.engagement import (
    assign_shots,
    interceptors_needed,
    layers_leak,
    leakers_expected,
    p_no_leak,
    p_no_leak_uneven,
    salvo_kill,
    shoot_look_shoot,
    shots_needed,
    shots_real,
)
from tests.validation._cases import load_cases
from tests.validation._salvos import QUANTITIES

CASES = load_cases("salvo.csv")
STOCKS = load_cases("interceptors_needed.csv")
LAYERS = load_cases("layers.csv")
LAST_DIGIT_SHOTS = 0.005
ROUNDING = 1e-12
FOUR_SIGMA = 4.0

CLOSED_FORMS = {
    "salvo": lambda c: salvo_kill(c.p_kill, c.n),
    "some-leak": lambda c: 1.0 - p_no_leak(c.n_warhead, c.p_track, c.p_kill, c.n, True),
    "leakers": lambda c: leakers_expected(c.n_warhead, c.p_track, c.p_kill, c.n),
    "none-common": lambda c: p_no_leak(c.n_warhead, c.p_track, c.p_kill, c.n, True),
    "none-independent": lambda c: p_no_leak(c.n_warhead, c.p_track, c.p_kill, c.n, False),
    "look-kill": lambda c: shoot_look_shoot(c.p_kill, int(c.n))[0],
    "look-shots": lambda c: shoot_look_shoot(c.p_kill, int(c.n))[1],
    "none-uneven": lambda c: p_no_leak_uneven(int(c.n), int(c.n_warhead), c.p_kill),
}


@pytest.mark.parametrize("c", CASES, ids=lambda c: c.case)
def test_closed_form_has_the_printed_digits(c, agree):
    ours, rounding = CLOSED_FORMS[c.quantity](c), c.half_unit * (1 + ROUNDING)
    agree(c, QUANTITIES[c.quantity], c.expected, ours, rounding)


@pytest.mark.parametrize("c", STOCKS, ids=lambda c: c.case)
def test_stock_for_no_leaker(c, agree):
    shots = shots_real(c.p_kill, c.p_none ** (1.0 / c.n_warhead))
    agree(c, "shots at each", c.expected_shots, shots, LAST_DIGIT_SHOTS)
    stock = interceptors_needed(c.p_none, 1.0, int(c.n_warhead), c.p_kill)
    agree.exactly(c, "interceptors", c.expected_interceptors, stock)


@pytest.mark.parametrize("c", LAYERS, ids=lambda c: c.case)
def test_leak_of_three_layers(c, agree):
    p_stop = np.array([c.p_boost, c.p_midcourse, c.p_terminal])
    agree(c, "leak", c.expected_leak, layers_leak(p_stop), ROUNDING)


def test_forty_four_interceptors_engage_eleven_objects_with_four_each(agree):
    # Falling values make the twelfth object the one that is left out.
    value = 1e3 ** np.arange(12.0, 0.0, -1.0)
    wanted, can = np.full(12, 4), np.ones((12, 1), dtype=bool)
    shots = assign_shots(value, np.full(12, 12 / 21), wanted, can, np.array([44]))
    engaged = ("salvo", "3c-44-rounds")
    agree.exactly(engaged, "shots at twelve objects", [4] * 11 + [0], shots[:, 0].tolist())


def test_whole_shot_counts_are_not_rounded_up(agree):
    agree.exactly(("salvo", "3g-kill-2"), "shots for a kill of 0.91", 2, shots_needed(0.7, 0.91))


@pytest.mark.parametrize("common", [True, False])
def test_draws_of_a_raid_agree_with_the_closed_form(common):
    n_run, n_warhead, p_track, p_kill, n_shot = 100_000, 10, 0.95, 0.8, 2
    rng = np.random.default_rng(2000)
    tracked = rng.random((n_run, 1 if common else n_warhead)) < p_track
    hit = (rng.random((n_run, n_warhead, n_shot)) < p_kill).any(axis=-1)
    leakers = np.sum(~(tracked & hit), axis=-1)
    for draws, expected in (
        (leakers, leakers_expected(n_warhead, p_track, p_kill, n_shot)),
        (leakers == 0, p_no_leak(n_warhead, p_track, p_kill, n_shot, common)),
    ):
        assert abs(draws.mean() - expected) < FOUR_SIGMA * draws.std() / np.sqrt(n_run)
