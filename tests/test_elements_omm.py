import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from opendome.elements import read_catalogue
from opendome.errors import InputError
from tests._catalogues import FORMS, ISS, as_csv, as_json, as_json_texts, as_kvn, as_xml, omm

ALL_FORMS = pytest.mark.parametrize("form", FORMS)


@ALL_FORMS
def test_each_form_gives_what_the_tle_gives(read_text, form):
    catalogue, from_tle = read_text(FORMS[form]([omm()])), read_text(ISS).elements
    e = catalogue.elements
    assert (catalogue.form, catalogue.bad) == (form.split()[0], ())
    assert (e.name, e.object_id) == (("ISS (ZARYA)",), ("1998-067A",))
    for column in ("catalog_number", "epoch_jd1", "mean_motion_radps", "ecc", "inc_rad"):
        assert getattr(e, column) == getattr(from_tle, column)
    for column in ("raan_rad", "argp_rad", "mean_anomaly_rad", "bstar_per_re"):
        assert getattr(e, column) == getattr(from_tle, column)
    assert e.epoch_jd2 == pytest.approx(from_tle.epoch_jd2, rel=2e-16)


@ALL_FORMS
@pytest.mark.parametrize("number", ["5", "100000", "340000", "999999999"])
def test_catalog_numbers_up_to_nine_digits(read_text, form, number):
    e = read_text(FORMS[form]([omm(NORAD_CAT_ID=number)])).elements
    assert e.catalog_number.tolist() == [int(number)]
    assert e.catalog_number.dtype == np.int64


BAD = [
    ("BSTAR", None, "BSTAR missing"),
    ("EPOCH", "", "EPOCH missing"),
    ("NORAD_CAT_ID", "1234567890", "NORAD_CAT_ID is '1234567890', not up to nine digits"),
    ("NORAD_CAT_ID", "T0001", "NORAD_CAT_ID is 'T0001', not up to nine digits"),
    ("MEAN_MOTION", "NaN", "MEAN_MOTION is no finite number: 'NaN'"),
    ("MEAN_MOTION", "0", "mean motion 0 is not in 1e-08 to 18 rev/day"),
    ("MEAN_MOTION", "-15.7", "mean motion -15.7 is not in 1e-08 to 18 rev/day"),
    ("MEAN_MOTION", "1e400", "MEAN_MOTION is no finite number: '1e400'"),
    ("ECCENTRICITY", "1.2", "eccentricity 1.2 is not below 1: no closed orbit"),
    ("ECCENTRICITY", "1", "eccentricity 1 is not below 1: no closed orbit"),
    ("ECCENTRICITY", "-0.1", "eccentricity -0.1 is negative"),
    ("ECCENTRICITY", "0.06", "decayed: its perigee is 50.5 km below the ground"),
    ("INCLINATION", "-Infinity", "INCLINATION is no finite number: '-Infinity'"),
    ("INCLINATION", "-1", "inclination -1 is not in 0 to 180 degrees"),
    ("MEAN_ANOMALY", "1_0", "MEAN_ANOMALY is no finite number: '1_0'"),
    ("BSTAR", "1e10", "B* 1e+10 is not in -1e9 to 1e9"),
    ("BSTAR", "some", "BSTAR is no number: 'some'"),
    ("EPOCH", "2026-02-30T00:00:00", "EPOCH: there is no day 2026-02-30"),
    ("EPOCH", "2026-366T00:00:00", "epoch: 2026 has no day 366"),
    ("EPOCH", "2026-08-22T24:00:00", "EPOCH: there is no time 24:00:00"),
    ("EPOCH", "2026-08-22T12:00:00+02:00", "EPOCH is '2026-08-22T12:00:00+02:00', not like"),
    ("EPOCH", "2026-08-22T23:59:61", "EPOCH: there is no time 23:59:61"),
    ("EPOCH", "1926-08-22T12:00:00", "EPOCH: 1926 is not in 1957 to 2099"),
    ("EPOCH", "22 Aug 2026", "EPOCH is '22 Aug 2026', not like 2026-08-22T07:57:46.835712"),
    ("EPHEMERIS_TYPE", "4", "ephemeris type 4 is not SGP4's, which is 0"),
]
BY_KEYWORD = [
    ("MEAN_ELEMENT_THEORY", "DSST", "MEAN_ELEMENT_THEORY is DSST, not SGP4"),
    ("REF_FRAME", "EME2000", "REF_FRAME is EME2000, not TEME"),
    ("TIME_SYSTEM", "GPS", "TIME_SYSTEM is GPS, not UTC"),
    ("CENTER_NAME", "MARS BARYCENTER", "CENTER_NAME is MARS BARYCENTER, not EARTH"),
]


