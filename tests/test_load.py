"""Wrong scenarios as a careless user writes them: one line each, with its place and the cure."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from opendome.catalog import load_catalog, scenario_text
from opendome.errors import InputError, nearest
from opendome.scenario import SchemaError, load_scenario
from opendome.scenario.fields import fields_at, is_section, limits_at, unit_at
from opendome.scenario.fill import FILLED, fitting

HEAD = "extends: golden-dome\nname: mine\n"


@pytest.fixture
def message(tmp_path, monkeypatch):
    """Return what is told of a file with these lines after HEAD."""
    monkeypatch.chdir(tmp_path)

    def told(text, *settings, head=HEAD):
        (tmp_path / "f.yaml").write_text(head + text, encoding="utf-8")
        with pytest.raises(InputError) as caught:
            load_scenario("f.yaml", settings)
        assert "\n" not in str(caught.value)
        return str(caught.value)

    return told


@pytest.fixture
def loaded(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def load(text, *settings, head=HEAD):
        (tmp_path / "f.yaml").write_text(head + text, encoding="utf-8")
        return load_scenario("f.yaml", settings)

    return load


SBI = "constellations:\n  sbi:\n    "
SHELL = "f.yaml:5: constellations.sbi"
LIQUID = "raid:\n  groups:\n    liquid:\n      "
GROUP = "f.yaml:6: raid.groups.liquid"

WRONG = {
    # unknown fields, at every depth
    "constelations: {}": "f.yaml:3: constelations: unknown field; did you mean 'constellations'?",
    f"{SBI}altitude: 5": f"{SHELL}.altitude: unknown field; did you mean 'altitude_km'?",
    f"{LIQUID}cuont: 5": f"{GROUP}.cuont: unknown field; did you mean 'count'?",
    "doctrine:\n  boost:\n    shots: 1": (
        "f.yaml:5: doctrine.boost.shots: unknown field; did you mean 'shots_per_target'?"
    ),
    "raid:\n  type: big": "f.yaml:4: raid.type: unknown field; allowed: groups, jitter_s, salvo_s",
    # missing
    "ground: null": (
        "f.yaml:3: ground: missing (Command node, gateways, radars and interceptor sites)"
    ),
    f"{LIQUID}threat: null": f"{GROUP}.threat: missing (Name under `threats`)",
    "constellations:\n  sbii: {roles: [], operator: army, suppliers: {rtx: 1}}": (
        "f.yaml:4: constellations.sbii.development_musd: missing, and the catalog has no 'sbii' "
        "to fill it; did you mean 'sbi' or 'sbi-aei'? (and 12 more)"
    ),
    "launch_areas:\n  here: {lat_deg: 1, lon_deg: 2}": (
        "f.yaml:4: launch_areas.here.radius_km: missing, and the catalog has no 'here' to fill "
        "it; write it (Radius of the disc), or give a 'type'"
    ),
    # wrong types
    f"{SBI}planes: many": f"{SHELL}.planes: expected a whole number, not 'many'",
    f"{SBI}planes: 3.5": f"{SHELL}.planes: expected a whole number, not 3.5",
    f"{SBI}planes: true": f"{SHELL}.planes: expected a whole number, not true",
    f"{SBI}altitude_km: '500'": f"{SHELL}.altitude_km: expected a number in km, not '500'",
    f"{SBI}altitude_km: 500 km": f"{SHELL}.altitude_km: expected a number in km, not '500 km'",
    f"{SBI}altitude_km: {{a: 1}}": f"{SHELL}.altitude_km: expected a number in km, not {{'a': 1}}",
    f"{SBI}roles: intercept": (f"{SHELL}.roles: expected a list such as [a, b], not 'intercept'"),
    f"{SBI}roles: [shoot]": (
        f"{SHELL}.roles.0: 'shoot' is none of 'sense', 'transport' or 'intercept'"
    ),
    f"{SBI}suppliers: [spacex]": f"{SHELL}.suppliers: expected 'name: value' pairs, not ['spacex']",
    "title: 2026": ("f.yaml:3: title: expected text, not 2026; in quotes it is text"),
    "constellations: [a]": "f.yaml:3: constellations: expected 'name: value' pairs, not ['a']",
    "raid: [a]": "f.yaml:3: raid: expected 'field: value' pairs, not ['a']",
    "partners: {spacex: 3}": "f.yaml:3: partners.spacex: expected 'field: value' pairs, not 3",
    "partners: {spacex: {awards_musd: 3}}": (
        "f.yaml:3: partners.spacex.awards_musd: expected 'name: value' pairs, not 3"
    ),
    "capability: {gbi: 0.5}": "f.yaml:3: capability.gbi: expected 'name: value' pairs, not 0.5",
    "capability: {gbi: {icbm-solid: 1}}": (
        "f.yaml:3: capability.gbi.icbm-solid: expected 'name: value' pairs, not 1"
    ),
    "ground: {sites: {fort-greely: {fibre: no}}}": (
        "f.yaml:3: ground.sites.fort-greely.fibre: expected true or false, not 'no'"
    ),
    "network: {interoperate: [[a, b, c]]}": (
        "f.yaml:3: network.interoperate.0: expected at most 2 entries, not ['a', 'b', 'c']"
    ),
    "cost: {method: wright}": (
        "f.yaml:3: cost.method: 'wright' is none of 'crawford', 'flat' or 'aei'"
    ),
    f"title: [{'x, ' * 99}]": f"f.yaml:3: title: expected text, not {str(['x'] * 99)[:60]}...",
    # out of range, with the limit and its unit
    f"{SBI}altitude_km: 500000": (
        f"{SHELL}.altitude_km: should be above 160 and below 50000 km, not 500000"
    ),
    f"{SBI}altitude_km: .nan": f"{SHELL}.altitude_km: expected a finite number, not .nan",
    f"{SBI}altitude_km: -.inf": f"{SHELL}.altitude_km: expected a finite number, not -.inf",
    f"{SBI}suppliers: {{spacex: .inf}}": (
        f"{SHELL}.suppliers.spacex: expected a finite number, not .inf"
    ),
    f"{SBI}suppliers: {{spacex: 0}}": f"{SHELL}.suppliers.spacex: should be above 0, not 0",
    f"{LIQUID}count: -1": f"{GROUP}.count: should be above 0 and at most 10000, not -1",
    f"{LIQUID}apogee_km: 50": f"{GROUP}.apogee_km: should be above 100 and below 50000 km, not 50",
    f"{LIQUID}aim_points: []": f"{GROUP}.aim_points: expected at least 1 entry, not []",
    "raid: {groups: {liquid: null, solid: null, guam: null}}": (
        "f.yaml:3: raid.groups: expected at least 1 entry, not {}"
    ),
    "seed: -1": "f.yaml:3: seed: should be at least 0 and below 9223372036854775808, not -1",
    "monte_carlo: {runs: 0}": (
        "f.yaml:3: monte_carlo.runs: should be above 0 and at most 10000000, not 0"
    ),
    "capability: {gbi: {icbm-solid: {midcourse: 2}}}": (
        "f.yaml:3: capability.gbi.icbm-solid.midcourse: should be at least 0 and at most 1, not 2"
    ),
    "capability: {gbi: {icbm-solid: {mid: 0.5}}}": (
        "f.yaml:3: capability.gbi.icbm-solid.mid: 'mid' is none of 'boost', 'midcourse' or "
        "'terminal'"
    ),
    "partners: {rtx: {awards_musd: {x: -1}}}": (
        "f.yaml:3: partners.rtx.awards_musd.x: should be at least 0 and at most 1000000000 "
        "MUSD, not -1"
    ),
    "launch: {shares: {falcon-9: -1}}": (
        "f.yaml:3: launch.shares.falcon-9: should be at least 0 and at most 1, not -1"
    ),
    # epochs
    **{
        f"epoch_utc: {text}": (
            "f.yaml:3: epoch_utc: not an ISO 8601 date or date-time such as "
            f"2026-08-22T00:00:00Z: '{text}'"
        )
        for text in ("tomorrow", "2026-13-45", "22/08/2026", "2026-08-22T25:00:00Z")
    },
    "epoch_utc: 2026": "f.yaml:3: epoch_utc: expected text, not 2026; in quotes it is text",
    # catalog types
    f"{SBI}type: sbii": (
        f"{SHELL}.type: the catalog has no 'sbii' that fits here; did you mean 'sbi' or 'sbi-aei'?"
    ),
    f"{SBI}type: gbi": f"{SHELL}.type: the catalog has no 'gbi' that fits here; allowed: amazon",
    "threats:\n  mine: {type: 3}": (
        "f.yaml:4: threats.mine.type: the catalog has no '3' that fits here; allowed: icbm-liquid"
    ),
    # dangling names
    f"{SBI}operator: spaceforce": (
        f"{SHELL}.operator: no partner is called 'spaceforce'; did you mean 'space-force'"
    ),
    f"{SBI}interceptor: gbi": f"{SHELL}.interceptor: no space interceptor is called 'gbi'; allowed",
    f"{LIQUID}threat: icbm": f"{GROUP}.threat: no threat is called 'icbm'; did you mean 'irbm'",
    f"{LIQUID}launch_area: korea": (
        f"{GROUP}.launch_area: no launch area is called 'korea'; did you mean 'north-korea'?"
    ),
    f"{LIQUID}aim_points: [settle]": (
        f"{GROUP}.aim_points: no aim point is called 'settle'; did you mean 'seattle'?"
    ),
    # overrides
    "overrides:\n  constellations.sbi.altitude_km: 40": (
        "f.yaml:4: constellations.sbi.altitude_km: should be above 160 and below 50000 km, not 40"
    ),
    "overrides:\n  constellations.sbi: {planes: 4}": (
        "f.yaml:4: constellations.sbi.roles: missing (What the satellites do; empty for a system "
        "that is only present) (and 2 more)"
    ),
    # a merged value is told at the mapping that it was merged into
    "threats:\n  irbm: &a\n    decoys: -1\n  icbm-solid:\n    <<: *a": (
        "f.yaml:6: threats.icbm-solid.decoys: should be at least 0 and at most 500, not -1 "
        "(and 1 more)"
    ),
}


@pytest.mark.parametrize("text", WRONG)
def test_one_line_says_where_what_and_what_would_be_right(text, message):
    assert message(f"{text}\n").startswith(WRONG[text])


def test_a_whole_name_is_needed_and_all_is_counted(message):
    assert message("title: x\n", head="") == (
        "f.yaml: name: missing (Short name) (and 10 more); opendome check f.yaml lists all"
    )
    assert message("", head="extends: golden-dome\nname: My Shield\n") == (
        "f.yaml:2: name: expected at most 64 lower-case letters, digits and hyphens, "
        "not 'My Shield'"
    )
    told = message(f"{SBI}operator: x\n    interceptor: y\n")
    assert told.startswith("f.yaml:5: constellations.sbi.operator: no partner is called 'x'")
    assert told.endswith(" (and 1 more); opendome check f.yaml lists all")
    told = message("raid: {salvo_s: -1, a: 1}\n", "raid.b c=1")
    assert told.endswith(" (and 2 more); opendome check f.yaml --set 'raid.b c=1' lists all")


def test_a_wrong_form_is_told_whole(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "f.yaml").write_text(f"{HEAD}raid:\n  salvo_s: -1\n  salvo: 2\n")
    with pytest.raises(SchemaError) as caught:
        load_scenario("f.yaml", strict=False)
    assert [str(finding) for finding in caught.value.findings] == [
        "f.yaml:5: raid.salvo: unknown field; did you mean 'salvo_s'?",
        "f.yaml:4: raid.salvo_s: should be at least 0 and at most 7200 s, not -1",
    ]
    assert {(f.check, f.level) for f in caught.value.findings} == {("schema", "error")}
    assert str(caught.value).startswith(str(caught.value.findings[0]))


def test_settings_are_kept_as_text_that_any_file_can_hold():
    settings = ["raid.salvo_s=1", "partners.x\udcff={}"]
    loaded = load_scenario("golden-dome", settings, strict=False)
    assert loaded.overrides == ("raid.salvo_s=1", "partners.x\ufffd={}")
    assert "".join(map(str, loaded.findings)).encode()


def test_a_file_with_a_name_that_is_no_text_can_be_told_of(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    name = "f\udcff.yaml"
    (tmp_path / name).write_text(f"{HEAD}partners: {{nobody: {{}}}}\n")
    loaded = load_scenario(name)
    assert "f\ufffd.yaml:3: partners.nobody: " in "".join(map(str, loaded.findings))
    assert loaded.label == "f\ufffd.yaml"


def test_only_what_is_close_is_suggested():
    known = ("spacex", "rtx", "northrop-grumman")
    assert nearest("acme", known) == "allowed: northrop-grumman, rtx, spacex"
    assert nearest("spacx", known) == "did you mean 'spacex'?"
    assert nearest("grumman", known) == "did you mean 'northrop-grumman'?"


def test_places_of_what_was_not_written_in_the_file(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "base.yaml").write_text(f"{HEAD}raid:\n  salvo_s: -1\n")
    (tmp_path / "top.yaml").write_text("extends: base.yaml\n")
    with pytest.raises(
        InputError, match=r"^base.yaml:4: raid.salvo_s: should be at least 0 and at most 7200 s"
    ):
        load_scenario("top.yaml")
    with pytest.raises(InputError, match=r"^--set raid.salvo_s=-2: raid.salvo_s: .* not -2$"):
        load_scenario("top.yaml", ["raid.salvo_s=-2"])
    source = load_scenario("top.yaml", ["raid.salvo_s=2"]).source
    number = scenario_text("golden-dome").splitlines().index("  sbi:") + 1
    assert source.where(("constellations", "sbi", "altitude_km")) == (
        f"golden-dome:{number} (catalog sbi)"
    )


@pytest.mark.parametrize(
    ("setting", "told"),
    [
        ("raid.salvo_s", "expected dotted.path=value; the value null removes"),
        ("raid.salvo_s=", "expected dotted.path=value; the value null removes"),
        ("=3", "expected dotted.path=value; the value null removes"),
        ("raid.salvo_s=[1", "'[1' is not a YAML value"),
        ("raid.salvo_s=soon", "raid.salvo_s: expected a number in s, not 'soon'"),
        ("raid.groups={}", "raid.groups: expected at least 1 entry, not {}"),
        ("seed=null", "seed: missing (Seed of all draws)"),
        ("constellations.sbii.planes=3", "no entry 'constellations.sbii'; did you mean 'sbi'?"),
        ("raid.groups.x=null", "no entry 'raid.groups.x' to remove; allowed: guam, liquid, solid"),
    ],
)
def test_settings_that_are_wrong(setting, told):
    with pytest.raises(InputError) as caught:
        load_scenario("golden-dome", [setting])
    assert str(caught.value) == f"--set {setting}: {told}"


def test_settings_that_are_right():
    written = (
        "constellations.sbi.planes=1e2",
        "doctrine.boost.max_salvos = 3",
        "raid.groups.liquid.aim_points=[seattle]",
        "raid.groups.guam=null",
        "capability.gbi.icbm-solid=null",
        "capability.gbi.icbm-liquid.midcourse=0",
    )
    scenario = load_scenario("golden-dome", written).scenario
    assert scenario.constellations["sbi"].planes == 100
    assert scenario.doctrine.boost.max_salvos == 3
    assert scenario.raid.groups["liquid"].aim_points == ("seattle",)
    assert set(scenario.raid.groups) == {"liquid", "solid"}
    assert scenario.capability["gbi"] == {"icbm-liquid": {"midcourse": 0.0}}


def test_ways_to_write_the_same(loaded):
    for text in (
        "epoch_utc: 2026-08-22",
        "epoch_utc: '2026-08-22'",
        "epoch_utc: 2026-08-22T12:00:00+02:00",
    ):
        assert loaded(f"{text}\n").scenario.epoch_utc in text
    scenario = loaded("raid:\n  salvo_s: 010\n  groups: {liquid: {count: 1e1}}\n").scenario
    assert (scenario.raid.salvo_s, scenario.raid.groups["liquid"].count) == (10.0, 10)
    assert loaded("", head="extends: golden-dome\nname: no\n").scenario.name == "no"
    sites = loaded("ground: {sites: {fort-greely: {fibre: &x false}}}\n").scenario.ground.sites
    assert sites["fort-greely"].fibre is False


def test_an_entry_is_filled_by_its_type_or_its_name_and_never_by_another_kind(loaded):
    text = "threats: {denver: {type: irbm}}\n"
    rows = {path: row for path, row in loaded(text).rows if path.startswith("threats.denver.")}
    assert {row.name for row in rows.values()} == {"irbm"}
    assert loaded("capability: {gbi: null}\n").scenario.capability.keys() == {
        "sbi-interceptor",
        "sm-3-iia",
        "thaad",
    }


def test_what_fits_a_place():
    catalog = load_catalog()
    assert fitting(("ground", "command_node"), catalog) == ["command-node"]
    assert set(fitting(("threats", "x"), catalog)) == {
        "icbm-liquid",
        "icbm-liquid-multi",
        "icbm-solid",
        "icbm-solid-multi",
        "irbm",
    }
    for pattern, name in FILLED.items():
        if name:
            assert name in fitting(tuple(pattern.split(".")), catalog), pattern


def test_what_the_schema_has_at_a_path():
    assert fields_at(("raid",)) == ["groups", "salvo_s", "jitter_s"]
    assert fields_at(("raid", "groups")) == []
    assert fields_at(("capability", "a", "b")) == ["boost", "midcourse", "terminal"]
    assert fields_at(("nothing", "here")) == []
    assert limits_at(("launch", "shares", "a")) == "at least 0 and at most 1"
    assert limits_at(("raid", "groups", "a", "apogee_km")) == "above 100 and below 50000"
    assert limits_at(("title",)) == limits_at(("raid",)) == ""
    assert unit_at(("partners", "a", "awards_musd", "b")) == "MUSD"
    assert unit_at(("launch", "shares", "a")) == unit_at(("nothing",)) == ""
    assert is_section(("doctrine", "boost"))
    assert is_section(("capability", "a", "b"))
    assert not is_section(("constellations", "a"))
    assert not is_section(("raid", "salvo_s"))


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=6,
)
PATHS = st.sampled_from(
    [
        "raid",
        "partners.spacex",
        "constellations",
        "constellations.sbi.suppliers",
        "capability.gbi",
        "threats.irbm.type",
        "ground.sites.fort-greely",
        "network.interoperate",
        "launch.shares",
        "cost.fixed",
        "epoch_utc",
        "monte_carlo.runs",
    ]
)


@given(path=PATHS, value=VALUES)
@settings(max_examples=40)
def test_nothing_but_one_line_ever_escapes(path, value):
    text = json.dumps(value).replace("NaN", ".nan").replace("Infinity", ".inf")
    told = ""
    try:
        load_scenario("regional-raid", [f"{path}={text}"])
    except InputError as error:
        told = str(error)
    assert len(told.splitlines()) <= 1
