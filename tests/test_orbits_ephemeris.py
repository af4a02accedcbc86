"""One interface to J2 and SGP4: blocks, threads, reused memory, joined and picked satellites."""

import os
import subprocess
import sys
from dataclasses import fields

import numpy as np
import pytest

from opendome.elements import read_catalogue
from opendome.orbits import (
    PROPAGATORS,
    SGP4_ERRORS,
    blocks,
    concatenate,
    positions,
    sgp4_errors,
    sgp4_orbits,
    states,
    walker,
)
from tests._catalogues import tle

EPOCH = (2_461_275.5, 0.25)
GPS = tle("GPS", number="28129", n=" 2.00562768", ecc="0048506")
OVAL = tle("OVAL", number="00005", n=" 8.02419150", ecc="2859667")
LOW = tle("LOW", number="29141", n="16.20000000", ecc="0015848", bstar=" 93520-3")
FILE = tle("ONE") + GPS + tle("TWO", inc="98.1000", raan="10.0000") + OVAL + LOW


@pytest.fixture(scope="module")
def elements(tmp_path_factory):
    path = tmp_path_factory.mktemp("catalogue") / "five.tle"
    path.write_text(FILE, encoding="utf-8")
    found = read_catalogue(path, keep_decayed=True)
    assert found.bad == ()
    return found.elements


@pytest.fixture(scope="module", params=["circles", "ellipses", "sgp4"])
def orbits(request, elements):
    kinds = {
        "circles": walker(7, 9, 1, 550e3, 0.9),
        "ellipses": walker(7, 9, 1, 2_000e3, 0.9, ecc=0.1),
        "sgp4": sgp4_orbits(elements, *EPOCH),
    }
    return kinds[request.param]


def same(a, b):
    return np.array_equal(a, b, equal_nan=True)


T = np.linspace(-3_000.0, 50_000.0, 150)
ANGLE = 0.3 + 7.3e-5 * T


def test_bulk_gives_the_same_bytes(orbits):
    assert same(positions(orbits, T, ANGLE, bulk=True), positions(orbits, T, ANGLE))
    for found, expected in zip(
        states(orbits, T, ANGLE, bulk=True), states(orbits, T, ANGLE), strict=True
    ):
        assert same(found, expected)
    assert same(states(orbits, T, ANGLE)[0], positions(orbits, T, ANGLE))


CODE = """
import hashlib
import numpy as np
from opendome.elements import read_catalogue
from opendome.orbits import sgp4_orbits, states, walker
elements = read_catalogue("-").elements
digest = hashlib.sha256()
t = np.linspace(0.0, 5e4, 150)
many = elements.take(np.arange(300) % len(elements))
for orbits in (walker(20, 30, 1, 550e3, 0.9), sgp4_orbits(many, 2461275.5, 0.25)):
    for part in states(orbits, t, 7e-5 * t, bulk=True):
        digest.update(part.tobytes())
print(digest.hexdigest())
"""


def test_bytes_do_not_depend_on_the_number_of_threads():
    digests = set()
    for n_thread in ("1", "2"):
        done = subprocess.run(
            [sys.executable, "-c", CODE],
            input=FILE,
            env=os.environ | {"NUMBA_NUM_THREADS": n_thread},
            capture_output=True,
            text=True,
            check=True,
        )
        digests.add(done.stdout)
    assert len(digests) == 1


@pytest.mark.parametrize("n_block", [1, 40, 64, 150, 1000])
def test_blocks_are_the_positions_in_one_memory(orbits, n_block):
    whole, found, memory = positions(orbits, T, ANGLE), np.zeros((150, orbits.n_sat, 3)), set()
    for rows, r_sat_m in blocks(orbits, T, ANGLE, n_block):
        assert len(r_sat_m) == min(n_block, 150 - rows.start)
        memory.add(r_sat_m.__array_interface__["data"][0])
        found[rows] = r_sat_m
    assert same(found, whole)
    assert len(memory) == 1
    assert list(blocks(orbits, T[:0], 0.0)) == []


def test_out_is_filled_and_returned(orbits):
    r = np.empty((150, orbits.n_sat, 3))
    assert positions(orbits, T, ANGLE, out=r) is r
    assert same(r, positions(orbits, T, ANGLE))
    pair = np.empty_like(r), np.empty_like(r)
    found = states(orbits, T, ANGLE, out=pair)
    assert found[0] is pair[0]
    assert found[1] is pair[1]
    assert same(pair[1], states(orbits, T, ANGLE)[1])


@pytest.mark.parametrize(
    "out",
    [np.empty((149, 63, 3)), np.empty((150, 63, 3), np.float32), np.empty((150, 63, 6))[..., ::2]],
    ids=["shape", "type", "strides"],
)
def test_out_that_does_not_fit_is_refused(out):
    with pytest.raises(ValueError, match=r"out must be .* of shape \(150, 63, 3\)"):
        positions(walker(7, 9, 1, 550e3, 0.9), T, ANGLE, out=out)


