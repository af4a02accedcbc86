"""The longest crosslink of published shells grazes the height they state."""

import numpy as np
import pytest

from opendome.geometry import tangent_height
from tests.validation._cases import load_cases

ONE_METRE = 1.0


@pytest.mark.parametrize("c", load_cases("isl_grazing_height.csv"), ids=lambda c: c.case)
def test_longest_isl_grazes_stated_height(c, agree):
    def height_m(isl_length_m):
        half = isl_length_m / 2
        x = np.sqrt((c.r_earth_m + c.altitude_m) ** 2 - half**2)
        a, b = np.array([x, half, 0.0]), np.array([x, -half, 0.0])
        return tangent_height(a, b, r_earth_m=c.r_earth_m)

    # The length is printed to a unit: the true one lies within half of it.
    found = height_m(c.isl_length_m)
    low, high = height_m(c.isl_length_m + c.half_unit_m), height_m(c.isl_length_m - c.half_unit_m)
    allowed_m = ONE_METRE + min(found - low, high - found)
    agree(c, "grazing height", c.expected_tangent_height_m, found, allowed_m, "m")
