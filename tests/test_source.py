"""Files to plain data: YAML 1.2 as written, lines, what one file lays over another."""

import re

import pytest

from opendome.errors import InputError
from opendome.scenario.plain import parse_file, parse_value
from opendome.scenario.source import MAX_BYTES, apply_override, read_source


def plain(text):
    return parse_file(text, "f")[0]


@pytest.fixture
def write(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def write_file(text, name="mine.yaml"):
        data = text if isinstance(text, bytes) else text.encode()
        (tmp_path / name).write_bytes(data)
        return name

    return write_file


def refusal(function, *arguments):
    with pytest.raises(InputError) as caught:
        function(*arguments)
    text = str(caught.value)
    assert "\n" not in text
    return text


# YAML 1.2 ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("1e3", 1000),
        ("1.5e-3", 0.0015),
        ("010", 10),
        ("0o10", 8),
        ("0x10", 16),
        ("-3", -3),
        ("1e16", 1e16),
        ("no", "no"),
        ("on", "on"),
        ("yes", "yes"),
        ("true", True),
        ("&a false", False),
        ("12:30:00", "12:30:00"),
        ("2026-08-22", "2026-08-22"),
        ("2026-08-22T12:00:00+02:00", "2026-08-22T12:00:00+02:00"),
        ("2026-13-45", "2026-13-45"),
        ("~", None),
        ("null", None),
        ("'5'", "5"),
        ("1,000", "1,000"),
        ("[1, [2, a]]", [1, [2, "a"]]),
        ("{a: {b: 1}}", {"a": {"b": 1}}),
    ],
)
def test_scalars_are_read_as_yaml_1_2_and_dates_stay_text(written, meant):
    value = plain(f"x: {written}\n")["x"]
    assert value == meant
    assert type(value) is type(meant)


def test_whole_floats_are_counts_and_large_ones_stay_floats():
    assert type(plain("x: 1e3\n")["x"]) is int
    assert type(plain("x: 1e300\n")["x"]) is float


def test_anchors_aliases_and_merge_keys():
    text = "a: &a {b: 1, c: 2}\nd: *a\ne:\n  <<: *a\n  c: 3\nf: &a 4\n"
    assert plain(text) == {
        "a": {"b": 1, "c": 2},
        "d": {"b": 1, "c": 2},
        "e": {"b": 1, "c": 3},
        "f": 4,
    }


def test_aliases_are_copies():
    data = plain("a: &a {b: 1}\nd: *a\n")
    data["d"]["b"] = 2
    assert data["a"]["b"] == 1


@pytest.mark.parametrize("text", ["a: 1\r\nb:\r\n  c: 2\r\n", "\ufeffa: 1\nb:\n  c: 2\n"])
def test_line_ends_of_other_systems_and_byte_order_marks(text, write):
    source = read_source(write(text))
    assert source.data == {"a": 1, "b": {"c": 2}}
    assert source.where(("b", "c")) == "mine.yaml:3"