def check_bad(catalogue, reason):
    (bad,) = catalogue.bad
    assert bad.reason.startswith(reason)
    assert bad.name == "ISS (ZARYA)"
    assert catalogue.elements.name == ("GOOD",)


@pytest.mark.parametrize("form", [form for form in FORMS if form != "omm-json"])
@pytest.mark.parametrize(("key", "text", "reason"), BAD)
def test_a_record_that_cannot_be_used_is_listed_with_its_reason(read_text, form, key, text, reason):
    check_bad(read_text(FORMS[form]([omm(**{key: text}), omm(OBJECT_NAME="GOOD")])), reason)


@pytest.mark.parametrize("form", ["omm-json texts", "omm-xml", "omm-kvn"])
@pytest.mark.parametrize(("key", "text", "reason"), BY_KEYWORD)
def test_other_theories_frames_times_and_centres_are_refused(read_text, form, key, text, reason):
    check_bad(read_text(FORMS[form]([omm(**{key: text}), omm(OBJECT_NAME="GOOD")])), reason)


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("NaN", "MEAN_MOTION is no finite number: 'NaN'"),
        ("-Infinity", "MEAN_MOTION is no finite number: '-Infinity'"),
        ("1e400", "MEAN_MOTION is no finite number: '1e400'"),
        ("9" * 5000, "MEAN_MOTION is no finite number: '999"),
        ("null", "MEAN_MOTION missing"),
        ("true", "MEAN_MOTION is neither a number nor text"),
        ("[15.7]", "MEAN_MOTION is neither a number nor text"),
        ('{"value": 15.7}, "OBJECT_ID": [1]', "MEAN_MOTION is neither a number nor text"),
    ],
)
def test_values_that_only_json_can_hold(read_text, value, reason):
    text = as_json([omm(MEAN_MOTION="@"), omm(OBJECT_NAME="GOOD")]).replace(":@", f":{value}")
    check_bad(read_text(text), reason)


@pytest.mark.parametrize(
    ("epoch", "jd2"),
    [
        ("2026-08-22T06:00:00", 0.25),
        ("2026-08-22T06:00:00Z", 0.25),
        ("2026-08-22 06:00:00.", 0.25),
        ("2026-234T06:00:00.000000+00:00", 0.25),
        ("2026-08-22T00:00:00.000000000864", 1e-14),
        ("2026-08-22T23:59:60.0", 1.0),
    ],
)
@ALL_FORMS
def test_ways_to_write_an_epoch(read_text, form, epoch, jd2):
    e = read_text(FORMS[form]([omm(EPOCH=epoch)])).elements
    assert (e.epoch_jd1[0], e.epoch_jd2[0]) == (2_461_274.5, pytest.approx(jd2, rel=1e-15))


@ALL_FORMS
def test_a_record_without_a_name_is_called_by_its_number(read_text, form):
    e = read_text(FORMS[form]([omm(OBJECT_NAME="", OBJECT_ID="")])).elements
    assert (e.name, e.object_id) == (("25544",), ("",))


@ALL_FORMS
@pytest.mark.parametrize(
    "name", ["STARLINK-11081 [DTC]", '5" CUBE, "RED"', "Ünïcode 星", "TAB\tBELL\x1b[0m"]
)
def test_odd_names(read_text, form, name):
    if form == "omm-xml" and "\x1b" in name:
        name = name.replace("\x1b", "")
    e = read_text(FORMS[form]([omm(OBJECT_NAME=name)])).elements
    assert e.name == (name.replace("\t", "?").replace("\x1b", "?"),)


def test_lines_and_numbers_of_records(read_text):
    records = [omm(), omm(OBJECT_NAME="BAD", ECCENTRICITY="2"), omm()]
    found = {}
    for form, write in FORMS.items():
        catalogue = read_text(write(records))
        found[form] = [*catalogue.elements.line, *(bad.line for bad in catalogue.bad)]
    n = as_kvn([omm()]).count("\n")
    assert found["omm-csv"] == [2, 4, 3]
    assert found["omm-kvn"] == [1, 2 * n + 1, n + 1]
    assert found["omm-xml"] == found["omm-json"] == found["omm-json texts"] == [1, 3, 2]


