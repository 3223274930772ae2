"""How much is done: the short form for every change, the long one for figures that are kept, the full one for acceptance, half an hour for leaks."""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True, kw_only=True)
class Scale:
    """Counts and seconds of one form of the harness; counts are per kind of database.

    `slack` widens bounds of waits where both databases and other work share the machine.
    """

    name: str
    side_by_side: bool
    on_both: bool  # every goal on both kinds of database
    slack: float
    kill_seconds: float
    requests: int  # hand-offs during the kill loop
    chatters: int  # visitors who only ask, during the kill loop
    core_kills: int
    outages: int  # of each kind
    outage_seconds: float
    requests_in_outage: int
    duplicates: int
    bursts: int
    bad_inputs: int  # per language
    bystander_seconds: float
    spoofs: int
    injections: int  # at most; the long form types them all
    rolling_seconds: float
    load_seconds: float  # 0: no load goal
    load_per_second: float = 5  # turns


SHORT = Scale(
    name="short", side_by_side=True, on_both=False, slack=4, kill_seconds=30, requests=10, chatters=2, core_kills=1, outages=1,
    outage_seconds=6, requests_in_outage=3, duplicates=6, bursts=3, bad_inputs=40, bystander_seconds=4, spoofs=40, injections=60,
    rolling_seconds=10, load_seconds=0,
)  # fmt: skip
LONG = Scale(
    name="long", side_by_side=False, on_both=True, slack=1, kill_seconds=180, requests=60, chatters=4, core_kills=4, outages=1,
    outage_seconds=20, requests_in_outage=12, duplicates=45, bursts=24, bad_inputs=300, bystander_seconds=20, spoofs=400, injections=10_000,
    rolling_seconds=20, load_seconds=90,
)  # fmt: skip
SOAK = replace(LONG, name="soak", load_seconds=1800, load_per_second=2)
FULL = replace(
    LONG, name="full", kill_seconds=600, requests=300, core_kills=20, outages=5, outage_seconds=60, duplicates=100,
    bursts=100, bad_inputs=10_000, spoofs=1_000, load_seconds=600,
)  # fmt: skip
