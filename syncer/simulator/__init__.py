"""Simulator of the vendors' task lists as local HTTP servers, for the demo and the tests.

The daemon does not use it. The vendors' packages check signatures and format responses without any code of
`syncer.providers`, so that an error in one of the two is found by the other.
"""

from syncer.simulator.fault_injection import FailedFilter, Faults, MovedToken, Total
from syncer.simulator.ground_truth import TrueState, TrueTask
from syncer.simulator.list_spec import ListSpec
from syncer.simulator.simulator import Simulator
from syncer.simulator.simulator_options import LIST_NAMES, ListOptions, SimulatorOptions
from syncer.simulator.sort_orders import ListOrder
from syncer.simulator.source_config import config_toml
from syncer.simulator.vendors import LISTS

__all__ = [
    "LISTS",
    "LIST_NAMES",
    "FailedFilter",
    "Faults",
    "ListOptions",
    "ListOrder",
    "ListSpec",
    "MovedToken",
    "Simulator",
    "SimulatorOptions",
    "Total",
    "TrueState",
    "TrueTask",
    "config_toml",
]
