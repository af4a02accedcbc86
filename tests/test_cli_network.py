"""`opendome network` as a user meets it."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from opendome import api
from opendome.cli import main
from opendome.cli._common import COMPILE_NOTICE
from tests._catalogues import tle

DATA = os.environ.get("OPENDOME_TEST_DATA")
ROOT = Path(__file__).parent.parent
QUICK = ("--duration", "600", "--step", "300")
SMALL = (  # one carrier
    "golden-dome",
    *("--set", "network.carriers=[transport-t1]", "--set", "network.interoperate=[]"),
)


@pytest.fixture
def call(capsys, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")

    def call(*words):
        with pytest.raises(SystemExit) as end:
            main(["network", *map(str, words)])
        out, err = capsys.readouterr()
        told = [line for line in err.splitlines() if line != COMPILE_NOTICE]
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


def documented():
    text = (ROOT / "docs" / "json.md").read_text(encoding="utf-8")
    text = text[text.index("## `opendome network`") :]
    return text[: text.index("\n## ", 3)]


# Two places -------------------------------------------------------------------------------


def test_json_of_two_places_has_the_shape_of_the_docs(call):
    words = (*SMALL, "--from", "honolulu", "--to", "command-node")
    answer = document(call, *words, "--fail-share", 0.2, "--fail-draws", 3)
    assert answer["times_s"] == [0.0, 300.0, 600.0]
    n = len(answer["times_s"])
    assert len(answer["rtt_ms"]) == len(answer["hops"]) == n
    assert answer["path"][0] == "honolulu"
    assert answer["path"][-1] == "command-node"
    assert len(answer["path"]) == answer["hops"][0] + 1
    assert all(name.startswith("transport-t1/") for name in answer["path"][1:-2])
    known = [ms for ms in answer["rtt_ms"] if ms is not None]
    assert answer["reachable_share"] == len(known) / n
    assert answer["bounds_ms"]["chord"] < answer["bounds_ms"]["fibre"]
    assert answer["bounds_ms"]["chord"] < min(known) == answer["rtt_quantiles_ms"]["min"]
    partners = {p["partner"]: p for p in answer["partners"]}
    assert partners["york"]["disjoint_paths"] <= answer["disjoint_paths"]
    assert answer["outage"]["draws"] == 3
    text = documented()
    for key in (*answer, *answer["from"], *answer["partners"][0], *answer["outage"]):
        assert f"`{key}" in text or f".{key}`" in text, key


@pytest.mark.parametrize("words", [("--from=-22.9,-43.2",), ("--from", "-22.9,-43.2")])
def test_a_place_may_start_with_a_minus(call, words):
    answer = document(call, *SMALL, *words, "--to", "-33.9,18.4")
    assert (answer["from"]["lat_deg"], answer["from"]["lon_deg"]) == pytest.approx((-22.9, -43.2))
    assert answer["from"]["name"] == "-22.9,-43.2"
    assert answer["to"]["lat_deg"] == pytest.approx(-33.9)


def test_what_is_left_out_is_left_out(call):
    ends = ("--from", "honolulu", "--to", "command-node")
    whole = document(call, *SMALL, *ends)
    first = whole["path"][1]
    less = document(call, *SMALL, *ends, "--without-node", first)
    assert less["lost"] == [first]
    assert first not in less["path"]
    plane = first.partition("-t1/")[2].partition("-")[0]
    fewer = document(call, *SMALL, *ends, "--without-plane", f"transport-t1/{plane}")
    assert not any(name.startswith(f"transport-t1/{plane}-") for name in fewer["path"])
    told = {p["partner"]: p for p in whole["partners"]}["york"]
    without = document(call, *SMALL, *ends, "--without", "york")
    assert without["without"] == ["york"]
    assert without["reachable_share"] == told["reachable_share"]
    assert without["rtt_quantiles_ms"]["p50"] == told["rtt_p50_ms"]
    assert without["disjoint_paths"] == told["disjoint_paths"]


def test_outages_are_drawn_by_the_seed(call):
    words = (*SMALL, "--from", "honolulu", "--to", "guam", "--fail-share", 0.3, "--fail-draws", 4)
    once, again = (document(call, *words, "--fail-seed", 7) for _ in range(2))
    other = document(call, *words, "--fail-seed", 8)
    assert once == again
    assert once["outage"] != other["outage"]
    assert {k: v for k, v in once.items() if k != "outage"} == {
        k: v for k, v in other.items() if k != "outage"
    }


def test_real_satellites_carry_by_name(call, tmp_path):
    real = "".join(
        tle(f"KUIPER-{k}", f"{60_000 + k}", "51.9000", "0001000", "14.80000000") for k in range(3)
    )
    (tmp_path / "real.tle").write_text(real, encoding="utf-8")
    shell = ("--set", "constellations.transport-t1.catalogue_names=^KUIPER")
    ends = ("--from", "0,0", "--to", "1,1", "--catalogue", "real.tle")
    answer = document(call, *SMALL, *shell, *ends)
    assert all("transport" not in name for name in answer["path"])


# Everybody --------------------------------------------------------------------------------


def test_json_of_everybody_has_the_shape_of_the_docs(call):
    answer = document(call, *SMALL, "--fail-share", 0.1, "--fail-draws", 2)
    assert answer["to"]["name"] == "command-node"
    groups = {group["group"]: group for group in answer["groups"]}
    assert groups["sbi"]["nodes"] == 2000
    assert groups["radars"]["role"] == "radar"
    for group in answer["groups"]:
        assert 0.0 <= group["reachable_share"] <= 1.0
        assert group["latency_ms"]["p50"] <= group["latency_ms"]["p95"]
    lost = {p["partner"]: p for p in answer["partners"]}
    assert lost["lockheed-martin"]["single_points"] == ["warning-geo"]
    text = documented()
    parts = (answer["groups"][0], answer["partners"][0], answer["partners"][0]["groups"][0])
    for key in (*answer, *(key for part in parts for key in part), *answer["outage"]):
        assert f"`{key}" in text or f".{key}`" in text, key


# Text, picture, refusals ------------------------------------------------------------------


@pytest.mark.parametrize("ends", [("--from", "guam", "--to", "41,-105"), ()], ids=["pair", "all"])
def test_text_and_picture(call, ends, tmp_path):
    status, out, err = call(*SMALL, *ends, *QUICK, "--plot", "a.png")
    assert (status, err) == (0, ["opendome: drawn in a.png"])
    assert out.startswith("golden-dome: 10 min from 2026-08-22T00:00:00Z, steps of 5 min\n")
    assert max(map(len, out.splitlines())) <= 80
    assert (tmp_path / "a.png").read_bytes()[:4] == b"\x89PNG"
    assert call(*SMALL, *ends, *QUICK, "--plot", "b.png")[1] == out
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()


def test_a_place_that_sees_no_satellite_is_told(call):
    kuiper = ("golden-dome", "--set", "network.carriers=[amazon-leo]")
    status, out, _ = call(*kuiper, "--from", "-89,0", "--to", "guam", *QUICK)
    assert status == 0
    assert "No message gets through from -89,0 to guam" in " ".join(out.split())
    assert "nan" not in out
    answer = document(call, *kuiper, "--from", "-89,0", "--to", "guam")
    assert answer["rtt_ms"] == answer["hops"] == [None] * 3
    assert (answer["reachable_share"], answer["disjoint_paths"], answer["path"]) == (0.0, 0, [])
    assert answer["warnings"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("golden-dome", "--from", "guam"), "--from needs --to"),
        (("golden-dome", "--to", "guam"), "--to needs --from"),
        (("golden-dome", "--from", "gaum", "--to", "honolulu"), "did you mean 'guam'"),
        (("golden-dome", "--from", "91,0", "--to", "guam"), "--from: latitude should be"),
        (("golden-dome", "--from", "1;2", "--to", "guam"), "--from: no place is called '1;2'"),
        (("golden-dome", "--from", "guam", "--to", "guam"), "is where the message starts"),
        (("golden-dome", "--step", "0"), "--step: should be at least"),
        (("golden-dome", "--step", "nan"), "--step: should be at least"),
        (("golden-dome", "--duration", "-1"), "--duration: should be from 0"),
        (("golden-dome", "--epoch-utc", "soon"), "epoch"),
        (("golden-dome", "--without", "acme"), "--without: no partner is called 'acme'"),
        (("golden-dome", "--without-node", "moon"), "--without-node: no satellite, plane, shell"),
        (("golden-dome", "--fail-share", "1.5"), "1.5 is not in the range 0.0<=x<=1.0"),
        (("golden-dome", "--fail-share", "nan"), "--fail-share: should be from 0 to 1"),
        (("golden-dome", "--fail-draws", "3"), "--fail-draws: only with --fail-share"),
        (("golden-dome", "--fail-seed", "3"), "--fail-seed: only with --fail-share"),
        (("golden-dome", "--fail-share", "0.1", "--fail-draws", "0"), "0 is not in the range"),
        (("golden-dome", "--names", "X"), "--names: there is no catalogue"),
        (("golden-dome", "--catalogue", "absent.tle"), "absent.tle"),
        (("golden-dome", "--plot", "a.gif"), "should end in .pdf, .png, .svg"),
        (("golden-dom",), "did you mean 'golden-dome'"),
        (("golden-dome", "--set", "network.carriers=[]"), "network.carriers: "),
    ],
)
def test_what_cannot_be_answered_is_one_line(call, words, said, tmp_path):
    assert said in refused(call, *words)
    assert list(tmp_path.iterdir()) == []


def started(*words, **options):
    return subprocess.Popen(
        [sys.executable, "-m", "opendome", "network", *words],
        env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        **options,
    )


def test_an_interrupt_leaves_nothing(tmp_path):
    work = started("golden-dome", "--step", "1", "--plot", "a.png", cwd=tmp_path)
    time.sleep(4.0)
    work.send_signal(signal.SIGINT)
    out, err = work.communicate(timeout=60)
    assert work.returncode == 130
    assert out == ""
    assert err.splitlines()[-1] == "opendome: interrupted, nothing written"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("signalled", [True, False])
def test_an_interrupt_lost_in_a_kernel_is_one(call, monkeypatch, signalled):
    def work(*args, **options):
        try:
            if signalled:
                signal.raise_signal(signal.SIGINT)
        except KeyboardInterrupt:
            pass
        raise SystemError("returned a result with an exception set")

    monkeypatch.setattr(api, "network", work)
    if signalled:
        assert call("golden-dome") == (130, "", ["opendome: interrupted, nothing written"])
    else:
        with pytest.raises(SystemError):
            main(["network"])


def test_help_loads_no_model():
    code = (
        "import sys; from opendome.cli import main\n"
        "try: main(['network', '--help'])\n"
        "except SystemExit: pass\n"
        "print(sorted({'numpy', 'matplotlib', 'numba', 'scipy', 'rich'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "--from PLACE" in done.stdout
    assert done.stdout.splitlines()[-1] == "[]"
