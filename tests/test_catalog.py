"""Packaged rows: each fills a schema field in its unit, and each source is used."""

import csv
import re
from collections import Counter
from importlib.resources import files
from typing import get_args

import pytest

from opendome.catalog import GRADES, load_catalog, scenario_names, scenario_text
from opendome.catalog.operators import load_operators
from opendome.errors import InputError
from opendome.scenario import load_scenario, schema

HERE = files("opendome.catalog")
CATALOG = load_catalog()
SOURCES = list(csv.DictReader((HERE / "sources.csv").read_text(encoding="utf-8").splitlines()))
TABLES = {
    path.name.removesuffix(".csv"): list(
        csv.DictReader(path.read_text(encoding="utf-8").splitlines())
    )
    for path in (HERE / "rows").iterdir()
    if path.name.endswith(".csv")
}
MODELS = {
    "constellations": [schema.Constellation],
    "sensors": [schema.Infrared, schema.RadarType],
    "radars": [schema.RadarSite],
    "interceptors": [
        schema.SpaceInterceptor,
        schema.MidcourseInterceptor,
        schema.TerminalInterceptor,
    ],
    "threats": [schema.Threat],
    "places": [schema.Place, schema.LaunchArea, schema.AimPoint, schema.Gateway],
    "sites": [schema.Site],
    "vehicles": [schema.Vehicle],
    "doctrine": [schema.Doctrine, schema.LayerDoctrine, schema.CommonMode],
    "drag": [schema.Drag],
    "coverage": [schema.Coverage],
    "tracking": [schema.Tracking],
    "network": [schema.Network],
    "cost": [schema.Cost, schema.FixedCost],
    "monte_carlo": [schema.MonteCarlo],
}
FREE = {"capability", "partners"}  # their attributes are phases and names of awards
UNIT_OF_SUFFIX = {
    "musd": "MUSD",
    "per_y": "MUSD/year",
    "y": "year",
    "year": "year",
    "km": "km",
    "m": "m",
    "deg": "deg",
    "kg": "kg",
    "s": "s",
    "ms": "ms",
    "urad": "urad",
    "m2": "m2",
    "mps": "m/s",
    "kmps": "km/s",
    "mps2": "m/s2",
    "m2ps3": "m2/s3",
    "g": "g",
}
NAMES = [
    (table, name) for table, rows in TABLES.items() for name in {r["name"]: None for r in rows}
]


def filled_fields(model):
    return {
        name: field
        for name, field in model.model_fields.items()
        if (field.json_schema_extra or {}).get("filled_from") == "catalog"
    }


def model_of(table, attributes):
    fits = [m for m in MODELS[table] if set(filled_fields(m)) == attributes]
    assert len(fits) == 1, f"{sorted(attributes)} are the fields of {len(fits)} models"
    return fits[0]


def unit_of_suffix(attribute):
    if attribute.endswith("_per_y"):
        return UNIT_OF_SUFFIX["per_y"]
    if attribute.endswith("_m2_per_kg"):
        return "m2/kg"
    return UNIT_OF_SUFFIX.get(attribute.rsplit("_", 1)[-1], "-") if "_" in attribute else "-"


def test_every_table_is_known():
    assert set(TABLES) == set(MODELS) | FREE


@pytest.mark.parametrize(("table", "name"), [n for n in NAMES if n[0] not in FREE])
def test_a_name_fills_all_fields_of_one_model_in_their_units(table, name):
    rows = CATALOG.of(name)
    fields = filled_fields(model_of(table, set(rows)))
    for attribute, row in rows.items():
        unit = re.search(r"\[([^\]]+)\]$", fields[attribute].description)
        assert row.unit == unit.group(1) == unit_of_suffix(attribute), attribute


