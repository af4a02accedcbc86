import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sgp4.api import Satrec

from opendome.elements import catalogue_warnings, select, semi_major_axis
from opendome.errors import InputError
from tests._catalogues import tle
from tests.fuzz.fuzz_elements import SEEDS, check_bytes, mutated

NOON = (2_461_274.5, 0.5)
"""12:00 on 22 August 2026, about the epoch of `tle()`."""


@pytest.fixture
def five(read_text):
    return read_text(
        tle("STARLINK-1", number="1", n="15.05000000", inc="53.0000")
        + tle("STARLINK-2", number="2", n="15.30000000", inc="97.6000")
        + tle("starlink-3", number="3", n="15.05000000", inc="97.6000")
        + tle("KUIPER-1", number="4", n="14.80000000", inc="51.9000")
        + tle("GPS", number="5", n=" 2.00560000", inc="55.0000")
    )


# Elements ---------------------------------------------------------------------------------


def test_heights_of_a_circle_and_of_an_ellipse(read_text):
    e = read_text(tle(ecc="0000000") + tle(ecc="0200000")).elements
    assert e.perigee_m[0] == e.altitude_m[0] == e.apogee_m[0]
    assert (e.apogee_m + e.perigee_m) / 2 == pytest.approx(e.altitude_m, rel=1e-12)
    assert e.apogee_m[1] - e.perigee_m[1] == pytest.approx(2 * 0.02 * e.a_m[1], rel=1e-9)


def test_axis_is_keplers_where_j2_has_no_secular_part():
    n, magic = 1.1e-3, np.arccos(np.sqrt(1 / 3))
    kepler_m = (3.986008e14 / n**2) ** (1 / 3)
    assert semi_major_axis(n, 0.1, magic) == pytest.approx(kepler_m, rel=1e-12)
    # J2 turns an equatorial satellite faster than its height alone, a polar one slower.
    equator_m, pole_m = semi_major_axis(n, 0.0, np.array([0.0, np.pi / 2])) - kepler_m
    assert 6.2e3 < equator_m < 6.5e3
    assert pole_m == pytest.approx(-equator_m / 2, rel=0.01)


def test_axis_equals_that_of_the_library(read_text):
    text = tle(ecc="7000000", n=" 2.00560000") + tle(inc="98.0000") + tle(inc="10.0000")
    lines = text.splitlines()
    theirs = [Satrec.twoline2rv(*pair).a for pair in zip(lines[::2], lines[1::2], strict=True)]
    assert read_text(text).elements.a_m / 6_378_135.0 == pytest.approx(theirs, rel=5e-15)


def test_ground_is_the_limit_of_what_has_not_decayed(read_text):
    texts = [tle(ecc=ecc) for ecc in ("0521000", "0525000")]
    heights = read_text("".join(texts), keep_decayed=True).elements.perigee_m
    assert 0.0 < heights[0] < 5e3
    assert -5e3 < heights[1] < 0.0
    assert [len(read_text(text).bad) for text in texts] == [0, 1]


@pytest.mark.parametrize(
    "index", [np.array([3, 0]), np.array([True, False, False, True, False])], ids=["rows", "mask"]
)
def test_take_keeps_rows_together(five, index):
    taken = five.elements.take(index)
    rows = np.arange(5)[index]
    assert len(taken) == 2
    assert taken.name == tuple(five.elements.name[row] for row in rows)
    assert taken.catalog_number.tolist() == (rows + 1).tolist()
    assert taken.inc_rad.tolist() == five.elements.inc_rad[rows].tolist()


def test_arrays_are_read_only(five):
    for elements in (five.elements, five.elements.take(np.array([0]))):
        with pytest.raises(ValueError, match="read-only"):
            elements.ecc[0] = 0.5
        with pytest.raises(ValueError, match="read-only"):
            elements.catalog_number[0] = 5


# select -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("filters", "numbers"),
    [
        ({}, [1, 2, 3, 4, 5]),
        ({"names": "starlink"}, [1, 2, 3]),
        ({"names": "^(gps|kuiper)"}, [4, 5]),
        ({"names": "1$", "altitude_m": (500e3, 600e3)}, [1]),
        ({"altitude_m": (500e3, 700e3)}, [1, 3, 4]),
        ({"inclination_rad": (np.radians(90), np.radians(98))}, [2, 3]),
        ({"inclination_rad": (np.radians(55), np.radians(55))}, [5]),
        ({"names": "STAR", "inclination_rad": (1, 2), "altitude_m": (5e5, 6e5)}, [3]),
    ],
)
def test_filters(five, filters, numbers):
    assert select(five.elements, **filters).catalog_number.tolist() == numbers


