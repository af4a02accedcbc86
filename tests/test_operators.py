"""Operators are read from names by the first rule that matches."""

import re

import pytest

from opendome.catalog import load_catalog, scenario_names
from opendome.catalog.operators import OTHER, load_operators, operators_of
from opendome.scenario import load_scenario


@pytest.mark.parametrize(
    ("name", "operator"),
    [
        ("STARLINK-1008", "spacex"),
        ("starlink-1008", "spacex"),
        ("KUIPER-00012", "amazon"),
        ("ONEWEB-0012", "eutelsat-oneweb"),
        ("PRAETORIAN SDA_602", "space-force"),
        ("SDA_1664", "space-force"),
        ("CHECKMATE 1", "space-force"),
        ("BB3", "space-force"),
        ("HBTSS-SV2", "missile-defense-agency"),
        ("NAVSTAR 86 (USA 585)", "space-force"),
        ("USA 115 (MILSTAR-1 2)", "space-force"),
        ("USA 485", "us-government"),
        ("HULIANWANG DIGUI-01", "china-satnet"),
        ("QIANFAN-1", "qianfan"),
        ("SES-12", "ses"),
        ("SESAME", OTHER),
        ("NUSAT-26 (M SOMERVILLE)", "satellogic"),
        ("LAGEOS 1", OTHER),
        ("", OTHER),
    ],
)
def test_names_have_the_operator_of_their_series(name, operator):
    assert operators_of([name]) == (operator,)


def test_the_first_match_wins():
    rules = load_operators()
    both = [r.operator for r in rules if r.pattern.match("USA 157 (MILSTAR-2 2)")]
    assert both == ["space-force", "us-government"]
    assert operators_of(["USA 157 (MILSTAR-2 2)"]) == ("space-force",)


def test_rules_are_written_alike():
    rules = load_operators()
    assert len({rule.pattern.pattern for rule in rules}) == len(rules)
    for rule in rules:
        assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", rule.operator), rule
        assert rule.operator != OTHER
        assert not rule.pattern.match(""), rule


def test_an_operator_that_is_a_partner_has_its_name():
    partners = {name for file in scenario_names() for name in load_scenario(file).scenario.partners}
    named = {rule.operator for rule in load_operators()}
    assert {"spacex", "amazon", "space-force", "missile-defense-agency"} <= named & partners


def test_a_scenario_takes_from_a_catalogue_what_its_operator_runs():
    # `catalogue_names` of `today` and the rules must not contradict each other.
    names = {
        "warning-geo": "SBIRS GEO-1 (USA 230)",
        "tracking-t0-flown": "RAPTOR1",
        "hbtss": "HBTSS-SV2",
        "transport-t1-york": "PRAETORIAN SDA_602",
        "transport-t1-lockheed": "SDA_1664",
        "transport-t0-first": "CHECKMATE 8",
        "transport-t0-lockheed": "WILDFIRE 10",
        "transport-t0-york": "CHECKMATE 10",
        "amazon-leo-52-630": "KUIPER-00012",
        "oneweb": "ONEWEB-0012",
    }
    shells = load_scenario("today").scenario.constellations
    names |= {name: "STARLINK-1008" for name in shells if name.startswith("starlink-")}
    assert {name for name, shell in shells.items() if shell.catalogue_names} == set(names)
    for name, satellite in names.items():
        assert re.search(shells[name].catalogue_names, satellite)
        assert operators_of([satellite]) == (shells[name].operator,)


def test_sources_exist():
    lines = {row.source for row in load_catalog().rows}
    assert {rule.source for rule in load_operators()} - lines == {
        "celestrak-operators",
        "satellite-names",
        "hbtss-launch",
        "sda-t0-second",
    }
