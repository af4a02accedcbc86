"""Pages of text: what they say, that they fit, that no answer breaks them."""

import copy
import io
import re

import pytest
from rich.console import Console

from opendome.views.numbers import dollars, estimate, percent, rounded, seconds
from opendome.views.sources import print_sources
from opendome.views.terminal import SHOWN_ELEMENTS, print_answer


def mean(value, low, high):
    return {"mean": value, "ci95": [low, high]}


def layer(name, engaged, shots, kills):
    return {
        "layer": name,
        "capable": True,
        **{"engaged": engaged, "shots": shots, "kills": kills},
        **{f"{k}_ci95": [0.0, 14.0] for k in ("engaged", "shots", "kills")},
    }


def chain(*links):
    return dict(zip(("detect", "track", "deliver", "decide", "commit"), links, strict=True))


def partner(name, delta, note="", award=0.0, launches=None):
    return {
        "partner": name,
        "leakers_without": None if delta is None else mean(0.713 + delta["mean"], 0.5, 3.0),
        "leakers_delta": delta,
        "award_musd": award,
        "satellites": 2314,
        "sites": 11,
        "launches": launches,
        "note": note,
    }


ANSWER = {
    "scenario": "golden-dome",
    "title": "A shield [with brackets] against [bold]twelve",
    "version": "0.1.0",
    "seed": 7,
    "runs": 200,
    "ci": None,
    "overrides": [],
    "raid": {"missiles": 12, "warheads": 12},
    "leakers": mean(0.7133, 0.5261, 0.9005),
    "leakers_missiles": mean(0.7133, 0.5261, 0.9005),
    "leakers_p95": 3.0,
    "leakers_worst_start": 2.1,
    "worst_start": {"start_s": 36_000.0, **mean(2.1, 1.8, 2.4)},
    "p_no_leak": {"value": 0.48, "ci95": [0.409, 0.551]},
    "layers": [
        layer("boost", 5.0, 9.1, 4.2),
        layer("midcourse", 7.0, 22.9, 6.8),
        layer("terminal", 0.4, 0.6, 0.3),
    ],
    "leak_reasons": {"missed": 0.5, "no track in time": 0.2133},
    "kill_chain_s": chain(44.5, 125.0, 0.1, 35.0, 0.04),
    "kill_chain_by_layer_s": {
        "boost": chain(44.5, 30.5, 0.06, 34.94, 0.041),
        "midcourse": chain(46.0, 184.0, 0.114, 35.886, 0.04),
        "terminal": chain(None, None, None, None, None),
    },
    "space_interceptors_in_reach": mean(17.2, 14.9, 19.5),
    "cost": {
        "total_musd": 340_000.0,
        "acquisition_musd": 240_000.0,
        "operations_musd": 100_000.0,
        "by_element_musd": {"small": 2_000.0, **{f"e{n}": 26_000.0 + n for n in range(13)}},
        "budget_musd": 175_000.0,
        "base_year": 2026,
        "period_y": 20.0,
    },
    "partners": [
        partner("northrop-grumman", mean(3.05, 2.61, 3.49), award=5_900.0),
        partner("spacex", mean(0.0, 0.0, 0.0), "flies", award=12_350.0, launches=1467),
        partner("ula", None, "idle; flies", launches=158),
    ],
    "sources": {"primary": 2, "secondary": 147, "derived": 40, "notional": 512},
    "warnings": ["ground.sites.thaad-anchorage: no missile of the raid comes within its reach"],
    "out": "runs/golden-dome-1",
}


def page(width=80, **changes):
    console = Console(file=io.StringIO(), width=width, highlight=False)
    print_answer({**copy.deepcopy(ANSWER), **changes}, console)
    return console.file.getvalue()


def flat(**changes):
    return " ".join(page(**changes).split())


@pytest.mark.parametrize("width", [60, 80, 120])
def test_the_page_fits_and_cuts_nothing_off(width):
    text = page(width)
    assert max(map(len, text.splitlines())) <= min(width, 100)
    assert "\u2026" not in text
    for name in ("northrop-grumman", "+3.05 [+2.61, +3.49]", "340 B"):
        assert name in text
    assert ("1,467" in text) == (width > 60)


def test_a_narrow_page_leaves_out_sites_then_awards():
    heads = {
        width: next(line for line in page(width).splitlines() if "change" in line).split()
        for width in (80, 72, 64, 60)
    }
    assert heads[80] == ["through", "change", "awards", "sats", "sites", "launches"]
    assert heads[72] == ["through", "change", "awards", "sats", "launches"]
    assert heads[64] == ["through", "change", "sats", "launches"]
    assert heads[60] == ["through", "change", "sats"]


