"""Delay of messages that share links: loads, waiting, availability, acquisition, re-routing.

Each link is a server of its own, fed at random: streams are Poisson, and what a stream met on
one link does not shape how it arrives at the next (Kleinrock's independence). A message on its
way is not interrupted; of those that wait, the lowest priority number goes first.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from opendome.constants import Floats, Ints
from opendome.network.edges import Edges

__all__ = [
    "Background",
    "Delays",
    "Streams",
    "any_path_availability",
    "link_loads",
    "path_availability",
    "reroute_delay",
    "reroute_outage",
    "stream_delays",
    "waiting_times",
]


@dataclass(frozen=True, slots=True)
class Streams:
    """Messages of one kind each, along one path each: those sent from start to start + 1."""

    size_bits: Floats
    """Shape (n_stream,): mean size of a message. [bit]"""
    rate_per_s: Floats
    """Shape (n_stream,): messages a second. [1/s]"""
    priority: Ints
    """Shape (n_stream,): 0 goes first; any whole numbers. [-]"""
    start: Ints
    """Shape (n_stream + 1,): where the links of each path begin in `edge`. [-]"""
    edge: Ints
    """Links of all paths one after the other; a stream without any has no path. [-]"""
    size_scv: Floats | None = None
    """Shape (n_stream,): variance of sizes over their mean squared: 0, the default, for equal
    sizes, 1 for exponential ones. [-]"""

    def __post_init__(self) -> None:
        """Refuse what would end as nonsense further on."""
        n = self.size_bits.size
        if {self.rate_per_s.size, self.priority.size, self.start.size - 1} != {n}:
            raise ValueError("size, rate and priority must be one per stream, start one more")
        if not ((self.size_bits > 0.0) & (self.size_bits < np.inf)).all():
            raise ValueError("the size of each message must be above 0 and finite")
        if not ((self.rate_per_s >= 0.0) & (self.rate_per_s < np.inf)).all():
            raise ValueError("the rate of each stream must be 0 or more and finite")
        scv = self.size_scv
        if scv is not None and (scv.shape != (n,) or not ((scv >= 0.0) & (scv < np.inf)).all()):
            raise ValueError("size_scv must be one value of 0 or more per stream")

    @property
    def stream(self) -> Ints:
        """Stream of each entry of `edge`."""
        return np.repeat(np.arange(self.size_bits.size), np.diff(self.start))


@dataclass(frozen=True, slots=True)
class Background:
    """Traffic of others on every link, as one more stream there."""

    share: Floats
    """Shape (n_edge,): part of the capacity that it asks for. [-]"""
    size_bits: float = 12_000.0
    """Mean size of its messages; by default an Ethernet frame of 1,500 bytes. [bit]"""
    priority: int = 2**31
    """Its priority; by default after all streams. [-]"""
    size_scv: float = 1.0
    """Variance of its sizes over their mean squared. [-]"""

    def __post_init__(self) -> None:
        """Refuse what would end as nonsense further on."""
        if not ((self.share >= 0.0) & (self.share < np.inf)).all():
            raise ValueError("the background share of each link must be 0 or more and finite")
        if not (0.0 < self.size_bits < np.inf and 0.0 <= self.size_scv < np.inf):
            raise ValueError("background messages need a size above 0 and a size_scv of 0 or more")


@dataclass(frozen=True, slots=True)
class Delays:
    """What each stream's messages wait for, one value per stream; inf: never delivered."""

    travel_s: Floats
    """Light and processing. [s]"""
    sending_s: Floats
    """Time to send the message, on each link anew. [s]"""
    waiting_s: Floats
    """Mean time behind other messages. [s]"""
    acquisition_s: Floats
    """Until the last of the path's new links points at its other end. [s]"""

    @property
    def total_s(self) -> Floats:
        """Mean delay from end to end. [s]."""
        return self.travel_s + self.sending_s + self.waiting_s + self.acquisition_s


def link_loads(edges: Edges, streams: Streams, background: Background | None = None) -> Floats:
    """Return the part of its capacity that each link is asked for.

    Parameters
    ----------
    edges : Edges
        The network.
    streams : Streams
        Messages and their paths.
    background : Background, optional
        Traffic of others.

    Returns
    -------
    load : ndarray, shape (n_edge,)
        1 or more: not all of it gets through; inf where something is to go over a link
        without capacity. [-]
    """
    _, load, _ = _classes(edges, streams, background)
    return load.sum(axis=1)


