"""Simulated Tencent MPS: a list for each of its two sites."""

from datetime import timedelta

from syncer.simulator.list_spec import ListSpec
from syncer.simulator.vendors.tencent_mps.api import MpsApi, filter_keys
from syncer.simulator.vendors.tencent_mps.lifecycle import LIFECYCLE

LISTS = (
    ListSpec(
        name="mps-cn",
        provider="tencent_mps",
        site="cn",
        weight=35,
        retention=timedelta(days=7),
        detail_retention=timedelta(days=7),
        lifecycle=LIFECYCLE,
        filter_keys=filter_keys,
        create_api=MpsApi,
    ),
    ListSpec(
        name="mps-intl",
        provider="tencent_mps",
        site="intl",
        weight=15,
        retention=timedelta(days=7),
        detail_retention=timedelta(days=3),
        lifecycle=LIFECYCLE,
        filter_keys=filter_keys,
        create_api=MpsApi,
    ),
)