def test_bars_are_of_what_the_stream_can_write():
    for encoding, marks in (("utf-8", "\u2588\u258f"), ("ascii", "#|"), ("cp1252", "#|")):
        file = io.TextIOWrapper(io.BytesIO(), encoding=encoding)
        answer = {**ANSWER, "leak_reasons": {"missed": 1.0, "rare": 0.001}}
        print_answer(answer, Console(file=file, width=80, highlight=False))
        file.seek(0)
        text = file.read()
        assert all(mark in text for mark in marks)
        assert ("\u2588" in text) == (encoding == "utf-8")


def test_the_first_lines_are_the_answer():
    assert page().splitlines()[3:5] == [
        "Of 12 warheads, 0.71 [0.53, 0.90] get through.",
        "No leak in 48 % [41, 55] of 200 raids.",
    ]
    text = flat()
    assert "At least one raid in 20 lets 3 or more through." in text
    assert (
        "At the worst start found, 10.0 h after the epoch, at least 2.10 [1.80, 2.40] do." in text
    )
    assert "one partner, northrop-grumman: 3.05 [2.61, 3.49] more." in text
    assert (
        "Over 20 years it costs $240 B to buy and $100 B to run; "
        "buying is 137 % of the budget of $175 B." in text
    )
    assert "In brackets: 95 % confidence interval over raids." in text
    assert "Changed" not in text
    assert "Few raids" not in text


def test_every_part_is_there_once():
    text = flat()
    for words in (
        "A shield [with brackets] against [bold]twelve",
        "Space interceptors in reach of a raid: 17.2 [14.9, 19.5]",
        "missed 0.50 70 %",
        "no track in time 0.21 30 %",
        "boost midcourse first seen 44 s 46 s",
        "fire-control track 75 s 230 s",
        "order at the interceptor 110 s 266 s",
        "of which messages 0.10 s 0.15 s",
        "A booster killed counts all its warheads.",
        "6 others",
        "ula a,b - - - 2,314 11 158",
        "0 none of 200 raids ended otherwise",
        "of 701 numbers: 2 primary, 147 secondary, 40 derived, 512 notional",
        "opendome sources runs/golden-dome-1 --grade N",
        "Warning: ground.sites.thaad-anchorage",
        "opendome show runs/golden-dome-1",
    ):
        assert text.count(words) == 1, words


def test_notes_are_lettered_in_order_of_appearance():
    text = flat()
    assert "spacex a " in text
    assert "a flies b idle" in text


def test_the_elements_shown_and_the_others_are_the_total():
    table = page().partition("Cost  2026")[2].partition("Without a partner")[0]
    amounts = [float(x.replace(",", "")) for x in re.findall(r"\$([\d,.]+) B", table)]
    assert len(amounts) == SHOWN_ELEMENTS + 3
    *shown, total, budget = amounts
    assert sum(shown) == pytest.approx(total, abs=0.5)
    assert budget == 175.0


def test_one_raid_has_no_interval():
    alone = mean(3.0, None, None)
    text = flat(
        runs=1,
        raid={"missiles": 1, "warheads": 1},
        leakers=alone,
        worst_start={"start_s": 0.0, **alone},
        p_no_leak={"value": 0.0, "ci95": [0.0, 0.975]},
    )
    assert "Of 1 warhead, 3 get through. No leak in 0 % of 1 raid. The largest loss" in text
    assert "In brackets" not in text
    assert "Few raids: a rare failure of a whole layer may be missing. " in text


@pytest.mark.parametrize(
    ("reached", "words"),
    [(True, "Enough raids: "), (False, "Stopped at the most raids allowed: ")],
)
def test_a_width_asked_for_is_told(reached, words):
    assert "the share that gets through is known" not in flat()
    ci = {"asked": 0.02, "half_width": 0.0153, "most_runs": 12_800, "reached": reached}
    text = flat(ci=ci)
    assert f"{words}the share that gets through is known to ±1.5 %, ±2.0 % asked for." in text


def test_few_raids_say_less():
    few = "Few raids: a rare failure of a whole layer may be missing, and intervals are too narrow."
    for runs, words in {
        2: ("At the worst start", few),
        19: ("At the worst start", few),
        20: ("At the worst start", few, "At least one raid in 20"),
        99: ("At the worst start", few, "At least one raid in 20"),
        100: ("At the worst start", "At least one raid in 20"),
    }.items():
        text = flat(runs=runs)
        every = ("At the worst start", few, "At least one raid in 20")
        assert [word for word in every if word in text] == [w for w in every if w in words], runs


def test_what_was_changed_stands_under_the_header():
    lines = page(overrides=["raid.salvo_s=1", "partners.x=null"]).splitlines()
    assert lines[2] == "Changed: raid.salvo_s=1, partners.x=null"