@pytest.mark.parametrize("form", FORMS)
def test_strict_raises_the_first_bad_record_with_its_place(read_text, form):
    with pytest.raises(InputError, match=r": (line|record) \d+: LOST: ECCENTRICITY missing"):
        read_text(FORMS[form]([omm(), omm(OBJECT_NAME="LOST", ECCENTRICITY=None)]), strict=True)


# JSON -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "join",
    [
        lambda one, two: one + two,
        lambda one, two: f"{one}\n{two}\n",
        lambda one, two: f"[{one},\n\n{two}]",
        lambda one, two: f"[[{one}],[{two}]]",
        lambda one, two: "\ufeff[" + " " * 300_000 + f"{one}, {two}]",
    ],
    ids=["one after the other", "lines", "list", "lists", "far apart"],
)
def test_json_objects_in_lists_and_in_lines(read_text, join):
    one, two = as_json([omm()])[1:-1], as_json_texts([omm(OBJECT_NAME="B")])[1:-1]
    catalogue = read_text(join(one, two))
    assert catalogue.elements.name == ("ISS (ZARYA)", "B")
    assert catalogue.bad == ()


def test_json_in_many_pieces_is_read_as_in_one(read_text):
    records = [omm(OBJECT_NAME=f"SAT-{k}", NORAD_CAT_ID=str(k)) for k in range(3000)]
    text = as_json_texts(records)
    assert len(text) > 4 * 262_144  # characters read at a time
    catalogue = read_text(text)
    assert catalogue.elements.catalog_number.tolist() == list(range(3000))
    assert catalogue.elements.line.tolist() == list(range(1, 3001))
    assert catalogue.bad == ()


def test_json_with_damage_in_the_middle_loses_only_the_damaged_record(read_text):
    one = as_json([omm()])[1:-1]
    text = f"[{one},{one.replace(':', ' ', 1)},{one},17,{one}]"
    catalogue = read_text(text)
    assert catalogue.elements.line.tolist() == [1, 3, 5]
    assert [(bad.line, bad.reason) for bad in catalogue.bad] == [
        (2, "no whole JSON object: the file is damaged or cut off here"),
        (4, "'17' is no object of keywords and values"),
    ]


def test_json_goes_on_right_after_a_damaged_record(read_text):
    one = as_json([omm()])[1:-1]
    assert read_text("[" + one.replace(":", " ", 1) + one + "]").elements.line.tolist() == [2]


@pytest.mark.parametrize("cut", [1, 2, 40, 400])
def test_json_that_is_cut_off_says_so(read_text, cut):
    text = as_json([omm(), omm(), omm()])[:-cut]
    catalogue = read_text(text)
    assert len(catalogue.elements) == (3 if cut == 1 else 2)
    (bad,) = catalogue.bad
    assert (bad.line, "cut off here" in bad.reason) == (len(catalogue.elements) + 1, True)


def test_json_error_of_a_server_is_told(read_text):
    catalogue = read_text('{"error": "You have violated your query rate limit"}')
    assert catalogue.bad[0].reason == "no elements: none of the OMM keywords is there"


def test_json_nested_too_deeply_is_no_crash(read_text):
    catalogue = read_text(as_json([omm()])[:-1] + ',{"a":' + "[" * 5000 + "}")
    assert len(catalogue.elements) == 1
    assert catalogue.bad[0].line == 2


# XML --------------------------------------------------------------------------------------


def test_xml_with_a_namespace_and_one_message_alone(read_text):
    text = as_xml([omm()]).replace("<ndm>\n", "").replace("</ndm>\n", "")
    spaced = text.replace("<omm ", "<ns:omm xmlns:ns='urn:ccsds' ").replace("</omm>", "</ns:omm>")
    for one in (text, spaced):
        assert read_text(one).elements.catalog_number.tolist() == [25544]


def test_xml_in_another_encoding(read_text):
    text = as_xml([omm(OBJECT_NAME="Ünïcode")]).replace("UTF-8", "ISO-8859-1")
    assert read_text(text.encode("latin-1")).elements.name == ("Ünïcode",)


@pytest.mark.parametrize("encoding", ["UTF-7", "Klingon", "hex"])
def test_xml_in_an_encoding_that_cannot_be_read(read_text, encoding):
    catalogue = read_text(as_xml([omm()]).replace("UTF-8", encoding))
    assert catalogue.bad[0].reason.startswith("the XML is damaged or cut off here: ")
    assert len(catalogue.elements) == 0


