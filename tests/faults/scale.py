"""How much is done: the short form for every change, the long one for the figures that are kept."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Scale:
    """Counts and seconds of one form of the harness; counts are per kind of database."""

    name: str
    kill_seconds: float
    requests: int  # hand-offs during the kill loop
    chatters: int  # visitors who only ask, during the kill loop
    core_kills: int
    outages: int  # of each kind of each service
    outage_seconds: float
    requests_in_outage: int
    duplicates: int
    bursts: int
    bad_inputs: int  # per language
    bystander_seconds: float
    spoofs: int
    rolling_seconds: float
    load_seconds: float  # 0: no load goal


SHORT = Scale("short", 55, 15, 3, 2, 1, 8, 3, 12, 6, 90, 10, 60, 15, 0)
LONG = Scale("long", 300, 100, 6, 10, 3, 20, 12, 60, 30, 1500, 40, 400, 40, 180)
