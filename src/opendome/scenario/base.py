"""What every part of a scenario is made of."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

__all__ = ["Bought", "Filled", "Part", "Place", "from_catalog"]


def from_catalog(**limits: float) -> Any:  # noqa: ANN401 as pydantic's own Field
    """Return a field that the catalog fills when the file is silent."""
    extra: dict[str, Any] = {"strict": True, **limits}
    return Field(json_schema_extra={"filled_from": "catalog"}, **extra)


class Part(BaseModel):
    """Fields that no unknown one may stand beside."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", allow_inf_nan=False, use_attribute_docstrings=True
    )


class Filled(Part):
    """A part whose numbers the catalog may fill."""

    type: str = ""
    """Catalog name whose rows fill what is left out; the entry's own name if empty."""


class Bought(Filled):
    """What an element costs over its life."""

    development_musd: float = from_catalog(ge=0, le=10**9)
    """Development before the first unit. [MUSD]"""
    first_unit_musd: float = from_catalog(ge=0, le=10**9)
    """Cost of the first unit, or of each where `learning_rate` is 1. [MUSD]"""
    learning_rate: float = from_catalog(gt=0.5, le=1)
    """Cost of a unit when the number made has doubled, over before. [-]"""
    design_life_y: float = from_catalog(ge=0.1)
    """Years after which a unit is bought again. [year]"""
    operations_musd_per_y: float = from_catalog(ge=0, le=10**9)
    """Operations and support of the whole element. [MUSD/year]"""


class Place(Filled):
    """A point on the ground."""

    lat_deg: float = from_catalog(ge=-90, le=90)
    """Geodetic latitude. [deg]"""
    lon_deg: float = from_catalog(ge=-180, le=360)
    """Longitude, east positive. [deg]"""
