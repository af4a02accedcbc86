"""A 4-ary heap of satellite numbers that knows where each one is."""

from __future__ import annotations

from opendome._jit import jit
from opendome.constants import Floats, Ints

__all__ = ["SETTLED", "UNSEEN", "rise", "sink"]

SETTLED = -2
"""Place in the heap of a node whose delay is final."""

UNSEEN = -1
"""Place of a node that is not yet in the heap."""


@jit
def rise(heap: Ints, place: Ints, key: Floats, at: int, i: int) -> None:
    """Put item i at a free place of the 4-ary heap and let it rise to where it belongs."""
    while at > 0:
        parent = (at - 1) >> 2
        if key[heap[parent]] <= key[i]:
            break
        heap[at] = heap[parent]
        place[heap[at]] = at
        at = parent
    heap[at] = i
    place[i] = at


@jit
def sink(heap: Ints, place: Ints, key: Floats, size: int, i: int) -> None:
    """Put item i at the root of the 4-ary heap and let it sink to where it belongs."""
    at = 0
    while 4 * at + 1 < size:
        child = 4 * at + 1
        for other in range(child + 1, min(child + 4, size)):
            if key[heap[other]] < key[heap[child]]:
                child = other
        if key[i] <= key[heap[child]]:
            break
        heap[at] = heap[child]
        place[heap[at]] = at
        at = child
    heap[at] = i
    place[i] = at
