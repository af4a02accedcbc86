import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from opendome.elements import read_catalogue
from opendome.errors import InputError
from tests._catalogues import ISS, checksum, tle

MIDNIGHT_2026_08_22 = 2_461_274.5


def test_every_field_of_a_record_is_read(read_text):
    catalogue = read_text(ISS)
    e = catalogue.elements
    assert (catalogue.form, catalogue.bad, len(e)) == ("tle", (), 1)
    assert (e.name, e.object_id) == (("ISS (ZARYA)",), ("1998-067A",))
    assert (e.catalog_number[0], e.line[0]) == (25544, 2)
    assert (e.epoch_jd1[0], e.epoch_jd2[0]) == (MIDNIGHT_2026_08_22, 0.51782528)
    assert e.mean_motion_radps[0] == pytest.approx(15.72125391 * 2 * np.pi / 86_400, rel=1e-15)
    assert (e.ecc[0], e.bstar_per_re[0]) == (0.0006703, 0.10270e-3)
    angles = [e.inc_rad[0], e.raan_rad[0], e.argp_rad[0], e.mean_anomaly_rad[0]]
    assert np.rad2deg(angles) == pytest.approx([51.6416, 130.5360, 130.5360, 130.5360], rel=1e-15)


TWO_LINES = ISS.split("\n", 1)[1]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        (TWO_LINES, "25544"),
        (f"0 {ISS}", "ISS (ZARYA)"),
        (ISS.replace("\n", "\r\n"), "ISS (ZARYA)"),
        (ISS.replace("\n", "\r"), "ISS (ZARYA)"),
        (ISS.replace("\n", "   \t\n"), "ISS (ZARYA)"),
        (f"\ufeff{ISS}", "ISS (ZARYA)"),
        (f"\n\n{ISS}\n\n", "ISS (ZARYA)"),
        (f"{ISS}\x1a", "ISS (ZARYA)"),
        (f"# a comment\n{ISS}", "ISS (ZARYA)"),
        (ISS.replace("\n", "\n   "), "ISS (ZARYA)"),
        (ISS.lower(), "iss (zarya)"),
        (ISS.rstrip("\n"), "ISS (ZARYA)"),
        (ISS.rstrip("\n") + "     0.0   1440.0   20.0\n", "ISS (ZARYA)"),
        (ISS.replace("ISS (ZARYA)", "ISS\x1b[31m"), "ISS?[31m"),
        (ISS.replace("ISS (ZARYA)", "É" * 200), "É" * 100),
    ],
    ids=[
        "two lines",
        "0 NAME",
        "CRLF",
        "CR",
        "trailing blanks",
        "BOM",
        "blank lines",
        "end of file as DOS wrote it",
        "comment",
        "indented",
        "lower case",
        "no last newline",
        "text after the checksum, as in Vallado's file",
        "escape sequence in the name",
        "long name",
    ],
)
def test_forms_of_the_same_record(read_text, text, name):
    catalogue = read_text(text)
    assert (catalogue.bad, catalogue.elements.name) == ((), (name,))
    assert catalogue.elements.mean_motion_radps == read_text(ISS).elements.mean_motion_radps


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("5", 5),
        ("900", 900),
        ("00900", 900),
        ("A0000", 100_000),
        ("b1234", 111_234),
        ("H9999", 179_999),
        ("J0000", 180_000),
        ("P0000", 230_000),
        ("Z9999", 339_999),
    ],
)
def test_catalog_numbers_with_leading_blanks_and_as_alpha_5(read_text, written, number):
    assert read_text(tle(number=written)).elements.catalog_number.tolist() == [number]


@pytest.mark.parametrize(
    ("epoch", "jd1", "jd2"),
    [
        ("57001.00000000", 2_435_839.5, 0.0),
        ("56366.99999999", 2_472_363.5, 0.99999999),  # 2056 is a leap year
        ("00060.50000000", 2_451_603.5, 0.5),  # 29 February 2000
        (" 6  1.25", 2_453_736.5, 0.25),
    ],
)
def test_epochs(read_text, epoch, jd1, jd2):
    e = read_text(tle(epoch=f"{epoch:<14}")).elements
    assert (e.epoch_jd1.tolist(), e.epoch_jd2.tolist()) == ([jd1], [jd2])


@pytest.mark.parametrize(
    ("bstar", "value"),
    [(" 00000+0", 0.0), ("-12531-3", -1.2531e-4), (" 13519-0", 0.13519), ("+10000 0", 0.1)],
)
def test_implied_point_and_exponent_of_the_drag_term(read_text, bstar, value):
    assert read_text(tle(bstar=bstar)).elements.bstar_per_re.tolist() == [value]


def test_blanks_in_the_eccentricity_are_zeros(read_text):
    assert read_text(tle(ecc="   6703")).elements.ecc.tolist() == [0.0006703]