def waiting_times(edges: Edges, streams: Streams, background: Background | None = None) -> Floats:
    """Return the mean wait of each stream at each link of its path.

    Where a link is asked for more than it carries, the priorities that fit still get through;
    the first that does not fit takes all that is left, and waits for ever like those behind it.

    Parameters
    ----------
    edges : Edges
        The network.
    streams : Streams
        Messages and their paths.
    background : Background, optional
        Traffic of others.

    Returns
    -------
    wait_s : ndarray, shape of `streams.edge`
        Mean time in the queue; inf where the load up to this priority is 1 or more. [s]

    References
    ----------
    .. [1] A. Cobham, Priority assignment in waiting line problems, Operations Research 2
       (1954) 70-76, doi:10.1287/opre.2.1.70, eq. (2), and its note on saturation.
    .. [2] L. Kleinrock, Queueing Systems, vol. 2, Wiley 1976, sec. 3.3 and 3.6. With one
       priority it is the formula of Pollaczek and Khinchin.

    Examples
    --------
    One link of 1 Mbit/s, messages of 1 kbit at half its capacity: M/D/1 waits half a message.

    >>> from opendome.network.edges import both_ways
    >>> edges = both_ways(2, np.array([0]), np.array([1]), np.zeros(1), np.array([1e6]))
    >>> path = np.array([0, 1]), np.array([0])
    >>> streams = Streams(np.array([1e3]), np.array([500.0]), np.array([0]), *path)
    >>> print(f"{waiting_times(edges, streams)[0] * 1e3:.3f} ms")
    0.500 ms
    """
    column, load, residual_s = _classes(edges, streams, background)
    up_to = np.minimum(np.cumsum(load, axis=1), 2.0)
    before = np.hstack([np.zeros((len(edges), 1)), up_to[:, :-1]])
    # A priority that does not fit is served in what is left, and those behind it never.
    served = np.clip(1.0 - before, 0.0, np.minimum(load, 1.0))
    mean_residual_s = (served * residual_s).sum(axis=1, keepdims=True)
    fits = up_to < 1.0
    room = np.where(fits, (1.0 - before) * (1.0 - up_to), 1.0)
    wait_s = np.where(fits, mean_residual_s / room, np.inf)
    return wait_s[streams.edge, column[streams.stream]]


def stream_delays(
    edges: Edges,
    streams: Streams,
    background: Background | None = None,
    *,
    acquiring_s: Floats | None = None,
) -> Delays:
    """Return the mean delay of each stream from end to end, by its parts.

    Parameters
    ----------
    edges : Edges
        The network; its delays hold light and processing.
    streams : Streams
        Messages and their paths.
    background : Background, optional
        Traffic of others.
    acquiring_s : ndarray, shape (n_edge,), optional
        What is left until each link carries: of a link that came up t seconds ago its
        acquisition time less t, else 0. Links of a path acquire at the same time. [s]

    Returns
    -------
    delays : Delays
        inf where there is no path, or the load at a link is 1 or more.
    """
    at, n = streams.stream, streams.size_bits.size
    bps = edges.capacity_bps[streams.edge]
    sending_s = np.full(bps.size, np.inf)
    np.divide(streams.size_bits[at], bps, out=sending_s, where=bps > 0.0)
    waiting_s = waiting_times(edges, streams, background)
    pathless = np.where(np.diff(streams.start) > 0, 0.0, np.inf)
    acquisition_s = np.zeros(n)
    if acquiring_s is not None:
        np.maximum.at(acquisition_s, at, np.asarray(acquiring_s, np.float64)[streams.edge])

    def along_path(of_link_s: Floats) -> Floats:
        return np.bincount(at, of_link_s, n).astype(np.float64) + pathless

    return Delays(
        along_path(edges.delay_s[streams.edge]),
        along_path(sending_s),
        along_path(waiting_s),
        acquisition_s,
    )


def path_availability(start: Ints, edge: Ints, p_up: Floats) -> Floats:
    """Return the chance that all links of a path are up, each by itself.

    Parameters
    ----------
    start : ndarray of int64, shape (n_path + 1,)
        Where the links of each path begin in `edge`. [-]
    edge : ndarray of int64
        Links of all paths one after the other. [-]
    p_up : ndarray, shape (n_edge,)
        Chance that each link is up. [-]

    Returns
    -------
    p_path : ndarray, shape (n_path,)
        Chance; 0 for a path without links, which is none. [-]

    Examples
    --------
    >>> path_availability(np.array([0, 2, 2]), np.array([0, 1]), np.array([0.9, 0.5]))
    array([0.45, 0.  ])
    """
    n_path = start.size - 1
    p_path = np.ones(n_path)
    np.multiply.at(p_path, np.repeat(np.arange(n_path), np.diff(start)), p_up[edge])
    return np.where(np.diff(start) > 0, p_path, 0.0)


