"""Simulated Tencent TAT: one list for all regions. No retention is documented."""

from syncer.simulator.list_spec import ListSpec
from syncer.simulator.vendors.tencent_tat.api import TatApi, filter_keys
from syncer.simulator.vendors.tencent_tat.lifecycle import LIFECYCLE

LISTS = (
    ListSpec(
        name="tat",
        provider="tencent_tat",
        site="cn",
        weight=25,
        has_regions=True,
        lifecycle=LIFECYCLE,
        filter_keys=filter_keys,
        create_api=TatApi,
    ),
)
