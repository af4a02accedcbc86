"""The page and the picture of `opendome network`: what they say, that no document breaks them."""

import copy
import io

import numpy as np
import pytest
from matplotlib.figure import Figure
from rich.console import Console

from opendome.errors import InputError
from opendome.views import page as picture
from opendome.views.network import before_loss, network_text, network_words, print_network
from opendome.views.network_chart import plot_network
from opendome.views.world import frame_around


def loss(partner, share, paths, ms):
    return {
        "partner": partner,
        "reachable_share": share,
        "disjoint_paths": paths,
        "rtt_p50_ms": ms,
    }


PAIR = {
    "scenario": "golden-dome",
    "epoch_utc": "2026-08-22T00:00:00Z",
    "from": {"name": "guam [x]", "lat_deg": 13.5, "lon_deg": 144.8},
    "to": {"name": "command-node", "lat_deg": 38.8, "lon_deg": -104.5},
    "without": [],
    "lost": [],
    "times_s": [0.0, 600.0, 1200.0, 1800.0, 2400.0],
    "rtt_ms": [100.0, 110.0, None, 120.0, 130.0],
    "hops": [4, 4, None, 5, 7],
    "reachable_share": 0.8,
    "disjoint_paths": 3,
    "path": ["guam [x]", "sdn/0-1", "sdn/1-1", "gate", "command-node"],
    "path_changes": 2,
    "gaps": {"count": 1, "max_s": 600.0},
    "rtt_quantiles_ms": {"min": 100.0, "p50": 115.0, "p95": 128.5, "max": 130.0},
    "bounds_ms": {"chord": 50.0, "fibre": 100.0},
    "stretch": {"p50": 2.3},
    "partners": [
        loss("york", 0.8, 2, 115.0),
        loss("rtx", 0.8, 3, 115.0),
        loss("spacex", 0.4, 1, 140.04),
        loss("amazon", 0.0, 0, None),
    ],
    "outage": None,
    "warnings": [],
}
GROUPS = {"tracking": ("sensor", 28, 1.0), "radars": ("radar", 9, 0.9), "far": ("site", 2, 0.0)}
OVERVIEW = {
    "scenario": "golden-dome",
    "epoch_utc": "2026-08-22T00:00:00Z",
    "to": {"name": "command-node", "lat_deg": 38.8, "lon_deg": -104.5},
    "without": ["ula"],
    "lost": ["sdn/3"],
    "times_s": [0.0],
    "groups": [
        {
            "group": name,
            "role": role,
            "nodes": nodes,
            "reachable_share": share,
            "latency_ms": dict.fromkeys(("p50", "p95", "max"))
            if not share
            else {"p50": 55.0, "p95": 85.5, "max": 90.0 + 900.0 * (role == "radar")},
            "hops_p50": 5 if share else None,
        }
        for name, (role, nodes, share) in {**GROUPS, "gates": ("gateway", 3, 0.1)}.items()
    ],
    "partners": [
        {
            "partner": partner,
            "groups": [
                {
                    "group": name,
                    "reachable_share": share * kept,
                    "latency_p50_ms": 55.0 + slower if share * kept else None,
                }
                for name, (_, _, share) in GROUPS.items()
            ],
            "single_points": points,
        }
        for partner, kept, slower, points in (
            ("spacex", 1.0, 16.9, []),
            ("boeing", 0.0, 0.0, ["tracking", "radars"]),
            ("rtx", 1.0, 0.0, []),
        )
    ],
    "outage": None,
    "warnings": [],
}


def printed(document, width=80, **changes):
    console = Console(file=io.StringIO(), width=width, highlight=False)
    print_network({**copy.deepcopy(document), **changes}, console)
    return console.file.getvalue()


def flat(document, **changes):
    return " ".join(printed(document, **changes).split())


# Two places -------------------------------------------------------------------------------


def test_the_first_lines_are_the_answer():
    assert flat(PAIR).startswith(
        "golden-dome: 40 min from 2026-08-22T00:00:00Z, steps of 10 min "
        "A message from guam [x] to command-node and back takes 115.0 ms at the median "
        "(100.0 to 130.0): 2.30 times light in a straight line, 1.15 times great-circle fibre. "
        "There is a path 80.0 % of the time."
    )