BOMB = "".join(f"a{i}: &a{i} [{', '.join([f'*a{i - 1}' if i else 'x'] * 9)}]\n" for i in range(9))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "f: the file is empty; see 'opendome new'"),
        ("# only a comment\n", "f: the file is empty; see 'opendome new'"),
        ("hello\n", "f:1: expected 'field: value' pairs; see 'opendome new'"),
        ("- a\n", "f:1: expected 'field: value' pairs; see 'opendome new'"),
        ("a: 1\nb: 2\na: 3\n", "f:3: not YAML: 'a' stands twice in one place"),
        ("a:\n\tb: 1\n", "f:2: not YAML: a tab; YAML is indented with spaces"),
        ("a: 1\nb 2\nc: 3\n", "f:2: not YAML: expected 'field: value'"),
        ("a: 1\nb: c: d\n", "f:2: not YAML: a second ': ' in one line; quote the text"),
        ("a: 1\nb: [1, 2\n", "f:2: not YAML: what is opened here is never closed"),
        ("a:\n  b: 1\n c: 2\n", "f:3: not YAML: this line does not line up with those above it"),
        ("a: 1\n---\nb: 2\n", "f:2: not YAML: a second document begins here"),
        ("a: 1\nb: *c\n", "f:2: not YAML: found undefined alias 'c'"),
        ("%YAML 1.1\n---\na: 010\n", "f:1: not YAML: directives such as %YAML are not used"),
        ("a: 1\nb: \x07\n", "f:2: not YAML: control character 0x07"),
        (f"a: 1\nb: {'9' * 5000}\n", "f:2: not YAML: a number too long"),
        (f"a: {'[' * 900}{']' * 900}\n", "f:1: not YAML: nested too deeply"),
        (f"a: {'{a: ' * 100}1{'}' * 100}\n", "f:1: a.a.a.*nested too deeply"),
        (BOMB, r"f:\d: a.*aliases repeat too much"),
        ("a: 1\nb: !set {c}\n", "f:2: b: YAML tags .* are not used"),
        ("a: 1\nb: !mine {c: 1}\n", "f:2: b: YAML tags .* are not used"),
        ("a: !!binary aGk=\n", "f:1: a: YAML tags .* are not used"),
        ("a:\n  1: x\n", "f:2: a.1: a name is text: write '1' in quotes"),
        ("a:\n  true: x\n", "f:2: .*: a name is text: write 'true' in quotes"),
        ("? [a, b]\n: 1\n", "f:1: .*: a name is text"),
        ("? \n: 1\n", "f:1: None: a name is text"),
        ("'': 1\n", "f:1: : a name is text"),
        ("a.b: 1\n", "f:1: a.b: a name has no dot; dotted paths stand under 'overrides'"),
    ],
)
def test_what_is_no_scenario_is_told_with_its_line(text, told):
    assert re.match(told, refusal(parse_file, text, "f"))


def test_values_of_settings_are_yaml_too():
    assert parse_value("[a, 1e3, no]", "--set") == ["a", 1000, "no"]
    assert refusal(parse_value, "[1", "--set x=[1") == "--set x=[1: '[1' is not a YAML value"


def test_a_message_stays_one_line_whatever_stands_in_the_file():
    assert "\n" not in str(InputError("a\nb\r\nc"))


# Files ------------------------------------------------------------------------------------


def test_files_that_are_none(write, tmp_path):
    assert refusal(read_source, "nowhere.yaml") == "nowhere.yaml: no such file"
    assert refusal(read_source, "a/b") == "a/b: no such file"
    assert refusal(read_source, str(tmp_path)) == f"{tmp_path}: not a file"
    assert refusal(read_source, "") == "an empty name: not a file"
    assert refusal(read_source, "x" * 300).startswith("x")
    assert "did you mean 'golden-dome'" in refusal(read_source, "goldendome")
    assert refusal(read_source, write(bytes(range(256)))) == "mine.yaml: not UTF-8 text"


