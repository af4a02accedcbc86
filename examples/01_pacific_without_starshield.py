"""What happens to Pacific-to-Colorado traffic when Starshield goes away?

A message goes from Guam to the shield's command node in Colorado and back, over three sets of
networks of the packaged scenario `golden-dome`: those that it plans with; these without SpaceX,
which takes the Starshield backbone and Starlink away; and these with Kuiper (`amazon-leo`) allowed
to carry shield traffic beside what is left, the transport layer. docs/tutorial-network.md tells
the same at the command line.
"""

from opendome import api

TRANSPORT = "transport-t1, transport-t2-beta, transport-t2-alpha"
WITH_KUIPER = f"network.carriers=[{TRANSPORT}, sdn-backbone, starlink, amazon-leo]"


def ask(overrides: list[str], without: tuple[str, ...]) -> dict:
    scenario = api.load("golden-dome", overrides)
    question = api.NetworkQuestion(
        start="guam",
        end="command-node",
        duration_s=24 * 3600,
        step_s=1800,
        without=without,
    )
    return api.network(scenario, question).answer


cases = {
    "as planned": ask([], ()),
    "without SpaceX": ask([], ("spacex",)),
    "without SpaceX, with Kuiper": ask([WITH_KUIPER], ("spacex",)),
}
print(f"{'Guam to Colorado and back':28} median  worst  disjoint paths  of the time")
for name, answer in cases.items():
    rtt_ms = answer["rtt_quantiles_ms"]
    print(
        f"{name:28} {rtt_ms['p50']:3.0f} ms {rtt_ms['max']:3.0f} ms"
        f" {answer['disjoint_paths']:15} {answer['reachable_share']:12.0%}"
    )

planned, transport, kuiper = cases.values()
median_ms = [answer["rtt_quantiles_ms"]["p50"] for answer in (planned, kuiper, transport)]
# Nobody is cut off at any time ...
assert all(answer["reachable_share"] == 1.0 for answer in cases.values())
# ... but the transport layer alone has half the paths, and takes some 25 ms longer.
assert 2 * transport["disjoint_paths"] <= planned["disjoint_paths"]
assert median_ms == sorted(median_ms)
assert 20.0 < median_ms[2] - median_ms[0] < 30.0
# Kuiper makes up for most of it.
assert median_ms[1] - median_ms[0] < 0.25 * (median_ms[2] - median_ms[0])
assert all("starlink" not in node and "sdn-" not in node for node in kuiper["path"])