def test_tables_hold_every_part():
    text = flat(PAIR)
    for words in (
        "round trip 100.0 ms 115.0 ms 128.5 ms 130.0 ms",
        "over light in a straight line, 50.0 ms 2.00 2.30 2.57 2.60",
        "over great-circle fibre, 100.0 ms 1.00 1.15 1.28 1.30",
        "hops 4 5 7 7",
        "guam [x] > sdn/0-1 > sdn/1-1 > gate > command-node",
        "Without a common link: 3 paths. The quickest changes 2 times.",
        "1 gap without a path, the longest 10 m 00 s.",
        "all there 80.0 % 3 115.0 ms",
        "No change without rtx.",
    ):
        assert text.count(words) == 1, words


def test_losses_come_worst_first():
    text = flat(PAIR)
    rows = ["amazon never 0 - -", "spacex 40.0 % 1 140.0 ms +25.0 ms"]
    rows += ["york 80.0 % 2 115.0 ms 0"]
    places = [text.index(row) for row in rows]
    assert places == sorted(places)


def test_a_further_loss_is_against_what_is_left():
    lost = {"without": ["spacex"], "lost": ["gate"]}
    assert before_loss({**PAIR, **lost}) == "all but spacex, gate"
    text = flat(PAIR, **lost)
    assert text.startswith("golden-dome, without spacex, gate: 40 min from")
    assert "all but spacex, gate 80.0 % 3" in text
    assert "all there" not in text


NOTHING = {
    "rtt_ms": [None] * 5,
    "hops": [None] * 5,
    "reachable_share": 0.0,
    "disjoint_paths": 0,
    "path": [],
    "path_changes": 0,
    "gaps": {"count": 1, "max_s": 2400.0},
    "rtt_quantiles_ms": dict.fromkeys(("min", "p50", "p95", "max")),
    "stretch": {"p50": None},
    "partners": [loss("spacex", 0.0, 0, None)],
    "warnings": ["unreachable: guam has no terminal for any carrier"],
}


def test_no_path_is_a_clear_answer():
    text = flat(PAIR, **NOTHING)
    assert "No message gets through from guam [x] to command-node: there is no path" in text
    assert "Path at the first time none Without a partner" in text
    assert "No change without spacex." in text
    assert text.endswith("Warning: unreachable: guam has no terminal for any carrier")
    assert "None" not in text
    assert "nan" not in text
    title, _ = network_words({**PAIR, **NOTHING})
    assert title == "guam [x] to command-node and back: no path at any time"


def test_one_time_is_no_median():
    once = {"times_s": [0.0], "rtt_ms": [100.0], "hops": [4], "reachable_share": 1.0}
    levels = dict.fromkeys(("min", "p50", "p95", "max"), 100.0)
    text = flat(PAIR, **once, rtt_quantiles_ms=levels, gaps={"count": 0, "max_s": 0.0})
    assert text.startswith("golden-dome: at 2026-08-22T00:00:00Z A message from")
    assert "and back takes 100.0 ms: 2.00 times" in text
    assert "gap" not in text
    assert "changes" not in text


def test_bounds_of_one_place_are_left_out():
    text = flat(PAIR, bounds_ms={"chord": 0.0, "fibre": 0.0})
    assert "light" not in text
    assert "(100.0 to 130.0). There is" in text


def test_outages_have_intervals():
    mean = {"mean": 0.9, "low": 0.85, "high": 1.02}
    outage = {"p": 0.1, "draws": 20, "reachable_share": mean, "rtt_p50_ms": None}
    outage["disjoint_paths"] = {"mean": 2.0, "low": None, "high": None}
    text = flat(PAIR, outage=outage)
    assert "With 10.0 % lost of the satellites, mean of 20 draws [95 % interval]" in text
    assert "at random 90 [85, 100] % 2 -" in text


