"""Messages between two ends, and from all to the command node: right, refused, and lost."""

import json
import math
from dataclasses import replace

import networkx as nx
import numpy as np
import pytest

from opendome import api
from opendome.analysis.connectivity import command_document, pair_document
from opendome.constants import SPEED_OF_LIGHT_MPS
from opendome.errors import InputError
from opendome.network import link_list
from opendome.simulation.cases import without
from opendome.simulation.connect import connect_pair, disjoint_paths, way_between
from opendome.simulation.moments import cables, moments
from opendome.simulation.muster import muster, to_command
from opendome.simulation.paths import Paths
from opendome.simulation.setup import build_plan
from opendome.simulation.setup.web import NetworkQuestion, ask_network
from opendome.simulation.web import left_by

START_S = 12_345.0
ROUNDING_S = 1e-12
PAIRS = [
    ("35,139", "command-node"),
    ("command-node", "35,139"),
    ("35,139", "10,20"),
    ("sbx", "pituffik"),
    ("fort-greely", "35,139"),
    ("35,139", "fort-greely"),
    ("gate-sda-guam", "cobra-dane"),
    ("guam", "north-korea"),
    ("beale", "cape-cod"),
]


def asked_of(scenario, start=None, end=None, **question):
    return ask_network(scenario, NetworkQuestion(start, end, **{"duration_s": 0.0} | question))


def first_moment(asked, on=None):
    return next(moments(asked, [on or asked.on], leaves=True))


def graph_of(web, on, links, pair):
    """Every way between two ends as a graph of its own, the delays on its links."""
    a, b = pair
    graph, hop_s = nx.DiGraph(), links.hop_s
    tail, head, length_m = link_list(links)
    cable_s, gates = cables(web, on), web.gateways.tolist()
    for i, j, range_m in zip(tail.tolist(), head.tolist(), length_m.tolist(), strict=True):
        delay_s, end = range_m / SPEED_OF_LIGHT_MPS, j - web.n_sat
        if end < 0:
            graph.add_edge(i, j, s=delay_s + hop_s)
            graph.add_edge(j, i, s=delay_s + hop_s)
            continue
        if end == a:
            graph.add_edge("from", i, s=delay_s + hop_s)
        if end == b:
            graph.add_edge(i, "to", s=delay_s + hop_s)
        if end in gates:
            graph.add_edge(i, ("down", end), s=delay_s + hop_s)
            graph.add_edge(("up", end), i, s=delay_s)
    for g in gates:
        graph.add_edge(("down", g), "to", s=cable_s[g] + cable_s[b])
        if g != a:
            graph.add_edge("from", ("up", g), s=cable_s[a] + cable_s[g])
        for h in gates:
            if h != g:
                graph.add_edge(("down", g), ("up", h), s=cable_s[g] + cable_s[h])
    graph.add_edge("from", "to", s=cable_s[a] + cable_s[b])
    graph.remove_edges_from([(u, v) for u, v, d in graph.edges(data=True) if np.isinf(d["s"])])
    return graph


@pytest.mark.parametrize("pair", PAIRS, ids=" ".join)
@pytest.mark.parametrize("partner", [None, "spacex"])
def test_quickest_way_is_that_of_networkx(golden, pair, partner):
    asked = asked_of(golden, *pair)
    web, on = asked.web, asked.on if partner is None else left_by(asked.web, partner)
    links = first_moment(asked, on).links
    way = way_between(web, on, links, asked.pair)
    graph = graph_of(web, on, links, asked.pair)
    try:
        theirs_s = nx.shortest_path_length(graph, "from", "to", "s")
    except (nx.NetworkXNoPath, nx.NodeNotFound):
        theirs_s = math.inf
    assert way.latency_s == pytest.approx(theirs_s, abs=ROUNDING_S)
    assert bool(way.nodes) == np.isfinite(theirs_s)
    if way.nodes:
        assert way.nodes[0] - web.n_sat == asked.pair[0]
        assert way.nodes[-1] - web.n_sat == asked.pair[1]
        assert len(set(way.nodes)) == len(way.nodes)


def test_ways_without_a_common_link_are_those_of_networkx():
    asked = asked_of(api.load("kuiper-630").scenario, "manila", "dalian")
    web, links = asked.web, first_moment(asked).links
    graph = nx.Graph()
    tail, head, _ = link_list(links)
    a, b = (web.n_sat + row for row in asked.pair)
    keep = (head < web.n_sat) | (head == a) | (head == b)
    graph.add_edges_from(zip(tail[keep].tolist(), head[keep].tolist(), strict=True))
    theirs = nx.edge_connectivity(graph, a, b)
    assert disjoint_paths(web, asked.on, links, asked.pair) == theirs == 7


