"""The JSON Schema accepts and refuses what the loader does, as far as a schema can."""

import json

import pytest

from opendome.catalog import scenario_names, scenario_text
from opendome.scenario import scenario_schema
from opendome.scenario.plain import parse_file

jsonschema = pytest.importorskip("jsonschema")

SCHEMA = scenario_schema()
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)
GOLDEN = parse_file(scenario_text("golden-dome"), "golden-dome")[0]


def valid(change, base=GOLDEN):
    data = json.loads(json.dumps(base))
    change(data)
    return VALIDATOR.is_valid(data)


def test_schema_is_one_and_plain_json():
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    json.dumps(SCHEMA, allow_nan=False)


@pytest.mark.parametrize("name", scenario_names())
def test_packaged_scenarios_fit_the_schema(name):
    data = parse_file(scenario_text(name), name)[0]
    assert [error.message for error in VALIDATOR.iter_errors(data)] == []


def test_schema_asks_for_what_no_catalog_has():
    assert valid(lambda s: s["constellations"]["sbi"].pop("crosslinks"))
    assert not valid(lambda s: s["constellations"]["sbi"].pop("operator"))
    assert not valid(lambda s: s.pop("raid"))
    assert "doctrine" not in GOLDEN
    assert not valid(lambda s: s["raid"]["groups"].clear())
    assert valid(lambda s: s["threats"].update({"irbm": None}))


def test_schema_refuses_what_the_loader_refuses():
    assert not valid(lambda s: s.update(constelations={}))
    assert not valid(lambda s: s["constellations"]["sbi"].update(altitude_km=5e5))
    assert not valid(lambda s: s["constellations"]["sbi"].update(altitude_km="500"))
    assert not valid(lambda s: s["launch"]["shares"].update({"falcon-9": -1}))
    assert valid(lambda s: s["constellations"]["sbi"].update(arglat_deg=[0, 12.5, -360]))
    assert not valid(lambda s: s["constellations"]["sbi"].update(arglat_deg=[0, 361]))
    assert not valid(lambda s: s["constellations"]["sbi"].update(arglat_deg=12.5))


def test_schema_of_a_change_asks_for_nothing_and_lets_null_remove():
    base = {"extends": "golden-dome"}
    assert valid(lambda s: None, base)
    assert valid(lambda s: s.update(constellations={"sbi": None, "starlink": {"planes": 3}}), base)
    assert valid(lambda s: s.update(raid={"groups": {"liquid": {"count": 8}}}), base)
    assert valid(lambda s: s.update(overrides={"raid.salvo_s": 3}), base)
    assert not valid(lambda s: s.update(raid={"groups": {"liquid": {"cuont": 8}}}), base)
    assert not valid(lambda s: s.update(raid={"groups": {"liquid": {"count": 0}}}), base)
