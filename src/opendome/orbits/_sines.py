"""Sine, cosine and Kepler's equation from sums and products only.

A call of the C library stops the compiler from working on several time steps at once; a
polynomial does not.
"""

from __future__ import annotations

import math

import numpy as np

from opendome._jit import jit_inline

__all__ = [
    "eccentric_turn",
    "sin_cos",
    "sin_cos_coarse",
    "sin_cos_short",
    "sin_cos_small",
    "sin_cos_tiny",
]

# pi in three parts, the first two of 33 bits: n times each is exact for |n| < 2**20, so the
# reduced angle keeps its last bit. Scheme of Cody and Waite (fdlibm, e_rem_pio2.c).
INV_PI = 0.3183098861837907
PI_1, PI_2, PI_3 = 3.1415926534682512, 1.2154201012607932e-10, 4.044532497591901e-21
PI_23 = PI_2 + PI_3

# Taylor coefficients; on [-pi/2, pi/2] the first term left out is below 3e-16.
S1, S2, S3, S4, S5, S6, S7, S8, S9 = ((-1.0) ** k / math.factorial(2 * k + 1) for k in range(1, 10))
C1, C2, C3, C4, C5, C6, C7, C8, C9, C10 = (
    (-1.0) ** k / math.factorial(2 * k) for k in range(1, 11)
)

# Interpolated at Chebyshev's points of [-pi/2, pi/2], where the error is spread evenly: fewer
# terms than Taylor's for 8e-15, and for 9e-10.
A1, A2, A3, A4, A5, A6, A7 = (
    -0.1666666666666665,
    0.008333333333325933,
    -0.00019841269836469062,
    2.7557318055691445e-06,
    -2.5051972921979563e-08,
    1.6050972260110365e-10,
    -7.408055113429869e-13,
)
B1, B2, B3, B4, B5, B6, B7 = (
    -0.49999999999999684,
    0.04166666666654123,
    -0.0013888888880751315,
    2.48015853210949e-05,
    -2.755708955059505e-07,
    2.086306804304098e-09,
    -1.1064990471866024e-11,
)
D1, D2, D3, D4, D5 = (
    -0.16666666663881233,
    0.00833333276875313,
    -0.0001984108656136986,
    2.7536463554337722e-06,
    -2.4080190242286498e-08,
)
E1, E2, E3, E4, E5 = (
    -0.49999999963952985,
    0.04166665936001913,
    -0.0013888651647120573,
    2.4774579734548585e-05,
    -2.6297517170052467e-07,
)


@jit_inline
def sin_cos(x: float) -> tuple[float, float]:
    """Return sine and cosine to 4e-16, for |x| < 3e6 rad."""
    n = np.floor(x * INV_PI + 0.5)
    r = ((x - n * PI_1) - n * PI_2) - n * PI_3
    sign = 1.0 - 2.0 * (n - 2.0 * np.floor(0.5 * n))
    z = r * r
    s = S1 + z * (S2 + z * (S3 + z * (S4 + z * (S5 + z * (S6 + z * (S7 + z * (S8 + z * S9)))))))
    c = C4 + z * (C5 + z * (C6 + z * (C7 + z * (C8 + z * (C9 + z * C10)))))
    c = C1 + z * (C2 + z * (C3 + z * c))
    return sign * (r + r * z * s), sign * (1.0 + z * c)


@jit_inline
def _reduced(x: float) -> tuple[float, float]:
    """Return x less whole half turns, in [-pi/2, pi/2], and the sign they stand for."""
    n = np.floor(x * INV_PI + 0.5)
    return (x - n * PI_1) - n * PI_23, 1.0 - 2.0 * (n - 2.0 * np.floor(0.5 * n))


@jit_inline
def sin_cos_short(x: float) -> tuple[float, float]:
    """Return sine and cosine to 1e-14, for |x| < 3e6 rad, in three quarters of the work."""
    r, sign = _reduced(x)
    z = r * r
    s = A1 + z * (A2 + z * (A3 + z * (A4 + z * (A5 + z * (A6 + z * A7)))))
    c = B1 + z * (B2 + z * (B3 + z * (B4 + z * (B5 + z * (B6 + z * B7)))))
    return sign * (r + r * z * s), sign * (1.0 + z * c)


@jit_inline
def sin_cos_coarse(x: float) -> tuple[float, float]:
    """Return sine and cosine to 1e-9, for |x| < 3e6 rad, for use in small terms."""
    r, sign = _reduced(x)
    z = r * r
    s = D1 + z * (D2 + z * (D3 + z * (D4 + z * D5)))
    c = E1 + z * (E2 + z * (E3 + z * (E4 + z * E5)))
    return sign * (r + r * z * s), sign * (1.0 + z * c)


@jit_inline
def sin_cos_small(x: float) -> tuple[float, float]:
    """Return sine and cosine to 2e-16, for |x| < 0.35 rad."""
    z = x * x
    s = S1 + z * (S2 + z * (S3 + z * (S4 + z * S5)))
    c = C1 + z * (C2 + z * (C3 + z * (C4 + z * (C5 + z * C6))))
    return x + x * z * s, 1.0 + z * c


@jit_inline
def sin_cos_tiny(x: float) -> tuple[float, float]:
    """Return sine and cosine to 1e-16, for |x| < 2e-3 rad."""
    z = x * x
    return x + x * z * S1, 1.0 + z * (C1 + z * C2)


@jit_inline
def eccentric_turn(e_sin: float, e_cos: float) -> tuple[float, float, float]:
    """Solve Kepler's equation for the turn d from mean to eccentric anomaly, e < 0.3.

    With M the mean anomaly, d = e sin(M + d) = e_sin cos d + e_cos sin d. A series in e of
    fourth order is off by e**5; one step of Halley cubes that, and one of Newton squares it
    once more, to below the last bit. The second derivative Halley asks for is d - f.

    Parameters
    ----------
    e_sin, e_cos : float
        Eccentricity times the sine and cosine of the mean anomaly. [-]

    Returns
    -------
    sin_d, cos_d : float
        Sine and cosine of the turn. [-]
    slope : float
        1 - e cos(M + d), the radius over the semi-major axis. [-]
    """
    s, c = e_sin, e_cos
    s2 = s * s
    d = s * (1.0 + c * (1.0 + c * (1.0 + c)) - s2 * (0.5 + c * (5.0 / 3.0)))
    sin_d, cos_d = sin_cos_small(d)
    f = d - s * cos_d - c * sin_d
    slope = 1.0 + s * sin_d - c * cos_d
    step = -f * slope / (slope * slope - 0.5 * f * (d - f))
    d += step
    sin_s, cos_s = sin_cos_tiny(step)
    sin_d, cos_d = sin_d * cos_s + cos_d * sin_s, cos_d * cos_s - sin_d * sin_s
    f = d - s * cos_d - c * sin_d
    slope = 1.0 + s * sin_d - c * cos_d
    # The last step is below 1e-6 rad: to first order in it nothing is lost.
    step = f / slope
    slope -= step * (d - f)
    return sin_d - step * cos_d, cos_d + step * sin_d, slope