def test_intervals_of_warheads_end_at_the_raid():
    text = flat()
    assert "boost 5 [0, 12] 9 [0, 14] 4 [0, 12]" in text


def test_a_layer_without_an_interceptor_for_the_raid_says_so():
    boost, midcourse, terminal = ANSWER["layers"]
    text = flat(layers=[{**boost, "capable": False, "kills": 0.0}, midcourse, terminal])
    assert "boost - - - midcourse" in text
    assert text.count("no interceptor shown against this raid") == 1
    assert "boost: no interceptor shown against this raid" in text
    assert "A booster killed" not in text


def test_the_partner_table_has_the_decimals_of_the_headline():
    assert "northrop-grumman 3.76 +3.05" in flat()
    assert "northrop-grumman 4 +3.05" in flat(leakers=mean(7.0, 0.0, 12.0))
    alike = flat(leakers=mean(0.0, 0.0, 0.0))
    assert "northrop-grumman 3.76 +3.05" in alike


def test_printed_commands_can_be_pasted():
    text = flat(out="my runs/a")
    assert "opendome sources 'my runs/a' --grade N" in text
    assert "Kept in my runs/a. Again: opendome show 'my runs/a'" in text


def test_no_leak_no_shot_and_no_partner_leave_no_hole():
    text = flat(
        leak_reasons={},
        leakers=mean(0.0, 0.0, 0.0),
        leakers_p95=0.0,
        partners=[],
        kill_chain_by_layer_s={"boost": chain(None, None, None, None, None)},
        warnings=[],
        cost=ANSWER["cost"]
        | {"total_musd": 0.0, "acquisition_musd": 0.0, "operations_musd": 0.0}
        | {"by_element_musd": {"free": 0.0}},
    )
    assert "Of 12 warheads, 0 get through" in text
    assert "it costs $0 to buy and $0 to run; buying is 0 % of the budget" in text
    assert "No shot was fired." in text
    for words in ("Why they got through", "Without a partner", "Warning", "one raid in 20", "None"):
        assert words not in text


def test_numbers_have_the_digits_they_deserve():
    assert estimate(mean(0.7133, 0.5261, 0.9005)) == "0.71 [0.53, 0.90]"
    assert estimate(mean(123.4, 101.2, 145.6)) == "123 [101, 146]"
    assert estimate(mean(0.12, -0.02, 0.26), sign=True) == "+0.12 [-0.02, +0.26]"
    assert estimate(mean(1.4, -0.5, 3.3), low=0) == "1.4 [0.0, 3.3]"
    assert estimate(mean(0.175, -0.004, 0.354), sign=True) == "+0.17 [+0.00, +0.35]"
    assert estimate(mean(12.0, 12.0, 12.0)) == "12"
    assert estimate(mean(0.25, None, None)) == "0.25"
    assert estimate(mean(0.0333, -0.0131, 0.0797), sign=True) == "+0.03 [-0.01, +0.08]"
    assert estimate(None) == "-"
    assert percent({"value": 1.0, "ci95": [0.982, 1.0]}) == "100.0 % [98.2, 100.0]"
    assert [rounded(x) for x in (9.96, 0.0996, -1234.0, 1e-9)] == [
        "10",
        "0.10",
        "-1,200",
        "0.0000000010",
    ]
    assert [dollars(x) for x in (0.0, 999.9, 1000.0, 1_191_000.0)] == [
        "$0",
        "$1,000 M",
        "$1.00 B",
        "$1,190 B",
    ]
    assert [seconds(t) for t in (0.0, 99.9, 1500.2)] == ["0 s", "100 s", "1,500 s"]


ROW = {
    "name": "doctrine/boost",
    "attribute": "shots_per_target",
    "value": 2.0,
    "unit": "-",
    "low": 1.0,
    "high": 4.0,
    "grade": "N",
    "source": "salvo",
    "title": "Notional: two shots",
    "url": "https://example.org/" + 90 * "x",
}


def test_sources_are_told_by_name_or_by_the_field_they_fill():
    console = Console(file=io.StringIO(), width=80, highlight=False)
    fixed = {**ROW, "attribute": "x_km", "unit": "km", "low": 2.0, "high": 2.0, "grade": "P"}
    print_sources([ROW, {**fixed, "path": "doctrine.boost.x_km"}], console)
    lines = console.file.getvalue().splitlines()
    assert lines[0] == "doctrine/boost"
    assert lines[1].split() == ["shots_per_target", "2", "1", "to", "4", "N", "salvo"]
    assert lines[2] == "doctrine.boost"
    assert lines[3].split() == ["x_km", "2", "km", "P", "salvo"]
    assert ROW["url"] in lines  # whole, to be copied
    assert sum("Notional: two shots" in line for line in lines) == 1
    assert lines[-1].startswith("2 rows. Grades: P primary")