def test_titles_name_the_worst_loss():
    assert (
        network_words(PAIR)[0] == "guam [x] to command-node and back: 115.0 ms; none without amazon"
    )
    kept = {**PAIR, "partners": PAIR["partners"][:3]}
    assert network_words(kept)[0].endswith("and back: 115.0 ms, 140.0 ms without spacex")
    assert network_words({**PAIR, "partners": []})[0].endswith("and back: 115.0 ms")


# All groups -------------------------------------------------------------------------------


def test_groups_are_told_one_by_one():
    text = flat(OVERVIEW)
    for words in (
        "golden-dome, without ula, sdn/3: at 2026-08-22T00:00:00Z",
        "39 nodes in 3 groups reach the command node 92.6 % of the time; far least, 0 %.",
        "tracking 28 100 % 55.0 85.5 90.0 5",
        "radars 9 90.0 % 55.0 85.5 990.0 5",
        "far 2 0 % - - - -",
        "gates 3 10.0 %",
        "spacex - tracking +16.9 ms",
        "boeing tracking -100.0 - Nobody is left without boeing for tracking, radars.",
        "No change without rtx.",
    ):
        assert text.count(words) == 1, words


def test_outages_of_groups():
    share = {"mean": 0.9, "low": 0.85, "high": 0.95}
    rows = [{"group": "tracking", "reachable_share": share, "latency_p50_ms": None}]
    text = flat(OVERVIEW, outage={"p": 0.05, "draws": 1, "groups": rows})
    assert "With 5.0 % lost of the satellites, mean of 1 draw" in text
    assert "tracking 90 [85, 95] % -" in text


def test_nobody_to_tell_of():
    text = flat(OVERVIEW, groups=[], partners=[])
    assert "There is nothing that could send a message." in text


# Both -------------------------------------------------------------------------------------


@pytest.mark.parametrize("document", [PAIR, OVERVIEW], ids=["pair", "overview"])
@pytest.mark.parametrize("width", [60, 80, 300])
def test_lines_fit_any_stream(document, width):
    text = printed(document, width=width)
    assert max(map(len, text.splitlines())) <= min(width, 100)
    assert width < 80 or text.isascii()
    console = Console(file=io.StringIO(), width=min(width, 100), highlight=False)
    console.print(network_text(document))
    assert console.file.getvalue() == text


# The picture ------------------------------------------------------------------------------


def path_of(n):
    share = np.linspace(0.0, 1.0, n)
    return {
        "path_lat_deg": 13.5 + share * 25.3,
        "path_lon_deg": (144.8 + share * 110.7 + 180.0) % 360.0 - 180.0,
        "path_network": np.array([-1, *([1] * (n - 3)), -1, -1]) if n else np.array([], int),
    }


PLACES = {
    **path_of(5),
    "sat_lat_deg": np.array([20.0, np.nan, 40.0]),
    "sat_lon_deg": np.array([150.0, np.nan, -120.0]),
    "sat_network": np.array([0, 0, 1]),
    "networks": ("transport", "sdn"),
    "without": [
        {
            "partner": "spacex",
            "rtt_ms": np.array([140.0, np.nan, np.nan, 150.0, 160.0]),
            **path_of(6),
        },
        {"partner": "amazon", "rtt_ms": np.full(5, np.nan), **path_of(0)},
    ],
}


@pytest.fixture
def figures(monkeypatch):
    """What is drawn, as figures."""
    made = []
    save = Figure.savefig
    monkeypatch.setattr(
        Figure, "savefig", lambda figure, *a, **k: made.append(figure) or save(figure, *a, **k)
    )
    return made


def texts(figure):
    labels = [t.get_text() for legend in figure.legends for t in legend.get_texts()]
    return labels + [t.get_text() for t in figure.texts]


