"""The command line as a user meets it: answers, refusals, and nothing left behind."""

import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import textwrap
import time
import tomllib
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

import pytest

import opendome
from opendome import api, catalog
from opendome.analysis.summary import summarise
from opendome.cli import COMMANDS, main
from opendome.cli import _common as common_file
from opendome.cli import run as run_file

PYTHON = [sys.executable, "-B", "-W", "error"]
RUNS = 12
"""Enough for more than one chunk, so that two workers are two processes. [-]"""
FULL = Path("/dev/full")


@pytest.fixture
def call(capsys, monkeypatch, tmp_path):
    """Run a command in an empty folder; return its status, output and error lines."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")

    def call(*words):
        with pytest.raises(SystemExit) as end:
            main([str(word) for word in words])
        out, err = capsys.readouterr()
        return end.value.code, out, err.splitlines()

    return call


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    """One real run of the packaged shield, on two workers, and what it printed."""
    folder = tmp_path_factory.mktemp("run")
    return folder / "two", real_run(folder, "two", 2)


def real_run(folder, out, workers):
    words = ["run", "golden-dome", "--runs", str(RUNS), "--workers", str(workers)]
    done = subprocess.run(
        [*PYTHON, "-m", "opendome", *words, "--json", "--out", out],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    told = set(done.stderr.splitlines()) - {common_file.COMPILE_NOTICE}
    assert [line for line in told if "usable cores" not in line] == []
    return done.stdout


@pytest.fixture
def ready(finished, monkeypatch):
    """Let `run` return the finished run at once."""
    results = api.open_result(finished[0])

    def run(loaded, *, on_progress, **options):
        on_progress(RUNS)
        return api.Run(results, summarise(results), {})

    monkeypatch.setattr(api, "run", run)


def unreached(*args, **options):
    raise AssertionError("simulated before the input was checked")


# Help ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("words", [[], ["--help"], ["-h"]])
def test_help_lists_every_command(call, words):
    status, out, err = call(*words)
    assert (status, err) == (0, [])
    listed = out.partition("Commands:\n")[2]
    assert [line.split()[0] for line in listed.splitlines()] == [*COMMANDS]
    assert "..." not in listed  # no summary is cut off


@pytest.mark.parametrize("command", COMMANDS)
def test_each_command_has_help_with_an_example(call, command):
    status, out, err = call(command, "--help")
    assert (status, err) == (0, [])
    assert f"Example: opendome {command}" in out


def test_version(call):
    assert call("--version") == (0, f"opendome {opendome.__version__}\n", [])


def test_help_imports_nothing_heavy():
    code = """
    import sys
    from opendome.cli import main
    for words in (["--help"], ["run", "--help"]):
        try:
            main(words)
        except SystemExit as end:
            assert end.code == 0
    heavy = {"numba", "numpy", "pyarrow", "pydantic", "rich", "ruamel", "scipy"}
    print("loaded:", sorted(heavy & set(sys.modules)))
    """
    words = [*PYTHON, "-c", textwrap.dedent(code)]
    done = subprocess.run(words, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "loaded: []"


def test_the_package_exports_the_api_when_asked():
    assert opendome.run is api.run
    assert {"Run", "check", "load", "open_result", "run"} <= set(dir(opendome))
    with pytest.raises(AttributeError, match="no attribute 'rum'"):
        _ = opendome.rum


# Refusals -----------------------------------------------------------------------------------

FILES = {
    "unknown.yaml": "extends: golden-dome\nradi: {}\n",
    "deep.yaml": "extends: golden-dome\nraid:\n  groups:\n    liquid: {cuont: 3}\n",
    "range.yaml": "extends: golden-dome\nconstellations:\n  sbi: {inclination_deg: 200}\n",
    "dangling.yaml": "extends: golden-dome\nraid:\n  groups:\n    liquid: {threat: icbm-liqid}\n",
    "no-raid.yaml": "extends: golden-dome\n"
    "raid:\n  groups: {liquid: null, solid: null, guam: null}\n",
    "negative.yaml": "extends: golden-dome\nraid:\n  groups:\n    liquid: {count: -3}\n",
    "nan.yaml": "extends: golden-dome\nraid:\n  salvo_s: .nan\n",
    "epoch.yaml": "extends: golden-dome\nepoch_utc: tomorrow\n",
    "text.yaml": "extends: golden-dome\nraid: {a: [1\n",
    "list.yaml": "- golden-dome\n",
    "empty.yaml": "",
    "itself.yaml": "extends: itself.yaml\n",
    "twice.yaml": "extends: golden-dome\nname: a\nname: b\n",
    "no-base.yaml": "extends: golden-dom\n",
    "binary.yaml": b"\xff\xfe\x00\x01",
}
BAD_FILES = {
    "unknown.yaml": ("unknown.yaml:2", "radi", "unknown field", "did you mean 'raid'"),
    "deep.yaml": ("deep.yaml:4", "raid.groups.liquid.cuont", "did you mean 'count'"),
    "range.yaml": ("range.yaml:3", "constellations.sbi.inclination_deg", "180", "200"),
    "dangling.yaml": ("dangling.yaml:4", "raid.groups.liquid.threat", "'icbm-liquid'"),
    "no-raid.yaml": ("no-raid.yaml:3", "raid.groups", "at least 1"),
    "negative.yaml": ("negative.yaml:4", "raid.groups.liquid.count", "0", "-3"),
    "nan.yaml": ("nan.yaml:3", "raid.salvo_s", "finite"),
    "epoch.yaml": ("epoch.yaml:2", "epoch_utc", "'tomorrow'"),
    "text.yaml": ("text.yaml:", "not YAML"),
    "list.yaml": ("list.yaml:1", "field: value"),
    "empty.yaml": ("empty.yaml", "is empty"),
    "itself.yaml": ("itself.yaml", "may not extend itself"),
    "twice.yaml": ("twice.yaml:3", "name"),
    "no-base.yaml": ("golden-dom", "'golden-dome'"),
    "binary.yaml": ("binary.yaml", "not UTF-8"),
    "missing.yaml": ("missing.yaml", "no such file"),
    "folder": ("folder",),
    "golden-dom": ("'golden-dom'", "did you mean 'golden-dome'"),
}
BAD_OPTIONS = {
    "--workers 0": ("--workers", "0"),
    "--runs 0": ("--runs", "0"),
    "--runs -1": ("--runs", "-1"),
    "--runs many": ("--runs", "'many'"),
    "--runs 1e3": ("--runs", "'1e3' is not a valid whole number"),
    "--seed -1": ("--seed", "-1"),
    "--sed 1": ("--sed", "--seed"),
    "--out folder": ("--out folder", "exists already"),
    "--out empty.yaml": ("--out empty.yaml", "exists already"),
    "--out \udcff": ("--out", "UTF-8"),
    "--out empty.yaml/run": ("--out empty.yaml/run", "no folder"),
    "--set raid.salvo_s": ("--set raid.salvo_s", "path=value"),
    "--set =3": ("--set =3", "path=value"),
    "--set raid.grups.x=1": ("raid.grups", "did you mean 'groups'"),
    "--set raid.salvo=1": ("raid.salvo", "did you mean 'salvo_s'"),
    "--set raid.salvo_s=.inf": ("raid.salvo_s", "finite"),
    "--set raid.salvo_s=[1": ("'[1'", "not a YAML value"),
    "golden-dome regional-raid": ("regional-raid",),
}


@pytest.fixture
def folder_of_bad_files(tmp_path, monkeypatch):
    for name, text in FILES.items():
        (tmp_path / name).write_bytes(text if isinstance(text, bytes) else text.encode())
    (tmp_path / "folder").mkdir()
    monkeypatch.setattr(api, "run", unreached)
    return tmp_path


def refused(call, folder, *words):
    """Return the one line in which a command refused its input, having written nothing."""
    before = sorted(folder.rglob("*"))
    status, out, err = call(*words)
    assert (status, out, len(err)) == (2, "", 1), err
    assert err[0].startswith("opendome: error: ")
    assert sorted(folder.rglob("*")) == before
    return err[0]


@pytest.mark.parametrize("name", BAD_FILES)
def test_a_wrong_scenario_is_refused_in_one_line(call, folder_of_bad_files, name):
    line = refused(call, folder_of_bad_files, "run", name)
    assert [words for words in BAD_FILES[name] if words not in line] == []


@pytest.mark.parametrize(
    ("command", "name"),
    [
        *(("check", name) for name in ("empty.yaml", "missing.yaml", "text.yaml")),
        *(("sources", name) for name in ("deep.yaml", "empty.yaml", "missing.yaml", "text.yaml")),
    ],
)
def test_every_command_refuses_a_wrong_scenario(call, folder_of_bad_files, command, name):
    line = refused(call, folder_of_bad_files, command, name)
    assert [words for words in BAD_FILES[name] if words not in line] == []


@pytest.mark.parametrize("options", BAD_OPTIONS)
def test_a_wrong_option_is_refused_in_one_line(call, folder_of_bad_files, options):
    line = refused(call, folder_of_bad_files, "run", *options.split())
    assert [words for words in BAD_OPTIONS[options] if words not in line] == []


def test_a_wrong_command_is_refused_in_one_line(call, tmp_path):
    assert "did you mean 'check'" in refused(call, tmp_path, "chekc")
    assert "no such option" in refused(call, tmp_path, "--jsn").lower()


def test_a_folder_that_cannot_be_made_is_refused_before_the_raids(call, folder_of_bad_files):
    (folder_of_bad_files / "runs").write_text("no folder")
    line = refused(call, folder_of_bad_files, "run")
    assert "--out runs/golden-dome-1: " in line
    assert "runs is no folder that may be written" in line


@pytest.mark.parametrize(
    "words",
    [
        ["new"],
        ["show"],
        ["new", "golden-dme"],
        ["new", "golden-dome", "nowhere/mine.yaml"],
        ["show", "nowhere"],
    ],
)
def test_what_is_missing_is_told_in_one_line(call, tmp_path, words):
    refused(call, tmp_path, *words)


# Run ----------------------------------------------------------------------------------------


def test_one_worker_and_two_give_the_same_bytes(finished):
    two, out = finished
    again = real_run(two.parent, "one", 1)
    one = two.parent / "one"
    names = sorted(path.name for path in two.iterdir())
    assert names == sorted(path.name for path in one.iterdir())
    differ = {n for n in names if (one / n).read_bytes() != (two / n).read_bytes()}
    assert differ <= {"timings.json"}
    timings = json.loads((two / "timings.json").read_text())
    assert timings["workers"] == min(2, run_file._usable_cores())
    assert again == out.replace('"out": "two"', '"out": "one"')
    assert again != out


def test_json_has_the_documented_shape(finished):
    answer = json.loads(finished[1], parse_constant=lambda word: pytest.fail(word))
    assert answer["scenario"] == "golden-dome"
    assert answer["version"] == opendome.__version__
    assert (answer["runs"], answer["out"]) == (RUNS, "two")
    assert answer["raid"] == {"missiles": 12, "warheads": 12}
    for name in ("leakers", "leakers_missiles"):
        low, high = answer[name]["ci95"]
        assert low <= answer[name]["mean"] <= high
    assert set(answer["p_no_leak"]) == {"value", "ci95"}
    assert [row["layer"] for row in answer["layers"]] == ["boost", "midcourse", "terminal"]
    kills = sum(row["kills"] for row in answer["layers"])
    assert answer["leakers"]["mean"] + kills == pytest.approx(12)
    assert sum(answer["leak_reasons"].values()) == pytest.approx(answer["leakers"]["mean"])
    assert list(answer["kill_chain_s"]) == ["detect", "track", "deliver", "decide", "commit"]
    cost = answer["cost"]
    assert sum(cost["by_element_musd"].values()) == pytest.approx(cost["total_musd"])
    partners = {row["partner"]: row for row in answer["partners"]}
    for name in ("leakers_without", "leakers_delta"):
        assert set(partners["spacex"][name]) == {"mean", "ci95"}
    assert {"award_musd", "satellites", "launches", "note"} <= set(partners["spacex"])
    assert list(answer["sources"]) == ["primary", "secondary", "derived", "notional"]
    assert {"leakers_worst_start", "warnings", "seed"} <= set(answer)


def test_nothing_tells_workers_or_time_but_timings(finished):
    folder, out = finished
    text = out + (folder / "run.json").read_text()
    assert [word for word in ("workers", "simulate_s", "elapsed") if f'"{word}"' in text] == []


def test_show_prints_what_run_printed(call, finished, ready, tmp_path):
    folder, out = finished
    assert call("show", folder, "--json") == (0, out.replace('"two"', json.dumps(str(folder))), [])
    status, text, err = call("run", "--out", "mine")
    assert (status, err) == (0, [])
    assert call("show", "mine") == (0, text, [])
    assert "Of 12 warheads" in text
    assert "Kept in mine." in text
    assert json.loads(out)["overrides"] == []


def test_folders_are_numbered_under_the_name_of_the_scenario(call, ready):
    for n in (1, 2):
        status, out, _ = call("run", "regional-raid", "--json")
        assert status == 0
        assert Path(json.loads(out)["out"]) == Path("runs") / f"regional-raid-{n}"
    assert len(list(Path("runs").iterdir())) == 2


def test_options_reach_the_model(call, finished, monkeypatch, tmp_path):
    seen = {}
    results = api.open_result(finished[0])

    def run(loaded, *, on_progress, **options):
        seen.update(options, salvo_s=loaded.scenario.raid.salvo_s)
        return api.Run(results, summarise(results), {})

    monkeypatch.setattr(api, "run", run)
    monkeypatch.setattr(run_file, "_usable_cores", lambda: 3)
    words = ["--runs", 7, "--seed", 5, "--workers", 2]
    status, _, err = call("run", *words, "--set", "raid.salvo_s=1", "--set", "raid.salvo_s=2")
    assert (status, err) == (0, [])
    assert seen == {"runs": 7, "ci": None, "seed": 5, "workers": 2, "salvo_s": 2.0}
    assert call("run", "--ci", "0.02")[0] == 0
    most = api.load("golden-dome").scenario.monte_carlo.max_runs
    assert (seen["runs"], seen["ci"]) == (most, 0.02)
    assert call("run")[0] == 0
    assert (seen["runs"], seen["seed"]) == (api.load("golden-dome").scenario.monte_carlo.runs, None)
    assert seen["workers"] == 3
    status, _, err = call("run", "--workers", 64)
    assert (status, err) == (0, ["opendome: --workers 64 is above the usable cores; 3 start"])
    assert seen["workers"] == 3


def test_a_full_disk_is_one_line_and_leaves_nothing(call, ready, monkeypatch, tmp_path):
    def no_space(*args, **options):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("opendome.simulation.results.pq.write_table", no_space)
    status, out, err = call("run", "--out", "mine")
    assert (status, out) == (1, "")
    assert err == ["opendome: error: mine could not be written (No space left on device)"]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(not FULL.exists(), reason="needs /dev/full")
def test_output_that_cannot_be_written_is_one_line():
    with FULL.open("w") as full:
        words = [*PYTHON, "-m", "opendome", "list"]
        done = subprocess.run(words, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert (done.returncode, len(done.stderr.splitlines())) == (1, 1)


@pytest.mark.skipif(sys.platform == "win32", reason="needs a POSIX shell")
@pytest.mark.parametrize("closed", [">&-", "2>&-", ">&- 2>&-"])
def test_closed_streams_are_no_error(closed):
    words = shlex.join([*PYTHON, "-m", "opendome", "list"])
    done = subprocess.run(f"{words} {closed}", shell=True, capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (0, b"")
    assert (done.stdout == b"") == closed.startswith(">&-")


def test_a_reader_that_leaves_is_no_error():
    words = [*PYTHON, "-m", "opendome", "sources"]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        process.stdout.readline()
        process.stdout.close()
        assert process.stderr.read() == b""


@pytest.mark.parametrize(
    ("error", "words"),
    [(BrokenProcessPool("x\ny"), "--workers 1"), (MemoryError(), "out of memory")],
    ids=["worker", "memory"],
)
def test_what_the_machine_cannot_do_is_one_line(call, monkeypatch, tmp_path, error, words):
    def run(*args, **options):
        raise error

    monkeypatch.setattr(api, "run", run)
    status, out, err = call("run")
    assert (status, out, len(err)) == (1, "", 1)
    assert words in err[0]
    assert list(tmp_path.iterdir()) == []


def test_a_bug_is_not_hidden(call, monkeypatch):
    def run(*args, **options):
        raise ZeroDivisionError

    monkeypatch.setattr(api, "run", run)
    with pytest.raises(ZeroDivisionError):
        main(["run"])


def test_compiling_is_told_once(call, monkeypatch, ready):
    fast = api.run

    def run(loaded, *, on_progress, **options):
        time.sleep(0.2)
        return fast(loaded, on_progress=on_progress, **options)

    assert call("run")[2] == []
    monkeypatch.setattr(common_file, "NOTICE_AFTER_S", 0.02)
    monkeypatch.setattr(api, "run", run)
    assert call("run", "--json")[2] == [common_file.COMPILE_NOTICE]


# Ctrl-C -------------------------------------------------------------------------------------

INTERRUPTED = "opendome: interrupted, nothing written"


def test_an_interrupt_that_a_library_swallowed_still_counts(call, monkeypatch, tmp_path):
    def run(loaded, *, on_progress, **options):
        try:
            signal.raise_signal(signal.SIGINT)
        except KeyboardInterrupt:  # as Python does in a callback that cannot raise
            on_progress(1)
        raise AssertionError("went on")

    monkeypatch.setattr(api, "run", run)
    before = signal.getsignal(signal.SIGINT)
    assert call("run") == (130, "", [INTERRUPTED])
    assert list(tmp_path.iterdir()) == []
    assert signal.getsignal(signal.SIGINT) is before


@pytest.mark.skipif(sys.platform == "win32", reason="needs process groups")
def test_a_signal_that_is_ignored_stays_so(call, monkeypatch, ready):
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)  # as nohup does
    finished = api.run

    def run(loaded, **options):
        signal.raise_signal(signal.SIGHUP)
        return finished(loaded, **options)

    monkeypatch.setattr(api, "run", run)
    try:
        assert call("run")[0] == 0
    finally:
        signal.signal(signal.SIGHUP, before)


@pytest.mark.skipif(sys.platform == "win32", reason="needs process groups")
@pytest.mark.parametrize(("name", "status"), [("SIGINT", 130), ("SIGTERM", 143), ("SIGHUP", 129)])
def test_a_signal_leaves_no_folder_and_no_worker(tmp_path, name, status):
    code = """
    import os, signal, sys
    from opendome import api, cli

    def run(loaded, *, on_progress, model=api.run, **options):
        def tick(done):
            on_progress(done)
            if done > 20:  # both workers are at work
                number = signal.Signals[sys.argv[1]]
                if number == signal.SIGINT:  # a terminal tells the workers too
                    os.killpg(0, number)
                os.kill(os.getpid(), number)
        return model(loaded, on_progress=tick, **options)

    if __name__ == "__main__":
        api.run = run
        cli.main(["run", "golden-dome", "--runs", "5000", "--workers", "2"])
    """
    (tmp_path / "start.py").write_text(textwrap.dedent(code))
    process = subprocess.Popen(
        [*PYTHON, "start.py", name],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        # Workers hold the pipes too, so this ends when the last of them has.
        out, err = process.communicate(timeout=120)
    finally:
        process.kill()
    assert (process.returncode, out) == (status, "")
    assert [line for line in err.splitlines() if line != common_file.COMPILE_NOTICE] == [
        INTERRUPTED
    ]
    assert [path.name for path in tmp_path.iterdir()] == ["start.py"]


# The other commands -------------------------------------------------------------------------


def test_check_lists_what_passed(call):
    status, out, err = call("check", "golden-dome", "--verbose")
    assert (status, err) == (0, [])
    assert "checks passed" in out
    assert "  raid-exists" in out.splitlines()
    assert "error" not in out


def test_check_tells_all_errors_and_where(call, tmp_path):
    (tmp_path / "mine.yaml").write_text(FILES["dangling.yaml"])
    status, out, err = call("check", "mine.yaml", "--set", "network.carriers=[nowhere]")
    assert (status, err) == (2, [])
    lines = out.splitlines()
    assert lines[0].startswith("error: ")
    assert any("mine.yaml:4: raid.groups.liquid.threat: " in line for line in lines)
    assert any("network.carriers: " in line and "'nowhere'" in line for line in lines)
    assert any("mine.yaml: 2 errors" in line for line in lines)


def test_check_tells_every_error_of_form(call, tmp_path):
    text = "extends: golden-dome\nraid: {salvo_s: -1, jitter_s: soon}\nseed: -1\n"
    (tmp_path / "mine.yaml").write_text(text)
    status, out, err = call("check", "mine.yaml")
    assert (status, err) == (2, [])
    errors = [line for line in out.splitlines() if line.startswith("error: ")]
    assert [line.split(": ")[2] for line in errors] == ["seed", "raid.salvo_s", "raid.jitter_s"]
    assert all(line.endswith(" [schema]") for line in errors)
    assert "mine.yaml: 3 errors; 0 checks passed" in out.splitlines()
    status, out, err = call("check", "mine.yaml", "--json")
    assert (status, err) == (2, [])
    document = json.loads(out)
    assert document["passed"] == []
    findings = document["findings"]
    assert {(row["check"], row["level"]) for row in findings} == {("schema", "error")}
    assert findings[1]["where"] == "mine.yaml:2"
    status, out, err = call("run", "mine.yaml")
    assert (status, out, len(err)) == (2, "", 1)
    assert err[0].endswith(" (and 2 more); opendome check mine.yaml lists all")


def test_check_tells_warnings_and_exits_0(call):
    status, out, err = call("check", "--set", "ground.sites.fort-greely.magazine=0", "--json")
    assert (status, err) == (0, [])
    document = json.loads(out)
    assert document["scenario"] == "golden-dome"
    (finding,) = [f for f in document["findings"] if f["check"] == "magazine-filled"]
    assert finding["level"] == "warning"
    assert finding["path"] == "ground.sites.fort-greely.magazine"
    assert finding["text"] == "the magazine is empty"
    assert finding["where"]
    assert "magazine-filled" not in document["passed"]
    assert "raid-exists" in document["passed"]


def test_new_copies_a_scenario_and_never_over_a_file(call, tmp_path):
    status, out, err = call("new", "regional-raid")
    assert (status, err) == (0, [])
    assert "opendome run regional-raid.yaml" in out
    assert api.load("regional-raid.yaml").scenario == api.load("regional-raid").scenario
    (tmp_path / "mine.yaml").write_text("mine")
    line = refused(call, tmp_path, "new", "golden-dome", "mine.yaml")
    assert "FILE mine.yaml: exists already" in line
    assert (tmp_path / "mine.yaml").read_text() == "mine"


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("mine.yaml", "mine"),
        ("12.yaml", "12"),
        ("my shield.yaml", "golden-dome"),
        ("Mine.yaml", "golden-dome"),
    ],
)
def test_new_calls_the_copy_like_its_file(call, tmp_path, file, name):
    status, out, err = call("new", "golden-dome", file)
    assert (status, err) == (0, [])
    assert shlex.split(out.partition("then: ")[2]) == ["opendome", "run", file]
    assert api.load(file).scenario.name == name
    lines = (tmp_path / file).read_text().splitlines()
    before = catalog.scenario_text("golden-dome").splitlines()
    assert len(lines) == len(before)
    changed = [old for old, new in zip(before, lines, strict=True) if old != new]
    assert changed == ["name: golden-dome"] * (name != "golden-dome")


def test_list_names_every_packaged_scenario(call):
    status, out, err = call("list")
    assert (status, err) == (0, [])
    rows = json.loads(call("list", "--json")[1])["scenarios"]
    assert [row["name"] for row in rows] == [line.split()[0] for line in out.splitlines()]
    assert {"golden-dome", "cbo-2026", "aei-sbi"} <= {row["name"] for row in rows}
    assert all(row["title"] in out for row in rows)


def test_sources_of_a_name_a_scenario_a_file_and_a_run(call, finished, tmp_path):
    def rows(*words):
        status, out, err = call("sources", *words, "--json")
        assert (status, err) == (0, [])
        return json.loads(out)["rows"]

    assert {row["name"].partition("/")[0] for row in rows("doctrine")} == {"doctrine"}
    assert {row["name"] for row in rows("doctrine/boost")} == {"doctrine/boost"}
    assert len(rows()) > len(rows("golden-dome")) > len(rows("golden-dome", "--grade", "P")) > 0
    assert {row["grade"] for row in rows("golden-dome", "--grade", "N")} == {"N"}
    assert rows("golden-dome", "--grade", "n") == rows("golden-dome", "--grade", "N")
    assert rows(finished[0]) == rows("golden-dome")
    (tmp_path / "mine.yaml").write_text("extends: golden-dome\nname: mine\n")
    assert rows("mine.yaml") == rows("golden-dome")
    paths = [row["path"] for row in rows("golden-dome")]
    assert "constellations.sbi.altitude_km" in paths
    fewer = [r["path"] for r in rows("golden-dome", "--set", "constellations.sbi.altitude_km=500")]
    assert set(paths) - set(fewer) == {"constellations.sbi.altitude_km"}


def test_sources_as_text(call):
    status, out, err = call("sources", "doctrine/boost")
    assert (status, err) == (0, [])
    assert out.splitlines()[0] == "doctrine/boost"
    assert "shots_per_target" in out
    assert "did you mean 'doctrine'" in call("sources", "doctrin")[2][0]


def test_schema_is_json_and_never_over_a_file(call, tmp_path):
    status, out, err = call("schema")
    assert (status, err) == (0, [])
    schema = json.loads(out)
    assert schema["$schema"].startswith("https://json-schema.org/")
    assert all(f'"{word}"' in out for word in ("extends", "raid", "constellations"))
    assert call("schema", "--out", "s.json") == (0, "Wrote s.json\n", [])
    assert (tmp_path / "s.json").read_text() == out
    assert "s.json: exists already" in refused(call, tmp_path, "schema", "--out", "s.json")


# The documents ------------------------------------------------------------------------------


def blocks(name, language):
    text = (Path(__file__).parent.parent / name).read_text(encoding="utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.M | re.S)


def test_the_scenario_of_contributing_is_complete(call, tmp_path):
    (text,) = blocks("CONTRIBUTING.md", "yaml")
    (tmp_path / "mine.yaml").write_text(text)
    status, out, err = call("check", "mine.yaml", "--json")
    assert (status, err) == (0, [])
    scenario = api.load("mine.yaml").scenario
    shell = scenario.constellations["acme-watch"]
    assert (shell.planes, shell.altitude_km, shell.sensor) == (6, 1200.0, "ir-acme")
    assert scenario.infrared_sensors["ir-acme"].angular_noise_urad == 20.0
    assert not [f for f in json.loads(out)["findings"] if "acme" in f["path"] + f["text"]]
    fills = [row["path"] for row in json.loads(call("sources", "mine.yaml", "--json")[1])["rows"]]
    assert "infrared_sensors.ir-acme.range_boost_km" in fills
    assert "constellations.acme-watch.per_plane" in fills


def test_the_catalog_rows_of_contributing_are_complete(call, tmp_path, monkeypatch):
    sensor, source, award = blocks("CONTRIBUTING.md", "csv")
    shutil.copytree(Path(catalog.__file__).parent, tmp_path / "catalog")
    rows = tmp_path / "catalog" / "rows"
    made_up = 'acme-award,"Made up for the test",\n'
    for path, text in [
        (rows / "sensors.csv", sensor),
        (rows / "partners.csv", award),
        (tmp_path / "catalog" / "sources.csv", source + made_up),
    ]:
        path.write_text(path.read_text(encoding="utf-8") + text, encoding="utf-8")
    monkeypatch.setattr(catalog, "_HERE", tmp_path / "catalog")
    catalog.load_catalog.cache_clear()
    try:
        head = "extends: golden-dome\nname: mine\ntitle: mine\npartners: {acme: {}}\n"
        (tmp_path / "mine.yaml").write_text(head + "infrared_sensors: {ir-meo: {}}\n")
        scenario = api.load("mine.yaml").scenario
        assert call("sources", "ir-meo")[0] == 0
    finally:
        catalog.load_catalog.cache_clear()
    assert scenario.infrared_sensors["ir-meo"].range_boost_km == 15_000.0
    assert scenario.partners["acme"].awards_musd == {"acme-watch": 120.0}


def test_the_commands_of_the_readme_exist():
    lines = "\n".join(blocks("README.md", "sh")).splitlines()
    commands = {line.split()[1] for line in lines if line.startswith("opendome ")}
    assert commands == set(COMMANDS)


def test_what_the_readme_links_to_is_in_the_source_package():
    root = Path(__file__).parent.parent
    links = re.findall(r"\]\(([^):#]+)\)", (root / "README.md").read_text(encoding="utf-8"))
    tool = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["tool"]
    package = tool["hatch"]["build"]["targets"]["sdist"]["only-include"]
    always = {"LICENSE", "README.md", "pyproject.toml"}
    assert links
    assert {link.partition("/")[0] for link in links} <= {*package, *always}
    assert set(tool["pytest"]["ini_options"]["testpaths"]) <= set(package)


def test_every_field_of_the_answer_is_documented(finished):
    text = (Path(__file__).parent.parent / "docs" / "json.md").read_text(encoding="utf-8")
    answer = json.loads(finished[1])
    fields = {*answer, *answer["cost"], *answer["worst_start"], *answer["kill_chain_s"]}
    fields |= {name for row in (*answer["layers"], *answer["partners"]) for name in row}
    assert [name for name in sorted(fields) if not re.search(rf"\b{name}\b", text)] == []


@pytest.mark.long
def test_the_readme_shows_what_the_command_prints(tmp_path):
    """Its numbers are those of one kind of CPU; another may move a last digit."""
    readme = (Path(__file__).parent.parent / "README.md").read_text(encoding="utf-8")
    shown = readme.split("```text\n")[1].split("```")[0].splitlines()
    command = [sys.executable, "-m", "opendome", "run", "--out", "x"]
    environment = os.environ | {"COLUMNS": "80"}
    done = subprocess.run(
        command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=True
    )
    printed = {line.rstrip() for line in done.stdout.splitlines()}
    assert [line for line in shown if line.strip() != "..." and line not in printed] == []
