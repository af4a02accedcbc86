"""Time of reading a catalogue of 2,000 records, as TLE and as OMM in JSON."""

import json

import pytest

from opendome.elements import read_catalogue

N_RECORD = 2000
TLE = """ISS (ZARYA)
1 25544U 98067A   26234.51782528  .00016717  00000+0  10270-3 0  9001
2 25544  51.6416 130.5360 0006703 130.5360 130.5360 15.72125391    01
"""
OMM = {
    "OBJECT_NAME": "ISS (ZARYA)",
    "OBJECT_ID": "1998-067A",
    "EPOCH": "2026-08-22T12:25:40.104192",
    "MEAN_MOTION": 15.72125391,
    "ECCENTRICITY": 0.0006703,
    "INCLINATION": 51.6416,
    "RA_OF_ASC_NODE": 130.536,
    "ARG_OF_PERICENTER": 130.536,
    "MEAN_ANOMALY": 130.536,
    "NORAD_CAT_ID": 25544,
    "BSTAR": 0.0001027,
}
TEXTS = {"tle": TLE * N_RECORD, "omm-json": json.dumps([OMM] * N_RECORD)}


@pytest.mark.parametrize("form", TEXTS)
def test_read(benchmark, tmp_path, form):
    path = tmp_path / "catalogue"
    path.write_text(TEXTS[form])
    catalogue = benchmark(read_catalogue, path)
    assert (catalogue.form, len(catalogue.elements)) == (form, N_RECORD)
