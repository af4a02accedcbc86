"""Random draws by name: the number is a function of what it is for, not of when it is asked.

A draw is keyed by (seed, quantity, run, entity, nth use), so that more runs, another order
or a missing entity change no other draw, and two designs meet the same luck.
"""

from __future__ import annotations

from enum import IntEnum

import numpy as np
from numpy.typing import ArrayLike

from opendome._jit import jit
from opendome.constants import Floats, Ints

__all__ = ["Quantity", "philox4x32", "uniform", "uniforms"]

Integer = int | np.uint64

_WORD = np.uint64(0xFFFFFFFF)
_WORD_BITS = np.uint64(32)
_MULTIPLIER_0 = np.uint64(0xD2511F53)
_MULTIPLIER_1 = np.uint64(0xCD9E8D57)
_WEYL_0 = np.uint64(0x9E3779B9)  # golden ratio
_WEYL_1 = np.uint64(0xBB67AE85)  # sqrt(3) - 1
_N_ROUND = 10


class Quantity(IntEnum):
    """What a draw is for; a number, once given, is never used for something else.

    DETECT and RELIABILITY are kept for links that are not drawn yet.
    """

    START = 1
    JITTER = 2
    DETECT = 3
    DISCRIMINATION = 4
    KILL = 5
    ASSESS = 6
    COMMON_DESIGN = 7
    COMMON_DISCRIMINATION = 8
    COMMON_SOFTWARE = 9
    RELIABILITY = 10
    EPOCH = 11
    OUTAGE = 12


@jit
def philox4x32(
    c0: Integer, c1: Integer, c2: Integer, c3: Integer, k0: Integer, k1: Integer
) -> tuple[np.uint64, np.uint64, np.uint64, np.uint64]:
    """Scramble a counter of four 32-bit words under a key of two: Philox4x32-10.

    Parameters
    ----------
    c0, c1, c2, c3 : int
        Counter words; of a longer integer the low 32 bits count. [-]
    k0, k1 : int
        Key words, likewise. [-]

    Returns
    -------
    w0, w1, w2, w3 : uint64
        Four 32-bit words. [-]

    References
    ----------
    .. [1] J. Salmon et al., Parallel random numbers: as easy as 1, 2, 3, SC11, 2011, sec. 3.3,
       doi:10.1145/2063384.2063405.

    Examples
    --------
    >>> [f"{int(word):08x}" for word in philox4x32(0, 0, 0, 0, 0, 0)]
    ['6627e8d5', 'e169c58d', 'bc57ac4c', '9b00dbd8']
    """
    # Words live in the low half of uint64, so that a product of two words is whole.
    w0, w1 = np.uint64(c0) & _WORD, np.uint64(c1) & _WORD
    w2, w3 = np.uint64(c2) & _WORD, np.uint64(c3) & _WORD
    a, b = np.uint64(k0) & _WORD, np.uint64(k1) & _WORD
    for _ in range(_N_ROUND):
        p, q = _MULTIPLIER_0 * w0, _MULTIPLIER_1 * w2
        w0, w1, w2, w3 = (
            (q >> _WORD_BITS) ^ w1 ^ a,
            q & _WORD,
            (p >> _WORD_BITS) ^ w3 ^ b,
            p & _WORD,
        )
        a, b = (a + _WEYL_0) & _WORD, (b + _WEYL_1) & _WORD
    return w0, w1, w2, w3


@jit
def uniform(seed: Integer, quantity: int, run: int, entity: int, nth: int) -> float:
    """Return the draw in [0, 1) that belongs to this seed, quantity, run, entity and use.

    For kernels: nothing is checked, and of all but the seed only the low 32 bits count.

    Parameters
    ----------
    seed : int
        Seed of the scenario, 64 bits; called from Python, one of 2**63 or more must be a
        `numpy.uint64`. [-]
    quantity : int
        What the draw is for, a `Quantity`. [-]
    run : int
        Number of the run. [-]
    entity : int
        Identity of the missile, interceptor or layer; stable across designs. [-]
    nth : int
        How often this entity has drawn this quantity before in this run. [-]

    Returns
    -------
    u : float
        A multiple of 2**-53, at least 0 and less than 1. [-]

    Examples
    --------
    >>> print(f"{uniform(7, Quantity.KILL, 0, 3, 0):.6f}")
    0.173785
    """
    bits = np.uint64(seed)
    w0, w1, _, _ = philox4x32(run, entity, nth, quantity, bits & _WORD, bits >> _WORD_BITS)
    # 27 + 26 bits fill the 53 of a double, so no draw rounds up to 1.
    return ((w0 >> np.uint64(5)) * 67108864.0 + (w1 >> np.uint64(6))) / 9007199254740992.0


def uniforms(
    seed: int, quantity: ArrayLike, run: ArrayLike, entity: ArrayLike, nth: ArrayLike
) -> Floats:
    """Return the draws of many keys at once; the keys broadcast against each other.

    Parameters
    ----------
    seed : int
        Seed of the scenario, 0 to 2**64 - 1. [-]
    quantity, run, entity, nth : array_like of int, shapes that broadcast to (...)
        As in `uniform`, each 0 to 2**32 - 1. [-]

    Returns
    -------
    u : ndarray, shape (...)
        Draws, at least 0 and less than 1. [-]

    Raises
    ------
    ValueError
        If a key does not fit its word, which would make two draws the same.

    Examples
    --------
    >>> uniforms(7, Quantity.KILL, np.arange(100)[:, None], np.arange(5), 0).shape
    (100, 5)
    """
    if not 0 <= seed < 2**64:
        raise ValueError(f"seed must be 0 to 2**64 - 1, not {seed}")
    named = {"quantity": quantity, "run": run, "entity": entity, "nth": nth}
    keys = [_words(name, key) for name, key in named.items()]
    shape = np.broadcast_shapes(*(key.shape for key in keys))
    flat = [np.broadcast_to(key, shape).flatten() for key in keys]
    return _fill(np.uint64(seed), *flat).reshape(shape)


def _words(name: str, key: ArrayLike) -> Ints:
    """Return a key as int64, or say which key does not fit 32 bits."""
    words = np.asarray(key)
    if words.size and not np.issubdtype(words.dtype, np.integer):
        raise ValueError(f"{name} must be whole numbers, not {words.dtype}")
    if words.size and (words.min() < 0 or words.max() >= 2**32):
        raise ValueError(f"{name} must be 0 to 2**32 - 1")
    return words.astype(np.int64)


@jit
def _fill(seed: np.uint64, quantity: Ints, run: Ints, entity: Ints, nth: Ints) -> Floats:
    """Draw `uniform` for each row of keys."""
    u = np.empty(quantity.size)
    for i in range(quantity.size):
        u[i] = uniform(seed, quantity[i], run[i], entity[i], nth[i])
    return u