@pytest.mark.parametrize("partner", [None, "spacex", "york", "northrop-grumman"])
def test_what_is_told_is_what_a_raid_is_told(golden, golden_plan, partner):
    """The same delays as of `Paths`, for every sensor, radar, site and interceptor."""
    asked = asked_of(golden)
    plan = golden_plan if partner is None else without(golden_plan, [partner])
    case = plan.cases[-1]
    asked = replace(asked, t_s=np.array([START_S]))
    on = asked.on if partner is None else left_by(asked.web, partner)
    at = first_moment(asked, on)
    latency_s, _ = to_command(asked.web, at)
    paths = Paths(plan, START_S)
    battery = plan.layers[0]
    r_m = np.concatenate([paths.satellites(space.orbits) for space in battery.space], axis=1)
    rows = np.arange(len(battery.part.element))
    theirs = {
        "sensor": paths.sensors(case)[0],
        "interceptor": paths.shooters(case, battery, rows, r_m)[0],
    }
    for role, delay_s in theirs.items():
        sets = [k for k, leaf in enumerate(asked.web.leaves) if leaf.role == role]
        ours = np.concatenate([latency_s[k + 1] for k in sets])
        mine = np.concatenate([on.leaf[k] for k in sets])
        assert np.isfinite(ours[mine]).any()
        np.testing.assert_allclose(ours[mine], delay_s[mine], rtol=0, atol=ROUNDING_S)
    for node in (plan.radars.node, plan.layers[1].node, plan.layers[2].node):
        ends = [asked.web.ends.name.index(name) for name in node.part.element]
        works = on.end[ends]
        np.testing.assert_allclose(
            latency_s[0][ends][works], paths.ground(case, node)[0][works], rtol=0, atol=ROUNDING_S
        )


def test_a_radar_s_round_trip_is_twice_what_a_raid_is_told(golden, golden_plan):
    paths = Paths(golden_plan, 0.0)
    node = golden_plan.radars.node
    told_s = paths.ground(golden_plan.cases[0], node)
    question = api.NetworkQuestion("sbx", "command-node", duration_s=600.0, step_s=300.0)
    answer = api.network("golden-dome", question).answer
    ours_ms = 2e3 * told_s[:3, node.part.element.index("sbx")]
    assert answer["times_s"] == golden_plan.clock.network_s[:3].tolist()
    np.testing.assert_allclose(answer["rtt_ms"], ours_ms, rtol=1e-12)


@pytest.mark.parametrize("rule", ["nearest", "highest", "longest-dwell"])
def test_rules_for_the_ground_hold_in_a_raid_too(rule):
    scenario = api.load("cbo-2026", [f"network.attach_rule={rule}"]).scenario
    plan = build_plan(scenario)
    paths = Paths(plan, 0.0)
    latency_s, _ = to_command(asked_of(scenario).web, first_moment(asked_of(scenario)))
    ours = np.concatenate([latency_s[1], latency_s[2]])
    np.testing.assert_allclose(paths.sensors(plan.cases[0])[0], ours, rtol=0, atol=ROUNDING_S)
    best = api.load("cbo-2026").scenario
    quick_s, _ = to_command(asked_of(best).web, first_moment(asked_of(best)))
    assert (ours >= np.concatenate([quick_s[1], quick_s[2]]) - ROUNDING_S).all()


# Times, documents, partners ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("duration_s", "step_s", "times_s"),
    [
        (0.0, 5.0, [0.0]),
        (10.0, 5.0, [0.0, 5.0, 10.0]),
        (11.0, 5.0, [0.0, 5.0, 10.0, 11.0]),
        (3, 10, [0.0, 3.0]),
        (0.3, 0.1, [0.0, 0.1, 0.2, 0.3]),
    ],
)
def test_times_run_from_zero_to_the_duration(golden, duration_s, step_s, times_s):
    asked = asked_of(golden, duration_s=duration_s, step_s=step_s)
    np.testing.assert_allclose(asked.t_s, times_s)


def plain(document):
    """The document as JSON: no nan, no infinity, no array."""
    return json.loads(json.dumps(document, allow_nan=False))


def test_pair_document_is_plain_and_agrees_with_itself(golden):
    asked = asked_of(golden, "35,139", "sbx", duration_s=1800.0, step_s=300.0)
    pair = connect_pair(asked)
    answer = plain(pair_document(pair))
    rtt_ms = np.array(answer["rtt_ms"], dtype=float)
    assert answer["from"] == {"name": "35,139", "lat_deg": 35.0, "lon_deg": 139.0}
    assert answer["path"][0] == "35,139"
    assert answer["path"][-1] == "sbx"
    assert answer["hops"][0] == len(answer["path"]) - 1
    assert (rtt_ms >= answer["bounds_ms"]["chord"]).all()
    assert answer["reachable_share"] == 1.0
    assert answer["gaps"] == {"count": 0, "max_s": 0.0}
    assert answer["rtt_quantiles_ms"]["p50"] == pytest.approx(np.median(rtt_ms))
    assert answer["outage"] is None
    for row, partner in enumerate(asked.partners, start=1):
        alone = asked_of(
            golden, "35,139", "sbx", duration_s=1800.0, step_s=300.0, without=(partner,)
        )
        assert partner not in alone.partners
        np.testing.assert_array_equal(
            connect_pair(replace(alone, partners=())).latency_s[0], pair.latency_s[row]
        )


