"""The page of a coverage run: what it says, that it fits, that no document breaks it."""

import copy
import io

import pytest
from rich.console import Console

from opendome.views.coverage import coverage_text, print_coverage
from opendome.views.numbers import clock, share_percent


def gaps(count, longest):
    return {
        "count": count,
        **{"min_s": 1.0, "mean_s": 30.0, "max_s": longest, "p50_s": 25.0, "p95_s": longest},
    }


def area(name, one, two, three, longest):
    return {
        "area": name,
        "fold": {"1": one, "2": two, "3": three},
        "max_gap_s": longest,
        "mean_gap_s": longest and 30.0,
        "gaps": {"1": gaps(4 if longest else 0, longest), "2": gaps(1200, 3725.0)},
    }


DOCUMENT = {
    "scenario": "golden-dome",
    "epoch_utc": "2026-01-01T00:00:00Z",
    "duration_h": 96.0,
    "step_s": 60.0,
    "target": {"kind": "booster", "height_km": 50.0, "seen": "in range"},
    "sensors": 1016,
    "areas": [
        area("north-korea", 1.0, 0.9971, 0.95, 0.0),
        area("iran [x]", 0.999999, 0.962, 0.9, 125.0),
    ],
    "grid": {
        "points": 10_000,
        "fold": {"1": 0.934, "2": 0.71, "3": 0.0},
        "latitude": [
            {"lat_deg": lat, "fold": {"1": 0.9 + abs(lat) / 1000.0, "2": 0.5, "3": 0.0}}
            for lat in (-88.0, -40.0, -2.0, 1.0, 14.9, 89.0)
        ],
    },
    "partners": [
        {
            "partner": "l3harris",
            "satellites": 508,
            "areas": [
                {"area": "north-korea", "fold_lost": {"1": 0.001, "2": 0.1}},
                {"area": "iran [x]", "fold_lost": {"1": 0.0123, "2": 0.05}},
            ],
            "grid_fold_lost": {"1": 0.2, "2": 0.3},
            "grid_in_view_lost": 0.75,
        },
        {
            "partner": "spacex",
            "satellites": 0,
            "areas": [{"area": "north-korea", "fold_lost": {"1": 0.0, "2": 0.0}}],
            "grid_fold_lost": {"1": 0.0, "2": None},
        },
    ],
    "frames": {"note": "Without Earth-orientation data: positions within 450 m."},
}


def page(width=80, **changes):
    console = Console(file=io.StringIO(), width=width, highlight=False)
    print_coverage({**copy.deepcopy(DOCUMENT), **changes}, console)
    return console.file.getvalue()


def flat(**changes):
    return " ".join(page(**changes).split())


def test_the_first_lines_are_the_answer():
    text = flat()
    assert text.startswith(
        "golden-dome: 1,016 sensors against a booster at 50 km, "
        "96 h from 2026-01-01T00:00:00Z, steps of 60 s. Seen: in range. "
        "At least one sensor sees the target over iran [x], the worst of 2 areas, "
        ">99.99 % of the time; the longest gap is 2 m 05 s. "
        "Over the whole grid it is 93.4 %, from 90.1 % at 1 deg N to 98.9 % at 89 deg N."
    )
    assert text.endswith("Without Earth-orientation data: positions within 450 m.")


def test_tables_hold_every_part():
    text = flat()
    for words in (
        "area 1+ 2+ 3+ longest gap mean gap",
        "north-korea 100 % 99.71 % 95.0 % none none",
        "iran [x] >99.99 % 96.2 % 90.0 % 2 m 05 s 30 s",
        "north-korea 2 1,200 25 s 1 h 02 m 05 s 1 h 02 m 05 s",
        "iran [x] 1 4 25 s 2 m 05 s 2 m 05 s 2 1,200",
        "75 to 90 N 98.9 % 50.0 % 0 %",
        "0 to 15 S 90.2 % 50.0 % 0 %",
        "75 to 90 S 98.8 %",
        "l3harris 508 -0.75 -20.00 -1.23 iran [x]",
        "spacex 0 - 0 0",
    ):
        assert text.count(words) == 1, words
    assert "15 to 30 N" not in text  # no ring there


def test_a_band_weighs_rings_by_their_length():
    text = flat()
    # cos 1 deg and cos 14.9 deg weigh 0.901 and 0.9149.
    assert "0 to 15 N 90.8 %" in text
    rows = [{"lat_deg": lat, "fold": {"1": s}} for lat, s in ((60.0, 1.0), (74.9, 0.0))]
    # 0.5 / (0.5 + cos 74.9 deg)
    assert "60 to 75 N 65.7 %" in flat(grid={"fold": {"1": 0.6}, "latitude": rows})


def test_another_fold_is_the_answer_if_asked_for():
    text = flat(fold=2)
    assert "At least 2 sensors at once see the target over iran [x], the worst of" in text
    assert "96.2 % of the time" in text
    assert "gaps with fewer than 2" in text
    assert "l3harris 508 -0.75 -30.00 -10.00 north-korea" in text
    assert "spacex 0 - - 0" in text


@pytest.mark.parametrize("missing", [("areas",), ("grid", "partners"), ("areas", "partners")])
def test_what_was_not_computed_leaves_no_hole(missing):
    text = flat(**dict.fromkeys(missing), frames=None)
    assert ("Launch areas" in text) == ("areas" not in missing)
    assert ("By latitude" in text) == ("grid" not in missing)
    assert "Without a partner" not in text or "partners" not in missing
    assert "None" not in text
    assert "nan" not in text
    if "areas" in missing:
        assert "At least one sensor sees the target over the whole grid 93.4 %, from" in text


def test_no_sensor_and_one_area():
    never = area("iran", 0.0, 0.0, 0.0, 345_600.0)
    text = flat(
        areas=[never], sensors=0, target={"kind": "ground", "height_km": 0.0, "seen": "high up"}
    )
    assert "0 satellites over the ground, 96 h" in text
    assert "over iran 0 % of the time; the longest gap is 96 h 00 m 00 s." in text


def test_warnings_are_told():
    assert "Warning: epoch far" in flat(warnings=["epoch far"])


@pytest.mark.parametrize("width", [60, 80, 300])
def test_lines_fit(width):
    lines = page(width=width).splitlines()
    assert max(map(len, lines)) <= min(width, 100)


def test_any_stream_can_write_the_page():
    assert page().isascii()


def test_long_names_do_not_push_numbers_out():
    name = "a-launch-area-with-a-name-that-has-" + 40 * "x"
    text = page(areas=[area(name, 0.999, 0.9, 0.5, 125.0)])
    assert max(map(len, text.splitlines())) <= 80
    assert "99.90 %  90.0 %  50.0 %     2 m 05 s      30 s" in text


def test_the_page_can_be_printed_by_others():
    console = Console(file=io.StringIO(), width=80, highlight=False)
    console.print(coverage_text(DOCUMENT))
    assert console.file.getvalue() == page()


def test_times_and_shares_have_the_digits_they_deserve():
    assert [clock(t) for t in (0.0, 9.96, 59.4, 59.5, 3599.6, None)] == [
        "0 s",
        "10 s",
        "59 s",
        "1 m 00 s",
        "1 h 00 m 00 s",
        "-",
    ]
    assert [share_percent(s) for s in (1e-6, 0.00123, 0.9899, 0.99995, None)] == [
        "<0.01 %",
        "0.12 %",
        "99.0 %",
        ">99.99 %",
        "-",
    ]
