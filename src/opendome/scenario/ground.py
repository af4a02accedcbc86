"""What stands still: gateways, stations, radars, sites."""

from __future__ import annotations

from pydantic import Field

from opendome.scenario.base import Bought, Part, Place, from_catalog

__all__ = ["Gateway", "Ground", "RadarSite", "Site", "Station"]


class Gateway(Place):
    """Where satellite traffic meets the fibre to the command node."""

    operator: str
    """Partner that runs it."""
    standards: tuple[str, ...] = Field(min_length=1)
    """Radio standards it serves."""
    min_elevation_deg: float = from_catalog(ge=0, lt=90)
    """Lowest elevation at which it works. [deg]"""


class Station(Place):
    """An end of traffic that is nobody's weapon, as a city or an office."""

    standards: tuple[str, ...] = ()
    """Radio standards of its satellite terminals."""


class _Linked(Place, Bought):
    operator: str
    """Partner that runs it."""
    supplier: str
    """Partner that builds it."""
    fibre: bool = Field(default=True, strict=True)
    """Whether ground fibre joins it to the command node."""
    terminals: tuple[str, ...] = ()
    """Radio standards of its satellite terminals."""


class RadarSite(_Linked):
    """A ground radar."""

    radar: str
    """Name under `radar_types`."""
    azimuth_deg: float = from_catalog(ge=-360, le=360)
    """Boresight, clockwise from north. [deg]"""


class Site(_Linked):
    """A ground battery or field of interceptors."""

    interceptor: str
    """Name under `midcourse_interceptors` or `terminal_interceptors`."""
    magazine: int = from_catalog(ge=0)
    """Interceptors ready to fire. [-]"""


class Ground(Part):
    """Everything that stands still."""

    command_node: Place
    """Where tracks are fused and orders given."""
    gateways: dict[str, Gateway] = Field(default_factory=dict)
    """Satellite ground stations by name."""
    radars: dict[str, RadarSite] = Field(default_factory=dict)
    """Radars by name."""
    sites: dict[str, Site] = Field(default_factory=dict)
    """Interceptor sites by name."""
    stations: dict[str, Station] = Field(default_factory=dict)
    """Further ends of traffic by name."""