def test_a_long_file_is_not_read(write):
    name = write(b"a: b\n" * (MAX_BYTES // 5 + 1))
    assert refusal(read_source, name) == "mine.yaml: 1 MB is no scenario; at most 1 MB"


# One file over another --------------------------------------------------------------------

BASE = """\
title: base
raid:
  salvo_s: 1
  groups:
    a: {count: 1}
    b: {count: 2}
network:
  carriers: [x, y]
"""


def test_mappings_merge_the_rest_replaces_and_null_removes(write):
    write(BASE, "base.yaml")
    source = read_source(
        write(
            "extends: base.yaml\n"
            "raid:\n"
            "  groups:\n"
            "    a: {count: 5}\n"
            "    b: null\n"
            "    c: {count: 3}\n"
            "network:\n"
            "  carriers: [z]\n"
        )
    )
    assert source.data == {
        "title": "base",
        "raid": {"salvo_s": 1, "groups": {"a": {"count": 5}, "c": {"count": 3}}},
        "network": {"carriers": ["z"]},
    }
    assert source.where(("raid", "salvo_s")) == "base.yaml:3"
    assert source.where(("raid", "groups", "a", "count")) == "mine.yaml:4"
    assert source.where(("network", "carriers")) == "mine.yaml:8"
    assert source.where(("nothing",)) == "mine.yaml"


def test_what_was_removed_and_written_anew_has_its_new_line(write):
    write(BASE, "base.yaml")
    write("extends: base.yaml\nraid:\n  groups: null\n", "middle.yaml")
    source = read_source(write("extends: middle.yaml\nraid:\n  groups:\n    a: {x: 1}\n"))
    assert source.data["raid"]["groups"] == {"a": {"x": 1}}
    assert source.where(("raid", "groups", "a", "count")) == "mine.yaml:4"
    assert source.where(("raid", "groups", "b", "count")) == "mine.yaml:3"


def test_overrides_are_applied_last_and_have_their_own_lines(write):
    write(BASE, "base.yaml")
    source = read_source(
        write(
            "extends: base.yaml\n"
            "overrides:\n"
            "  raid.groups.a.count: 9\n"
            "  raid.groups.b:\n"
            "    threat: t\n"
            "raid: {groups: {a: {count: 7}}}\n"
        )
    )
    assert source.data["raid"]["groups"] == {"a": {"count": 9}, "b": {"threat": "t"}}
    assert source.where(("raid", "groups", "a", "count")) == "mine.yaml:3"
    assert source.where(("raid", "groups", "b", "threat")) == "mine.yaml:5"
    # What the override replaced is gone, with its line in the file below.
    assert source.where(("raid", "groups", "b", "count")) == "mine.yaml:4"


def test_a_file_beside_it_hides_a_packaged_scenario(write):
    write("title: mine\n", "golden-dome")
    assert read_source(write("extends: golden-dome\n")).data == {"title": "mine"}


def test_folders_are_counted_from_the_file_that_extends(write, tmp_path):
    (tmp_path / "sub").mkdir()
    write("title: base\n", "sub/base.yaml")
    write("extends: base.yaml\n", "sub/mine.yaml")
    assert read_source("sub/mine.yaml").data == {"title": "base"}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("extends: mine.yaml\n", "mine.yaml:1: extends: a scenario may not extend itself"),
        ("a: 1\nextends: ./mine.yaml\n", "mine.yaml:2: extends: a scenario may not extend itself"),
        ("extends: other.yaml\n", r"other.yaml:1: .*\(mine.yaml -> other.yaml -> mine.yaml\)"),
        ("extends: golden-dom\n", "mine.yaml:1: .*'golden-dom'; did you mean 'golden-dome'?"),
        ("extends: no.yaml\n", "mine.yaml:1: extends: no file and no packaged scenario 'no.yaml'"),
        ("extends: .\n", "mine.yaml:1: extends: no file and no packaged scenario '.'"),
        ("extends: [a]\n", "mine.yaml:1: extends: expected one name or file"),
        ("extends: ''\n", "mine.yaml:1: extends: expected one name or file"),
        ("overrides: [a]\n", "mine.yaml:1: overrides: expected 'dotted.path: value' pairs"),
    ],
)
def test_what_cannot_be_extended(text, told, write):
    write("extends: mine.yaml\n", "other.yaml")
    assert re.match(told, refusal(read_source, write(text)))


@pytest.mark.parametrize(
    ("path", "value", "told"),
    [
        ("raids.salvo_s", 1, "no entry 'raids'; did you mean 'raid'?"),
        ("raid.groups.c.count", 1, "no entry 'raid.groups.c'; allowed: a, b"),
        ("raid.salvo_s.x", 1, "no entry 'raid.salvo_s'; did you mean 'salvo_s'?"),
        ("network.carriers.0", "z", "'network.carriers' is a list; set it whole, as [a, b]"),
        ("raid.groups.c", None, "no entry 'raid.groups.c' to remove; allowed: a, b"),
        ("raid..x", 1, "no entry 'raid.'"),
    ],
)
def test_settings_that_lead_nowhere(path, value, told, write):
    source = read_source(write(BASE))
    assert refusal(apply_override, source, path, value, "here").startswith(f"here: {told}")


def test_a_setting_may_open_a_section_that_the_file_leaves_to_the_catalog(write):
    source = read_source(write(BASE))
    apply_override(source, "doctrine.boost.max_salvos", 2, "here")
    apply_override(source, "capability.gbi.icbm", None, "here")
    assert source.data["doctrine"] == {"boost": {"max_salvos": 2}}
    assert source.data["capability"] == {"gbi": {"icbm": None}}
    assert source.where(("doctrine", "boost", "max_salvos")) == "here"
