"""Queueing: limits, order of priorities, saturation beside a simulated link, re-routing."""

from __future__ import annotations

import heapq

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from opendome.network.edges import both_ways
from opendome.network.queueing import (
    Background,
    Streams,
    any_path_availability,
    link_loads,
    path_availability,
    reroute_delay,
    reroute_outage,
    stream_delays,
    waiting_times,
)

SEEDS = st.integers(0, 2**32 - 1)


def line(n_link, capacity_bps=1e6, delay_s=0.01):
    at = np.arange(n_link)
    return both_ways(
        n_link + 1, at, at + 1, np.full(n_link, delay_s), np.full(n_link, capacity_bps)
    )


def on_one_link(size_bits, rate_per_s, priority, size_scv=None):
    n = len(size_bits)
    return Streams(
        np.array(size_bits, float),
        np.array(rate_per_s, float),
        np.array(priority, np.int64),
        np.arange(n + 1),
        np.zeros(n, np.int64),
        None if size_scv is None else np.array(size_scv, float),
    )


def random_streams(rng, n_link, n_stream):
    n_hop = rng.integers(0, n_link + 1, n_stream)
    start = np.append(0, np.cumsum(n_hop))
    edge = np.concatenate([*(np.arange(n) for n in n_hop), np.empty(0, np.int64)])
    return Streams(
        rng.uniform(1.0, 1e5, n_stream),
        rng.choice([0.0, 1.0, 10.0], n_stream),
        rng.integers(0, 3, n_stream),
        start,
        edge.astype(np.int64),
        rng.choice([0.0, 1.0], n_stream),
    )


# Loads and waits ---------------------------------------------------------------------------


def test_loads_add_up_link_by_link():
    streams = Streams(
        np.array([1e3, 2e3]),
        np.array([100.0, 50.0]),
        np.array([0, 1]),
        np.array([0, 2, 3]),
        np.array([0, 1, 1]),
    )
    edges = line(3)
    np.testing.assert_allclose(link_loads(edges, streams), [0.1, 0.2, 0, 0, 0, 0])
    others = Background(np.array([0.0, 0.3, 0.5, 0, 0, 0]))
    np.testing.assert_allclose(link_loads(edges, streams, others), [0.1, 0.5, 0.5, 0, 0, 0])


@given(seed=SEEDS, n_link=st.integers(1, 4), n_stream=st.integers(0, 6))
def test_delays_are_numbers_or_infinite_whatever_the_load(seed, n_link, n_stream):
    rng = np.random.default_rng(seed)
    edges = both_ways(
        n_link + 1,
        np.arange(n_link),
        np.arange(n_link) + 1,
        np.full(n_link, 0.01),
        rng.choice([0.0, 1.0, 1e5, 1e7], n_link),
    )
    streams = random_streams(rng, n_link, n_stream)
    others = Background(rng.choice([0.0, 0.5, 1.0, 2.0], 2 * n_link), priority=int(rng.integers(4)))
    for background in (None, others):
        delays = stream_delays(edges, streams, background)
        load = link_loads(edges, streams, background)
        assert not np.isnan(load).any()
        for part in (delays.travel_s, delays.sending_s, delays.waiting_s, delays.total_s):
            assert part.shape == (n_stream,)
            assert (part >= 0.0).all()  # and so no nan
        for k in range(n_stream):
            path = streams.edge[streams.start[k] : streams.start[k + 1]]
            if not path.size or (edges.capacity_bps[path] == 0.0).any():
                assert delays.total_s[k] == np.inf
            elif (load[path] < 1.0).all():
                assert np.isfinite(delays.total_s[k])


