"""`opendome orbits`: the summary of a catalogue as a user meets it."""

import gzip
import io
import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from rich.console import Console

from opendome import api
from opendome.cli import main
from opendome.errors import InputError
from opendome.views.catalogue import print_catalogue
from opendome.views.orbit_chart import orbits_figure
from tests._catalogues import tle

DATA = os.environ.get("OPENDOME_TEST_DATA")
N_SHELL = 24
HELP_S = 0.5


def plane(name, n, inc, motion):
    return "".join(
        tle(f"{name}-{k}", f"{10_000 + 1000 * len(name) + k}", inc, "0001000", motion)
        for k in range(n)
    )


SHELL = plane("STARLINK", N_SHELL, "53.1600", "15.05000000")
OTHERS = tle("LAGEOS 1", "08820", "109.8600", "0044000", "6.38664700") + tle(
    "ONEWEB-0012", "44057", "87.9000", "0002000", "13.15000000"
)
SPOILT = tle("KUIPER-1", "60001", "51.9000", "0001000", "14.80000000").replace("51.9000", "51.9001")
CATALOGUE = SHELL + OTHERS + SPOILT


@pytest.fixture
def call(capsys, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    (tmp_path / "all.tle").write_text(CATALOGUE, encoding="utf-8")

    def call(*words):
        with pytest.raises(SystemExit) as end:
            main(["orbits", *map(str, words)])
        out, err = capsys.readouterr()
        return end.value.code, out, err.splitlines()

    return call


def document(call, *words):
    status, out, err = call("all.tle", *words, "--json")
    assert (status, err) == (0, [])
    return json.loads(out)


def test_json_has_the_shape_of_the_docs(call):
    answer = document(call)
    assert (answer["file"], answer["form"], answer["counted"]) == ("all.tle", "tle", "line")
    assert (answer["records"], answer["good"], answer["selected"]) == (27, 26, 26)
    bad = answer["bad"]
    assert [(row["line"], row["name"]) for row in bad] == [(80, "KUIPER-1")]
    assert "checksum" in bad[0]["reason"]
    assert answer["operators"] == [
        {"name": "spacex", "satellites": N_SHELL},
        {"name": "eutelsat-oneweb", "satellites": 1},
        {"name": "other", "satellites": 1},
    ]
    (shell,) = answer["shells"]
    assert shell == {
        "operator": "spacex",
        "altitude_km": 551.8,
        "inclination_deg": 53.16,
        "satellites": N_SHELL,
        "lowest_km": 551.8,
        "highest_km": 551.8,
    }
    assert answer["epochs"] == dict.fromkeys(("first", "last"), "2026-08-22T12:25:40Z")
    text = (Path(__file__).parent.parent / "docs" / "json.md").read_text(encoding="utf-8")
    section = text.partition("## `opendome orbits`")[2].partition("\n## ")[0]
    assert [key for key in answer if f"`{key}" not in section] == []


def test_every_good_record_is_counted_once(call):
    answer = document(call)
    assert answer["records"] == answer["good"] + len(answer["bad"])
    assert sum(row["satellites"] for row in answer["operators"]) == answer["selected"]


@pytest.mark.parametrize(
    ("words", "selected"),
    [
        (("--names", "^starlink-1"), 11),
        (("--operator", "spacex"), N_SHELL),
        (("--altitude-km", "500,600"), N_SHELL),
        (("--inclination-deg", "80,180"), 2),
        (("--inclination-deg", "80,180", "--altitude-km", "1000,1300"), 1),
    ],
)
def test_filters_choose_satellites_and_leave_the_health_alone(call, words, selected):
    answer = document(call, *words)
    assert (answer["good"], answer["selected"]) == (26, selected)


def test_a_fleet_of_others_alone_has_no_shell(call):
    status, out, _ = call("all.tle", "--names", "LAGEOS")
    assert status == 0
    assert "None is dense enough." in out
    assert "Asked for: 1 satellite." in out


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--altitude-km", "5"), "'5' is not two numbers with a comma"),
        (("--altitude-km", "a,b"), "'a,b' is not two numbers"),
        (("--altitude-km", "600,500"), "lower number first"),
        (("--altitude-km", "nan,5"), "lower number first"),
        (("--inclination-deg", "0,181"), "should lie in 0 to 180"),
        (("--names", "("), "no regular expression"),
        (("--names", "NONE OF THEM"), "none of the 26 satellites"),
        (("--operator", "spacx"), "did you mean 'spacex'?"),
        (("--plot", "map.gif"), "should end in .pdf, .png, .svg"),
        (("--plot", "all.tle"), "should end in .pdf, .png, .svg"),
        (("--plot", "nowhere/map.png"), "no folder that may be written"),
        (("--strict",), "all.tle: line 80: KUIPER-1: "),
    ],
)
def test_wrong_input_is_one_line_and_status_2(call, tmp_path, words, told):
    status, out, err = call("all.tle", *words)
    assert (status, out, len(err)) == (2, "", 1)
    assert told in err[0]
    assert [path.name for path in tmp_path.iterdir()] == ["all.tle"]


