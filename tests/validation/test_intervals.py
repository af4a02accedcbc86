"""Clopper-Pearson limits of published test records."""

import pytest

from opendome.analysis import proportion_interval
from tests.validation._cases import load_cases

CASES = load_cases("clopper_pearson.csv")
LAST_DIGIT = 0.0006  # limits are printed to three decimals


@pytest.mark.parametrize("case", CASES, ids=lambda c: c.case)
def test_limits_are_reproduced(case):
    value, low, high = proportion_interval(int(case.k), int(case.n))
    assert value == case.k / case.n
    assert low == pytest.approx(case.expected_low, abs=LAST_DIGIT)
    assert high == pytest.approx(case.expected_high, abs=LAST_DIGIT)