def test_gaps_last_until_there_is_a_path_again(golden):
    pair = connect_pair(asked_of(golden, "35,139", "sbx", duration_s=60.0, step_s=10.0))
    latency_s = pair.latency_s.copy()
    latency_s[0, [1, 2, 6]] = np.inf
    answer = plain(pair_document(replace(pair, latency_s=latency_s)))
    assert answer["gaps"] == {"count": 2, "max_s": 20.0}
    assert answer["reachable_share"] == pytest.approx(4 / 7)
    assert answer["rtt_ms"][1] is None


def test_command_document_counts_every_node_of_every_time(golden):
    asked = replace(asked_of(golden, duration_s=600.0, step_s=300.0), partners=("spacex",))
    answer = plain(command_document(muster(asked)))
    groups = {group["group"]: group for group in answer["groups"]}
    assert groups["tracking-t3"]["nodes"] == 72
    latency_s, hops = [], []
    for at in moments(asked, [asked.on], leaves=True):
        told, way = to_command(asked.web, at)
        latency_s.append(told[3])
        hops.append(way[3])
    t3 = groups["tracking-t3"]["latency_ms"]
    assert asked.web.leaves[2].part.element[0] == "tracking-t3"
    assert t3["p50"] == pytest.approx(1e3 * np.median(latency_s), abs=0.2)
    assert t3["max"] == 1e3 * np.max(latency_s)
    assert groups["tracking-t3"]["hops_p50"] == int(np.median(hops))
    (spacex,) = answer["partners"]
    left = {group["group"]: group["reachable_share"] for group in spacex["groups"]}
    assert left["sbi"] == pytest.approx(1 - 5 / 40)  # what it builds
    assert left["tracking-t3"] == 1.0


def test_a_network_that_one_partner_runs_is_a_single_point():
    scenario = api.load("golden-dome", ["network.carriers=[starlink]"]).scenario
    answer = plain(command_document(muster(asked_of(scenario))))
    points = {row["partner"]: row["single_points"] for row in answer["partners"]}
    assert "gateways" in points["spacex"]
    assert points["amazon"] == []


# What fails -------------------------------------------------------------------------------


def test_random_outages_only_take_away_and_are_the_same_again(golden):
    asked = asked_of(golden, "35,139", "sbx", p_lost=0.3, draws=5)
    pair, again = connect_pair(asked), connect_pair(asked)
    first = 1 + len(asked.partners)
    np.testing.assert_array_equal(pair.latency_s, again.latency_s)
    assert (pair.latency_s[first:] >= pair.latency_s[0]).all()
    assert (pair.n_disjoint[first:] <= pair.n_disjoint[0]).all()
    lost = np.array([~on.sat for on in asked.cases[first:]])
    assert lost.mean() == pytest.approx(0.3, abs=0.02)
    more = [~on.sat for on in replace(asked, p_lost=0.6).cases[first:]]
    assert (np.array(more) >= lost).all()  # whoever fails at 0.3 fails at 0.6
    answer = plain(pair_document(pair))["outage"]
    assert (answer["p"], answer["draws"]) == (0.3, 5)
    assert answer["reachable_share"]["low"] <= answer["reachable_share"]["mean"] <= 1.0
    other = connect_pair(replace(asked, seed=asked.seed + 1))
    assert not np.array_equal(other.latency_s[first:], pair.latency_s[first:])


def test_if_every_satellite_fails_nothing_is_left_but_fibre(golden):
    asked = asked_of(golden, p_lost=1.0, draws=1)
    answer = plain(command_document(muster(asked)))
    shares = {row["group"]: row["reachable_share"]["mean"] for row in answer["outage"]["groups"]}
    assert shares["sbi"] == shares["tracking-t1"] == shares["gateways"] == 0.0
    assert shares["radars"] == pytest.approx(6 / 9)  # by fibre
    one = answer["outage"]["groups"][0]["reachable_share"]
    assert one["low"] is one["high"] is None