@pytest.mark.parametrize(
    ("text", "told"),
    [("", "empty"), ("<!DOCTYPE html><html></html>", "HTML"), (SPOILT, "none of its 1 records")],
)
def test_a_file_without_a_satellite_is_refused(call, tmp_path, text, told):
    (tmp_path / "odd").write_text(text, encoding="utf-8")
    status, out, err = call("odd")
    assert (status, out, len(err)) == (2, "", 1)
    assert told in err[0]


def test_standard_input_may_be_packed(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "opendome", "orbits", "-"],
        input=gzip.compress(CATALOGUE.encode()),
        capture_output=True,
        check=False,
        cwd=tmp_path,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.decode().startswith("standard input: 27 records (tle), 26 good, 1 bad")


def test_text_says_what_is_bad_and_how_much_more(call, tmp_path):
    status, out, _ = call("all.tle")
    assert status == 0
    assert "80 KUIPER-1: " in out
    assert " more" not in out
    (tmp_path / "bad.tle").write_text(SHELL + 13 * SPOILT, encoding="utf-8")
    _, out, _ = call("bad.tle")
    assert out.count("KUIPER-1: ") == 10
    assert "and 3 more; --json lists all" in out


@pytest.mark.parametrize("width", [40, 60, 80, 200])
def test_the_page_fits_the_terminal(tmp_path, width):
    (tmp_path / "all.tle").write_text(CATALOGUE, encoding="utf-8")
    answer = {"file": "all.tle", **api.orbits(tmp_path / "all.tle").answer()}
    stream = io.StringIO()
    print_catalogue(answer, Console(file=stream, width=width, highlight=False))
    text = stream.getvalue()
    assert max(map(len, text.splitlines())) <= min(width, 100)
    assert "…" not in text
    assert all(word in text for word in ("spacex", "552", "53.2", "eutelsat-oneweb"))


@pytest.mark.parametrize(
    ("name", "magic"), [("a.png", b"\x89PNG"), ("a.svg", b"<?xml"), ("a.PDF", b"%PDF")]
)
def test_the_picture_is_drawn_whole_and_never_over_another(call, tmp_path, name, magic):
    status, out, err = call("all.tle", "--plot", name, "--json")
    assert status == 0
    assert json.loads(out)["good"] == 26
    assert err == [f"opendome: drawn in {name}"]
    assert (tmp_path / name).read_bytes().startswith(magic)
    assert {path.name for path in tmp_path.iterdir()} == {"all.tle", name}
    status, _, err = call("all.tle", "--plot", name)
    assert status == 2
    assert "exists already" in err[0]


def test_the_picture_says_what_it_shows(tmp_path):
    (tmp_path / "all.tle").write_text(CATALOGUE, encoding="utf-8")
    figure = orbits_figure(api.orbits(tmp_path / "all.tle"), "all.tle")
    assert figure.get_suptitle() == "26 satellites in all.tle"
    assert figure.axes[0].get_title(loc="left").startswith("24 in 1 shell; 1 of 27 records bad")
    dots = [len(c.get_offsets()) for axes in figure.axes for c in axes.collections]
    assert sum(dots) == 26
    bars = [bar.get_width() for axes in figure.axes for bar in axes.patches]
    assert sum(bars) == 26
    labels = [text.get_text() for text in figure.legends[0].get_texts()]
    assert labels == ["spacex 24", "eutelsat-oneweb 1", "other 1"]


def test_the_picture_is_the_same_bytes_again(call, tmp_path):
    for name in ("one.svg", "two.svg"):
        assert call("all.tle", "--plot", name)[0] == 0
    one, two = (tmp_path / name for name in ("one.svg", "two.svg"))
    assert one.read_bytes() == two.read_bytes()


def test_help_answers_at_once_without_heavy_libraries():
    heavy = ("numba", "numpy", "scipy", "matplotlib", "pydantic")
    code = (
        "import sys\nsys.argv = ['opendome', 'orbits', '--help']\n"
        "from opendome.cli import main\n"
        f"try:\n    main()\nfinally:\n    print([m for m in {heavy!r} if m in sys.modules])"
    )
    took_s = []
    for _ in range(3):
        start_s = time.perf_counter()
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
        took_s.append(time.perf_counter() - start_s)
        assert done.stdout.splitlines()[-1] == "[]", done.stdout
    assert min(took_s) < HELP_S


def test_an_operator_without_a_satellite_is_named_by_the_api(tmp_path):
    (tmp_path / "all.tle").write_text(SHELL, encoding="utf-8")
    with pytest.raises(InputError, match="no satellite here is one of 'amazon'"):
        api.orbits(tmp_path / "all.tle", operator="amazon")


@pytest.mark.skipif(DATA is None, reason="OPENDOME_TEST_DATA is not set: no catalogues")
@pytest.mark.parametrize(
    ("name", "records", "bad", "operators"),
    [("active-2026-08-22.tle", 16069, 2, 30), ("starlink-2025-05-24.omm.json", 7483, 0, 1)],
)
def test_the_real_catalogues_are_read_whole(name, records, bad, operators):
    answer = api.orbits(Path(DATA) / name).answer()
    assert (answer["records"], len(answer["bad"])) == (records, bad)
    assert answer["good"] == answer["selected"] == records - bad
    assert len(answer["operators"]) == operators
    assert "epoch far" not in {warning["check"] for warning in answer["warnings"]}
