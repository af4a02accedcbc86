"""SGP4 against the published vectors, through every form of file, and against the library."""

import os
import pkgutil
from pathlib import Path

import numpy as np
import pytest
from sgp4.api import WGS72, Satrec, SatrecArray

from opendome.elements import read_catalogue
from opendome.orbits import sgp4_errors, sgp4_orbits, states
from tests._catalogues import FORMS, checksum, omm_of_tle
from tests.validation._cases import load_cases

# Upstream's own tolerance: the file's last digit is 1e-8 km and 1e-9 km/s.
PUBLISHED_KM = 2e-7
PUBLISHED_KMPS = 1e-9
TENTH_OF_A_MILLIMETRE = 1e-4
MICROMETRE_PER_SECOND = 1e-6
HIGHEST_M = 2e7  # apogee of 225 minutes at an eccentricity of 0.2: 1.54e7 m

CASES = load_cases("sgp4.csv")
DATA = os.environ.get("OPENDOME_TEST_DATA")
JD_SGP4 = 2_433_281.5


def published_elements():
    """Pairs of lines, and start, stop and step of the run in minutes, satellite by satellite."""
    text = pkgutil.get_data("sgp4", "SGP4-VER.TLE").decode("ascii")
    lines = [line for line in text.splitlines() if line.startswith(("1 ", "2 "))]
    # Three of the checksums were left as they were when the authors made up the elements.
    pairs = [
        (checksum(one), checksum(two)) for one, two in zip(lines[::2], lines[1::2], strict=True)
    ]
    return pairs, [tuple(map(float, two[69:].split())) for two in lines[1::2]]


def published_vectors():
    """Rows of minutes, kilometres and kilometres per second, satellite by satellite."""
    vectors = []
    for line in pkgutil.get_data("sgp4", "tcppver.out").decode("ascii").splitlines():
        if "xx" in line:
            vectors.append([])
        else:
            vectors[-1].append([float(field) for field in line.split()[:7]])
    return [np.array(rows) for rows in vectors]


def catalogue_text(form, pairs):
    if form == "tle":
        return "".join(f"{one}\n{two}\n" for one, two in pairs)
    return FORMS[form]([omm_of_tle("", one, two) for one, two in pairs])


@pytest.fixture(scope="module", params=["tle", *FORMS])
def published(request, tmp_path_factory):
    """The satellites as read from one form of file, each on the clock of its own epoch."""
    pairs, runs = published_elements()
    path = tmp_path_factory.mktemp("sgp4") / "elements"
    path.write_text(catalogue_text(request.param, pairs), encoding="utf-8", newline="")
    elements = read_catalogue(path, strict=True, keep_decayed=True).elements
    each = [elements.take(np.array([i])) for i in range(len(elements))]
    orbits = [sgp4_orbits(one, one.epoch_jd1[0], one.epoch_jd2[0]) for one in each]
    return request.param, orbits, runs


def test_published_vectors(published, agree):
    form, orbits, _ = published
    vectors = published_vectors()
    assert len(orbits) == len(vectors) == len(CASES) == 33
    theirs, ours = [], []
    for c, one, rows in zip(CASES, orbits, vectors, strict=True):
        # The last satellite but two fails at once: the file repeats the line before it.
        rows = rows[: int(c.n_vector)]
        r_m, v_mps = states(one, rows[:, 0] * 60.0, 0.0)
        theirs.append(rows[:, 1:])
        ours.append(np.hstack([r_m[:, 0], v_mps[:, 0]]) / 1e3)
    theirs, ours = np.vstack(theirs), np.vstack(ours)
    assert len(theirs) == 666
    case = ("sgp4", f"all, from {form}")
    agree(case, "position", theirs[:, :3], ours[:, :3], PUBLISHED_KM, "km")
    agree(case, "velocity", theirs[:, 3:], ours[:, 3:], PUBLISHED_KMPS, "km/s")


def test_published_error_codes(published, agree):
    form, orbits, runs = published
    found = []
    for one, (start, stop, step) in zip(orbits, runs, strict=True):
        minutes = np.append(0.0, np.minimum(np.arange(start, stop + step, step), stop))
        code = sgp4_errors(one, minutes * 60.0)[:, 0]
        assert code.dtype == np.int8
        assert np.array_equal(code > 0, np.isnan(states(one, minutes * 60.0, 0.0)[0][:, 0, 0]))
        found.append(code[np.argmax(code > 0)])
    agree.exactly(
        ("sgp4", f"all, from {form}"), "first error", [c.error_code for c in CASES], found
    )


def library_states(elements, jd1, jd2, t_s):
    """Return what the library finds for each satellite: codes, positions, velocities."""
    records = []
    for i in range(len(elements)):
        record = Satrec()
        epoch_d = elements.epoch_jd1[i] - JD_SGP4 + elements.epoch_jd2[i]
        record.sgp4init(
            WGS72,
            "i",
            0,
            epoch_d,
            elements.bstar_per_re[i],
            0.0,
            0.0,
            elements.ecc[i],
            elements.argp_rad[i],
            elements.inc_rad[i],
            elements.mean_anomaly_rad[i],
            elements.mean_motion_radps[i] * 60.0,
            elements.raan_rad[i],
        )
        record.jdsatepoch, record.jdsatepochF = elements.epoch_jd1[i], elements.epoch_jd2[i]
        records.append(record)
    code, r_km, v_kmps = SatrecArray(records).sgp4(np.full(t_s.size, jd1), jd2 + t_s / 86_400.0)
    return code.T, r_km.swapaxes(0, 1) * 1e3, v_kmps.swapaxes(0, 1) * 1e3


@pytest.mark.skipif(DATA is None, reason="OPENDOME_TEST_DATA is not set: no catalogues")
@pytest.mark.parametrize("first_day", [0.0, 60.0], ids=["day of the file", "60 days later"])
def test_whole_catalogue_equals_the_library(agree, first_day):
    path = Path(DATA) / "active-2026-08-22.tle"
    elements = read_catalogue(path, keep_decayed=True).elements
    assert len(elements) == 16_069
    jd1, jd2, t = 2_461_274.5, 0.25, first_day * 86_400.0 + np.arange(0.0, 86_401.0, 3_600.0)
    orbits = sgp4_orbits(elements, jd1, jd2)
    r, v = states(orbits, t, 0.0)
    code, r_library, v_library = library_states(elements, jd1, jd2, t)
    case = ("sgp4", f"16,069 satellites, {first_day:g} days after the epoch")
    codes = np.unique(code, return_counts=True)
    assert np.array_equal(sgp4_errors(orbits, t), code), codes
    assert np.array_equal(np.isnan(r).any(axis=-1), code > 0)
    near = ~np.isnan(orbits.terms[:, 0])
    assert 15_000 < near.sum() < 16_000
    # Long decayed, a few come back without an error code, as far as the Sun: no place to compare.
    good = (code == 0) & near & (np.vecdot(r_library, r_library) < HIGHEST_M**2)
    assert good.sum() > 0.99 * (code[:, near] == 0).sum()
    agree(case, "position", r_library[good], r[good], TENTH_OF_A_MILLIMETRE, "m")
    agree(case, "velocity", v_library[good], v[good], MICROMETRE_PER_SECOND, "m/s")
