"""`opendome coverage` as a user meets it."""

import json
import os
from pathlib import Path

import numpy as np
import pytest

from opendome.cli import main
from tests._catalogues import tle

DATA = os.environ.get("OPENDOME_TEST_DATA")
QUICK = ("--duration-h", "2", "--grid", "60")
ROOT = Path(__file__).parent.parent

REAL = "".join(
    tle(f"HBTSS-SV{k}", f"{58_000 + k}", "40.0000", "0001000", "13.80000000") for k in (1, 2)
) + "".join(
    tle(f"KUIPER-{k}", f"{60_000 + k}", "51.9000", "0001000", "14.80000000") for k in range(3)
)


@pytest.fixture
def call(capsys, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    (tmp_path / "real.tle").write_text(REAL, encoding="utf-8")

    def call(*words):
        with pytest.raises(SystemExit) as end:
            main(["coverage", *map(str, words)])
        out, err = capsys.readouterr()
        told = [line for line in err.splitlines() if "the first time is longest" not in line]
        return end.value.code, out, told

    return call


def document(call, *words):
    status, out, err = call(*words, *QUICK, "--json")
    assert (status, err) == (0, [])
    return json.loads(out)


def refused(call, *words):
    status, out, err = call(*words)
    assert (status, out, len(err)) == (2, "", 1)
    return err[0]


def test_json_has_the_shape_of_the_docs(call):
    answer = document(call, "golden-dome", "--target", "body", "--fold", 2)
    assert (answer["scenario"], answer["fold"], answer["sensors"]) == ("golden-dome", 2, 160)
    assert answer["target"]["kind"] == "body"
    names = [area["area"] for area in answer["areas"]]
    assert names == ["north-korea", "iran", "western-china", "central-russia"]
    for area in answer["areas"]:
        shares = [area["fold"][k] for k in "123"]
        assert 1.0 >= shares[0] >= shares[1] >= shares[2] >= 0.0
        assert area["max_gap_s"] == area["gaps"]["2"]["max_s"] >= area["mean_gap_s"]
        assert area["gaps"]["2"]["p50_s"] <= area["gaps"]["2"]["p95_s"] <= area["max_gap_s"]
    ring = answer["grid"]["latitude"]
    assert [row["lat_deg"] for row in ring] == sorted(row["lat_deg"] for row in ring)
    assert {p["partner"] for p in answer["partners"]} >= {"l3harris", "lockheed-martin"}
    assert all(0.0 <= p["grid_fold_lost"]["1"] <= 1.0 for p in answer["partners"])
    text = (ROOT / "docs" / "json.md").read_text(encoding="utf-8")
    text = text[text.index("## `opendome coverage`") :]
    for key in (*answer, *answer["areas"][0], *answer["grid"], *answer["partners"][0]):
        assert f"{key}" in text


def test_area_fold_and_partner_reach_the_model(call):
    whole = document(call, "golden-dome", "--target", "body", "--area", "iran")
    less = document(
        call, "golden-dome", "--target", "body", "--area", "iran", "--without", "l3harris"
    )
    assert [area["area"] for area in whole["areas"]] == ["iran"]
    assert less["sensors"] < whole["sensors"]
    lost = next(p for p in whole["partners"] if p["partner"] == "l3harris")
    share = whole["areas"][0]["fold"]["1"] - less["areas"][0]["fold"]["1"]
    assert lost["areas"][0]["fold_lost"]["1"] == pytest.approx(share, abs=1e-12)
    assert lost["satellites"] == whole["sensors"] - less["sensors"]


def test_a_catalogue_looks_at_the_ground(call):
    answer = document(call, "real.tle", "--names", "KUIPER", "--min-elevation-deg", 25)
    assert (answer["sensors"], answer["target"]["kind"]) == (3, "ground")
    assert "25 degrees" in answer["target"]["seen"]
    assert [p["partner"] for p in answer["partners"]] == ["amazon"]
    # Three satellites in one place: 3 or none.
    for area in answer["areas"]:
        assert area["fold"]["1"] == area["fold"]["3"]
    lost = answer["partners"][0]["grid_fold_lost"]["1"]
    assert lost == pytest.approx(answer["grid"]["fold"]["1"]) != 0.0


def test_a_catalogue_flies_in_place_of_the_shells_that_name_theirs(call):
    shells = ("--set", "constellations.warning-geo.catalogue_names=null")
    none = ("--set", "constellations.tracking-t0-flown.catalogue_names=null")
    answer = document(call, "today", *shells, *none, "--catalogue", "real.tle")
    assert answer["sensors"] == 6 + 4 + 1  # SBIRS and T0 as shells, one real HBTSS
    assert document(call, "today", *shells, *none)["sensors"] == 11


def test_text_and_picture(call, tmp_path):
    status, out, err = call("golden-dome", "--target", "body", *QUICK, "--plot", "map.png")
    assert status == 0
    assert err == ["opendome: drawn in map.png"]
    assert out.startswith("golden-dome: 160 sensors against a body against space at 1000 km, 2 h")
    assert (tmp_path / "map.png").read_bytes()[:4] == b"\x89PNG"
    again = call("golden-dome", "--target", "body", *QUICK, "--plot", "again.png")
    assert again[1] == out
    assert (tmp_path / "map.png").read_bytes() == (tmp_path / "again.png").read_bytes()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("golden-dome", "--area", "nowhere"), "--area: no area is called 'nowhere'"),
        (("golden-dome", "--area", "1,2;3"), "is no corner"),
        (("golden-dome", "--target", "moon"), "'moon' is not one of"),
        (("golden-dome", "--fold", "0"), "0 is not in the range 1<=x<=20"),
        (("golden-dome", "--grid", "-3"), "grid_points: "),
        (("golden-dome", "--step-s", "0"), "step_s: "),
        (("golden-dome", "--duration-h", "inf"), "duration_h: "),
        (("golden-dome", "--epoch-utc", "soon"), "epoch_utc: not an ISO 8601"),
        (("golden-dome", "--without", "acme"), "--without: no partner is called 'acme'"),
        (("golden-dome", "--names", "X"), "--names: there is no catalogue"),
        (("golden-dome", "--catalogue", "absent.tle"), "absent.tle"),
        (
            ("today", "--catalogue", "real.tle"),
            "--catalogue: warning-geo: filter name '^SBIRS GEO'",
        ),
        (("golden-dome", "--plot", "map.gif"), "should end in .pdf, .png, .svg"),
        (("golden-dome", "--plot", "real.tle"), "should end in"),
        (("golden-dome", "--plot", "map.png", "--grid", "0"), "there is no map to draw"),
        (("golden-dom",), "did you mean 'golden-dome'"),
        (("real.tle", "--names", "("), "regular expression"),
        (("real.tle", "--names", "NOTHING"), "NOTHING"),
        (("real.tle", "--set", "a=1"), "is a catalogue, which has no settings"),
        (("real.tle", "--catalogue", "real.tle"), "is a catalogue itself"),
        (("real.tle", "--without", "spacex"), "no partner is called 'spacex'"),
    ],
)
def test_what_cannot_be_answered_is_one_line(call, words, said, tmp_path):
    assert said in refused(call, *words)
    assert [path.name for path in tmp_path.iterdir()] == ["real.tle"]


def test_web_page_in_place_of_a_catalogue_is_told(call, tmp_path):
    (tmp_path / "page.tle").write_text("<html><body>403 Forbidden</body></html>", "utf-8")
    assert "page.tle" in refused(call, "page.tle")


@pytest.mark.skipif(DATA is None, reason="OPENDOME_TEST_DATA names no folder with catalogues")
def test_real_kuiper_covers_a_band_and_no_pole(call):
    path = Path(DATA or "") / "active-2026-08-22.tle"
    answer = document(call, path, "--names", "^KUIPER", "--min-elevation-deg", 25)
    assert answer["sensors"] == 391
    by_lat = {row["lat_deg"]: row["fold"]["1"] for row in answer["grid"]["latitude"]}
    assert np.mean([share for lat, share in by_lat.items() if abs(lat) > 70.0]) == 0.0
    assert np.mean([share for lat, share in by_lat.items() if abs(lat) < 50.0]) > 0.9