@pytest.mark.parametrize("cut", [8, 200, 900])
def test_xml_that_is_cut_off_says_so(read_text, cut):
    catalogue = read_text(as_xml([omm(), omm()])[:-cut])
    (bad,) = catalogue.bad
    assert bad.reason.startswith("the XML is damaged or cut off here: ")
    assert len(catalogue.elements) == {8: 2, 200: 1, 900: 1}[cut]
    assert bad.line == len(catalogue.elements) + 1


BILLION = """<?xml version="1.0"?>
<!DOCTYPE ndm [<!ENTITY a "lol"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>
<ndm><omm>&b;</omm></ndm>
"""


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (BILLION, "a document type declaration, which no OMM has"),
        ("<ndm>" + "<a>" * 40, "more than 30 elements inside each other"),
        ("<ndm>" + "".join(f"<a{k}/>" for k in range(9000)), "more than 1,000 different names"),
        ("<ndm><omm a='" + "x" * 900_000, "a tag, comment or text of more than 262,144 bytes"),
        ("<ndm><!--" + "x" * 900_000, "a tag, comment or text of more than 262,144 bytes"),
    ],
    ids=["entities", "depth", "names", "attribute", "comment"],
)
def test_xml_that_would_fill_the_memory_is_refused(read_text, text, found):
    with pytest.raises(InputError, match=f"XML with {found}; expected TLE lines, or CCSDS OMM"):
        read_text(text)


# CSV and KVN ------------------------------------------------------------------------------


def test_csv_columns_in_any_order_and_case(read_text):
    fields = omm()
    keys = sorted(fields)
    text = f"{','.join(keys).lower()}\n{','.join(fields[key] for key in keys)}\n"
    assert read_text(text).elements.name == ("ISS (ZARYA)",)


def test_csv_rows_that_do_not_fit_are_listed(read_text):
    head, row = as_csv([omm()]).splitlines()
    text = "\n".join([head, row, "", row[:60], f"{row},1", f'"{row}', row])
    catalogue = read_text(text)
    assert catalogue.elements.line.tolist() == [2, 7]
    assert [(bad.line, bad.reason) for bad in catalogue.bad] == [
        (4, "4 cells in 17 columns"),
        (5, "18 cells in 17 columns"),
        (6, "no CSV: unexpected end of data"),
    ]


def test_kvn_with_units_comments_and_without_versions(read_text):
    text = as_kvn([omm(), omm()]).replace("51.6416", "51.6416 [deg]")
    text = text.replace("CCSDS_OMM_VERS = 2.0\n", "").lower()
    e = read_text(text).elements
    assert np.rad2deg(e.inc_rad) == pytest.approx([51.6416, 51.6416], rel=1e-15)


def test_kvn_with_carriage_returns_alone(read_text):
    assert len(read_text(as_kvn([omm(), omm()]).replace("\n", "\r")).elements) == 2


def test_kvn_line_that_is_no_keyword_spoils_its_record(read_text):
    text = as_kvn([omm(), omm()]).replace("ORIGINATOR = TEST", "ORIGINATOR TEST", 1)
    catalogue = read_text(text)
    assert catalogue.bad[0].reason == "line 3 is not 'keyword = value'"
    assert len(catalogue.elements) == 1


def test_kvn_message_without_end_is_refused(read_text):
    with pytest.raises(InputError, match=r"the message at line 1 has more than 1,000 lines"):
        read_text(as_kvn([omm()]) + "X = 1\n" * 2000)


@given(
    form=st.sampled_from(sorted(FORMS)),
    kinds=st.lists(st.sampled_from(["good", "missing", "range", "text"]), max_size=8),
)
def test_good_and_bad_records_are_all_records(tmp_path_factory, form, kinds):
    made = {
        "good": omm(),
        "missing": omm(EPOCH=None),
        "range": omm(ECCENTRICITY="3"),
        "text": omm(NORAD_CAT_ID="-1"),
    }
    path = tmp_path_factory.mktemp("omm") / "catalogue"
    path.write_text(FORMS[form]([made[kind] for kind in [*kinds, "good"]]), newline="")
    catalogue = read_catalogue(path)
    assert len(catalogue.elements) == kinds.count("good") + 1
    assert len(catalogue.bad) == len(kinds) - kinds.count("good")