def any_path_availability(p_path: Floats) -> float:
    """Return the chance that at least one of several paths is up, if they share no link.

    Parameters
    ----------
    p_path : ndarray, shape (n_path,)
        Chance of each, as from `path_availability`. [-]

    Returns
    -------
    p_any : float
        Chance; 0 without paths. Further paths that share links with these may add to it. [-]

    Examples
    --------
    >>> any_path_availability(np.array([0.9, 0.5]))
    0.95
    """
    return float(1.0 - np.prod(1.0 - p_path))


def reroute_outage(detection_s: float, reconvergence_s: float) -> float:
    """Return how long a failed link takes its traffic away.

    Three clocks run one after the other: the event, when the link fails; its detection, when
    an end has missed enough of the other's signs of life; and reconvergence, when the last
    node on the new path sends that way.

    Parameters
    ----------
    detection_s : float
        From the event to its detection; 0 if it was foreseen, as a set of a satellite is. [s]
    reconvergence_s : float
        From detection to the new path. [s]

    Returns
    -------
    outage_s : float
        From the event to the new path. [s]

    Raises
    ------
    ValueError
        If one is negative.

    References
    ----------
    .. [1] P. Francois, C. Filsfils, J. Evans, O. Bonaventure, Achieving sub-second IGP
       convergence in large IP networks, ACM CCR 35(3) (2005) 35-44,
       doi:10.1145/1070873.1070877, sec. 3: the components of convergence.
    """
    if not (detection_s >= 0.0 and reconvergence_s >= 0.0):
        raise ValueError("detection_s and reconvergence_s must be 0 or more")
    return detection_s + reconvergence_s


def reroute_delay(
    sent_s: Floats,
    event_s: float,
    detection_s: float,
    reconvergence_s: float,
    *,
    repeated: bool = True,
) -> Floats:
    """Return what a failure adds to the delay of messages that reach the link's place.

    Parameters
    ----------
    sent_s : ndarray, shape (...)
        When each message is there. [s]
    event_s : float
        When the link fails. [s]
    detection_s : float
        From the event to its detection. [s]
    reconvergence_s : float
        From detection to the new path. [s]
    repeated : bool
        Whether what was sent into the dead link, before detection, is sent again once there is
        a new path; else it is lost. What comes after detection is held. [-]

    Returns
    -------
    added_s : ndarray, shape (...)
        Wait for the new path, 0 before the event and after the outage; inf for what is lost.
        That the new path may be longer is not in it. [s]

    Examples
    --------
    >>> reroute_delay(np.array([9.0, 10.0, 10.5, 11.0]), 10.0, 0.2, 0.6)
    array([0. , 0.8, 0.3, 0. ])
    """
    end_s = event_s + reroute_outage(detection_s, reconvergence_s)
    during = (sent_s >= event_s) & (sent_s < end_s)
    added_s = np.where(during, end_s - sent_s, 0.0)
    if repeated:
        return added_s
    return np.where((sent_s >= event_s) & (sent_s < event_s + detection_s), np.inf, added_s)


def _classes(
    edges: Edges, streams: Streams, background: Background | None
) -> tuple[Ints, Floats, Floats]:
    """Return each stream's column, and (n_edge, n_priority) loads and residual times.

    The residual time is what is left, in the mean, of a message of that priority that is being
    sent: E[S^2] / 2 E[S].
    """
    if streams.edge.size and not (streams.edge.min() >= 0 and streams.edge.max() < len(edges)):
        raise ValueError(f"the links of paths must be 0 to {len(edges) - 1}")
    extra = np.array([] if background is None else [background.priority], dtype=np.int64)
    level, column = np.unique(np.append(streams.priority, extra), return_inverse=True)
    shape = (len(edges), level.size)
    load, second = np.zeros(shape), np.zeros(shape)
    at, scv = streams.stream, streams.size_scv
    bps = edges.capacity_bps
    spread = 1.0 + (np.zeros(streams.size_bits.size) if scv is None else scv)
    bits_per_s = streams.rate_per_s * streams.size_bits
    place = (streams.edge, column[at])
    np.add.at(load, place, bits_per_s[at])
    np.add.at(second, place, (bits_per_s * streams.size_bits * spread / 2.0)[at])
    if background is not None:
        more = background.share * bps
        load[:, column[-1]] += more
        second[:, column[-1]] += more * background.size_bits * (1.0 + background.size_scv) / 2.0
    residual_s, whole = np.zeros(shape), np.broadcast_to(bps[:, None], shape)
    sends = (load > 0.0) & (whole > 0.0)
    np.divide(second, load * whole, out=residual_s, where=sends)
    asked = np.where(load > 0.0, np.inf, 0.0)
    return column, np.divide(load, whole, out=asked, where=whole > 0.0), residual_s
