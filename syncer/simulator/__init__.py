"""The five task lists as local servers, for the demo and the tests.

Nothing here is used by the daemon. The check of signatures and the formats share no code with the providers,
so that both sides can be wrong only independently.
"""

from syncer.simulator.config_file import config_toml
from syncer.simulator.fault_injection import FailedFilter, Faults, MovedToken
from syncer.simulator.ground_truth import TrueState, TrueTask
from syncer.simulator.simulator import Simulator
from syncer.simulator.simulator_options import LIST_NAMES, ListOptions, SimulatorOptions
from syncer.simulator.sort_orders import ListOrder

__all__ = [
    "LIST_NAMES",
    "FailedFilter",
    "Faults",
    "ListOptions",
    "ListOrder",
    "MovedToken",
    "Simulator",
    "SimulatorOptions",
    "TrueState",
    "TrueTask",
    "config_toml",
]