@pytest.mark.parametrize(
    ("filters", "message"),
    [
        ({"names": "oneweb"}, "filter name 'oneweb': leaves none of the 5 satellites"),
        (
            {"names": "starlink", "altitude_m": (1e6, 2e6)},
            "filter altitude 1000 to 2000 km: leaves none of the 3 satellites that passed the "
            "filters before it, of 5",
        ),
        (
            {"inclination_rad": (0, np.radians(1))},
            "filter inclination 0 to 1 degrees: leaves none of the 5 satellites",
        ),
        ({"altitude_m": (2e6, 1e6)}, "filter altitude 2000 to 1000 km: the lower end comes first"),
        ({"altitude_m": (np.nan, 1e6)}, "filter altitude nan to 1000 km: the lower end comes"),
        ({"names": "(star"}, r"filter name '(star': no regular expression: missing ), unterm"),
        ({"names": "a{99999999999}"}, "filter name 'a{99999999999}': no regular expression: the"),
    ],
)
def test_filters_that_leave_nothing_or_mean_nothing(five, filters, message):
    with pytest.raises(InputError) as error:
        select(five.elements, **filters)
    assert str(error.value).startswith(message)


def test_select_from_a_catalogue_of_bad_records_alone(read_text):
    catalogue = read_text(tle(ecc="0600000"))
    with pytest.raises(InputError, match="no satellite: the catalogue has no record that can be"):
        select(catalogue.elements)


def test_a_pattern_that_python_warns_about_is_taken(five):
    assert select(five.elements, names="[[S]TARLINK-1").name == ("STARLINK-1",)


# catalogue_warnings -----------------------------------------------------------------------


def test_a_sound_catalogue_has_no_warning(five):
    assert catalogue_warnings(five, *NOON) == []


@pytest.mark.parametrize(
    ("text", "check", "said"),
    [
        (
            tle("A") + tle("ODD", inc="181.0000"),
            "unusable records",
            "1 of 2 records are left out; the first: line 5: ODD: inclination 181 is not in 0",
        ),
        (
            tle("A") + tle("B") + tle("C", number="7"),
            "duplicate number",
            "1 catalog numbers stand more than once, such as 25544: A in line 2, B in line 5; ",
        ),
        (
            tle("A") + tle("B", number="1", epoch="26226.50000000") + tle("C", number="2"),
            "mixed epochs",
            "epochs span 8.0 days; 1 of 3 lie more than 7 days from the median",
        ),
        (
            tle("A") + tle("B", number="1", epoch="26238.50000000"),
            "epoch far",
            "the elements of 1 of 2 satellites are of more than 3 days before or after the "
            "scenario's epoch, up to 4.0: ",
        ),
        (
            tle("A") + tle("B", number="1", epoch="26200.50000000"),
            "old elements",
            "the elements of 1 of 2 satellites are more than 30 days older than the scenario",
        ),
    ],
    ids=lambda value: value if value in ("epoch far", "old elements") else None,
)
def test_each_check_says_what_it_found(read_text, text, check, said):
    found = dict(catalogue_warnings(read_text(text), *NOON))
    assert found[check].startswith(said)


def test_far_and_old_are_counted_from_the_scenario(five):
    found = dict(catalogue_warnings(five, NOON[0] + 40.0, NOON[1]))
    assert set(found) == {"epoch far", "old elements"}
    assert set(dict(catalogue_warnings(five, NOON[0] - 40.0, NOON[1]))) == {"epoch far"}


def test_warnings_of_a_catalogue_without_good_records(read_text):
    found = catalogue_warnings(read_text(tle(ecc="0600000")), *NOON)
    assert [check for check, _ in found] == ["unusable records"]


# Any bytes --------------------------------------------------------------------------------


@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_refused_in_one_line(data):
    check_bytes(data)


@given(seed=st.integers(0, 2**32), base=st.sampled_from(SEEDS))
def test_damaged_catalogues_are_read_or_refused_in_one_line(seed, base):
    check_bytes(mutated(base, random.Random(seed)))