@given(seed=SEEDS, n_stream=st.integers(1, 6))
def test_work_waiting_is_the_same_in_any_order(seed, n_stream):
    # Kleinrock's conservation law: loads times waits add up to what one queue would give.
    rng = np.random.default_rng(seed)
    size = rng.uniform(100.0, 5000.0, n_stream)
    load = rng.dirichlet(np.ones(n_stream)) * rng.uniform(0.05, 0.95)
    edges, scv = line(1), rng.uniform(0.0, 2.0, n_stream)
    sums = [
        load @ waiting_times(edges, on_one_link(size, load * 1e6 / size, order, scv))
        for order in (np.zeros(n_stream), np.arange(n_stream), rng.permutation(n_stream))
    ]
    np.testing.assert_allclose(sums, sums[0], rtol=1e-9)


def test_who_goes_first_waits_least_and_only_the_order_of_priorities_counts():
    size, rate = [1e3] * 3, [300.0, 200.0, 400.0]
    wait_s = waiting_times(line(1), on_one_link(size, rate, [2, 0, 1]))
    assert wait_s[1] < wait_s[2] < wait_s[0]
    spread_s = waiting_times(line(1), on_one_link(size, rate, [70, -5, 3]))
    assert (spread_s == wait_s).all()


def test_background_is_one_more_stream():
    edges = line(1)
    own = on_one_link([1e3], [200.0], [0])
    others = Background(np.array([0.5, 0.0]), size_bits=4e3, size_scv=1.0)
    both = on_one_link([1e3, 4e3], [200.0, 125.0], [0, 9], [0.0, 1.0])
    expected_s = waiting_times(edges, both)[0]
    assert waiting_times(edges, own, others)[0] == pytest.approx(expected_s)
    first = Background(others.share, size_bits=4e3, priority=-1)
    assert waiting_times(edges, own, first)[0] > expected_s


def test_a_stream_behind_a_full_link_is_never_delivered_and_one_before_it_is():
    edges = line(1)
    wait_s = waiting_times(edges, on_one_link([1e3] * 3, [400.0, 700.0, 1.0], [0, 1, 2]))
    # The link is never idle: the first waits for what is left of a message of the second kind
    # in 0.6 of all cases, else of its own kind.
    assert wait_s[0] == pytest.approx(0.5e-3 / 0.6)
    assert wait_s[1:].tolist() == [np.inf, np.inf]
    exactly_full = waiting_times(edges, on_one_link([1e3], [1000.0], [0]))
    assert exactly_full.tolist() == [np.inf]


def simulated_waits(load, n_message, seed):
    """Mean wait of each priority at a link that sends messages of 1 s, by events."""
    rng = np.random.default_rng(seed)
    n = (np.array(load) * n_message).astype(int)
    arrivals = [np.sort(rng.uniform(0.0, n_message, k)) for k in n]
    events = sorted((t, k) for k, own in enumerate(arrivals) for t in own)
    queue, waits, free, i = [], [[] for _ in load], 0.0, 0
    while i < len(events) or queue:
        if not queue:
            free = max(free, events[i][0])
        while i < len(events) and events[i][0] <= free:
            heapq.heappush(queue, (events[i][1], events[i][0]))
            i += 1
        k, t = heapq.heappop(queue)
        waits[k].append(free - t)
        free += 1.0
        if free > n_message:
            break
    return np.array([np.mean(own) if own else np.nan for own in waits])


@pytest.mark.parametrize("load", [[0.3, 0.4], [0.5, 0.8], [0.2, 0.3, 0.9]])
def test_waits_are_those_of_a_simulated_link(load):
    priority = np.arange(len(load))
    ours_s = waiting_times(line(1, 1.0), on_one_link(np.ones(len(load)), load, priority))
    theirs_s = simulated_waits(load, 100_000, seed=1)
    fits = np.isfinite(ours_s)
    assert fits.tolist() == (np.cumsum(load) < 1.0).tolist()
    np.testing.assert_allclose(ours_s[fits], theirs_s[fits], rtol=0.03)
    assert (theirs_s[~fits] > 1000.0).all()


# End to end ----------------------------------------------------------------------------------


def test_an_empty_network_costs_light_and_sending():
    edges, path = line(3, 1e6, 0.01), np.arange(3)
    streams = Streams(np.array([2e3]), np.zeros(1), np.zeros(1, int), np.array([0, 3]), path)
    delays = stream_delays(edges, streams)
    assert delays.travel_s[0] == pytest.approx(0.03)
    assert delays.sending_s[0] == pytest.approx(0.006)
    assert delays.waiting_s[0] == 0.0
    assert delays.total_s[0] == pytest.approx(0.036)


