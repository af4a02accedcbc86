"""Kill probability in closed form: salvos, layers, common mode, shoot-look-shoot.

The salvo and raid formulas follow D. Wilkening, A Simple Model for Calculating Ballistic
Missile Defense Effectiveness, Science & Global Security 8 (2000) 183-215.
"""

from __future__ import annotations

import math

import numpy as np

from opendome.constants import Floats, Ints

__all__ = [
    "hit_given_miss",
    "interceptors_needed",
    "layers_leak",
    "leakers_expected",
    "p_no_leak",
    "p_no_leak_uneven",
    "salvo_kill",
    "shoot_look_shoot",
    "shots_needed",
    "shots_real",
]

# A count that is whole but for rounding is not rounded up (2 shots at 0.7 for 0.91, not 3).
_WHOLE = 1e-9


def salvo_kill(p_kill: Floats | float, n_shot: Ints | Floats | float) -> Floats:
    """Return the probability that at least one of independent shots kills.

    Parameters
    ----------
    p_kill : float or ndarray, shape (...)
        Single-shot kill probability. [-]
    n_shot : int, float or ndarray, shape (...)
        Shots at the target. [-]

    Returns
    -------
    p_salvo : ndarray, shape (...)
        1 - (1 - p_kill)^n_shot. [-]

    Examples
    --------
    >>> print(f"{salvo_kill(12 / 21, 4):.4f}")
    0.9663
    """
    return 1.0 - (1.0 - np.asarray(p_kill, dtype=np.float64)) ** n_shot


def layers_leak(p_stop: Floats) -> Floats:
    """Return the share that passes independent layers, one after the other.

    Parameters
    ----------
    p_stop : ndarray, shape (..., n_layer)
        Share of what enters a layer that it stops. [-]

    Returns
    -------
    p_leak : ndarray, shape (...)
        Product of the layers' leaks; a lower bound if failures are common to layers. [-]

    Examples
    --------
    >>> print(f"{layers_leak(np.array([0.5, 0.6, 0.7])):.2f}")
    0.06
    """
    return np.prod(1.0 - np.asarray(p_stop, dtype=np.float64), axis=-1)


def leakers_expected(n_warhead: float, p_track: float, p_kill: float, n_shot: float) -> float:
    """Return the expected leakers, the same for common and for independent tracks.

    Parameters
    ----------
    n_warhead : float
        Warheads in the raid. [-]
    p_track : float
        Probability that a warhead is tracked and classified. [-]
    p_kill : float
        Single-shot kill probability. [-]
    n_shot : float
        Shots at each warhead. [-]

    Returns
    -------
    n_leaker : float
        Mean number of warheads not killed. [-]

    Examples
    --------
    >>> print(f"{leakers_expected(10, 0.95, 0.8, 2):.3f}")
    0.880
    """
    return n_warhead * (1.0 - p_track * float(salvo_kill(p_kill, n_shot)))


def p_no_leak(
    n_warhead: float, p_track: float, p_kill: float, n_shot: float, common: bool
) -> float:
    """Return the probability that no warhead of the raid leaks.

    Parameters
    ----------
    n_warhead : float
        Warheads in the raid. [-]
    p_track : float
        Probability that a warhead, or the raid if common, is tracked and classified. [-]
    p_kill : float
        Single-shot kill probability. [-]
    n_shot : float
        Shots at each warhead. [-]
    common : bool
        True: one draw of the track holds for the whole raid; False: one for each warhead. [-]

    Returns
    -------
    p_none : float
        Probability of no leaker. [-]

    Examples
    --------
    >>> print(f"{p_no_leak(10, 0.95, 0.8, 2, True):.4f} {p_no_leak(10, 0.95, 0.8, 2, False):.4f}")
    0.6316 0.3981
    """
    p_salvo = float(salvo_kill(p_kill, n_shot))
    if common:
        return float(p_track * p_salvo**n_warhead)
    return float((p_track * p_salvo) ** n_warhead)


def p_no_leak_uneven(n_interceptor: int, n_warhead: int, p_kill: float) -> float:
    """Return the probability of no leaker when a stock is spread as evenly as it goes.

    Parameters
    ----------
    n_interceptor : int
        Interceptors, all of them used. [-]
    n_warhead : int
        Warheads, each tracked. [-]
    p_kill : float
        Single-shot kill probability. [-]

    Returns
    -------
    p_none : float
        Probability of no leaker. [-]

    Examples
    --------
    >>> print(f"{p_no_leak_uneven(44, 10, 0.8):.4f}")
    0.9892
    """
    least, n_more = divmod(n_interceptor, n_warhead)
    p_least, p_more = salvo_kill(p_kill, least), salvo_kill(p_kill, least + 1)
    return float(p_least ** (n_warhead - n_more) * p_more**n_more)