def test_read_only_and_strided_times_are_taken(orbits):
    t = np.repeat(T, 2)[::2]
    t.flags.writeable = False
    assert same(positions(orbits, t, ANGLE.tolist()), positions(orbits, T, ANGLE))
    assert positions(orbits, T[:0], 0.0).shape == (0, orbits.n_sat, 3)
    assert positions(orbits.take(np.arange(0)), T, 0.0).shape == (150, 0, 3)


def test_velocity_is_inertial_and_in_the_axes_of_the_frame(orbits):
    r, v = states(orbits, T, 0.0)
    r_turned, v_turned = states(orbits, T, ANGLE)
    c, s, nil, one = np.cos(ANGLE), np.sin(ANGLE), np.zeros(150), np.ones(150)
    rot_turned_teme = np.array([[c, s, nil], [-s, c, nil], [nil, nil, one]]).transpose(2, 0, 1)
    for turned, still in ((r_turned, r), (v_turned, v)):
        np.testing.assert_allclose(
            turned, np.matvec(rot_turned_teme[:, None], still), rtol=1e-12, atol=1e-6
        )


def test_take_and_concatenate_keep_rows_and_order(orbits):
    rows = np.array([4, 0, 3])
    some = orbits.take(rows)
    assert same(positions(some, T, ANGLE), positions(orbits, T, ANGLE)[:, rows])
    back = concatenate([orbits.take(np.arange(2)), orbits.take(np.arange(2, orbits.n_sat))])
    assert type(back) is type(orbits)
    assert same(positions(back, T, ANGLE), positions(orbits, T, ANGLE))
    mask = np.arange(orbits.n_sat) == 1
    assert same(positions(orbits.take(mask), T, 0.0), positions(orbits, T, 0.0)[:, 1:2])


def test_satellites_on_two_clocks_are_not_joined(elements):
    now, later = sgp4_orbits(elements, *EPOCH), sgp4_orbits(elements, EPOCH[0] + 1.0, EPOCH[1])
    with pytest.raises(ValueError, match="different scenario epochs"):
        concatenate([now, later])


def test_joined_elements_keep_every_column(elements):
    orbits = sgp4_orbits(elements, *EPOCH)
    twice = concatenate([orbits, orbits]).elements
    assert twice.name == elements.name * 2
    for f in fields(elements):
        assert len(getattr(twice, f.name)) == 10


def test_every_kind_of_orbits_names_its_propagator(orbits):
    assert orbits.propagator in PROPAGATORS


# SGP4 -------------------------------------------------------------------------------------


def test_deep_space_and_long_ellipses_go_to_the_library(elements):
    ours = ~np.isnan(sgp4_orbits(elements, *EPOCH).terms).any(axis=1)
    assert ours.tolist() == [True, False, True, False, True]


def test_failing_states_are_nan_and_have_a_code(elements):
    orbits, t = sgp4_orbits(elements, *EPOCH), np.linspace(0.0, 30 * 86_400.0, 100)
    code = sgp4_errors(orbits, t)
    assert code.shape == (100, 5)
    assert set(np.unique(code)) - {0} <= SGP4_ERRORS.keys()
    assert not code[:, :4].any()
    assert code[0, 4] == 0  # the low one lives for some days only
    assert code[-1, 4] > 0
    for part in states(orbits, t, 0.0):
        assert np.array_equal(np.isnan(part), np.repeat(code[..., None] > 0, 3, axis=-1))


def test_the_scenario_epoch_does_not_move_a_satellite(elements):
    """A minute off, decades off: the same instant gives the same place."""
    t = np.array([0.0, 1_000.0])
    here = states(sgp4_orbits(elements, *EPOCH), t, 0.0)[0]
    for days in (-1.0, 0.125, 400.0, 20_000.0):
        orbits = sgp4_orbits(elements, EPOCH[0] - days, EPOCH[1])
        there = states(orbits, t + days * 86_400.0, 0.0)[0]
        # Times of 3e7 and 2e9 s are known to 7e-9 and 2e-7 s, in which a satellite goes 2 mm.
        np.testing.assert_allclose(there, here, rtol=0.0, atol=1e-4 if days < 1e3 else 4e-3)


def test_catalog_numbers_of_nine_digits_are_no_obstacle(elements):
    big = elements.take(np.array([1]))  # deep space: through the library
    big.catalog_number.flags.writeable = True
    big.catalog_number[:] = 799_501_234
    r = positions(sgp4_orbits(big, *EPOCH), T, 0.0)
    assert np.array_equal(r[:, 0], positions(sgp4_orbits(elements, *EPOCH), T, 0.0)[:, 1])
