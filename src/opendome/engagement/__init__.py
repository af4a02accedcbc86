"""Fly-out, reach windows, shot assignment and kill probability."""

from __future__ import annotations

from opendome.engagement.assignment import assign_shots
from opendome.engagement.kill import (
    hit_given_miss,
    interceptors_needed,
    layers_leak,
    leakers_expected,
    p_no_leak,
    p_no_leak_uneven,
    salvo_kill,
    shoot_look_shoot,
    shots_needed,
    shots_real,
)
from opendome.engagement.reach import (
    flyout_distance,
    free_fall_reach,
    ground_reach,
    terminal_reach,
)

__all__ = [
    "assign_shots",
    "flyout_distance",
    "free_fall_reach",
    "ground_reach",
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
    "terminal_reach",
]