def shoot_look_shoot(p_kill: float, n_shot: int) -> tuple[float, float]:
    """Return kill probability and expected shots when each shot waits for the last one's result.

    Assessment is taken as perfect.

    Parameters
    ----------
    p_kill : float
        Single-shot kill probability. [-]
    n_shot : int
        Most shots at the target. [-]

    Returns
    -------
    p_killed : float
        Probability that one of the shots kills. [-]
    n_expected : float
        Mean shots used. [-]

    Examples
    --------
    >>> p, n = shoot_look_shoot(0.7, 2)
    >>> print(f"{p:.2f} {n:.2f}")
    0.91 1.30
    """
    p_killed = float(salvo_kill(p_kill, n_shot))
    return p_killed, p_killed / p_kill if p_kill > 0.0 else float(n_shot)


def shots_real(p_single: float, p_wanted: float) -> float:
    """Return the real number n at which 1 - (1 - p_single)^n reaches the wanted probability.

    Parameters
    ----------
    p_single : float
        Single-shot kill probability, in (0, 1]. [-]
    p_wanted : float
        Wanted kill probability of the salvo, in [0, 1); 1 only if p_single is 1. [-]

    Returns
    -------
    n_shot : float
        Shots, not rounded; 1 for any wanted probability above 0 if p_single is 1. [-]

    Examples
    --------
    >>> print(f"{shots_real(0.8, 0.96):.4f}")
    2.0000
    """
    if not (0.0 <= p_single <= 1.0 and 0.0 <= p_wanted <= 1.0):
        raise ValueError(f"probabilities must be in [0, 1], not {p_single} and {p_wanted}")
    if p_wanted == 0.0:
        return 0.0
    if p_single == 1.0:
        return 1.0
    if p_single == 0.0 or p_wanted == 1.0:
        raise ValueError(f"no number of shots at {p_single} gives {p_wanted}")
    return math.log1p(-p_wanted) / math.log1p(-p_single)


def shots_needed(p_single: float, p_wanted: float) -> int:
    """Return the fewest shots whose salvo reaches the wanted kill probability.

    Parameters
    ----------
    p_single : float
        Single-shot kill probability, in (0, 1]. [-]
    p_wanted : float
        Wanted kill probability of the salvo, in [0, 1); 1 only if p_single is 1. [-]

    Returns
    -------
    n_shot : int
        Shots. [-]

    Examples
    --------
    >>> shots_needed(0.7, 0.91), shots_needed(0.8, 0.97)
    (2, 3)
    """
    return math.ceil(shots_real(p_single, p_wanted) - _WHOLE)


def interceptors_needed(p_none: float, p_track: float, n_warhead: int, p_kill: float) -> int:
    """Return the interceptors for a wanted probability of no leaker, tracks in common.

    Parameters
    ----------
    p_none : float
        Wanted probability that no warhead leaks, at most p_track. [-]
    p_track : float
        Probability that the raid is tracked and classified. [-]
    n_warhead : int
        Warheads in the raid. [-]
    p_kill : float
        Single-shot kill probability. [-]

    Returns
    -------
    n_interceptor : int
        Interceptors, the same whole number for each warhead. [-]

    Examples
    --------
    >>> interceptors_needed(0.8, 1.0, 50, 0.8)
    200
    """
    if p_none > p_track:
        raise ValueError(f"no stock gives {p_none} where the raid is tracked with {p_track}")
    return n_warhead * shots_needed(p_kill, (p_none / p_track) ** (1.0 / n_warhead))


def hit_given_miss(divert_m: Floats | float, sigma_axis_m: Floats | float) -> Floats:
    """Return the probability that a normal miss in the plane lies within the divert reach.

    Parameters
    ----------
    divert_m : float or ndarray, shape (...)
        Miss that the interceptor can take out. [m]
    sigma_axis_m : float or ndarray, shape (...)
        Standard deviation of the miss along each of the two axes across the approach. [m]

    Returns
    -------
    p_hit : ndarray, shape (...)
        1 - exp(-divert^2 / (2 sigma^2)), the Rayleigh distribution; 1 where sigma is 0. [-]

    Examples
    --------
    >>> print(f"{hit_given_miss(1000.0, 500.0):.4f}")
    0.8647
    """
    divert, sigma = np.broadcast_arrays(
        np.asarray(divert_m, dtype=np.float64), np.asarray(sigma_axis_m, dtype=np.float64)
    )
    ratio = np.divide(divert, sigma, out=np.full(sigma.shape, np.inf), where=sigma != 0.0)
    return -np.expm1(-0.5 * ratio**2)