@pytest.mark.parametrize(("table", "name"), [n for n in NAMES if n[0] not in FREE])
def test_value_and_range_are_ones_the_schema_allows(table, name):
    rows = CATALOG.of(name)
    model = model_of(table, set(rows))
    for attribute, row in rows.items():
        field = model.model_fields[attribute]
        for number in (row.value, row.low, row.high):
            for limit in field.metadata:
                assert number >= getattr(limit, "ge", number), attribute
                assert number <= getattr(limit, "le", number), attribute
                assert number > getattr(limit, "gt", number - 1), attribute
                assert number < getattr(limit, "lt", number + 1), attribute
        assert field.annotation is not int or row.value.is_integer(), attribute


def test_awards_and_capability_have_their_own_attributes():
    for row in (r for table in FREE for r in rows_of(table)):
        if row.name.startswith("capability/"):
            _, interceptor, threat = row.name.split("/")
            assert row.attribute in get_args(schema.Phase)
            assert row.unit == "-"
            assert 0 <= row.low <= row.high <= 1
            assert CATALOG.of(interceptor)
            assert CATALOG.of(threat)
        else:
            assert row.attribute.startswith("awards_musd.")
            assert row.unit == "MUSD"
            assert row.value > 0


def rows_of(table):
    return [CATALOG.of(r["name"])[r["attribute"]] for r in TABLES[table]]


def test_a_name_stands_in_one_table_only():
    # The catalog has one name space: a doubled name would fill two kinds of entry.
    assert [n for n, count in Counter(name for _, name in NAMES).items() if count > 1] == []


def test_notional_rows_have_a_range_that_holds_the_value():
    notional = [r for r in CATALOG.rows if r.grade == "N"]
    assert notional
    for row in CATALOG.rows:
        assert row.grade in GRADES
        assert row.low <= row.value <= row.high, row
    for row in notional:
        assert row.low < row.high, row


def test_every_row_states_its_range():
    for table, rows in TABLES.items():
        assert [r for r in rows if not r["low"] or not r["high"] or not r["unit"]] == [], table


def test_sources_are_unique_used_and_told():
    keys = [s["source"] for s in SOURCES]
    assert len(keys) == len(set(keys))
    named = {rule.source for rule in load_operators()} | {"natural-earth"}  # coastline.csv
    assert set(keys) == {row.source for row in CATALOG.rows} | named
    for source in SOURCES:
        assert len(source["title"]) > 20, source
        assert not source["url"] or source["url"].startswith(("http://", "https://")), source


def test_what_is_seen_in_public_says_where():
    assert [r for r in CATALOG.rows if r.grade in "PS" and not r.url] == []


def test_every_name_is_used_by_a_packaged_scenario():
    used = {row.name for name in scenario_names() for _, row in load_scenario(name).rows}
    assert {name for _, name in NAMES} - used == set()


def test_sources_named_in_comments_exist():
    keys = {s["source"] for s in SOURCES}
    for name in scenario_names():
        comments = re.findall(r"#.*$", scenario_text(name), flags=re.M)
        cited = re.findall(r"\[([a-z0-9-]+(?:, [a-z0-9-]+)*)\]", " ".join(comments))
        assert {key for group in cited for key in group.split(", ")} <= keys, name


def test_undemonstrated_pairs_have_no_row():
    for interceptor in ("thaad", "patriot"):
        for threat in ("icbm-liquid", "icbm-solid", "icbm-liquid-multi", "icbm-solid-multi"):
            assert CATALOG.of(f"capability/{interceptor}/{threat}") == {}
    for interceptor in ("gbi", "sm-3-iia"):
        assert CATALOG.of(f"capability/{interceptor}/icbm-solid-multi") == {}


def test_find_gives_a_name_and_what_stands_under_it():
    assert {r.name for r in CATALOG.find("doctrine")} == {
        "doctrine",
        "doctrine/boost",
        "doctrine/midcourse",
        "doctrine/terminal",
        "doctrine/common-mode",
    }
    with pytest.raises(InputError, match="'tracking-t2'"):
        CATALOG.find("trackingt2")
    with pytest.raises(InputError, match="golden-dome"):
        scenario_text("golden-domes")