def test_a_path_is_drawn_over_the_date_line_with_its_delays(figures, tmp_path):
    plot_network(tmp_path / "a.png", PAIR, PLACES)
    (figure,) = figures
    chart, times, shares = figure.axes
    words = " ".join(texts(figure))
    assert "guam [x] to command-node and back: 115.0 ms; none without amazon" in words
    for label in ("all there: 80.0 %", "without spacex: 60.0 %", "without amazon: 0 %"):
        assert label in words
    assert "transport  1" in words  # the lost one is not counted
    assert "sdn  1" in words
    # The path crosses the date line in the middle of the map, without a jump.
    black = [line.get_xdata() for line in chart.lines if line.get_color() == "#1a1a1a"]
    assert len(black) >= 4
    width = np.ptp(chart.get_xlim())
    assert max(np.abs(np.diff(x)).max() for x in black) < 0.05 * width
    assert sum(np.ptp(x) for x in black) > 0.5 * width
    # Of the delays, the share within the longest is that of the times with a path.
    ends = {line.get_color(): line.get_xdata()[-1] for line in shares.lines}
    assert ends["#1a1a1a"] == pytest.approx(80.0)
    assert ends["#7b3fa0"] == pytest.approx(60.0)
    assert "#d55e00" not in ends  # the worst loss leaves nothing
    low, high = times.get_ylim()
    assert low < 50.0 < 160.0 < high


@pytest.mark.parametrize("ending", ["png", "svg", "pdf"])
def test_equal_input_gives_equal_bytes(ending, tmp_path):
    for name in "ab":
        plot_network(tmp_path / f"{name}.{ending}", PAIR, PLACES)
    first, second = ((tmp_path / f"{name}.{ending}").read_bytes() for name in "ab")
    assert first == second
    assert sorted(path.name for path in tmp_path.iterdir()) == [f"a.{ending}", f"b.{ending}"]


def test_what_never_connects_is_drawn_too(figures, tmp_path):
    places = {**PLACES, **path_of(0), "without": []}
    plot_network(tmp_path / "a.png", {**PAIR, **NOTHING}, places)
    once = {**NOTHING, "times_s": [0.0], "rtt_ms": [None], "hops": [None]}
    plot_network(tmp_path / "b.png", {**PAIR, **once}, places)
    assert "no path at any time" in " ".join(texts(figures[0]))
    assert "Grey: no path." in " ".join(" ".join(texts(figures[0])).split())


def test_groups_are_drawn_with_their_worst_losses(figures, tmp_path):
    plot_network(tmp_path / "a.png", OVERVIEW, None)
    (figure,) = figures
    words = texts(figure)
    assert {"all but ula, sdn/3", "without boeing", "without spacex"} <= set(words)
    assert "without rtx" not in words
    delays, shares = figure.axes
    assert delays.get_yticklabels()[0].get_text() == "tracking  28"
    assert delays.get_xscale() == "log"
    assert all("$" not in t.get_text() for t in delays.get_xticklabels())
    assert list(shares.lines[0].get_xdata()) == [100.0, 90.0, 0.0, 10.0]


def test_a_picture_that_cannot_be_made_is_refused(tmp_path):
    for name, said in (("a.gif", "should end in"), ("absent/a.png", "writable folder")):
        with pytest.raises(InputError, match=said):
            plot_network(tmp_path / name, PAIR, PLACES)
    assert list(tmp_path.iterdir()) == []
    assert set(picture.METADATA) == {".png", ".svg", ".pdf"}


def test_the_map_is_a_region_over_the_date_line_or_the_world():
    region = frame_around(np.array([13.5, 38.8]), np.array([144.8, -104.5]))
    assert not region.world
    assert region.lon_mid_deg == pytest.approx(0.5 * (144.8 + 255.5))
    assert 0.5 * (255.5 - 144.8) < region.lon_half_deg < 90.0
    assert region.lat_low_deg < 13.5 < 38.8 < region.lat_high_deg
    far = frame_around(np.array([0.0, 0.0, 0.0]), np.array([0.0, 100.0, 200.0]))
    assert far.world
    assert far.lon_mid_deg == pytest.approx(100.0)
    assert frame_around(np.array([-89.0, 0.0]), np.array([0.0, 10.0])).world
    alone = frame_around(np.array([10.0]), np.array([20.0]))
    assert alone.lon_half_deg > 0.0
