"""The comparison itself, and docs/validation.md beside the rows of all tests of this folder."""

import numpy as np
import pytest

from ._agree import Agreement
from ._cases import CASES
from ._page import PAGE, listed, render

HERE = ("horizon", "here")


@pytest.mark.parametrize(
    ("theirs", "ours", "tolerance", "relative"),
    [
        (1.0, 1.2, 0.1, False),
        (10.0, 10.2, 0.01, True),
        (0.0, 1e-12, 0.01, True),
        (1.0, np.nan, 0.1, False),
        (np.nan, np.nan, 0.1, False),
        (np.inf, 1.0, 0.1, False),
        (np.inf, 1.0, 0.1, True),
        (1.0, np.inf, 0.1, True),
        ([1.0, 2.0], [1.0, 2.2], 0.1, False),
        ([1.0, 2.0], [1.0, np.nan], 0.1, False),
        ([1.0, 2.0], 1.0, 2.0, False),
    ],
)
def test_what_is_too_far_off_fails(theirs, ours, tolerance, relative):
    mine = Agreement()
    with pytest.raises(AssertionError):
        mine(HERE, "quantity", theirs, ours, tolerance, relative=relative)
    assert mine.rows == []


def test_what_is_outside_a_range_or_not_the_same_fails():
    mine = Agreement()
    for limits in ({"low": 1.0}, {"high": 1.0}, {"low": 0.0, "high": 1.0}, {}):
        with pytest.raises(AssertionError):
            mine.within(HERE, "quantity", [0.5, 1.0, np.nan], **limits)
    for theirs, ours in ((4, 5), ("a-b", "a-c"), ([1, 2], [1]), (True, False)):
        with pytest.raises(AssertionError):
            mine.exactly(HERE, "quantity", theirs, ours)
    assert mine.rows == []


def test_a_comparison_is_made_once():
    mine = Agreement()
    mine(HERE, "quantity", 1.0, 1.0, 0.1)
    with pytest.raises(AssertionError, match="twice"):
        mine(HERE, "quantity", 1.0, 1.0, 0.1)


@pytest.mark.parametrize(
    ("theirs", "ours", "tolerance", "unit", "relative", "cells"),
    [
        (4672.0, 4671.8031, 0.5, "km", False, ("4,672", "4,671.803", "0.2 km", "0.5 km")),
        (0.8163, 0.81632653, 5e-5, "", False, ("0.8163", "0.8163265", "2.7e-5", "5e-5")),
        (8.0, 8.0 + 1e-15, 1e-9, "m", False, ("8", "8.0000000000", "< 1e-11 m", "1e-9 m")),
        (16.0, 15.9, 0.02, "d", True, ("16", "15.900", "0.62 %", "2 %")),
        (
            [3.0, -4.0],
            [3.0, -4.0],
            0.1,
            "",
            False,
            ("(3, -4)", "(3.000, -4.000)", "< 0.001", "0.1"),
        ),
        (np.arange(666.0), np.arange(666.0), 0.1, "", False, ("666 values", "", "< 0.001", "0.1")),
        (np.inf, np.inf, 0.1, "", False, ("inf", "inf", "< 0.001", "0.1")),
    ],
)
def test_rows_are_told_in_sensible_digits(theirs, ours, tolerance, unit, relative, cells):
    mine = Agreement()
    mine(HERE, "quantity", theirs, ours, tolerance, unit, relative=relative)
    assert mine.rows[0][3:] == cells


def test_the_page_lists_what_the_tests_compare(agree, left_out, request):
    if request.config.getoption("--write-validation"):
        assert not left_out, f"the page needs all tests of the folder; some: {sorted(left_out)}"
        PAGE.write_text(render(agree.rows), encoding="utf-8", newline="\n")
    if left_out & {"not selected", "failed"}:
        pytest.skip("needs all tests of this folder")
    told, made = listed(PAGE.read_text(encoding="utf-8")), listed(render(agree.rows))
    again = "run `pytest tests/validation --write-validation`"
    assert not made - told, f"not on the page: {sorted(made - told)}; {again}"
    if not left_out:  # else the rows of tests that need data or time stand on the page alone
        assert not told - made, f"on the page, but not compared: {sorted(told - made)}; {again}"
    assert {topic for topic, *_ in told} == {path.stem for path in CASES.glob("*.csv")}
