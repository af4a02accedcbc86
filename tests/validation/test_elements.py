"""Real catalogues read whole, against the readers of the library sgp4."""

import json
import os
import re
from pathlib import Path

import numpy as np
import pytest
from sgp4 import omm as sgp4_omm
from sgp4.api import WGS72, Satrec

from opendome.elements import read_catalogue
from tests._catalogues import FORMS, omm_of_tle
from tests.validation._cases import load_cases

FOUR_ULPS = 1e-15
TWENTY_ULPS = 5e-15  # of a chain of powers
MICROSECOND_D = 1e-6 / 86_400.0
HUNDRED_METRES_KM = 0.1  # the last digit of what is told of a decayed orbit
R_WGS72_M = 6_378_135.0

DATA = os.environ.get("OPENDOME_TEST_DATA")
CASES = {c.case: c for c in load_cases("catalogue_records.csv")}
TLE, OMM = CASES.values()

pytestmark = pytest.mark.skipif(DATA is None, reason="OPENDOME_TEST_DATA is not set: no catalogues")


def path_of(case):
    return Path(DATA) / case.case


def tle_lines():
    """Name, line 1 and line 2 of each record of the TLE file."""
    lines = path_of(TLE).read_text(encoding="ascii").splitlines()
    return list(zip(lines[::3], lines[1::3], lines[2::3], strict=True))


def satrecs_of_tle():
    return [Satrec.twoline2rv(one, two, WGS72) for _, one, two in tle_lines()]


def satrecs_of_omm():
    records = []
    for fields in json.loads(path_of(OMM).read_text(encoding="utf-8")):
        record = Satrec()
        sgp4_omm.initialize(record, {key: str(value) for key, value in fields.items()})
        records.append(record)
    return records


def columns(records, *names):
    return [np.array([getattr(record, name) for record in records]) for name in names]


@pytest.mark.parametrize("c", CASES.values(), ids=lambda c: c.case)
def test_every_record_is_counted(agree, c):
    catalogue = read_catalogue(path_of(c))
    lines = [int(at) for at in str(c.bad_lines).split()]
    perigee_km = [float(height) for height in str(c.bad_perigee_km).split()]
    agree.exactly(c, "good records", int(c.n_good), len(catalogue.elements))
    agree.exactly(c, "bad records", int(c.n_record - c.n_good), len(catalogue.bad))
    if lines:
        agree.exactly(c, "lines of the bad ones", lines, [bad.line for bad in catalogue.bad])
        told = [float(re.findall(r"[0-9.]+ km below", bad.reason)[0][:-9]) for bad in catalogue.bad]
        agree(c, "their perigee", perigee_km, np.negative(told), HUNDRED_METRES_KM, "km")


@pytest.mark.parametrize(
    ("c", "satrecs"), [(TLE, satrecs_of_tle), (OMM, satrecs_of_omm)], ids=lambda value: ""
)
def test_elements_equal_those_of_the_library(agree, c, satrecs):
    e, records = read_catalogue(path_of(c), keep_decayed=True).elements, satrecs()
    assert len(records) == len(e) == c.n_record
    (number,) = columns(records, "satnum")
    agree.exactly(c, "catalog numbers", number, e.catalog_number)
    jd1, jd2 = columns(records, "jdsatepoch", "jdsatepochF")
    since = (jd1 - e.epoch_jd1) + (jd2 - e.epoch_jd2)
    agree(c, "epoch", np.zeros(len(e)), since, MICROSECOND_D, "d")
    names = ("no_kozai", "ecco", "inclo", "nodeo", "argpo", "mo", "bstar", "a")
    n, ecc, inc, raan, argp, anomaly, bstar, a = columns(records, *names)
    for quantity, theirs, ours in (
        ("mean motion", n, e.mean_motion_radps * 60.0),
        ("eccentricity", ecc, e.ecc),
        ("inclination", inc, e.inc_rad),
        ("right ascension of the node", raan, e.raan_rad),
        ("argument of perigee", argp, e.argp_rad),
        ("mean anomaly", anomaly, e.mean_anomaly_rad),
        ("B*", bstar, e.bstar_per_re),
    ):
        agree(c, quantity, theirs, ours, FOUR_ULPS, relative=True)
    agree(c, "semi-major axis", a, e.a_m / R_WGS72_M, TWENTY_ULPS, relative=True)


@pytest.fixture(scope="module")
def from_tle():
    return read_catalogue(path_of(TLE))


@pytest.mark.parametrize("form", FORMS)
def test_a_catalogue_rewritten_in_each_form_of_omm_is_the_same(from_tle, tmp_path, form):
    path = tmp_path / "catalogue"
    path.write_text(FORMS[form]([omm_of_tle(*lines) for lines in tle_lines()]), newline="")
    catalogue, theirs = read_catalogue(path), from_tle.elements
    ours = catalogue.elements
    assert (catalogue.form, len(catalogue.bad)) == (form.split()[0], len(from_tle.bad))
    assert [bad.name for bad in catalogue.bad] == [bad.name for bad in from_tle.bad]
    assert (ours.name, ours.object_id) == (theirs.name, theirs.object_id)
    for column in ("catalog_number", "epoch_jd1", "mean_motion_radps", "ecc", "inc_rad"):
        assert np.array_equal(getattr(ours, column), getattr(theirs, column))
    for column in ("raan_rad", "argp_rad", "mean_anomaly_rad", "bstar_per_re"):
        assert np.array_equal(getattr(ours, column), getattr(theirs, column))
    # TLE counts the day in 1e-8, OMM in microseconds; 1e-8 d is a whole number of these.
    assert ours.epoch_jd2 == pytest.approx(theirs.epoch_jd2, rel=FOUR_ULPS)
