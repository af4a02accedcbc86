"""Clopper-Pearson limits of published test records."""

import pytest

from opendome.analysis import proportion_interval
from tests.validation._cases import load_cases

CASES = load_cases("clopper_pearson.csv")
LAST_DIGIT = 0.0006  # limits are printed to three decimals


@pytest.mark.parametrize("case", CASES, ids=lambda c: c.case)
def test_limits_are_reproduced(case, agree):
    value, low, high = proportion_interval(int(case.k), int(case.n))
    assert value == case.k / case.n
    agree(case, "lower limit", case.expected_low, low, LAST_DIGIT)
    agree(case, "upper limit", case.expected_high, high, LAST_DIGIT)
