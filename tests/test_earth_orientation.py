"""The IERS table: columns, leap seconds, its ends, and files that are none."""

import sys

import numpy as np
import pytest

from opendome.catalog.earth_orientation import (
    EarthOrientation,
    load_earth_orientation,
    read_earth_orientation,
)
from opendome.constants import DAY_S
from opendome.errors import InputError

ARCSEC = np.pi / 648_000
JD_MJD = 2_400_000.5


def line(mjd, x, y, dut1, final=("", "", "")):
    """Return one line in the columns of finals2000A; Bulletin B is blank if not given."""
    text = f"{'':7}{mjd:8.2f} I {x:9.6f}{0:9.6f} {y:9.6f}{0:9.6f}  I{dut1:10.7f}{0:10.7f}"
    return text.ljust(134) + "".join(f"{v:>{n}}" for v, n in zip(final, (10, 10, 11), strict=True))


@pytest.fixture
def table(tmp_path):
    # A leap second at the end of the second day: UT1 - UTC jumps by one, UT1 does not.
    rows = [
        line(60_000, 0.1, 0.2, -0.3, ("0.110000", "0.210000", "-0.3010000")),
        line(60_001, 0.2, 0.3, -0.4),
        line(60_002, 0.3, 0.4, 0.5),
        line(60_003, 0.4, 0.5, 0.4),
        "260101 60004.00".rjust(15),
    ]
    path = tmp_path / "finals2000A.all"
    path.write_text("\n".join(rows) + "\n", encoding="ascii")
    return read_earth_orientation(path)


def test_the_final_bulletin_stands_in_for_the_quick_one(table):
    np.testing.assert_allclose(table.dut1_s, [-0.301, -0.4, 0.5, 0.4])
    np.testing.assert_allclose(table.x_pole_rad / ARCSEC, [0.11, 0.2, 0.3, 0.4])
    np.testing.assert_allclose(table.y_pole_rad / ARCSEC, [0.21, 0.3, 0.4, 0.5])


def test_days_without_a_prediction_are_left_out(table):
    assert table.mjd.tolist() == [60_000.0, 60_001.0, 60_002.0, 60_003.0]
    assert table.span == "2023-02-25 to 2023-02-28"


def test_values_lie_on_a_line_between_days(table):
    dut1, x, y = table.at(JD_MJD + 60_000, 0.5)
    assert dut1 == pytest.approx((-0.301 - 0.4) / 2)
    assert (x / ARCSEC, y / ARCSEC) == (pytest.approx(0.155), pytest.approx(0.255))


def test_a_leap_second_is_a_step_of_the_label_and_not_of_ut1(table):
    before, *_ = table.at(JD_MJD + 60_001, 1.0 - 1e-9)
    after, *_ = table.at(JD_MJD + 60_002, 0.0)
    assert before == pytest.approx(-0.5, abs=1e-6)
    assert after == pytest.approx(0.5)


def test_seconds_of_a_run_pass_through_a_leap_second(table):
    t_s = np.array([0.0, 0.5, 1.0, 1.5]) * DAY_S
    dut1, x, _ = table.at(JD_MJD + 60_001, 0.5, t_s)
    # The same epoch counted on: no step, though the labels of the table have one.
    np.testing.assert_allclose(dut1, [-0.45, -0.5, -0.55, -0.6], atol=1e-12)
    assert x.shape == (4,)
    late, *_ = table.at(JD_MJD + 60_002, 0.0, t_s[:2])
    np.testing.assert_allclose(late, [0.5, 0.45], atol=1e-12)


@pytest.mark.parametrize(
    ("day", "t_s", "named"),
    [
        (59_999.9, 0.0, "2023-02-24 "),
        (60_003.1, 0.0, "2023-02-28 "),
        (60_000.0, 4 * DAY_S, "2023-03-01 "),
        (np.nan, 0.0, "MJD nan "),
        (1e12, 0.0, "MJD 1000000000000.0 "),
    ],
)
def test_a_time_outside_is_told_with_the_span(table, day, t_s, named):
    assert not table.covers(JD_MJD, day, t_s)
    with pytest.raises(InputError, match="2023-02-25 to 2023-02-28") as raised:
        table.at(JD_MJD, day, np.array([t_s]))
    assert str(raised.value).startswith(named)


def test_both_ends_belong_to_the_table(table):
    assert table.covers(JD_MJD, 60_000.0)
    assert table.covers(JD_MJD, 60_000.0, 3 * DAY_S)
    assert table.at(JD_MJD, 60_003.0)[0] == pytest.approx(0.4)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "consecutive days"),
        ("<html>Not found</html>\n" * 5, "consecutive days"),
        (line(60_000, 0.1, 0.2, 0.3), "consecutive days"),
        (line(60_000, 0.1, 0.2, 0.3) + "\n" + line(60_002, 0.1, 0.2, 0.3), "consecutive days"),
        (line(60_000, 0.1, 0.2, 0.3) + "\n" + line(60_001, 0.1, np.nan, 0.3), "consecutive days"),
        (line(60_000, 0.1, 0.2, 0.3).replace("60000.00", "6000x.00"), "could not convert"),
        ("\u00e9" * 200, "ascii"),
    ],
    ids=["empty", "page", "one-day", "gap", "nan", "letters", "not-ascii"],
)
def test_a_file_that_is_no_table_is_told(tmp_path, text, told):
    path = tmp_path / "x"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=told) as raised:
        read_earth_orientation(path)
    assert str(raised.value).startswith(f"{path}: not a table")


def test_a_missing_file_is_told(tmp_path):
    with pytest.raises(InputError, match="cannot be read: No such file"):
        read_earth_orientation(tmp_path / "nothing")


def test_without_the_package_there_is_no_table(monkeypatch):
    monkeypatch.setitem(sys.modules, "astropy_iers_data", None)
    load_earth_orientation.cache_clear()
    assert load_earth_orientation() is None
    load_earth_orientation.cache_clear()


def test_the_packaged_table_holds_every_day_since_1973():
    pytest.importorskip("astropy_iers_data", reason="astropy-iers-data is not installed")
    table = load_earth_orientation()
    assert isinstance(table, EarthOrientation)
    assert table.span.startswith("1973-01-02 to 20")
    assert np.abs(table.dut1_s).max() < 0.9
    assert np.hypot(table.x_pole_rad, table.y_pole_rad).max() < 3.0e-6
    # Of 27 leap seconds until 2017 two came in 1972.
    assert np.round(np.diff(table.dut1_s)).sum() >= 25
