"""Who links to whom: grids of satellites, one row of neighbours a satellite."""

from __future__ import annotations

import numpy as np

from opendome.constants import Ints

__all__ = ["grid_neighbours"]


def grid_neighbours(
    n_plane: int,
    n_per_plane: int,
    *,
    seam: bool,
    phasing: int = 0,
    plane_shift: int | None = None,
) -> Ints:
    """Return the +Grid of a Walker shell: two neighbours in plane, one in each next plane.

    Satellite index is plane * n_per_plane + slot. Slot s links to slot s + plane_shift of
    the plane to the right; from the last plane to the first, `phasing` slots are added,
    because a tour of the equator gains that many, so that all links across are alike.

    Parameters
    ----------
    n_plane, n_per_plane : int
        Planes, and satellites in each. [-]
    seam : bool
        Leave out the links between the last and the first plane, which move against each
        other in a Walker star. [-]
    phasing : int
        Walker phasing F. [-]
    plane_shift : int, optional
        Slots added from a plane to the next; by default the nearest in phase, which is
        -round(F / n_plane). [-]

    Returns
    -------
    neighbours : ndarray of int64, shape (n_sat, 4)
        Fore, aft, left, right; -1 where there is none. No satellite is named twice in a
        row, nor in its own. [-]

    Raises
    ------
    ValueError
        If there is no plane or no satellite in it.

    References
    ----------
    .. [1] D. Bhattacherjee and A. Singla, Network topology design at 27,000 km/hour,
       CoNEXT 2019, sec. 2 (+Grid), doi:10.1145/3359989.3365407.

    Examples
    --------
    >>> grid_neighbours(3, 4, seam=False)[0]
    array([1, 3, 8, 4])
    >>> grid_neighbours(3, 4, seam=True)[0]
    array([ 1,  3, -1,  4])
    """
    if n_plane < 1 or n_per_plane < 1:
        raise ValueError(f"need at least one plane and one slot, not {n_plane} x {n_per_plane}")
    if plane_shift is None:
        plane_shift = -((2 * phasing + n_plane - 1) // (2 * n_plane))
    plane, slot = np.divmod(np.arange(n_plane * n_per_plane), n_per_plane)
    last, first = plane == n_plane - 1, plane == 0
    right_slot = slot + plane_shift + np.where(last, phasing, 0)
    left_slot = slot - plane_shift - np.where(first, phasing, 0)
    start = plane * n_per_plane
    fore, aft = start + (slot + 1) % n_per_plane, start + (slot - 1) % n_per_plane
    right = (plane + 1) % n_plane * n_per_plane + right_slot % n_per_plane
    left = (plane - 1) % n_plane * n_per_plane + left_slot % n_per_plane
    if n_per_plane == 1:
        fore[:] = -1
    if n_per_plane <= 2:  # fore and aft are the same satellite
        aft[:] = -1
    if n_plane == 1:
        left[:] = right[:] = -1
    if seam:
        left[first] = right[last] = -1
    left[left == right] = -1  # two planes: both sides may lead to one satellite
    return np.stack([fore, aft, left, right], axis=-1)