@pytest.mark.parametrize(
    ("lost", "n_sat", "n_end"),
    [
        ("starlink/3-7", 1, 0),
        ("starlink/3", 22, 0),
        ("starlink", 1584, 0),
        ("gate-spacex-texas", 0, 1),
        ("tracking-t1/0", 0, 0),
    ],
)
def test_satellites_planes_shells_and_places_can_be_lost(golden, lost, n_sat, n_end):
    on = asked_of(golden, lost=(lost,)).on
    assert (~on.sat).sum() == n_sat
    assert (~on.end).sum() == n_end
    assert sum((~mask).sum() for mask in on.leaf) == (7 if lost == "tracking-t1/0" else 0)


@pytest.mark.parametrize(
    ("settings", "question", "said"),
    [
        ((), {"start": "85,0"}, "unreachable: 85,0 never has a satellite in sight"),
        (
            ("ground.stations.manila.standards=[]",),
            {},
            "unreachable: manila has no terminal for any carrier",
        ),
        (
            ("constellations.kuiper-630.optical_terminals=0",),
            {"end": "rio-de-janeiro"},
            "unreachable: no path at any time",
        ),
        ((), {"lost": ("dalian",)}, "unreachable: dalian is itself lost"),
        ((), {"without": ("amazon",)}, "unreachable: manila never has a satellite in sight"),
    ],
)
def test_what_cannot_be_reached_is_said_and_never_nan(settings, question, said):
    loaded = api.load("kuiper-630", settings)
    ends = {"start": "manila", "end": "dalian", "duration_s": 20.0, "step_s": 10.0}
    answer = plain(api.network(loaded, api.NetworkQuestion(**ends | question)).answer)
    assert answer["reachable_share"] == 0.0
    assert answer["rtt_ms"] == answer["hops"] == [None] * 3
    assert answer["path"] == []
    assert answer["disjoint_paths"] == 0
    assert answer["gaps"] == {"count": 1, "max_s": 20.0}
    assert said in answer["warnings"]


def test_a_network_without_a_gateway_reaches_nobody():
    settings = ["network.carriers=[amazon-leo]"]
    settings += [
        f"ground.gateways.gate-amazon-{place}=null"
        for place in ("washington", "virginia", "texas", "hawaii", "guam")
    ]
    loaded = api.load("golden-dome", settings)
    assert "gateway-serves-carrier" in {finding.check for finding in loaded.findings}
    question = api.NetworkQuestion("35,139", "command-node", duration_s=0.0)
    answer = plain(api.network(loaded, question).answer)
    assert answer["reachable_share"] == 0.0


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ({"start": "manilla"}, "--from: no place is called 'manilla'; did you mean 'manila'"),
        ({"end": "dalia"}, "--to: no place is called 'dalia'; did you mean 'dalian'"),
        ({"start": "95,0"}, "--from: latitude should be from -90 to 90, not 95"),
        ({"end": "9,-500"}, "--to: longitude should be from -180 to 360, not -500"),
        ({"start": "nan,0"}, "--from: no place is called 'nan,0'"),
        ({"start": "1.2.3,4"}, "--from: '1.2.3,4' is not lat,lon"),
        ({"start": None}, "--to needs --from"),
        ({"end": None}, "--from needs --to"),
        ({"end": "manila"}, "--to: manila is where the message starts"),
        ({"duration_s": -1.0}, "--duration: should be from 0"),
        ({"duration_s": math.nan}, "--duration: should be from 0"),
        ({"step_s": 0.0}, "--step: should be at least 0.001"),
        ({"step_s": math.nan}, "--step: should be at least 0.001"),
        ({"duration_s": 1e6, "step_s": 1.0}, "--step: 1,000,001 times are asked for"),
        ({"epoch_utc": "soon"}, "--epoch-utc: not an ISO 8601"),
        ({"without": ("acme",)}, "--without: no partner is called 'acme'"),
        ({"lost": ("kuiper-603/3",)}, "--without-node: no satellite, plane, shell or place"),
        ({"p_lost": 1.5}, "--fail-share: should be from 0 to 1"),
        ({"p_lost": math.nan}, "--fail-share: should be from 0 to 1"),
        ({"draws": 0}, "--fail-draws: should be from 1"),
    ],
)
def test_what_cannot_be_asked_is_refused_in_one_line(question, said):
    ends = {"start": "manila", "end": "dalian", "duration_s": 0.0}
    with pytest.raises(InputError) as error:
        api.network("kuiper-630", api.NetworkQuestion(**ends | question))
    assert said in str(error.value)
    assert "\n" not in str(error.value)


def test_a_scenario_without_carriers_and_a_catalogue_are_refused(tmp_path):
    with pytest.raises(InputError, match=r"network\.carriers: no constellation carries"):
        api.network(api.load("golden-dome", ["network.carriers=[]"]))
    file = tmp_path / "some.tle"
    file.write_text("1 2 3")
    with pytest.raises(InputError, match=r"some\.tle: is no scenario"):
        api.network(str(file))
    with pytest.raises(InputError, match="--names: there is no catalogue"):
        api.network("golden-dome", names="X")