def test_new_links_of_a_path_acquire_at_the_same_time():
    edges, path = line(3), np.arange(3)
    streams = Streams(np.array([1.0]), np.zeros(1), np.zeros(1, int), np.array([0, 3]), path)
    acquiring_s = np.array([0.0, 5.0, 2.0, 9.0, 9.0, 9.0])
    assert stream_delays(edges, streams, acquiring_s=acquiring_s).acquisition_s.tolist() == [5.0]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"size_bits": np.zeros(1)}, "size of each"),
        ({"size_bits": np.array([np.nan])}, "size of each"),
        ({"rate_per_s": np.array([-1.0])}, "rate of each"),
        ({"priority": np.zeros(2, int)}, "one per stream"),
        ({"size_scv": np.array([-1.0])}, "size_scv"),
        ({"edge": np.array([2])}, "0 to 1"),
        ({"edge": np.array([-1])}, "0 to 1"),
    ],
)
def test_streams_that_make_no_sense_are_refused(change, words):
    fine = {"size_bits": np.ones(1), "rate_per_s": np.ones(1), "priority": np.zeros(1, int)}
    fine |= {"start": np.array([0, 1]), "edge": np.array([0])}
    with pytest.raises(ValueError, match=words):
        link_loads(line(1), Streams(**(fine | change)))


@pytest.mark.parametrize(
    "change", [{"share": np.array([-0.1])}, {"share": np.array([np.nan])}, {"size_bits": 0.0}]
)
def test_a_background_that_makes_no_sense_is_refused(change):
    with pytest.raises(ValueError, match="background"):
        Background(**({"share": np.ones(1)} | change))


# Availability and re-routing -------------------------------------------------------------------


def test_availability_of_paths_beside_draws():
    p_up, rng = np.array([0.9, 0.8, 0.7, 0.6]), np.random.default_rng(1)
    start, edge = np.array([0, 2, 4]), np.array([0, 1, 2, 3])
    up = rng.random((200_000, 4)) < p_up
    paths = up[:, :2].all(1), up[:, 2:].all(1)
    p_path = path_availability(start, edge, p_up)
    np.testing.assert_allclose(p_path, [path.mean() for path in paths], atol=0.005)
    p_any = any_path_availability(p_path)
    assert p_any == pytest.approx((paths[0] | paths[1]).mean(), abs=0.005)
    assert any_path_availability(np.empty(0)) == 0.0


def test_the_three_clocks_of_a_failure():
    assert reroute_outage(0.15, 0.5) == pytest.approx(0.65)
    assert reroute_outage(0.0, 0.0) == 0.0
    sent_s = np.array([99.9, 100.0, 100.1, 100.3, 100.65, 200.0])
    held_s = reroute_delay(sent_s, 100.0, 0.15, 0.5)
    np.testing.assert_allclose(held_s, [0.0, 0.65, 0.55, 0.35, 0.0, 0.0], atol=1e-9)
    lost_s = reroute_delay(sent_s, 100.0, 0.15, 0.5, repeated=False)
    assert lost_s[1:3].tolist() == [np.inf, np.inf]
    assert (lost_s[[0, 3, 4, 5]] == held_s[[0, 3, 4, 5]]).all()
    for clocks in ((-1.0, 0.0), (0.0, -1.0), (np.nan, 0.0)):
        with pytest.raises(ValueError, match="0 or more"):
            reroute_outage(*clocks)


def test_a_message_at_any_time_of_the_outage_waits_half_of_it_in_the_mean():
    sent_s = np.linspace(0.0, 10.0, 100_001)
    added_s = reroute_delay(sent_s, 2.0, 1.0, 3.0)
    assert added_s.mean() == pytest.approx(4.0**2 / 2 / 10.0, rel=1e-3)