ONE, TWO = TWO_LINES.splitlines()


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (tle(n=" 0.00000000"), "mean motion 0 is not in 1e-08 to 18 rev/day"),
        (tle(n="18.50000000"), "mean motion 18.5 is not in 1e-08 to 18 rev/day"),
        (tle(inc="180.0001"), "inclination 180.0001 is not in 0 to 180 degrees"),
        (
            tle(raan="360.0001"),
            "right ascension of the node 360.0001 is not in -360 to 360 degrees",
        ),
        (tle(argp="999.0000"), "argument of perigee 999 is not in -360 to 360 degrees"),
        (tle(m="361.0000"), "mean anomaly 361 is not in -360 to 360 degrees"),
        (tle(ecc="0600000"), "decayed: its perigee is 50.5 km below the ground"),
        (tle(epoch="26000.50000000"), "epoch: 2026 has no day 0"),
        (tle(epoch="26366.50000000"), "epoch: 2026 has no day 366"),
        (tle(epoch="26234.5   7825"), "epoch is no number: '.5   7825'"),
        (tle(epoch="2634.517825280"), "element line 1: epoch in columns 19 to 32 is '2634.5"),
        (tle(bstar="  1027-3"), "element line 1: B* in columns 54 to 61 is '1027-3'"),
        (tle(number="I0001"), "element line 1: catalog number in columns 3 to 7 is 'I0001'"),
        (tle(number="1 3 5"), "catalog number is no number: '1 3 5'"),
        (tle(kind="4"), "ephemeris type 4 is not SGP4's, which is 0"),
        (tle(inc="51.64.16"), "element line 2: inclination in columns 9 to 16 is '51.64.16'"),
        (tle(inc="5 .6416"), "inclination is no number: '5 .6416'"),
        (f"{ONE}\n{checksum(TWO.replace('25544', '25545'))}", "satellite 25544, line 2 of 25545"),
        (f"{ONE[:68]}{(int(ONE[68]) + 1) % 10}\n{TWO}", "element line 1: checksum "),
        (f"{ONE[:68]}\n{TWO}", "element line 1: no checksum in column 69"),
        (f"{ONE[:68]} \n{TWO}", "element line 1: no checksum in column 69"),
        (f"{ONE[:68]}x\n{TWO}", "element line 1: checksum in columns 69 to 69 is 'X'"),
        (f"{ONE}0\n{TWO}", "element line 1: text in column 70, after the checksum"),
        (f"{ONE}\n{TWO[:40]}", "element line 2: 40 of 69 columns: it is cut off"),
        (f"{ONE[:17]}x{ONE[18:]}\n{TWO}", "element line 1: column 18 should be blank, before the"),
        (ONE, "element line 2 is missing"),
        (TWO, "element line 1 is missing"),
        (f"{ONE[:3]}\u0663{ONE[4:]}\n{TWO}", "element line 1 is missing"),
    ],
)
def test_a_record_that_cannot_be_used_is_listed_with_its_reason(read_text, text, reason):
    catalogue = read_text(f"{text}\n{ISS}")
    (bad,) = catalogue.bad
    assert reason in bad.reason
    assert len(bad.reason.splitlines()) == 1
    assert catalogue.elements.name == ("ISS (ZARYA)",)


def test_strict_raises_the_first_bad_record_with_its_place(read_text):
    text = f"{ISS}{tle('LOST', ecc='0600000')}{tle('ODD', inc='200.0000')}"
    with pytest.raises(InputError, match=r"catalogue: line 5: LOST: decayed: .* below the ground"):
        read_text(text, strict=True)
    assert [(b.line, b.name) for b in read_text(text).bad] == [(5, "LOST"), (8, "ODD")]


def test_decayed_orbits_are_kept_on_request(read_text):
    catalogue = read_text(tle(ecc="0600000"), keep_decayed=True)
    assert catalogue.elements.perigee_m[0] == pytest.approx(-50.5e3, abs=0.1e3)
    assert catalogue.bad == ()


def test_a_line_without_its_partner_costs_only_its_own_record(read_text):
    one, two = ISS.splitlines()[1:]
    catalogue = read_text(f"A\n{one}\nB\n{one}\n{two}\nC\n{two}\n{one}\n{one}\n{two}\nD\nE\n")
    assert catalogue.elements.name == ("B", "25544")
    assert [(b.line, b.name, b.reason) for b in catalogue.bad] == [
        (2, "A", "element line 2 is missing"),
        (7, "C", "element line 1 is missing"),
        (8, "", "element line 2 is missing"),
        (11, "D", "no element lines follow"),
        (12, "E", "no element lines follow"),
    ]


@given(st.lists(st.sampled_from(["good", "checksum", "cut", "alone", "name"]), max_size=12))
def test_good_and_bad_records_are_all_records(tmp_path_factory, kinds):
    one, two = ISS.splitlines()[1:]
    broken = {
        "good": ISS,
        "checksum": f"X\n{one[:68]}{(int(one[68]) + 1) % 10}\n{two}\n",
        "cut": f"X\n{one}\n{two[:50]}\n",
        "alone": f"X\n{one}\n",
        "name": "X\n",
    }
    path = tmp_path_factory.mktemp("tle") / "catalogue"
    path.write_text("".join(broken[kind] for kind in [*kinds, "good"]))
    catalogue = read_catalogue(path)
    assert len(catalogue.elements) == kinds.count("good") + 1
    assert len(catalogue.bad) == len(kinds) - kinds.count("good")
    # Each stands where it says: a good record at its first element line.
    lines = path.read_text().splitlines()
    assert all(lines[at - 1].startswith("1 25544U") for at in catalogue.elements.line)


@given(st.floats(0, 0.9), st.floats(0, 180), st.floats(0.01, 17))
def test_written_elements_come_back(tmp_path_factory, ecc, inc_deg, n):
    path = tmp_path_factory.mktemp("tle") / "catalogue"
    texts = {"ecc": f"{ecc:.7f}"[2:], "inc": f"{inc_deg:8.4f}", "n": f"{n:11.8f}"}
    path.write_text(tle(**texts))
    e = read_catalogue(path, keep_decayed=True).elements
    assert e.ecc[0] == float(f"0.{texts['ecc']}")
    assert np.rad2deg(e.inc_rad[0]) == pytest.approx(float(texts["inc"]), rel=1e-15)
    rev_per_day = e.mean_motion_radps[0] * 86_400 / (2 * np.pi)
    assert rev_per_day == pytest.approx(float(texts["n"]), rel=1e-15)
